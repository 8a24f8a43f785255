//! What is done to one resource: created, updated, replaced, brought back, each with its rows.
//!
//! It refuses to know the other resources, beyond what references resolve to.

use super::put_back::restore;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::handler_call::Job;
use super::model::{Doomed, Resource, Status};
use super::plan::{Plan, plan};
use super::removal::{Reason, is_kept, remove};
use super::scheduler::Work;
use super::{nested, rows};
use crate::cloudformation::custom_resource::{self, Ask, Verb};
use crate::cloudformation::modes::RowsOnTheWayBack;
use crate::cloudformation::resources::NESTED_STACK;
use crate::cloudformation::resources::{self, Made, Refused};
use crate::{World, clock, virtual_time};

/// Does the work on one resource. Whether it succeeded; why not stands in its rows.
pub(in crate::cloudformation) async fn perform(
    world: &Arc<World>,
    stack_id: &str,
    logical_id: &str,
    work: Work,
) -> bool {
    match work {
        Work::Apply => apply(world, stack_id, logical_id).await,
        Work::Restore => restore(world, stack_id, logical_id).await,
        Work::Remove => remove(world, stack_id, logical_id).await,
    }
}

async fn apply(world: &Arc<World>, stack_id: &str, logical_id: &str) -> bool {
    let plan = {
        let mut state = world.state();
        plan(&mut state, &world.settings, stack_id, logical_id)
    };
    match plan {
        Ok(Plan::Keep) => true,
        Ok(Plan::Create(job)) => create(world, job).await,
        Ok(Plan::Update(job)) => update(world, job, Status::UpdateInProgress).await,
        Ok(Plan::Replace(job)) => replace(world, job).await,
        Err(reason) => {
            let is_new = begin_unresolved(world, stack_id, logical_id);
            let status = if is_new { Status::CreateFailed } else { Status::UpdateFailed };
            rows::resource(world, stack_id, logical_id, status, &reason);
            false
        }
    }
}

/// A row needs a resource: one whose properties cannot be resolved has none yet.
fn begin_unresolved(world: &Arc<World>, stack_id: &str, logical_id: &str) -> bool {
    let mut state = world.state();
    let Some(stack) = state.cloudformation.stack_mut(stack_id) else { return false };
    let is_new = !stack.resources.contains_key(logical_id);
    if is_new {
        let kind = stack.template.resources[logical_id].kind.clone();
        stack.resources.insert(logical_id.to_owned(), blank(logical_id, &kind, Value::Null, BTreeMap::new()));
    }
    is_new
}

fn blank(logical_id: &str, kind: &str, properties: Value, tags: BTreeMap<String, String>) -> Resource {
    Resource {
        logical_id: logical_id.to_owned(),
        kind: kind.to_owned(),
        physical_id: None,
        properties,
        attributes: Map::new(),
        tags,
        status: Status::CreateInProgress,
        reason: String::new(),
        time: clock::now(),
    }
}

/// Writes what is about to be sent, and the first row.
fn begin(world: &Arc<World>, job: &Job, status: Status, reason: &str) {
    let mut state = world.state();
    let Some(stack) = state.cloudformation.stack_mut(&job.stack_id) else { return };
    let resource = stack
        .resources
        .entry(job.logical_id.clone())
        .or_insert_with(|| blank(&job.logical_id, &job.kind, Value::Null, BTreeMap::new()));
    if !job.is_restoration {
        resource.properties = job.properties.clone();
        resource.tags = job.tags.clone();
    }
    if let Some(before) = &mut stack.before {
        before.touched.insert(job.logical_id.clone());
    }
    rows::resource_row(stack, &job.logical_id, status, reason);
    if job.is_restoration
        && world.settings.modes.rows_on_the_way_back == RowsOnTheWayBack::Restored
        && let Some(row) = stack.events.last_mut()
    {
        row.properties = Some(job.properties.to_string());
    }
}

/// Writes what became of it, and the last row.
fn end(world: &Arc<World>, job: &Job, result: Result<Made, Refused>, good: Status, bad: Status) -> bool {
    let mut state = world.state();
    let Some(stack) = state.cloudformation.stack_mut(&job.stack_id) else { return false };
    let Some(resource) = stack.resources.get_mut(&job.logical_id) else { return false };
    match result {
        Ok(made) => {
            resource.physical_id = Some(made.physical_id);
            resource.properties = job.properties.clone();
            resource.tags = job.tags.clone();
            // A registry handler's attributes outlive an update; a function's Data is what it said last.
            if resources::is_custom(&job.kind) || !made.attributes.is_empty() {
                resource.attributes = made.attributes;
            }
            if good == Status::CreateComplete {
                rows::resource_row(stack, &job.logical_id, Status::CreateInProgress, "Resource creation Initiated");
            }
            rows::resource_row(stack, &job.logical_id, good, "");
            true
        }
        Err(refused) => {
            if resource.physical_id.is_none() {
                resource.physical_id = refused.physical_id;
            }
            rows::resource_row(stack, &job.logical_id, bad, &refused.reason);
            false
        }
    }
}

