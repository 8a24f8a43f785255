//! What is done to one resource: created, updated, replaced, brought back, deleted, each with its rows.
//!
//! It refuses to know the other resources, beyond what references resolve to.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::custom_resource::{self, Ask, Verb};
use super::desk::{Job, tags};
use super::intrinsics::Scope;
use super::model::{Doomed, Resource, Stack, Status};
use super::resources::{self, Made, Refused};
use super::scheduler::Work;
use super::template::Policy;
use super::{exports, nested, rows};
use crate::{Settings, State, World, clock};

/// Does the work on one resource. Whether it succeeded; why not stands in its rows.
pub(super) async fn perform(world: &Arc<World>, stack_id: &str, logical_id: &str, work: Work) -> bool {
    match work {
        Work::Apply => apply(world, stack_id, logical_id).await,
        Work::Restore => restore(world, stack_id, logical_id).await,
        Work::Remove => remove(world, stack_id, logical_id).await,
    }
}

/// What the template asks of one resource.
enum Plan {
    Keep,
    Create(Job),
    Update(Job),
    Replace(Job),
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

fn plan(state: &mut State, settings: &Settings, stack_id: &str, logical_id: &str) -> Result<Plan, String> {
    let exports = exports::all(&state.cloudformation);
    let stack = state.cloudformation.stack(stack_id).ok_or("the stack is gone")?;
    let declared = &stack.template.resources[logical_id];
    let scope = scope(stack, settings, &exports);
    let properties = scope.resolve(&declared.properties)?.unwrap_or_else(|| Value::Object(Map::new()));
    let job = |properties: Value, present: Option<&Resource>| Job {
        stack_id: stack.id.clone(),
        stack_name: stack.name.clone(),
        logical_id: logical_id.to_owned(),
        kind: declared.kind.clone(),
        caller: stack.actor(),
        tags: tags(stack, logical_id, &declared.kind, &properties),
        old: present.map(|resource| resource.properties.clone()).unwrap_or_default(),
        old_tags: present.map(|resource| resource.tags.clone()).unwrap_or_default(),
        physical_id: present.and_then(|resource| resource.physical_id.clone()).unwrap_or_default(),
        properties,
    };
    let Some(present) = stack.resources.get(logical_id) else {
        return Ok(Plan::Create(job(properties, None)));
    };
    if present.kind != declared.kind {
        return Err(format!(
            "Update of resource type is not permitted. The new template modifies resource type of the following resources: [{logical_id}]"
        ));
    }
    let job = job(properties, Some(present));
    let has_failed = stack.before.is_none() && present.status == Status::CreateFailed;
    if job.properties == job.old && job.tags == job.old_tags && !has_failed {
        return Ok(Plan::Keep);
    }
    let create_only = resources::handler(&declared.kind).map(|handler| handler.create_only).unwrap_or_default();
    let is_replaced = create_only.iter().any(|name| job.properties.get(name) != job.old.get(name));
    Ok(if is_replaced { Plan::Replace(job) } else { Plan::Update(job) })
}

/// What names mean in a stack now.
pub(super) fn scope<'a>(stack: &'a Stack, settings: &'a Settings, exports: &'a BTreeMap<String, String>) -> Scope<'a> {
    Scope {
        template: &stack.template,
        parameters: &stack.parameters,
        resources: &stack.resources,
        exports,
        settings,
        stack_id: &stack.id,
        stack_name: &stack.name,
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
    resource.properties = job.properties.clone();
    resource.tags = job.tags.clone();
    if let Some(before) = &mut stack.before {
        before.touched.insert(job.logical_id.clone());
    }
    rows::resource_row(stack, &job.logical_id, status, reason);
}

