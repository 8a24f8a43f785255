//! CloudFormation, the only file that knows its SDK.

use aws_sdk_cloudformation as sdk;
use aws_smithy_types::DateTime;
use sdk::types::Stack as Described;
use serde_json::Value;
use shared::custom_resource::verdict::Row;
use shared::lifecycle::Action;
use shared::stack::types::{APPLICATION, STACK};
use shared::stack::{StackEvent, StackStatus, is_owned};
use shared::time::Timestamp;
use std::collections::BTreeMap;

use super::error::{Fault, fault};
use crate::aws::Aws;

/// What DescribeStacks says of one stack, as far as it is read.
#[derive(Debug, Clone)]
pub(crate) struct StackSeen {
    pub(crate) id: String,
    pub(crate) root: String,
    pub(crate) status: StackStatus,
    pub(crate) role: Option<String>,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) parameters: BTreeMap<String, String>,
}

/// One resource of a stack.
#[derive(Debug, Clone)]
pub(crate) struct StackResource {
    pub(crate) logical_id: String,
    pub(crate) physical_id: String,
    pub(crate) kind: String,
    pub(crate) status: String,
    /// Whether it is the stack's own: not gone, kept, or another's that was in the way.
    pub(crate) is_owned: bool,
}

/// Describes a stack by name or ARN.
pub(crate) async fn describe(aws: &Aws, stack: &str) -> Result<StackSeen, Fault> {
    let described = aws.cloudformation.describe_stacks().stack_name(stack).send().await;
    let described = described.map_err(|error| fault(Action::DescribeStacks, &error))?;
    let seen: &Described = described
        .stacks()
        .first()
        .ok_or_else(|| Fault::Rejected(Action::DescribeStacks, format!("there is no stack {stack}")))?;
    let word = seen.stack_status().map_or("", |status| status.as_str());
    let status = word.parse().map_err(|_| Fault::UnknownStatus(word.to_owned()))?;
    let id = seen.stack_id().unwrap_or(stack).to_owned();
    Ok(StackSeen {
        root: seen.root_id().map_or_else(|| id.clone(), str::to_owned),
        id,
        status,
        role: seen.role_arn().map(str::to_owned),
        tags: seen
            .tags()
            .iter()
            .filter_map(|tag| Some((tag.key()?.to_owned(), tag.value().unwrap_or_default().to_owned())))
            .collect(),
        parameters: seen
            .parameters()
            .iter()
            .filter_map(|one| {
                Some((one.parameter_key()?.to_owned(), one.parameter_value().unwrap_or_default().to_owned()))
            })
            .collect(),
    })
}

/// The roots of a page of the stacks with this status, and the token of the next one.
pub(crate) async fn roots_in(
    aws: &Aws,
    status: StackStatus,
    next: Option<String>,
) -> Result<(Vec<String>, Option<String>), Fault> {
    let page = aws.cloudformation.list_stacks().stack_status_filter(status.as_str().into()).set_next_token(next);
    let page = page.send().await.map_err(|error| fault(Action::ListStacks, &error))?;
    let roots = page.stack_summaries().iter().filter_map(|one| one.root_id().or(one.stack_id()));
    Ok((roots.map(str::to_owned).collect(), page.next_token().map(str::to_owned)))
}

/// Before or after transforms and macros.
pub(crate) use sdk::types::TemplateStage as Stage;

/// The stack's template as it was submitted or as CloudFormation processed it, in JSON or YAML (GetTemplate).
pub(crate) async fn template(aws: &Aws, stack: &str, stage: Stage) -> Result<String, Fault> {
    let got = aws.cloudformation.get_template().stack_name(stack).template_stage(stage).send().await;
    let got = got.map_err(|error| fault(Action::GetTemplate, &error))?;
    Ok(got.template_body().unwrap_or_default().to_owned())
}

/// All resources of a stack.
pub(crate) async fn resources(aws: &Aws, stack: &str) -> Result<Vec<StackResource>, Fault> {
    let mut resources = Vec::new();
    let mut next = None;
    loop {
        let page = aws.cloudformation.list_stack_resources().stack_name(stack).set_next_token(next).send().await;
        let page = page.map_err(|error| fault(Action::ListStackResources, &error))?;
        for summary in page.stack_resource_summaries() {
            resources.push(StackResource {
                logical_id: summary.logical_resource_id().unwrap_or_default().to_owned(),
                physical_id: summary.physical_resource_id().unwrap_or_default().to_owned(),
                kind: summary.resource_type().unwrap_or_default().to_owned(),
                status: summary.resource_status().map_or("", |status| status.as_str()).to_owned(),
                is_owned: is_owned(
                    summary.resource_status().map_or("", aws_sdk_cloudformation::types::ResourceStatus::as_str),
                    summary.resource_status_reason().unwrap_or_default(),
                ),
            });
        }
        next = page.next_token().map(str::to_owned);
        if next.is_none() {
            return Ok(resources);
        }
    }
}