async fn create(world: &Arc<World>, mut job: Job) -> bool {
    begin(world, &job, Status::CreateInProgress, "");
    virtual_time::sleep(world.settings.pace + world.settings.steps.next).await;
    let made = match NESTED_STACK == job.kind {
        true => nested::create(world, &job).await,
        false if resources::is_custom(&job.kind) => custom_resource::ask(world, ask(&job, Verb::Create)).await,
        false => job.create(world).await,
    };
    end(world, &job, made, Status::CreateComplete, Status::CreateFailed)
}

pub(super) async fn update(world: &Arc<World>, job: Job, first: Status) -> bool {
    begin(world, &job, first, "");
    virtual_time::sleep(world.settings.pace + world.settings.steps.next).await;
    let made = if resources::is_custom(&job.kind) {
        let verb = Verb::Update { physical_id: job.physical_id.clone(), old: job.old.clone() };
        let made = custom_resource::ask(world, ask(&job, verb)).await;
        remember_ids(world, &job, &made);
        made
    } else if job.kind == NESTED_STACK {
        nested::update(world, &job).await
    } else {
        job.update(world).await
    };
    end(world, &job, made, Status::UpdateComplete, Status::UpdateFailed)
}

/// The same job as a question to a function.
pub(in crate::cloudformation) fn ask(job: &Job, verb: Verb) -> Ask {
    Ask {
        stack_id: job.stack_id.clone(),
        logical_id: job.logical_id.clone(),
        kind: job.kind.clone(),
        verb,
        properties: job.properties.clone(),
        caller: job.caller.clone(),
    }
}

/// A changed physical ID is a replacement: the other one is deleted in the cleanup phase, after success the old one,
/// after a failure the new one (semantics E.5, G.45).
fn remember_ids(world: &Arc<World>, job: &Job, made: &Result<Made, Refused>) {
    let (now, doomed_id, doomed_properties) = match made {
        Ok(made) => (&made.physical_id, &job.physical_id, &job.old),
        Err(Refused { physical_id: Some(new), .. }) => (&job.physical_id, new, &job.properties),
        Err(Refused { physical_id: None, .. }) => return,
    };
    let mut state = world.state();
    let Some(stack) = state.cloudformation.stack_mut(&job.stack_id) else { return };
    stack.doomed.retain(|each| each.resource.physical_id.as_ref() != Some(now));
    if now == doomed_id {
        return;
    }
    let is_retained = is_kept(stack, &job.logical_id, Reason::Replaced);
    let Some(mut resource) = stack.resources.get(&job.logical_id).cloned() else { return };
    resource.physical_id = Some(doomed_id.clone());
    resource.properties = doomed_properties.clone();
    stack.doomed.push(Doomed { resource, is_retained });
    if made.is_ok() {
        let reason = "Requested update required the provider to create a new physical resource";
        rows::resource_row(stack, &job.logical_id, Status::UpdateInProgress, reason);
    }
}

async fn replace(world: &Arc<World>, mut job: Job) -> bool {
    let reason = "Requested update requires the creation of a new physical resource; hence creating one.";
    begin(world, &job, Status::UpdateInProgress, reason);
    let old = {
        let mut state = world.state();
        let Some(stack) = state.cloudformation.stack_mut(&job.stack_id) else { return false };
        let before = stack.before.as_ref().and_then(|before| before.resources.get(&job.logical_id)).cloned();
        if let Some(resource) = stack.resources.get_mut(&job.logical_id) {
            resource.physical_id = None;
        }
        before
    };
    virtual_time::sleep(world.settings.pace + world.settings.steps.next).await;
    job.physical_id.clear();
    let made = job.create(world).await;
    if let (Ok(_), Some(resource)) = (&made, old) {
        let mut state = world.state();
        if let Some(stack) = state.cloudformation.stack_mut(&job.stack_id) {
            let is_retained = is_kept(stack, &job.logical_id, Reason::Replaced);
            stack.doomed.push(Doomed { resource, is_retained });
        }
    }
    end(world, &job, made, Status::UpdateComplete, Status::UpdateFailed)
}
