//! What scenarios do without a wire: one request, and waiting for what comes of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::model::{StackEvent, Status};
use super::query;
use crate::World;
use crate::api::{ApiResult, Caller};

/// One call as an operator, `request(world, "UpdateStack", [("StackName", "s"), ("TemplateBody", body)])`.
///
/// # Errors
/// As on the wire.
pub fn request<const N: usize>(world: &Arc<World>, action: &str, params: [(&str, &str); N]) -> ApiResult<String> {
    let params = params.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned()));
    query(world, &Caller::Operator, action, &params.collect::<BTreeMap<_, _>>())
}

/// Waits until nothing goes on in a stack, and says where it came to rest.
pub async fn settled(world: &World, stack: &str) -> Status {
    let at_rest = |status: Status| status.is_settled().then_some(status);
    let what = format!("the stack {stack} to come to rest");
    world.until_that(what, |state| at_rest(state.cloudformation.stack_or_deleted(stack)?.status)).await
}

/// Waits until a stack has this status.
pub async fn reached(world: &World, stack: &str, status: Status) {
    let what = format!("the stack {stack} to be {status}");
    let is_so = |found: Status| (found == status).then_some(());
    world.until_that(what, |state| is_so(state.cloudformation.stack_or_deleted(stack)?.status)).await;
}

/// The rows of a stack's events, oldest first.
#[must_use]
pub fn rows(world: &World, stack: &str) -> Vec<StackEvent> {
    world.state().cloudformation.stack_or_deleted(stack).map(|stack| stack.events.clone()).unwrap_or_default()
}

/// The rows as `LogicalId STATUS`, oldest first.
#[must_use]
pub fn history(world: &World, stack: &str) -> Vec<String> {
    rows(world, stack).iter().map(|row| format!("{} {}", row.logical_id, row.status)).collect()
}
