//! The end of an operation, from the root down: only once the root is through do nested stacks clean up what the
//! operation replaced or removed, and forget what they could go back to (`SEMANTICS.md` C.5).

use std::pin::Pin;
use std::sync::Arc;

use super::engine::cleanup;
use super::model::Status;
use super::rows;
use crate::World;
use crate::cloudformation::resources::NESTED_STACK;

/// Takes a stack that rests before its cleanup to its last status, each nested stack before itself. A child waits for
/// its root: called by its own operation, it does nothing.
pub(super) async fn finish(world: &Arc<World>, id: &str) {
    if world.state().cloudformation.stack(id).is_some_and(|stack| stack.parent_id.is_none()) {
        clean(world, id).await;
    }
}

fn clean<'a>(world: &'a Arc<World>, id: &'a str) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>> {
    Box::pin(async move {
        let Some(last) = last(world, id) else { return };
        let leftovers = cleanup(world, id).await;
        for (logical_id, child) in children(world, id) {
            clean(world, &child).await;
            rows::resource(world, id, &logical_id, Status::UpdateComplete, "");
        }
        if let Some(stack) = world.state().cloudformation.stack_mut(id) {
            stack.before = None;
        }
        let reason = match last {
            Status::UpdateComplete if leftovers => "Update successful. One or more resources could not be deleted.",
            _ => "",
        };
        rows::stack(world, id, last, reason);
    })
}

/// What a stack becomes after its cleanup; none for one that does not rest before it.
fn last(world: &Arc<World>, id: &str) -> Option<Status> {
    let status = world.state().cloudformation.stack(id)?.status;
    match status {
        Status::UpdateCompleteCleanupInProgress => Some(Status::UpdateComplete),
        Status::UpdateRollbackCompleteCleanupInProgress => Some(Status::UpdateRollbackComplete),
        _ => None,
    }
}

/// The nested stacks that rest before their cleanup, by logical ID, each with its own ID.
fn children(world: &Arc<World>, id: &str) -> Vec<(String, String)> {
    let nested = {
        let state = world.state();
        let resources = state.cloudformation.stack(id).map(|stack| stack.resources.clone()).unwrap_or_default();
        resources.into_values().filter(|resource| resource.kind == NESTED_STACK)
    };
    let resting = nested.filter_map(|resource| {
        let child = resource.physical_id.filter(|child| last(world, child).is_some())?;
        Some((resource.logical_id, child))
    });
    resting.collect()
}
