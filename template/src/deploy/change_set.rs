//! A change set of ours: made before the question, executed after a yes, and deleted in every other case, with the
//! stack that it alone brought into being.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_sdk_cloudformation::types::{
    Capability, ChangeSetType, DeploymentConfig, DeploymentConfigMode, OperationEvent, Parameter, Tag,
};
use serde_json::Value as Json;
use shared::operator::ListedChange;
use shared::operator::deployment::{Values, status};

use super::account::{Account, words};
use super::output::Output;
use super::{Stop, interrupt};
use crate::operate::change_set::{ChangeSetError, OwnChangeSet};

/// What one stack of a deployment is to become.
#[derive(Debug, Clone)]
pub(super) struct ChangeSetRequest {
    pub(super) stack: String,
    /// The template's file, for messages.
    pub(super) file: &'static str,
    pub(super) template: Json,
    /// What is given now; every other parameter of a stack that exists stays.
    pub(super) parameters: Values,
    /// None: those of the stack stay.
    pub(super) tags: Option<Values>,
    /// The service role; none for the handlers' own stacks.
    pub(super) role: Option<String>,
    pub(super) is_express: bool,
}

/// A change set that is neither executed nor deleted yet.
#[derive(Debug)]
pub(super) struct PreparedChangeSet {
    /// The name of the stack that it is for.
    pub(super) name: String,
    made: OwnChangeSet,
    id: String,
    /// The ARN of the stack that it is for.
    pub(super) stack_id: String,
    /// Whether the stack came with this change set.
    is_first: bool,
    needs_rollback_disabled: bool,
    /// The resources that change; nothing where the stack stays as it is.
    pub(super) changes: Option<Vec<ListedChange>>,
}

/// A name that no other call has: of change sets, and of the operation that executes one.
fn unique(verb: &str) -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
    format!("flink-stack-{verb}-{since:x}-{:x}", std::process::id())
}

impl ChangeSetRequest {
    /// Makes the change set and reads it.
    ///
    /// # Errors
    /// What CloudFormation refuses, or a signal; nothing is left behind then.
    pub(super) async fn prepare(&self, account: &Account) -> Result<PreparedChangeSet, Stop> {
        let found = account.look(&self.stack).await?;
        let is_new = found.as_ref().is_none_or(|found| found.status == "REVIEW_IN_PROGRESS");
        let known = found.as_ref().filter(|_| !is_new).map(|found| found.parameters.clone()).unwrap_or_default();
        let made = OwnChangeSet {
            client: account.client.clone(),
            stack: found.as_ref().map_or_else(|| self.stack.clone(), |found| found.id.clone()),
            name: unique("deploy"),
            pace: interrupt::pace(Duration::from_secs(1)),
            interrupted: interrupt::flag(),
        };
        let create = made.client.create_change_set().stack_name(&made.stack).change_set_name(&made.name);
        let kind = if is_new { ChangeSetType::Create } else { ChangeSetType::Update };
        let capabilities = [Capability::CapabilityIam, Capability::CapabilityNamedIam].to_vec();
        let express = DeploymentConfig::builder().mode(DeploymentConfigMode::Express).build();
        let create = create
            .change_set_type(kind)
            .template_body(self.template.to_string())
            .set_parameters(Some(self.parameters(&known)).filter(|parameters| !parameters.is_empty()))
            .set_tags(self.tags.as_ref().map(sent))
            .set_role_arn(self.role.clone())
            .set_capabilities(Some(capabilities))
            .set_deployment_config(self.is_express.then_some(express));
        let created = create.send().await;
        let created =
            created.map_err(|error| format!("the stack {} cannot be changed so: {}", self.stack, words(&error)))?;
        let mut prepared = PreparedChangeSet {
            name: self.stack.clone(),
            id: created.id.unwrap_or_else(|| made.name.clone()),
            stack_id: created.stack_id.unwrap_or_else(|| made.stack.clone()),
            is_first: found.is_none(),
            needs_rollback_disabled: found.is_some_and(|found| status::needs_rollback_disabled(&found.status)),
            changes: None,
            made,
        };
        match prepared.made.changes(&prepared.id).await {
            Ok(changes) => {
                prepared.changes = changes;
                Ok(prepared)
            }
            Err(failure) => {
                let stop = match failure {
                    ChangeSetError::Interrupted => Stop::Interrupted,
                    ChangeSetError::Refused(reason) => {
                        let found = validation(account, &prepared.id).await;
                        Stop::Failed(format!("the stack {}: {reason}{found}", self.stack))
                    }
                };
                prepared.discard(account).await?;
                Err(stop)
            }
        }
    }

