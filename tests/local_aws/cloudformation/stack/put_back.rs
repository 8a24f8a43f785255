//! What a rollback does to one resource: the properties of before are put back.

use std::sync::Arc;

use super::handler_call::Job;
use super::model::{Doomed, Resource, Status};
use super::plan::job_for;
use super::rows;
use super::steps::update;
use crate::World;
use crate::cloudformation::resources::{self};

/// Brings one touched resource back to what it was before the update (G.33, G.37).
pub(super) async fn restore(world: &Arc<World>, stack_id: &str, logical_id: &str) -> bool {
    let (mut job, before) = {
        let state = world.state();
        let Some(stack) = state.cloudformation.stack(stack_id) else { return false };
        let before = stack.before.as_ref().and_then(|before| before.resources.get(logical_id)).cloned();
        let (Some(before), Some(present)) = (before, stack.resources.get(logical_id)) else { return false };
        (job_for(stack, present, before.properties.clone()), before)
    };
    job.tags = before.tags.clone();
    job.is_restoration = true;
    let is_replaced = before.physical_id.as_deref() != Some(&job.physical_id);
    let is_restored = if is_replaced && !resources::is_custom(&job.kind) {
        put_back(world, &job, before);
        true
    } else {
        update(world, job, Status::UpdateInProgress).await
    };
    if is_restored {
        let mut state = world.state();
        if let Some(before) = state.cloudformation.stack_mut(stack_id).and_then(|stack| stack.before.as_mut()) {
            before.touched.remove(logical_id);
        }
    }
    is_restored
}

/// The old physical resource still exists: it takes its place again, and the new one is deleted in the cleanup phase.
pub(super) fn put_back(world: &Arc<World>, job: &Job, before: Resource) {
    let mut state = world.state();
    let Some(stack) = state.cloudformation.stack_mut(&job.stack_id) else { return };
    stack.doomed.retain(|each| each.resource.physical_id != before.physical_id);
    if let Some(new) = stack.resources.insert(job.logical_id.clone(), before)
        && new.physical_id.is_some()
    {
        stack.doomed.push(Doomed { resource: new, is_retained: false });
    }
    rows::resource_row(stack, &job.logical_id, Status::UpdateComplete, "");
}
