//! The deletion of a whole stack (semantics C.1): what cannot go stays listed.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::engine::{cleanup, said};
use super::model::Status;
use super::rows;
use super::scheduler::{Work, walk};
use crate::World;
use crate::cloudformation::template::exports;
use crate::cloudformation::template::graph::{self, Dependencies};

pub(super) async fn delete(world: &Arc<World>, id: &str, left: &BTreeSet<String>) {
    let graph = present(world, id, left);
    let walked = walk(world, id, &graph, Work::Remove).await;
    let leftovers = cleanup(world, id).await;
    match said("delete", &walked.failed) {
        None if !leftovers => {
            if let Some(stack) = world.state().cloudformation.stack_mut(id) {
                stack.imports.clear();
                stack.outputs.clear();
            }
            rows::stack(world, id, Status::DeleteComplete, "");
        }
        Some(reason) => rows::stack(world, id, Status::DeleteFailed, &format!("{reason} ")),
        None => rows::stack(world, id, Status::DeleteFailed, "One or more resources could not be deleted."),
    }
}

/// Why a stack cannot be deleted: another one imports what it exports.
pub(in crate::cloudformation) fn exports_in_use(world: &Arc<World>, id: &str) -> Option<String> {
    let state = world.state();
    let stack = state.cloudformation.stack(id)?;
    stack.outputs.iter().find_map(|output| {
        let name = output.export.as_ref()?;
        let users = exports::importers(&state.cloudformation, name);
        (!users.is_empty()).then(|| format!("Export {name} cannot be deleted as it is in use by {}", users.join(", ")))
    })
}

/// The resources that exist, each waiting for those that need it.
pub(super) fn present(world: &Arc<World>, id: &str, left: &BTreeSet<String>) -> Dependencies {
    let state = world.state();
    let Some(stack) = state.cloudformation.stack(id) else { return Dependencies::new() };
    let mut graph = stack.before.as_ref().map(|before| graph::dependencies(&before.template)).unwrap_or_default();
    for (name, needs) in graph::dependencies(&stack.template) {
        graph.entry(name).or_default().extend(needs);
    }
    let mut graph = graph::reversed(&graph);
    graph.retain(|name, _| stack.resources.contains_key(name) && !left.contains(name));
    graph
}