    /// Each parameter of the template: as given, else as the stack has it, else its default.
    fn parameters(&self, known: &Values) -> Vec<Parameter> {
        let declared = self.template["Parameters"].as_object().into_iter().flatten();
        let parameter = |(name, _): (&String, &Json)| {
            let parameter = Parameter::builder().parameter_key(name);
            match (self.parameters.get(name), known.contains_key(name)) {
                (Some(value), _) => Some(parameter.parameter_value(value).build()),
                (None, true) => Some(parameter.use_previous_value(true).build()),
                (None, false) => None,
            }
        };
        declared.filter_map(parameter).collect()
    }
}

fn sent(tags: &Values) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}

impl PreparedChangeSet {
    /// Executes it; the token of the operation, by which its rows are known.
    ///
    /// # Errors
    /// CloudFormation refuses it.
    pub(super) async fn execute(self) -> Result<String, Stop> {
        let token = unique("run");
        let execute = self.made.client.execute_change_set().change_set_name(&self.id).client_request_token(&token);
        let execute = execute.set_disable_rollback(self.needs_rollback_disabled.then_some(true));
        let executed = execute.send().await;
        executed.map_err(|error| format!("the change set {} is not executed: {}", self.id, words(&error)))?;
        Ok(token)
    }

    /// Deletes it, and the stack that came with it while that still waits for its first change set and has no other.
    ///
    /// # Errors
    /// What could not be deleted, with the command that does.
    pub(super) async fn discard(&self, account: &Account) -> Result<(), Stop> {
        self.made.delete().await.map_err(|failure| match failure {
            ChangeSetError::Interrupted => Stop::Interrupted,
            ChangeSetError::Refused(reason) => Stop::Failed(reason),
        })?;
        if !self.is_first {
            return Ok(());
        }
        let waits = account.look(&self.stack_id).await?.is_some_and(|stack| stack.status == "REVIEW_IN_PROGRESS");
        let others = account.client.list_change_sets().stack_name(&self.stack_id).send().await;
        if waits && others.is_ok_and(|others| others.summaries().is_empty()) {
            let deleted = account.client.delete_stack().stack_name(&self.stack_id).send().await;
            deleted.map_err(|error| {
                let id = &self.stack_id;
                format!(
                    "NOT REMOVED: the empty stack {id} ({}); aws cloudformation delete-stack --stack-name {id}",
                    words(&error)
                )
            })?;
            gone(account, &self.stack_id).await?;
        }
        Ok(())
    }
}

/// What CloudFormation's early validation found in a change set that failed, where its reason says only that there is
/// something. It takes a permission of its own, without which the reason is all there is.
async fn validation(account: &Account, id: &str) -> String {
    let Ok(found) = account.client.describe_events().change_set_name(id).send().await else {
        return "; what its validation found takes cloudformation:DescribeEvents".to_owned();
    };
    let finding = |event: &OperationEvent| {
        let reason = event.validation_status_reason().or(event.resource_status_reason())?;
        let place = [event.logical_resource_id(), event.validation_path()].into_iter().flatten();
        Some(format!("\n  {}: {reason}", place.collect::<Vec<_>>().join(" ")))
    };
    found.operation_events().iter().filter_map(finding).collect()
}

/// Waits until an empty stack is gone; a moment, since it has no resource.
async fn gone(account: &Account, id: &str) -> Result<(), String> {
    for _ in 0..60 {
        if account.look(id).await?.is_none_or(|stack| stack.status == "DELETE_COMPLETE") {
            return Ok(());
        }
        // A signal does not end this.
        tokio::time::sleep(interrupt::pace(Duration::from_secs(1))).await;
    }
    Err(format!("the empty stack {id} is still there; aws cloudformation delete-stack --stack-name {id}"))
}

/// Deletes those that were not executed, and says which are left.
pub(super) async fn discard_all(prepared: &[PreparedChangeSet], account: &Account, output: &Output) {
    for one in prepared {
        if let Err(stop) = one.discard(account).await {
            stop.lines().iter().for_each(|line| output.problem(line));
        }
    }
}
