//! A change set of our own, where it is the only truth: for macros, loops and nested stacks. It is made, read and
//! deleted again, never executed; an error and Ctrl-C delete it too.

mod listed;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::error::ProvideErrorMetadata;
use aws_sdk_cloudformation::operation::describe_change_set::DescribeChangeSetOutput;
use aws_sdk_cloudformation::types::{
    Capability, ChangeSetStatus, ChangeSetType, Parameter, ResourceChange, TemplateStage,
};
use serde_json::Value;
use shared::operator::ListedChange;
use shared::operator::deployment::limits::MAX_TEMPLATE_BYTES;
use signal_hook::consts::{SIGINT, SIGTERM};

use super::account;
use listed::listed;

/// How often a change set is looked at before its creation or deletion counts as lost: five minutes at AWS's pace.
const LOOKS: u32 = 150;

/// How often a deletion is refused before that is final; the client tries each call three times.
const MAX_REFUSALS: u32 = 3;

/// What CloudFormation says of a deployment.
pub(crate) struct Said {
    /// The resources that would change.
    pub(crate) changes: Vec<ListedChange>,
    /// The new template as CloudFormation processed it; `None` when nothing would change.
    pub(crate) template: Option<String>,
}

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum ChangeSetError {
    /// SIGINT or SIGTERM came; the change set was deleted.
    Interrupted,
    /// CloudFormation rejected a call, or the change set failed; the service's own words.
    Refused(String),
}

/// A change set that exists and has to be deleted again.
#[derive(Debug)]
pub(crate) struct OwnChangeSet {
    pub(crate) client: Client,
    pub(crate) stack: String,
    pub(crate) name: String,
    pub(crate) pace: Duration,
    pub(crate) interrupted: Arc<AtomicBool>,
}

/// Makes a change set for a stack that exists, reads it, and deletes it whatever happens.
///
/// # Errors
/// [`ChangeSetError`]; with the command that deletes it, when it could not be deleted.
pub(super) async fn ask(
    client: Client,
    stack: &str,
    template: &Value,
    given: &BTreeMap<String, String>,
    known: &BTreeMap<String, String>,
) -> Result<Said, ChangeSetError> {
    let body = template.to_string();
    if body.len() > MAX_TEMPLATE_BYTES {
        let bytes = body.len();
        return Err(ChangeSetError::Refused(format!(
            "the template has {bytes} bytes; --change-set takes {MAX_TEMPLATE_BYTES}"
        )));
    }
    let interrupted = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        let registered = signal_hook::flag::register(signal, Arc::clone(&interrupted));
        registered.map_err(|error| ChangeSetError::Refused(error.to_string()))?;
    }
    let since = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
    let made = OwnChangeSet {
        client,
        stack: stack.to_owned(),
        name: format!("flink-stack-plan-{since:x}-{:x}", std::process::id()),
        pace: account::pace(),
        interrupted,
    };
    let id = made.create(body, template, given, known).await?;
    let said = made.read(&id).await;
    made.delete().await?;
    said
}

impl OwnChangeSet {
    /// Its ID; its name when no answer came: it may have been made.
    async fn create(
        &self,
        body: String,
        template: &Value,
        given: &BTreeMap<String, String>,
        known: &BTreeMap<String, String>,
    ) -> Result<String, ChangeSetError> {
        let declared = template["Parameters"].as_object().into_iter().flatten();
        let parameters = declared.filter_map(|(name, _)| {
            let parameter = Parameter::builder().parameter_key(name);
            match (given.get(name), known.contains_key(name)) {
                (Some(value), _) => Some(parameter.parameter_value(value).build()),
                (None, true) => Some(parameter.use_previous_value(true).build()),
                (None, false) => None,
            }
        });
        let create = self.client.create_change_set().stack_name(&self.stack).change_set_name(&self.name);
        let create = create.change_set_type(ChangeSetType::Update).template_body(body);
        let create = create.set_parameters(Some(parameters.collect())).include_nested_stacks(true);
        let create =
            create.description("Made by `flink-stack plan --change-set`, which deletes it again.").set_capabilities(
                Some(vec![Capability::CapabilityNamedIam, Capability::CapabilityIam, Capability::CapabilityAutoExpand]),
            );
        match create.send().await {
            Ok(created) => Ok(created.id.unwrap_or_else(|| self.name.clone())),
            Err(error) if error.code().is_none() => Ok(self.name.clone()),
            Err(error) => Err(refused(&error)),
        }
    }

    async fn read(&self, id: &str) -> Result<Said, ChangeSetError> {
        let Some(changes) = self.changes(id).await? else {
            return Ok(Said { changes: Vec::new(), template: None });
        };
        let processed = self.client.get_template().stack_name(&self.stack).change_set_name(id);
        let processed = processed.template_stage(TemplateStage::Processed).send().await;
        Ok(Said { changes, template: processed.map_err(|error| refused(&error))?.template_body })
    }

