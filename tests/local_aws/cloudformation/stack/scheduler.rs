//! Walks resources in the order of their dependencies, those that do not need each other at the same time.
//!
//! It refuses to know what is done to a resource. When one fails, the others in flight are cancelled, except in a
//! deletion and, where [`FailureOnTheWayBack`] says so, in a rollback.

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio::task::JoinSet;

use super::model::Status;
use super::{rows, steps};
use crate::cloudformation::modes::FailureOnTheWayBack;
use crate::cloudformation::resources::NESTED_STACK;
use crate::cloudformation::template::graph::Dependencies;
use crate::cloudformation::{custom_resource, resources};
use crate::{World, virtual_time};

/// What is done to each resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cloudformation) enum Work {
    /// Bring it to the template.
    Apply,
    /// Bring it back to what it was.
    Restore,
    /// Delete it.
    Remove,
}

/// How a walk ended: in no particular order.
#[derive(Debug, Default)]
pub(in crate::cloudformation) struct Walked {
    /// They failed on their own.
    pub(in crate::cloudformation) failed: BTreeSet<String>,
    /// They were in flight when another one failed, or when the update was cancelled.
    pub(in crate::cloudformation) cancelled: BTreeSet<String>,
}

/// Does the work on every resource of the graph.
pub(in crate::cloudformation) async fn walk(
    world: &Arc<World>,
    stack_id: &str,
    graph: &Dependencies,
    work: Work,
) -> Walked {
    let mut waiting: BTreeSet<String> = graph.keys().cloned().collect();
    let mut done: BTreeSet<String> = BTreeSet::new();
    let mut flying: BTreeSet<String> = BTreeSet::new();
    let mut tasks: JoinSet<(String, bool)> = JoinSet::new();
    let mut walked = Walked::default();
    loop {
        let is_free = |id: &&String| graph[*id].iter().all(|need| done.contains(need) || !graph.contains_key(need));
        let ready: Vec<String> = waiting.iter().filter(is_free).cloned().collect();
        for id in ready {
            waiting.remove(&id);
            flying.insert(id.clone());
            let (world, stack_id) = (Arc::clone(world), stack_id.to_owned());
            tasks.spawn(async move {
                let is_done = steps::perform(&world, &stack_id, &id, work).await;
                (id, is_done)
            });
        }
        let finished = tokio::select! {
            finished = tasks.join_next() => finished,
            () = cancelled(world, stack_id, work) => {
                waiting.clear();
                cancel(world, stack_id, &mut tasks, &mut flying, &mut walked, work).await;
                return walked;
            }
        };
        match finished {
            None => return walked,
            Some(Ok((id, true))) => {
                flying.remove(&id);
                done.insert(id);
            }
            Some(Ok((id, false))) => {
                flying.remove(&id);
                walked.failed.insert(id);
                if work != Work::Remove {
                    waiting.clear();
                }
                let others = world.settings.modes.failure_on_the_way_back;
                if work == Work::Apply || work == Work::Restore && others == FailureOnTheWayBack::CancelsOthers {
                    // Some seconds pass in AWS, in which others may still end well; alone, none.
                    if !flying.is_empty() {
                        virtual_time::sleep(world.settings.pace).await;
                    }
                    cancel(world, stack_id, &mut tasks, &mut flying, &mut walked, work).await;
                    return walked;
                }
            }
            Some(Err(panic)) => std::panic::resume_unwind(panic.into_panic()),
        }
    }
}

/// Ends when CancelUpdateStack was called; only the forward phase of an update can be cancelled.
async fn cancelled(world: &Arc<World>, stack_id: &str, work: Work) {
    if work != Work::Apply {
        std::future::pending::<()>().await;
    }
    world.wait_for(|state| state.cloudformation.stack(stack_id).filter(|stack| stack.is_cancelled).map(|_| ())).await;
}

/// Stops what is in flight. A custom resource's function runs on: only its answer is no longer waited for (G.46).
async fn cancel(
    world: &Arc<World>,
    stack_id: &str,
    tasks: &mut JoinSet<(String, bool)>,
    flying: &mut BTreeSet<String>,
    walked: &mut Walked,
    work: Work,
) {
    tasks.abort_all();
    while let Some(finished) = tasks.join_next().await {
        if let Ok((id, is_done)) = finished {
            flying.remove(&id);
            if !is_done {
                walked.failed.insert(id);
            }
        }
    }
    for id in std::mem::take(flying) {
        give_up(world, stack_id, &id, work);
        walked.cancelled.insert(id);
    }
}

fn give_up(world: &Arc<World>, stack_id: &str, logical_id: &str, work: Work) {
    let mut state = world.state();
    let sent = state.cloudformation.requests_for(logical_id).last().is_some_and(|request| request.stack_id == stack_id);
    let Some(stack) = state.cloudformation.stack_mut(stack_id) else { return };
    let Some(resource) = stack.resources.get_mut(logical_id) else { return };
    let is_new = resource.status == Status::CreateInProgress;
    if is_new && sent && resource.physical_id.is_none() && resources::is_custom(&resource.kind) {
        resource.physical_id = Some(custom_resource::made_up_id(stack_id, logical_id));
    }
    let child = resource.physical_id.clone().filter(|_| resource.kind == NESTED_STACK && work == Work::Apply);
    match (is_new, work) {
        (true, _) => rows::resource_row(stack, logical_id, Status::CreateFailed, "Resource creation cancelled"),
        (false, Work::Apply | Work::Restore | Work::Remove) => {
            rows::resource_row(stack, logical_id, Status::UpdateFailed, "Resource update cancelled");
        }
    }
    if let Some(child) = child.and_then(|id| state.cloudformation.stack_mut(&id)) {
        child.is_cancelled |= !child.status.is_settled();
    }
}
