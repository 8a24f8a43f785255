//! The looks at the stack of a request: what it is, its rows, its applications. What they mean is judged in the core.

use serde_json::Value;
use shared::contract::{Environment, Facts, PropertyGroups, Requester, Writer};
use shared::custom_resource::verdict::{Row, Rows};
use shared::custom_resource::{Handover, Request};
use shared::lifecycle::{Reach, Stack};
use shared::stack::StackStatus;
use shared::stack::types::APPLICATION;
use shared::time::Timestamp;

use crate::aws::error::Fault;
use crate::aws::{Aws, cloudformation};
use crate::backoff::{OutOfTime, Pace};

/// The request's stack, as it was when the request was first seen.
#[derive(Debug, Clone)]
pub(crate) struct RequestStack {
    pub(crate) status: StackStatus,
    pub(crate) rows: Rows,
    name: String,
    /// Its ARN, as it is described.
    pub(crate) id: String,
    applications: Vec<(String, String)>,
    writers: Vec<Writer>,
}

/// Looks at the request's stack until it is answered; `with_status` is given its status as soon as that is known.
///
/// # Errors
/// What came instead of an answer until there was no time left.
pub(crate) async fn look(
    aws: &Aws,
    request: &Request,
    pace: &mut Pace,
    with_status: impl Fn(StackStatus),
) -> Result<Result<RequestStack, Fault>, String> {
    loop {
        match look_once(aws, request, &with_status).await {
            Err(Fault::Transient(error) | Fault::Throttled(error)) => {
                tracing::info!(error, "looked at the stack and learned nothing");
                pace.back_off().await.map_err(|OutOfTime| error)?;
            }
            learned => return Ok(learned),
        }
    }
}

async fn look_once(aws: &Aws, request: &Request, with_status: impl Fn(StackStatus)) -> Result<RequestStack, Fault> {
    let described = cloudformation::describe(aws, &request.stack_id).await?;
    with_status(described.status);
    // arn:aws:cloudformation:<region>:<account>:stack/<name>/<id>
    let name = described.id.split('/').nth(1).unwrap_or_default().to_owned();
    let rows = rows(aws, request, |all| Rows::is_enough(all, request)).await?;
    let resources = cloudformation::resources(aws, &request.stack_id).await?;
    // Another stack's application that was in the way of one of its own is not its own.
    let applications = cloudformation::of_type(resources.iter().filter(|one| one.is_owned), APPLICATION);
    // One that this operation did not write has taken nothing over.
    let takes_over = |one: &&cloudformation::StackResource| {
        !one.status.starts_with("DELETE") && rows.has_written(request, &one.logical_id)
    };
    let groups = cloudformation::of_type(resources.iter().filter(takes_over), PropertyGroups::<String>::TYPE);
    let is_back = described.status.is_rolling_back();
    let writers = groups.into_iter().map(|(logical_id, physical_id)| {
        // Whether a row of a rollback shows what is restored or what failed is not documented.
        let properties = if is_back { Value::Null } else { rows.properties(&logical_id) };
        Writer { logical_id, physical_id, properties }
    });
    let writers = writers.collect();
    Ok(RequestStack { status: described.status, rows, name, id: described.id, applications, writers })
}

/// Whether the stack goes back to what it was, by its events alone: for when it cannot be described.
pub(crate) async fn rolls_back(aws: &Aws, request: &Request) -> Option<bool> {
    let is_stack = |all: &[Row]| all.last().is_some_and(|row| row.physical_id == request.stack_id);
    rows(aws, request, is_stack).await.ok()?.rolls_back(request)
}

/// The newest rows, until there are enough; none where they cannot be read.
async fn rows(aws: &Aws, request: &Request, enough: impl Fn(&[Row]) -> bool) -> Result<Rows, Fault> {
    match cloudformation::rows(aws, &request.stack_id, enough).await {
        Ok(rows) => Ok(Rows(rows)),
        Err(unknown @ (Fault::Transient(_) | Fault::Throttled(_))) => Err(unknown),
        // Unreadable rows: work and answer.
        Err(_) => Ok(Rows::default()),
    }
}

/// The newest row of the resource. Not DescribeStackResource, whose status lags on some engines.
async fn newest_row(aws: &Aws, request: &Request) -> Result<Rows, Fault> {
    rows(aws, request, |all| all.last().is_some_and(|row| row.is_of(request))).await
}

impl RequestStack {
    /// When the request began; where its rows do not show it, when it was first seen.
    pub(crate) fn since(&self, request: &Request, first_seen: Timestamp) -> Timestamp {
        self.rows.since(request).map_or(first_seen, Timestamp)
    }

    /// When the stack's operation began; where that cannot be read, with the request.
    pub(crate) fn deployed_since(&self, request: &Request, first_seen: Timestamp) -> Timestamp {
        self.rows.deployed_since(request).map_or_else(|| self.since(request, first_seen), Timestamp)
    }

    /// What a goal is made of.
    pub(crate) fn facts(&self, request: &Request, first_seen: Timestamp, environment: &Environment) -> Facts {
        Facts {
            since: self.since(request, first_seen),
            deployed_since: self.deployed_since(request, first_seen),
            stack: self.status,
            stop_patience: environment.stop_patience,
            operation: self.rows.operation(request),
            application_changed: self.rows.has_reached_an_application(request),
            reach: Reach::Own,
            operation_since: self
                .rows
                .operation_since(request)
                .map_or_else(|| self.since(request, first_seen), Timestamp),
            start_patience: environment.start_patience(),
            kept: None,
        }
    }

    /// The stack's applications: logical ID and name.
    pub(crate) fn applications(&self) -> &[(String, String)] {
        &self.applications
    }

    /// Why there is nothing to do. On the way back a guard stops only what the operation has reached, and only rows
    /// show that.
    pub(crate) fn nothing(&self) -> &'static str {
        if self.rows.0.is_empty() {
            return "Nothing was done: the stack's events cannot be read, so it is not known whether this operation reached the application.";
        }
        "Nothing to do."
    }

    /// The stack as it is asked whose an application is.
    pub(crate) fn asker(&self) -> Requester<'_> {
        Requester {
            stack: &self.name,
            stack_id: &self.id,
            status: self.status,
            applications: &self.applications,
            writers: &self.writers,
        }
    }

    /// The stack as the driver sees it, so that its first look need not repeat this one.
    pub(crate) fn stack(&self, request: &Request, first: &Handover) -> Stack {
        seen(request, first, self.status, &self.rows)
    }
}

/// Whether CloudFormation waits for this request no more.
pub(crate) async fn is_over(aws: &Aws, request: &Request, first: &Handover) -> bool {
    newest_row(aws, request).await.is_ok_and(|rows| rows.is_over(request, first))
}

/// Looks at the stack again, before something is changed.
pub(crate) async fn look_again(aws: &Aws, request: &Request, first: &Handover) -> Result<Stack, Fault> {
    let status = cloudformation::describe(aws, &request.stack_id).await?.status;
    Ok(seen(request, first, status, &newest_row(aws, request).await?))
}

fn seen(request: &Request, first: &Handover, status: StackStatus, rows: &Rows) -> Stack {
    let superseded = rows.is_superseded(request, first, status.as_str());
    Stack { status: Some(status), superseded, continued: 0 }
}