    /// The rows of a change set and of those of its nested stacks; `None` when it has no changes.
    pub(crate) async fn changes(&self, id: &str) -> Result<Option<Vec<ListedChange>>, ChangeSetError> {
        let mut all = Vec::new();
        let mut sets = vec![(id.to_owned(), String::new())];
        let mut is_empty = true;
        while let Some((id, below)) = sets.pop() {
            let Some(rows) = self.rows(&id).await? else { continue };
            is_empty = false;
            for row in rows {
                let name = format!("{below}{}", row.logical_resource_id().unwrap_or_default());
                match row.change_set_id() {
                    Some(nested) => sets.push((nested.to_owned(), format!("{name}/"))),
                    None => all.push(listed(name, &row)),
                }
            }
        }
        Ok((!is_empty).then_some(all))
    }

    /// The rows of one change set, once it is complete; `None` when it has no changes.
    async fn rows(&self, id: &str) -> Result<Option<Vec<ResourceChange>>, ChangeSetError> {
        for _ in 0..LOOKS {
            let page = self.page(id, None).await?;
            match page.status() {
                Some(ChangeSetStatus::CreateComplete) => return self.pages(id, page).await.map(Some),
                Some(ChangeSetStatus::Failed) => {
                    let reason = page.status_reason().unwrap_or_default();
                    let is_empty = ["didn't contain changes", "No updates are to be performed"];
                    if is_empty.iter().any(|text| reason.contains(text)) {
                        return Ok(None);
                    }
                    return Err(ChangeSetError::Refused(format!("CloudFormation refuses the change set: {reason}")));
                }
                _ => self.rest().await?,
            }
        }
        Err(ChangeSetError::Refused("CloudFormation does not complete the change set".to_owned()))
    }

    async fn pages(&self, id: &str, first: DescribeChangeSetOutput) -> Result<Vec<ResourceChange>, ChangeSetError> {
        let mut rows = Vec::new();
        let mut page = first;
        loop {
            let next = page.next_token.take();
            rows.extend(page.changes.unwrap_or_default().into_iter().filter_map(|change| change.resource_change));
            let Some(next) = next else { return Ok(rows) };
            page = self.page(id, Some(next)).await?;
        }
    }

    async fn page(&self, id: &str, next: Option<String>) -> Result<DescribeChangeSetOutput, ChangeSetError> {
        if self.interrupted.load(Ordering::Relaxed) {
            return Err(ChangeSetError::Interrupted);
        }
        let page = self.client.describe_change_set().change_set_name(id).stack_name(&self.stack).set_next_token(next);
        page.send().await.map_err(|error| refused(&error))
    }

    async fn rest(&self) -> Result<(), ChangeSetError> {
        tokio::time::sleep(self.pace).await;
        if self.interrupted.load(Ordering::Relaxed) { Err(ChangeSetError::Interrupted) } else { Ok(()) }
    }

    /// Deletes it, with those of its nested stacks, and sees that it is gone. Ctrl-C does not end this.
    pub(crate) async fn delete(&self) -> Result<(), ChangeSetError> {
        let mut last = "it is still there".to_owned();
        let mut refusals = 0;
        for _ in 0..LOOKS {
            let delete = self.client.delete_change_set().change_set_name(&self.name).stack_name(&self.stack);
            let deleted = delete.send().await.map(|_| ()).map_err(|error| (is_gone(&error), words(&error)));
            let found = self.client.describe_change_set().change_set_name(&self.name).stack_name(&self.stack);
            match (deleted, found.send().await) {
                (Err((true, _)), _) => return Ok(()),
                (_, Err(error)) if is_gone(&error) => return Ok(()),
                (_, Ok(found)) if found.status == Some(ChangeSetStatus::DeleteComplete) => return Ok(()),
                (Ok(()), Ok(_)) => {}
                (Err((false, words)), _) => (last, refusals) = (words, refusals + 1),
                (Ok(()), Err(error)) => (last, refusals) = (words(&error), refusals + 1),
            }
            if refusals == MAX_REFUSALS {
                break;
            }
            tokio::time::sleep(self.pace).await;
        }
        Err(ChangeSetError::Refused(format!(
            "NOT REMOVED: the change set {} ({last}); aws cloudformation delete-change-set --stack-name {} --change-set-name {}",
            self.name, self.stack, self.name
        )))
    }
}

fn is_gone<E: ProvideErrorMetadata>(error: &E) -> bool {
    error.code().is_some_and(|code| code.starts_with("ChangeSetNotFound"))
}

fn refused<E: ProvideErrorMetadata>(error: &E) -> ChangeSetError {
    ChangeSetError::Refused(words(error))
}

fn words<E: ProvideErrorMetadata>(error: &E) -> String {
    format!("{}: {}", error.code().unwrap_or("no answer"), error.message().unwrap_or("CloudFormation did not respond"))
}
