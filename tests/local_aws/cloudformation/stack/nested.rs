//! AWS::CloudFormation::Stack: a stack as a resource of another one. Its template comes from the local S3.
//!
//! A child has its own state machine, rows and events, but its update belongs to the root's operation (`SEMANTICS.md`
//! C.5): it rests before its cleanup until the root is through, and goes back to what it was before that operation.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::json;

use super::engine::{self, Operation};
use super::handler_call::Job;
use super::model::{Stack, Status};
use crate::cloudformation::api::{Wanted, create_stack, delete_stack, fetched, update_stack};
use crate::cloudformation::custom_resource::stringified;
use crate::cloudformation::resources::{Made, Refused};
use crate::cloudformation::template::parameters::{Given, as_text};
use crate::{World, stamp};

pub(in crate::cloudformation) async fn create(world: &Arc<World>, job: &Job) -> Result<Made, Refused> {
    let wanted = wanted(world, job)?;
    let name = format!("{}-{}-{}", job.stack_name, job.logical_id, stamp::suffix(12));
    let id = create_stack(world, &job.caller, &name, wanted).map_err(|error| Refused::plain(error.message))?;
    if let Some(parent) = world.state().cloudformation.stack_mut(&job.stack_id)
        && let Some(resource) = parent.resources.get_mut(&job.logical_id)
    {
        resource.physical_id = Some(id.clone());
    }
    match after(world, &id, Status::CreateInProgress).await {
        (Status::CreateComplete, _) => Ok(made(world, &id)),
        (_, reason) => {
            let reason = reason.trim_end_matches("Rollback requested by user.");
            let reason = format!("Embedded stack {id} was not successfully created: {reason}");
            Err(Refused { reason, physical_id: Some(id) })
        }
    }
}

pub(in crate::cloudformation) async fn update(world: &Arc<World>, job: &Job) -> Result<Made, Refused> {
    let id = &job.physical_id;
    if job.is_restoration {
        return go_back(world, job).await;
    }
    match update_stack(world, &job.caller, id, &wanted(world, job)?) {
        Ok(_) => {}
        Err(error) if error.message == "No updates are to be performed." => return Ok(made(world, id)),
        Err(error) => return Err(Refused::plain(error.message)),
    }
    match after(world, id, Status::UpdateInProgress).await {
        (Status::UpdateCompleteCleanupInProgress, _) => Ok(made(world, id)),
        (status, reason) => Err(refused(id, status, &reason)),
    }
}

/// The way back of a child that its root's operation changed. One that is on its way already is waited for; one whose
/// way back failed is tried again only when its parent is continued.
async fn go_back(world: &Arc<World>, job: &Job) -> Result<Made, Refused> {
    let id = &job.physical_id;
    match ended(world, id, &[Status::UpdateInProgress]).await.0 {
        Status::UpdateCompleteCleanupInProgress | Status::UpdateFailed => engine::start(world, id, Operation::GoBack),
        Status::UpdateRollbackFailed if is_continued(world, job) => {
            let skipped = continue_as(world, job);
            engine::start(world, id, Operation::ContinueRollback(skipped));
        }
        _ => {}
    }
    match ended(world, id, &[Status::UpdateRollbackInProgress]).await {
        (status @ Status::UpdateRollbackFailed, reason) => Err(refused(id, status, &reason)),
        _ => Ok(made(world, id)),
    }
}

pub(in crate::cloudformation) async fn delete(world: &Arc<World>, job: &Job) -> Result<(), Refused> {
    use Status::{CreateInProgress, RollbackInProgress, UpdateInProgress, UpdateRollbackInProgress};
    let id = &job.physical_id;
    // One whose parent no longer waits for it still ends what it does.
    ended(world, id, &[CreateInProgress, RollbackInProgress, UpdateInProgress, UpdateRollbackInProgress]).await;
    let is_express = world.state().cloudformation.stack(&job.stack_id).is_some_and(|parent| parent.is_express);
    let wanted = Wanted { token: token(world, job), is_express, ..Wanted::default() };
    delete_stack(world, &job.caller, id, BTreeSet::new(), &wanted).map_err(|error| Refused::plain(error.message))?;
    match ended(world, id, &[Status::DeleteInProgress]).await {
        (Status::DeleteComplete, _) => Ok(()),
        (_, reason) => {
            let reason = format!("Embedded stack {id} was not successfully deleted: {reason}");
            Err(Refused { reason, physical_id: Some(id.clone()) })
        }
    }
}

