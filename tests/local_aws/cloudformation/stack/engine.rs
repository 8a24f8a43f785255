//! The stack's state machine (semantics C.1): what follows what, and with which reason.
//!
//! Each operation is a task of its own. It refuses to know resources: [`super::scheduler`] walks them.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::deletion::{delete, present};
use super::finish::finish;
use super::model::{Doomed, Status};
use super::plan::scope;
use super::removal::{Reason, clean_up, is_kept};
use super::rollback::{continue_rollback, restore};
use super::rows;
use super::scheduler::{Walked, Work, walk};
use crate::cloudformation::template::exports;
use crate::cloudformation::template::graph::{self, Dependencies};
use crate::{World, virtual_time};

/// What a stack was asked to do.
#[derive(Debug, Clone)]
pub(crate) enum Operation {
    /// CreateStack, or a change set of type CREATE.
    Create,
    /// UpdateStack, or a change set of type UPDATE.
    Update,
    /// DeleteStack; these are left.
    Delete(BTreeSet<String>),
    /// ContinueUpdateRollback; these are skipped.
    ContinueRollback(BTreeSet<String>),
    /// RollbackStack on UPDATE_FAILED or CREATE_FAILED.
    Rollback,
    /// A nested stack goes back, because an ancestor does.
    GoBack,
}

/// Starts an operation. The stack's first row is already written when this returns.
pub(crate) fn start(world: &Arc<World>, stack_id: &str, operation: Operation) {
    let first = match &operation {
        Operation::Create => Status::CreateInProgress,
        Operation::Update => Status::UpdateInProgress,
        Operation::Delete(_) => Status::DeleteInProgress,
        Operation::ContinueRollback(_) => Status::UpdateRollbackInProgress,
        Operation::Rollback => rollback_status(world, stack_id),
        Operation::GoBack => Status::UpdateRollbackInProgress,
    };
    if let Some(stack) = world.state().cloudformation.stack_mut(stack_id) {
        stack.is_continued = matches!(operation, Operation::ContinueRollback(_));
    }
    let is_asked = !matches!(operation, Operation::GoBack);
    rows::stack(world, stack_id, first, if is_asked { "User Initiated" } else { "" });
    let (world, stack_id) = (Arc::clone(world), stack_id.to_owned());
    tokio::spawn(async move { run(&world, &stack_id, operation).await });
}

/// Does an operation to its end, after the first row.
pub(crate) async fn run(world: &Arc<World>, id: &str, operation: Operation) {
    let begin = match operation {
        Operation::Create | Operation::Update | Operation::Delete(_) => world.settings.steps.begin,
        Operation::ContinueRollback(_) | Operation::Rollback | Operation::GoBack => Duration::ZERO,
    };
    virtual_time::sleep(world.settings.pace + begin).await;
    match operation {
        Operation::Create => create(world, id).await,
        Operation::Update => update(world, id).await,
        Operation::Delete(left) => delete(world, id, &left).await,
        Operation::ContinueRollback(skipped) => continue_rollback(world, id, &skipped).await,
        Operation::Rollback if rollback_status(world, id) == Status::UpdateRollbackInProgress => {
            restore(world, id).await;
        }
        Operation::GoBack => restore(world, id).await,
        // Without a last known stable state there is nothing to go back to (API reference of RollbackStack).
        Operation::Rollback => delete(world, id, &BTreeSet::new()).await,
    }
}

fn rollback_status(world: &Arc<World>, id: &str) -> Status {
    let state = world.state();
    let is_update = state.cloudformation.stack(id).is_some_and(|stack| stack.before.is_some());
    if is_update { Status::UpdateRollbackInProgress } else { Status::DeleteInProgress }
}

async fn create(world: &Arc<World>, id: &str) {
    let trouble = forward(world, id).await;
    match trouble {
        None => rows::stack(world, id, Status::CreateComplete, ""),
        Some(reason) if disables_rollback(world, id) => rows::stack(world, id, Status::CreateFailed, &reason),
        Some(reason) => {
            let reason = format!("{reason}Rollback requested by user.");
            rows::stack(world, id, Status::RollbackInProgress, &reason);
            undo_creation(world, id).await;
        }
    }
}

async fn undo_creation(world: &Arc<World>, id: &str) {
    virtual_time::sleep(world.settings.pace).await;
    let graph = present(world, id, &BTreeSet::new());
    let walked = walk(world, id, &graph, Work::Remove).await;
    match said("delete", &walked.failed) {
        None => rows::stack(world, id, Status::RollbackComplete, ""),
        Some(reason) => rows::stack(world, id, Status::RollbackFailed, &reason),
    }
}

async fn update(world: &Arc<World>, id: &str) {
    let trouble = forward(world, id).await;
    match trouble {
        None => {
            doom_removed(world, id);
            rows::stack(world, id, Status::UpdateCompleteCleanupInProgress, "");
            finish(world, id).await;
        }
        Some(reason) if disables_rollback(world, id) => rows::stack(world, id, Status::UpdateFailed, &reason),
        Some(reason) => {
            virtual_time::sleep(world.settings.steps.to_rollback).await;
            rows::stack(world, id, Status::UpdateRollbackInProgress, &reason);
            restore(world, id).await;
        }
    }
}

