//! Where the door leads to the engine: CloudFormation, Lambda, EventBridge and the custom resources' answers.
//!
//! Stubs until the engine moves in; each says what it was asked for.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::response::Response;
use serde_json::Value;

use super::reply;
use super::request::Incoming;
use crate::World;
use crate::api::{ApiError, ApiResult, Caller};

/// A pre-signed PUT to CloudFormation's response bucket.
pub(super) fn is_custom_resource_response(incoming: &Incoming) -> bool {
    incoming.path.starts_with("/cloudformation-custom-resource-response-")
}

/// Lambda's REST paths begin with the version of their part of the API: `/2015-03-31/functions/..`.
pub(super) fn is_lambda(incoming: &Incoming) -> bool {
    let date = incoming.path.as_bytes().get(1..12).unwrap_or_default();
    date.starts_with(b"20") && date.len() == 11 && date[4] == b'-' && date[7] == b'-' && date[10] == b'/'
}

pub(super) fn custom_resource_response(world: &Arc<World>, incoming: &Incoming) -> Response {
    not_here(world, incoming)
}

pub(super) fn lambda(world: &Arc<World>, incoming: &Incoming) -> Response {
    not_here(world, incoming)
}

pub(super) fn events(_world: &Arc<World>, _caller: &Caller, operation: &str, _body: &Value) -> ApiResult {
    Err(ApiError::unknown_operation(&format!("events:{operation}")))
}

pub(super) fn cloudformation(
    _world: &Arc<World>,
    _caller: &Caller,
    action: &str,
    _params: BTreeMap<String, String>,
) -> ApiResult<String> {
    Err(ApiError::unknown_operation(&format!("cloudformation:{action}")))
}

fn not_here(world: &World, incoming: &Incoming) -> Response {
    let message = format!("The local AWS does not know {} {}", incoming.method, incoming.raw_path_and_query);
    world.state().unknown.push(message.clone());
    reply::with(world, 501, "text/plain", message)
}