fn token(world: &Arc<World>, job: &Job) -> Option<String> {
    world.state().cloudformation.stack(&job.stack_id).and_then(|parent| parent.token.clone())
}

fn is_continued(world: &Arc<World>, job: &Job) -> bool {
    world.state().cloudformation.stack(&job.stack_id).is_some_and(|parent| parent.is_continued)
}

/// The child's status and its reason, once it is none of these.
async fn ended(world: &Arc<World>, id: &str, left: &[Status]) -> (Status, String) {
    let ended = |stack: &Stack| (!left.contains(&stack.status)).then(|| (stack.status, stack.reason.clone()));
    world
        .wait_for(|state| match state.cloudformation.stack(id) {
            Some(stack) => ended(stack),
            None => Some((Status::DeleteComplete, String::new())),
        })
        .await
}

/// The status that followed the newest of this kind in the child, however much followed since.
async fn after(world: &Arc<World>, id: &str, begun: Status) -> (Status, String) {
    world
        .wait_for(|state| {
            let stack = state.cloudformation.stack(id)?;
            let mut own = stack.events.iter().rev().filter(|row| row.physical_id == stack.id).peekable();
            while let Some(row) = own.next() {
                if own.peek().is_some_and(|earlier| earlier.status == begun) {
                    return Some((row.status, row.reason.clone()));
                }
                if row.status == begun {
                    return None;
                }
            }
            None
        })
        .await
}

/// The child acts with its parent's role, token and capabilities.
fn wanted(world: &Arc<World>, job: &Job) -> Result<Wanted, Refused> {
    let url = job.properties.get("TemplateURL").map(as_text).unwrap_or_default();
    let body = fetched(world, &job.caller, &url).map_err(|error| Refused::plain(error.message))?;
    let parameters = job.properties.get("Parameters").map(stringified).unwrap_or_default();
    let parameters = parameters.as_object().cloned().unwrap_or_default();
    let given: BTreeMap<_, _> =
        parameters.iter().map(|(name, value)| (name.clone(), Given::Value(as_text(value)))).collect();
    let state = world.state();
    let parent = state.cloudformation.stack(&job.stack_id).ok_or_else(|| Refused::plain("the parent is gone"))?;
    Ok(Wanted {
        body: Some(body),
        parameters: given,
        tags: Some(parent.tags.clone()),
        capabilities: parent.capabilities.clone(),
        role_arn: parent.role_arn.clone(),
        token: parent.token.clone(),
        disable_rollback: parent.disable_rollback,
        // Nested stacks inherit the mode.
        is_express: parent.is_express,
        parent_id: Some(parent.id.clone()),
        is_change_set: false,
    })
}

/// The child takes over who acts and under which token; the result are the resources to skip in it.
fn continue_as(world: &Arc<World>, job: &Job) -> BTreeSet<String> {
    let mut state = world.state();
    let actor = state
        .cloudformation
        .stack(&job.stack_id)
        .map(|parent| (parent.caller.clone(), parent.role_arn.clone(), parent.token.clone()));
    let Some(child) = state.cloudformation.stack_mut(&job.physical_id) else { return BTreeSet::new() };
    if let Some((caller, role_arn, token)) = actor {
        (child.caller, child.role_arn, child.token) = (caller, role_arn, token);
    }
    std::mem::take(&mut child.skipped)
}

fn made(world: &Arc<World>, id: &str) -> Made {
    let state = world.state();
    let outputs = state.cloudformation.stack(id).map(|stack: &Stack| stack.outputs.clone()).unwrap_or_default();
    let attributes = outputs.into_iter().map(|output| (format!("Outputs.{}", output.key), json!(output.value)));
    Made { physical_id: id.to_owned(), attributes: attributes.collect() }
}

/// In the words of the parent's row.
fn refused(id: &str, status: Status, reason: &str) -> Refused {
    let reason =
        format!("Embedded stack {id} was not successfully updated. Currently in {status} with reason: {reason}");
    Refused { reason, physical_id: Some(id.to_owned()) }
}