fn disables_rollback(world: &Arc<World>, id: &str) -> bool {
    world.state().cloudformation.stack(id).is_some_and(|stack| stack.disable_rollback)
}

/// Brings the stack to its template. The reason why not, in CloudFormation's words, if not.
async fn forward(world: &Arc<World>, id: &str) -> Option<String> {
    let graph = match active(world, id) {
        Ok(graph) => graph,
        Err(reason) => return Some(format!("{reason} ")),
    };
    let walked = walk(world, id, &graph, Work::Apply).await;
    failures(world, id, &walked).or_else(|| conclude(world, id))
}

/// The resources whose conditions hold, with their dependencies.
fn active(world: &Arc<World>, id: &str) -> Result<Dependencies, String> {
    let state = world.state();
    let exports = exports::all(&state.cloudformation);
    let stack = state.cloudformation.stack(id).ok_or("the stack is gone")?;
    let scope = scope(stack, &world.settings, &exports);
    let mut graph = graph::dependencies(&stack.template);
    for (name, declared) in &stack.template.resources {
        if let Some(condition) = &declared.condition
            && !scope.holds(condition)?
        {
            graph.remove(name);
        }
    }
    Ok(graph)
}

/// `The following resource(s) failed to update: [Flink]. `, with the space at its end (C.4).
fn failures(world: &Arc<World>, id: &str, walked: &Walked) -> Option<String> {
    let state = world.state();
    let stack = state.cloudformation.stack(id)?;
    let all = walked.failed.union(&walked.cancelled);
    let is_new =
        |name: &&String| stack.resources.get(*name).is_some_and(|resource| resource.status == Status::CreateFailed);
    let (created, updated): (BTreeSet<&String>, BTreeSet<&String>) = all.partition(is_new);
    let part = |verb: &str, names: BTreeSet<&String>| {
        said(verb, &names.into_iter().cloned().collect()).map_or(String::new(), |text| format!("{text} "))
    };
    let text = format!("{}{}", part("create", created), part("update", updated));
    match (text.is_empty(), stack.is_cancelled, &stack.parent_id) {
        (_, true, None) | (true, true, Some(_)) => Some("User Initiated".to_owned()),
        (true, false, _) => None,
        (false, ..) => Some(text),
    }
}

pub(in crate::cloudformation) fn said(verb: &str, names: &BTreeSet<String>) -> Option<String> {
    let names: Vec<_> = names.iter().cloned().collect();
    (!names.is_empty()).then(|| format!("The following resource(s) failed to {verb}: [{}].", names.join(", ")))
}

/// Resolves the outputs; exports may not clash, and those in use may not change.
fn conclude(world: &Arc<World>, id: &str) -> Option<String> {
    let mut state = world.state();
    let known = exports::all(&state.cloudformation);
    let stack = state.cloudformation.stack(id)?;
    let scope = scope(stack, &world.settings, &known);
    let resolved = exports::outputs(&scope).map(|outputs| (outputs, exports::imports(&scope)));
    let (outputs, imports) = match resolved {
        Ok(resolved) => resolved,
        Err(reason) => return Some(format!("{reason} ")),
    };
    if let Some(conflict) = exports::conflict(&state.cloudformation, id, &outputs) {
        return Some(conflict);
    }
    let stack = state.cloudformation.stack_mut(id)?;
    stack.outputs = outputs;
    stack.imports = imports;
    None
}

/// What the new template no longer has goes in the cleanup phase.
fn doom_removed(world: &Arc<World>, id: &str) {
    let kept: BTreeSet<String> = active(world, id).unwrap_or_default().into_keys().collect();
    let mut state = world.state();
    let Some(stack) = state.cloudformation.stack_mut(id) else { return };
    let removed: Vec<String> = stack.resources.keys().filter(|name| !kept.contains(*name)).cloned().collect();
    for name in removed {
        let is_retained = is_kept(stack, &name, Reason::Deleted);
        doom(stack, &name, is_retained);
    }
}

pub(in crate::cloudformation) fn doom(stack: &mut crate::cloudformation::Stack, name: &str, is_retained: bool) {
    if let Some(resource) = stack.resources.remove(name)
        && resource.physical_id.is_some()
    {
        stack.doomed.push(Doomed { resource, is_retained });
    }
}

/// Deletes what is doomed, users before what they use. Whether something was left.
pub(in crate::cloudformation) async fn cleanup(world: &Arc<World>, id: &str) -> bool {
    virtual_time::sleep(world.settings.pace + world.settings.steps.cleanup).await;
    let mut doomed = {
        let mut state = world.state();
        let Some(stack) = state.cloudformation.stack_mut(id) else { return false };
        let template = stack.before.as_ref().map_or(&stack.template, |before| &before.template);
        let mut order = graph::order(&graph::dependencies(template));
        order.extend(graph::order(&graph::dependencies(&stack.template)));
        let mut doomed = std::mem::take(&mut stack.doomed);
        doomed.sort_by_key(|each| order.iter().rposition(|name| *name == each.resource.logical_id));
        doomed
    };
    let mut has_leftovers = false;
    while let Some(each) = doomed.pop() {
        has_leftovers |= !clean_up(world, id, &each).await;
    }
    has_leftovers
}
