//! The rows of DescribeStackEvents, and the one place where a status changes.

use std::sync::Arc;

use serde_json::json;

use super::model::{Resource, Stack, StackEvent, Status};
use crate::cloudformation::resources::NESTED_STACK;
use crate::{World, clock, events, stamp};

/// A change of the stack's own status: a row, and an event on the default bus (semantics D.1).
pub(in crate::cloudformation) fn stack(world: &Arc<World>, id: &str, status: Status, reason: &str) {
    let detail = {
        let mut state = world.state();
        let Some(stack) = state.cloudformation.stack_mut(id) else { return };
        stack_row(stack, status, reason);
        json!({
            "stack-id": stack.id,
            "status-details": { "status": status.as_str(), "status-reason": reason },
            "client-request-token": stack.token.clone().unwrap_or_default(),
        })
    };
    events::stack_status_changed(world, id, status, &detail);
}

pub(in crate::cloudformation) fn stack_row(stack: &mut Stack, status: Status, reason: &str) {
    stack.status = status;
    reason.clone_into(&mut stack.reason);
    stack.events.push(StackEvent {
        id: stamp::uuid(),
        logical_id: stack.name.clone(),
        physical_id: stack.id.clone(),
        kind: NESTED_STACK.to_owned(),
        status,
        reason: reason.to_owned(),
        time: clock::now(),
        properties: None,
        token: stack.token.clone(),
    });
}

/// A change of a resource's status.
pub(in crate::cloudformation) fn resource(
    world: &Arc<World>,
    id: &str,
    logical_id: &str,
    status: Status,
    reason: &str,
) {
    let mut state = world.state();
    if let Some(stack) = state.cloudformation.stack_mut(id) {
        resource_row(stack, logical_id, status, reason);
    }
}

pub(in crate::cloudformation) fn resource_row(stack: &mut Stack, logical_id: &str, status: Status, reason: &str) {
    let Some(resource) = stack.resources.get_mut(logical_id) else { return };
    resource.status = status;
    reason.clone_into(&mut resource.reason);
    resource.time = clock::now();
    let (physical, kind) = (resource.physical_id.clone().unwrap_or_default(), resource.kind.clone());
    let properties = resource.properties.to_string();
    push(stack, logical_id, &physical, &kind, status, reason, Some(properties));
}

/// A row about a physical resource that its logical ID no longer stands for: the cleanup phase.
pub(in crate::cloudformation) fn doomed_row(
    stack: &mut Stack,
    doomed: &Resource,
    physical: &str,
    status: Status,
    reason: &str,
) {
    let properties = Some(doomed.properties.to_string());
    push(stack, &doomed.logical_id, physical, &doomed.kind, status, reason, properties);
}

fn push(
    stack: &mut Stack,
    logical_id: &str,
    physical: &str,
    kind: &str,
    status: Status,
    reason: &str,
    properties: Option<String>,
) {
    let time = clock::now();
    stack.events.push(StackEvent {
        id: format!("{logical_id}-{status}-{}", clock::iso8601(time)),
        logical_id: logical_id.to_owned(),
        physical_id: physical.to_owned(),
        kind: kind.to_owned(),
        status,
        reason: reason.to_owned(),
        time,
        properties,
        token: stack.token.clone(),
    });
}
