//! Where the door leads to the engine: CloudFormation, Lambda, EventBridge and the custom resources' answers.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::response::Response;
use serde_json::Value;

use super::reply;
use super::request::Incoming;
use crate::api::{ApiResult, Caller};
use crate::{World, cloudformation, events, lambda};

/// A pre-signed PUT to CloudFormation's response bucket.
pub(super) fn is_custom_resource_response(incoming: &Incoming) -> bool {
    incoming.path.starts_with("/cloudformation-custom-resource-response-")
}

/// Lambda's REST paths begin with the version of their part of the API: `/2015-03-31/functions/..`.
pub(super) fn is_lambda(incoming: &Incoming) -> bool {
    let date = incoming.path.as_bytes().get(1..12).unwrap_or_default();
    date.starts_with(b"20") && date.len() == 11 && date[4] == b'-' && date[7] == b'-' && date[10] == b'/'
}

pub(super) async fn custom_resource_response(world: &Arc<World>, incoming: &Incoming) -> Response {
    let status = cloudformation::response_put(
        world,
        &incoming.raw_path_and_query,
        incoming.method.as_str(),
        &headers(incoming),
        &incoming.body,
    )
    .await;
    let body = match status {
        400 if headers(incoming).contains_key("authorization") => "<Error><Code>InvalidRequest</Code></Error>",
        400 => "<Error><Code>RequestTimeout</Code></Error>",
        403 => "<Error><Code>SignatureDoesNotMatch</Code></Error>",
        _ => "",
    };
    reply::with(world, status, "application/xml", body)
}

pub(super) async fn lambda(world: &Arc<World>, incoming: &Incoming) -> Response {
    let Some(caller) = &incoming.caller else {
        let body = "{\"message\":\"Missing Authentication Token\"}";
        return reply::with(world, 403, "application/json", body);
    };
    if let Err(error) = incoming.check_scope(world, "lambda") {
        let body = serde_json::json!({ "message": error.message }).to_string();
        return reply::with(world, error.status, "application/json", body);
    }
    let response = lambda::rest(
        world,
        caller,
        incoming.method.as_str(),
        &incoming.path,
        &incoming.query,
        &headers(incoming),
        &incoming.body,
    )
    .await;
    match response {
        Some(response) => response,
        None => reply::with(world, 0, "", ""),
    }
}

pub(super) fn events(world: &Arc<World>, caller: &Caller, operation: &str, body: &Value) -> ApiResult {
    events::json(world, caller, operation, body)
}

pub(super) fn cloudformation(
    world: &Arc<World>,
    caller: &Caller,
    action: &str,
    params: &BTreeMap<String, String>,
) -> ApiResult<String> {
    cloudformation::query(world, caller, action, params)
}

fn headers(incoming: &Incoming) -> BTreeMap<String, String> {
    let headers = incoming.headers.iter();
    headers.map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())).collect()
}
