//! DescribeStackEvents: newest first, a hundred to a page.

use std::sync::Arc;

use super::xml::{element, list, optional};
use super::{Params, page, required};
use crate::api::ApiResult;
use crate::cloudformation::model::{Stack, StackEvent};
use crate::cloudformation::template::invalid;
use crate::{World, clock};

/// CloudFormation's own page is 1 MB; this one is counted, so that scenarios meet a second page.
const PAGE: usize = 100;

pub(super) fn describe(world: &Arc<World>, params: &Params) -> ApiResult<String> {
    let name = required(params, "StackName")?;
    let state = world.state();
    let stack = state.cloudformation.stack(name).ok_or_else(|| invalid(format!("Stack [{name}] does not exist")))?;
    let (rows, next) = page(stack.events.iter().rev().collect(), params, PAGE)?;
    let rows = list("StackEvents", rows.into_iter().map(|event| row(stack, event)));
    Ok(format!("{rows}{}", optional("NextToken", next.as_deref())))
}

fn row(stack: &Stack, event: &StackEvent) -> String {
    [
        element("StackId", &stack.id),
        element("EventId", &event.id),
        element("StackName", &stack.name),
        element("LogicalResourceId", &event.logical_id),
        optional("PhysicalResourceId", Some(&event.physical_id)),
        element("ResourceType", &event.kind),
        element("Timestamp", &clock::iso8601(event.time)),
        element("ResourceStatus", event.status.as_str()),
        optional("ResourceStatusReason", Some(&event.reason)),
        optional("ResourceProperties", event.properties.as_deref()),
        optional("ClientRequestToken", event.token.as_deref()),
    ]
    .concat()
}