/// Those of one type that exist: logical and physical ID.
pub(crate) fn of_type<'a>(resources: impl IntoIterator<Item = &'a StackResource>, kind: &str) -> Vec<(String, String)> {
    let of_it = resources.into_iter().filter(|one| one.kind == kind && !one.physical_id.is_empty());
    of_it.map(|one| (one.logical_id.clone(), one.physical_id.clone())).collect()
}

/// The applications among a stack's resources, `(logical ID, name)`; with `nested`, those of its nested stacks too.
pub(crate) async fn applications(aws: &Aws, stack: &str, nested: bool) -> Result<Vec<(String, String)>, Fault> {
    let all = if nested { tree(aws, stack).await? } else { resources(aws, stack).await? };
    Ok(of_type(all.iter().filter(|one| one.is_owned), APPLICATION))
}

/// All resources of a stack and of the nested stacks that it owns.
pub(crate) async fn tree(aws: &Aws, root: &str) -> Result<Vec<StackResource>, Fault> {
    let mut found = Vec::new();
    let mut stacks = vec![root.to_owned()];
    while let Some(stack) = stacks.pop() {
        let all = resources(aws, &stack).await?;
        let is_nested = |one: &&StackResource| one.is_owned && one.kind == STACK && one.physical_id.starts_with("arn:");
        stacks.extend(all.iter().filter(is_nested).map(|one| one.physical_id.clone()));
        found.extend(all);
    }
    Ok(found)
}

/// A stack's events, newest first, until `enough` says that a row was the last one needed.
pub(crate) async fn events(
    aws: &Aws,
    stack: &str,
    enough: impl Fn(&StackEvent) -> bool,
) -> Result<Vec<StackEvent>, Fault> {
    paged(aws, stack, event, |events| events.last().is_some_and(&enough)).await
}

/// The same as rows by which a request is judged, until there are enough.
pub(crate) async fn rows(aws: &Aws, stack: &str, enough: impl Fn(&[Row]) -> bool) -> Result<Vec<Row>, Fault> {
    paged(aws, stack, row, enough).await
}

async fn paged<T>(
    aws: &Aws,
    stack: &str,
    read: impl Fn(&sdk::types::StackEvent) -> T,
    enough: impl Fn(&[T]) -> bool,
) -> Result<Vec<T>, Fault> {
    let mut events = Vec::new();
    let mut next = None;
    loop {
        let page = aws.cloudformation.describe_stack_events().stack_name(stack).set_next_token(next).send().await;
        let page = page.map_err(|error| fault(Action::DescribeStackEvents, &error))?;
        for event in page.stack_events() {
            events.push(read(event));
            if enough(&events) {
                return Ok(events);
            }
        }
        next = page.next_token().map(str::to_owned);
        if next.is_none() {
            return Ok(events);
        }
    }
}

fn row(row: &sdk::types::StackEvent) -> Row {
    let event = event(row);
    Row {
        id: event.id,
        time: event.time.0,
        logical_id: event.logical_id,
        physical_id: event.physical_id,
        resource_type: event.resource_type,
        status: event.status,
        properties: serde_json::from_str(row.resource_properties().unwrap_or_default()).unwrap_or_default(),
    }
}

fn event(row: &sdk::types::StackEvent) -> StackEvent {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let properties: Value = serde_json::from_str(row.resource_properties().unwrap_or_default()).unwrap_or_default();
    StackEvent {
        id: text(row.event_id()),
        time: Timestamp(row.timestamp().map_or(0, millis)),
        stack: text(row.stack_id()),
        logical_id: text(row.logical_resource_id()),
        physical_id: text(row.physical_resource_id()),
        resource_type: text(row.resource_type()),
        status: text(row.resource_status().map(aws_sdk_cloudformation::types::ResourceStatus::as_str)),
        reason: text(row.resource_status_reason()),
        token: text(row.client_request_token()),
        application: properties.get("ApplicationName").and_then(Value::as_str).map(str::to_owned),
    }
}

fn millis(time: &DateTime) -> i64 {
    time.to_millis().unwrap_or(0)
}

/// Continues the rollback: no RoleARN, which CloudFormation would remember; no ResourcesToSkip, which would leave a
/// lie.
pub(crate) async fn continue_rollback(aws: &Aws, stack: &str, token: &str) -> Result<(), Fault> {
    let call = aws.cloudformation.continue_update_rollback().stack_name(stack).client_request_token(token);
    call.send().await.map_err(|error| match fault(Action::ContinueUpdateRollback, &error) {
        // The token is used, or the stack is no longer stuck: another caller was first (`semantics.md` C.2).
        Fault::Rejected(_, text) => Fault::Conflict(text),
        other => other,
    })?;
    Ok(())
}
