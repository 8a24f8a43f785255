//! What scenarios do without a wire: one request, and waiting for what comes of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::query;
use super::stack::model::{StackEvent, Status};
use crate::api::{ApiResult, Caller};
use crate::{State, World};

/// One call as an operator, `request(world, "UpdateStack", [("StackName", "s"), ("TemplateBody", body)])`.
///
/// # Errors
/// As on the wire.
pub fn request<'a>(
    world: &Arc<World>,
    action: &str,
    params: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> ApiResult<String> {
    let params = params.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned()));
    query(world, &Caller::Operator, action, &params.collect::<BTreeMap<_, _>>())
}

/// Waits until nothing goes on in a stack and each handler that answered for it has ended; the status in which the
/// stack came to rest.
///
/// A handler writes its last lines after its answer: judged before they are in the log, one that must be there is
/// missing, and one that must not be there is not there yet. Handlers that did not answer are not waited for.
pub async fn settled(world: &World, stack: &str) -> Status {
    let mut begun = None;
    let mut rested = None;
    let what = format!("the stack {stack} to come to rest");
    let is_over = |state: &State| {
        let mut answered = state.cloudformation.requests.values().filter(|request| request.answer.is_some());
        !answered.any(|request| state.lambda.handles(&request.id))
    };
    world
        .until_that(what, |state| {
            let found = state.cloudformation.stack_or_deleted(stack)?;
            let begun = begun.get_or_insert((found.id.clone(), found.events.len()));
            // From the rows since the first look: who reacts to this status may be faster than the next look.
            let mut rows = found.events.iter().skip(if found.id == begun.0 { begun.1 } else { 0 });
            let own = rows.find(|row| row.physical_id == found.id && row.status.is_settled()).map(|row| row.status);
            rested = rested.or(own).or(Some(found.status).filter(|status| status.is_settled()));
            rested.filter(|_| is_over(state))
        })
        .await
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
