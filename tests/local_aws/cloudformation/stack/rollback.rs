//! The way back of an update: what was touched is restored, what was created is deleted (semantics C.2, C.3).

use std::collections::BTreeSet;
use std::sync::Arc;

use super::engine::{doom, said};
use super::finish::finish;
use super::model::{Doomed, Resource, Status};
use super::removal::{Reason, is_kept};
use super::rows;
use super::scheduler::{Work, walk};
use crate::cloudformation::template::graph;
use crate::{World, virtual_time};

/// Brings every touched resource back, in the order of the old template's dependencies (G.33).
pub(in crate::cloudformation) async fn restore(world: &Arc<World>, id: &str) {
    virtual_time::sleep(world.settings.pace + world.settings.steps.rollback_begin).await;
    let graph = {
        let mut state = world.state();
        let Some(stack) = state.cloudformation.stack_mut(id) else { return };
        stack.is_cancelled = false;
        let Some(before) = &stack.before else { return };
        let is_old = |each: &Doomed| {
            before.resources.values().any(|old: &Resource| old.physical_id == each.resource.physical_id)
        };
        stack.doomed.retain(|each| !is_old(each));
        let mut graph = graph::dependencies(&before.template);
        graph.retain(|name, _| before.touched.contains(name) && before.resources.contains_key(name));
        graph
    };
    let walked = walk(world, id, &graph, Work::Restore).await;
    let all = walked.failed.union(&walked.cancelled).cloned().collect();
    if let Some(reason) = said("update", &all) {
        rows::stack(world, id, Status::UpdateRollbackFailed, &format!("{reason} "));
        return;
    }
    go_back(world, id);
    rows::stack(world, id, Status::UpdateRollbackCompleteCleanupInProgress, "");
    finish(world, id).await;
}

/// The old template is in force again; what the update created is doomed.
fn go_back(world: &Arc<World>, id: &str) {
    let mut state = world.state();
    let Some(stack) = state.cloudformation.stack_mut(id) else { return };
    let Some(before) = stack.before.take() else { return };
    // In the order of the new template, so that the cleanup, from the end, deletes users before what they use.
    for name in graph::order(&graph::dependencies(&stack.template)) {
        if !before.resources.contains_key(&name) {
            let is_retained = is_kept(stack, &name, Reason::CreationRolledBack);
            doom(stack, &name, is_retained);
        }
    }
    stack.template = before.template;
    stack.body = before.body;
    stack.parameters = before.parameters;
    stack.fetched = before.fetched;
    stack.tags = before.tags;
}

/// Retries only what was not restored (G.37); skipped resources are called complete without being touched (G.38).
pub(in crate::cloudformation) async fn continue_rollback(world: &Arc<World>, id: &str, skipped: &BTreeSet<String>) {
    let refusal = {
        let mut state = world.state();
        let Some(stack) = state.cloudformation.stack_mut(id) else { return };
        let foreign: Vec<_> = skipped.iter().filter(|name| !stack.resources.contains_key(*name)).cloned().collect();
        let can_be_skipped = |name: &String| {
            stack.resources.get(name).is_some_and(|resource| {
                resource.status == Status::UpdateFailed && resource.reason != "Resource update cancelled"
            })
        };
        if !foreign.is_empty() {
            Some(format!("Resources with logicalIds [{}] do not belong to stack {}", foreign.join(", "), stack.name))
        } else if !skipped.iter().all(can_be_skipped) {
            Some("Only the resources in UPDATE_FAILED state are allowed to be skipped".to_owned())
        } else {
            for name in skipped {
                if let Some(before) = &mut stack.before {
                    before.touched.remove(name);
                    // CloudFormation believes in the old template from now on, whatever is true (C.2).
                    if let (Some(old), Some(resource)) = (before.resources.get(name), stack.resources.get_mut(name)) {
                        resource.properties = old.properties.clone();
                    }
                }
                rows::resource_row(stack, name, Status::UpdateComplete, "Resource skipped during UpdateRollback");
            }
            None
        }
    };
    match refusal {
        Some(reason) => rows::stack(world, id, Status::UpdateRollbackFailed, &reason),
        None => restore(world, id).await,
    }
}
