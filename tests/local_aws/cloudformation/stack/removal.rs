//! How a resource goes: with its stack, with its declaration, or because another one took its place.

use std::sync::Arc;

use super::handler_call::Job;
use super::model::{Doomed, Stack, Status};
use super::plan::job_for;
use super::steps::ask;
use super::{nested, rows};
use crate::cloudformation::custom_resource::{self, Verb};
use crate::cloudformation::resources::NESTED_STACK;
use crate::cloudformation::resources::{self, Refused};
use crate::cloudformation::template::Policy;
use crate::{World, virtual_time};

/// Deletes a resource of the stack: deletion of the stack, or rollback of its creation.
pub(in crate::cloudformation) async fn remove(world: &Arc<World>, stack_id: &str, logical_id: &str) -> bool {
    let (job, is_retained) = {
        let mut state = world.state();
        let Some(stack) = state.cloudformation.stack_mut(stack_id) else { return false };
        let reason =
            if stack.status == Status::RollbackInProgress { Reason::CreationRolledBack } else { Reason::Deleted };
        let is_retained = is_kept(stack, logical_id, reason);
        let Some(present) = stack.resources.get(logical_id) else { return true };
        if present.physical_id.is_none() || present.status == Status::DeleteComplete {
            return true;
        }
        let job = job_for(stack, present, present.properties.clone());
        let status = if is_retained { Status::DeleteSkipped } else { Status::DeleteInProgress };
        rows::resource_row(stack, logical_id, status, "");
        (job, is_retained)
    };
    if is_retained {
        return true;
    }
    virtual_time::sleep(world.settings.pace + world.settings.steps.next).await;
    match delete_physical(world, &job).await {
        Ok(()) => {
            rows::resource(world, stack_id, logical_id, Status::DeleteComplete, "");
            true
        }
        Err(refused) => {
            rows::resource(world, stack_id, logical_id, Status::DeleteFailed, &refused.reason);
            false
        }
    }
}

/// Deletes one doomed physical resource: three tries, then it is left (semantics C.1, G.45).
pub(in crate::cloudformation) async fn clean_up(world: &Arc<World>, stack_id: &str, doomed: &Doomed) -> bool {
    let physical_id = doomed.resource.physical_id.clone().unwrap_or_default();
    let row = |status: Status, reason: &str| {
        let mut state = world.state();
        if let Some(stack) = state.cloudformation.stack_mut(stack_id) {
            rows::doomed_row(stack, &doomed.resource, &physical_id, status, reason);
        }
    };
    if doomed.is_retained {
        row(Status::DeleteSkipped, "");
        return true;
    }
    let job = {
        let state = world.state();
        let Some(stack) = state.cloudformation.stack(stack_id) else { return false };
        job_for(stack, &doomed.resource, doomed.resource.properties.clone())
    };
    for _ in 0..3 {
        row(Status::DeleteInProgress, "");
        virtual_time::sleep(world.settings.pace).await;
        match delete_physical(world, &job).await {
            Ok(()) => {
                row(Status::DeleteComplete, "");
                return true;
            }
            Err(refused) => row(Status::DeleteFailed, &refused.reason),
        }
    }
    false
}

async fn delete_physical(world: &Arc<World>, job: &Job) -> Result<(), Refused> {
    if resources::is_custom(&job.kind) {
        let verb = Verb::Delete { physical_id: job.physical_id.clone() };
        return custom_resource::ask(world, ask(job, verb)).await.map(|_| ());
    }
    if job.kind == NESTED_STACK {
        return nested::delete(world, job).await;
    }
    job.delete(world).await
}

/// Why a physical resource would go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cloudformation) enum Reason {
    /// Its stack or its declaration is gone.
    Deleted,
    /// It was made by an operation that is rolled back.
    CreationRolledBack,
    /// Another one took its place.
    Replaced,
}

/// Whether its policy still keeps it.
pub(in crate::cloudformation) fn is_kept(stack: &Stack, logical_id: &str, reason: Reason) -> bool {
    let old = stack.before.as_ref().and_then(|before| before.template.resources.get(logical_id));
    let Some(declared) = stack.template.resources.get(logical_id).or(old) else { return false };
    let policy = match reason {
        Reason::Deleted | Reason::CreationRolledBack => declared.deletion_policy,
        Reason::Replaced => declared.replace_policy,
    };
    match policy {
        Policy::Delete => false,
        Policy::Retain => true,
        Policy::RetainExceptOnCreate => reason != Reason::CreationRolledBack,
    }
}
