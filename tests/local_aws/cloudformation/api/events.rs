//! DescribeStackEvents: newest first, a hundred to a page.

use std::sync::Arc;

use super::xml::{element, list, optional};
use super::{Params, page, required};
use crate::api::ApiResult;
use crate::cloudformation::CloudFormation;
use crate::cloudformation::stack::model::{Stack, StackEvent, Status};
use crate::cloudformation::template::invalid;
use crate::{World, clock};

/// CloudFormation's own page is 1 MB; this one is counted, so that scenarios meet a second page.
const PAGE: usize = 100;

pub(super) fn describe(world: &Arc<World>, params: &Params) -> ApiResult<String> {
    let name = required(params, "StackName")?;
    let mut state = world.state();
    let CloudFormation { stacks, late_rows, late_properties, .. } = &mut state.cloudformation;
    let of_name = |stack: &&Stack| stack.id == name || (stack.name == name && stack.status != Status::DeleteComplete);
    let stack = stacks.iter().rev().find(of_name);
    let stack = stack.ok_or_else(|| invalid(format!("Stack [{name}] does not exist")))?;
    let mut shown: Vec<StackEvent> = stack.events.iter().rev().cloned().collect();
    for (logical_id, left) in late_rows {
        if let Some(index) = newest(&shown, logical_id).filter(|_| spend(left)) {
            shown.remove(index);
        }
    }
    for (logical_id, left) in late_properties {
        if let Some(row) = newest(&shown, logical_id).filter(|_| spend(left)).and_then(|index| shown.get_mut(index)) {
            row.properties = None;
        }
    }
    let (rows, next) = page(shown.iter().collect(), params, PAGE)?;
    let rows = list("StackEvents", rows.into_iter().map(|event| row(stack, event)));
    Ok(format!("{rows}{}", optional("NextToken", next.as_deref())))
}

/// The newest row of a resource, while it is in progress.
fn newest(rows: &[StackEvent], logical_id: &str) -> Option<usize> {
    let index = rows.iter().position(|row| row.logical_id == *logical_id)?;
    rows.get(index).filter(|row| !row.status.is_settled()).map(|_| index)
}

/// Whether one of them is left; it is not after this.
fn spend(left: &mut u32) -> bool {
    let is_left = *left > 0;
    *left = left.saturating_sub(1);
    is_left
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