/// Writes what became of it, and the last row.
fn end(world: &Arc<World>, job: &Job, result: Result<Made, Refused>, good: Status, bad: Status) -> bool {
    let mut state = world.state();
    let Some(stack) = state.cloudformation.stack_mut(&job.stack_id) else { return false };
    let Some(resource) = stack.resources.get_mut(&job.logical_id) else { return false };
    match result {
        Ok(made) => {
            let is_new_id = resource.physical_id.as_ref() != Some(&made.physical_id);
            resource.physical_id = Some(made.physical_id);
            // A registry handler's attributes outlive an update; a function's Data is what it said last.
            if resources::is_custom(&job.kind) || !made.attributes.is_empty() {
                resource.attributes = made.attributes;
            }
            if good == Status::CreateComplete && is_new_id {
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
    tokio::time::sleep(world.settings.pace).await;
    let made = match nested::KIND == job.kind {
        true => nested::create(world, &job).await,
        false if resources::is_custom(&job.kind) => custom_resource::ask(world, ask(&job, Verb::Create)).await,
        false => job.create(world).await,
    };
    end(world, &job, made, Status::CreateComplete, Status::CreateFailed)
}

async fn update(world: &Arc<World>, job: Job, first: Status) -> bool {
    begin(world, &job, first, "");
    tokio::time::sleep(world.settings.pace).await;
    let made = if resources::is_custom(&job.kind) {
        let verb = Verb::Update { physical_id: job.physical_id.clone(), old: job.old.clone() };
        let made = custom_resource::ask(world, ask(&job, verb)).await;
        remember_ids(world, &job, &made);
        made
    } else if job.kind == nested::KIND {
        nested::update(world, &job).await
    } else {
        job.update(world).await
    };
    end(world, &job, made, Status::UpdateComplete, Status::UpdateFailed)
}

fn ask(job: &Job, verb: Verb) -> Ask {
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
    tokio::time::sleep(world.settings.pace).await;
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

/// Brings one touched resource back to what it was before the update (G.33, G.37).
async fn restore(world: &Arc<World>, stack_id: &str, logical_id: &str) -> bool {
    let (mut job, before) = {
        let state = world.state();
        let Some(stack) = state.cloudformation.stack(stack_id) else { return false };
        let before = stack.before.as_ref().and_then(|before| before.resources.get(logical_id)).cloned();
        let (Some(before), Some(present)) = (before, stack.resources.get(logical_id)) else { return false };
        (job_for(stack, present, before.properties.clone()), before)
    };
    job.tags = before.tags.clone();
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
fn put_back(world: &Arc<World>, job: &Job, before: Resource) {
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

fn job_for(stack: &Stack, present: &Resource, properties: Value) -> Job {
    Job {
        stack_id: stack.id.clone(),
        stack_name: stack.name.clone(),
        logical_id: present.logical_id.clone(),
        kind: present.kind.clone(),
        caller: stack.actor(),
        properties,
        old: present.properties.clone(),
        tags: present.tags.clone(),
        old_tags: present.tags.clone(),
        physical_id: present.physical_id.clone().unwrap_or_default(),
    }
}

/// Deletes a resource of the stack: deletion of the stack, or rollback of its creation.
async fn remove(world: &Arc<World>, stack_id: &str, logical_id: &str) -> bool {
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
    tokio::time::sleep(world.settings.pace).await;
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
pub(super) async fn clean_up(world: &Arc<World>, stack_id: &str, doomed: &Doomed) -> bool {
    let logical_id = doomed.resource.logical_id.clone();
    let physical_id = doomed.resource.physical_id.clone().unwrap_or_default();
    let row = |status: Status, reason: &str| {
        let mut state = world.state();
        if let Some(stack) = state.cloudformation.stack_mut(stack_id) {
            rows::doomed_row(stack, &logical_id, &physical_id, &doomed.resource.kind, status, reason);
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
        tokio::time::sleep(world.settings.pace).await;
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
    if job.kind == nested::KIND {
        return nested::delete(world, job).await;
    }
    job.delete(world).await
}

/// Why a physical resource would go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reason {
    /// Its stack or its declaration is gone.
    Deleted,
    /// It was made by an operation that is rolled back.
    CreationRolledBack,
    /// Another one took its place.
    Replaced,
}

/// Whether its policy keeps it all the same.
pub(super) fn is_kept(stack: &Stack, logical_id: &str, reason: Reason) -> bool {
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
