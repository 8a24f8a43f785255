//! AWS::CloudFormation::Stack: a stack as a resource of another one. Its template comes from the local S3.
//!
//! A child has its own state machine, rows and events; its parent's rollback continues a child's (semantics C.2). Kept
//! simple: a child that had already completed goes back by an update of its own, with UPDATE_* statuses.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::json;

use super::engine::{self, Operation};
use super::handler_call::Job;
use super::model::{Stack, Status};
use crate::cloudformation::api::{Wanted, create_stack, delete_stack, fetched, update_stack};
use crate::cloudformation::custom_resource::stringified;
use crate::cloudformation::resources::{Made, Refused};
use crate::cloudformation::scenario::settled;
use crate::cloudformation::template::parameters::{Given, as_text};
use crate::{World, stamp};

/// The resource type.
pub(crate) const KIND: &str = "AWS::CloudFormation::Stack";

pub(in crate::cloudformation) async fn create(world: &Arc<World>, job: &Job) -> Result<Made, Refused> {
    let wanted = wanted(world, job)?;
    let name = format!("{}-{}-{}", job.stack_name, job.logical_id, stamp::suffix(12));
    let id = create_stack(world, &job.caller, &name, wanted).map_err(|error| Refused::plain(error.message))?;
    if let Some(parent) = world.state().cloudformation.stack_mut(&job.stack_id)
        && let Some(resource) = parent.resources.get_mut(&job.logical_id)
    {
        resource.physical_id = Some(id.clone());
    }
    if settled(world, &id).await == Status::CreateComplete {
        Ok(made(world, &id))
    } else {
        Err(refused(world, &id, "created"))
    }
}

pub(in crate::cloudformation) async fn update(world: &Arc<World>, job: &Job) -> Result<Made, Refused> {
    let id = job.physical_id.clone();
    let (is_stuck, is_continued) = {
        let state = world.state();
        let status = |id: &str| state.cloudformation.stack(id).map(|stack| (stack.status, stack.reason.clone()));
        let parent = status(&job.stack_id);
        let is_stuck = status(&id).is_some_and(|(status, _)| status == Status::UpdateRollbackFailed);
        (is_stuck, parent == Some((Status::UpdateRollbackInProgress, "User Initiated".to_owned())))
    };
    if is_stuck {
        if !is_continued {
            return Err(refused(world, &id, "updated"));
        }
        let skipped = continue_as(world, job);
        engine::start(world, &id, Operation::ContinueRollback(skipped));
        return if settled(world, &id).await == Status::UpdateRollbackComplete {
            Ok(made(world, &id))
        } else {
            Err(refused(world, &id, "updated"))
        };
    }
    match update_stack(world, &job.caller, &id, &wanted(world, job)?) {
        Ok(_) => {
            if settled(world, &id).await == Status::UpdateComplete {
                Ok(made(world, &id))
            } else {
                Err(refused(world, &id, "updated"))
            }
        }
        Err(error) if error.message == "No updates are to be performed." => Ok(made(world, &id)),
        Err(error) => Err(Refused::plain(error.message)),
    }
}

pub(in crate::cloudformation) async fn delete(world: &Arc<World>, job: &Job) -> Result<(), Refused> {
    let is_express = world.state().cloudformation.stack(&job.stack_id).is_some_and(|parent| parent.is_express);
    let wanted = Wanted { token: token(world, job), is_express, ..Wanted::default() };
    delete_stack(world, &job.caller, &job.physical_id, BTreeSet::new(), &wanted)
        .map_err(|error| Refused::plain(error.message))?;
    if settled(world, &job.physical_id).await == Status::DeleteComplete {
        Ok(())
    } else {
        Err(refused(world, &job.physical_id, "deleted"))
    }
}

fn token(world: &Arc<World>, job: &Job) -> Option<String> {
    world.state().cloudformation.stack(&job.stack_id).and_then(|parent| parent.token.clone())
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
        disable_rollback: false,
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

fn refused(world: &Arc<World>, id: &str, what: &str) -> Refused {
    let state = world.state();
    let stack = state.cloudformation.stack(id);
    let failed = stack.map(|stack| {
        let first = stack.events.iter().rev().find(|row| row.reason.starts_with("The following resource(s) failed"));
        first.map(|row| row.reason.trim().to_owned()).unwrap_or_default()
    });
    let reason = format!("Embedded stack {id} was not successfully {what}: {}", failed.unwrap_or_default());
    Refused { reason, physical_id: Some(id.to_owned()) }
}
