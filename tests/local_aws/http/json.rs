//! JSON protocols: `X-Amz-Target` names the service and the operation, an error is `{"__type", "message"}`
//! (`semantics.md` A.1).

use axum::response::Response;
use serde_json::{Value, json};

use super::request::Incoming;
use super::{engine, reply};
use crate::api::{ApiError, ApiResult, Caller};
use crate::{World, dynamodb, flink, kinesis, logs, queues};

pub(super) fn answer(world: &std::sync::Arc<World>, incoming: &Incoming, service: &str, operation: &str) -> Response {
    let result = match (&incoming.caller, parse(incoming)) {
        (None, _) => {
            let message = "Missing Authentication Token";
            Err(ApiError::with_status(403, "MissingAuthenticationTokenException", message))
        }
        (_, Err(error)) => Err(error),
        (Some(caller), Ok(body)) if service == "AWSEvents" => engine::events(world, caller, operation, &body),
        (Some(caller), Ok(body)) => dispatch(world, caller, service, operation, &body),
    };
    let content_type = match service {
        "DynamoDB_20120810" | "AmazonSQS" => "application/x-amz-json-1.0",
        _ => "application/x-amz-json-1.1",
    };
    match result {
        Ok(value) => reply::with(world, 200, content_type, value.to_string()),
        Err(error) => {
            let body = json!({ "__type": error.code, "message": error.message });
            reply::with(world, error.status, content_type, body.to_string())
        }
    }
}

fn parse(incoming: &Incoming) -> ApiResult {
    if incoming.body.is_empty() {
        return Ok(json!({}));
    }
    serde_json::from_slice(&incoming.body).map_err(|error| ApiError::new("SerializationException", error.to_string()))
}

fn dispatch(world: &World, caller: &Caller, service: &str, operation: &str, body: &Value) -> ApiResult {
    let (state, settings) = (&mut *world.state(), &world.settings);
    match service {
        "KinesisAnalytics_20180523" => flink::call(state, settings, caller, operation, body),
        "Kinesis_20131202" => kinesis::call(state, settings, caller, operation, body),
        "DynamoDB_20120810" => dynamodb::call(state, settings, caller, operation, body),
        "Logs_20140328" => logs::call(state, settings, caller, operation, body),
        "AmazonSQS" => queues::call(state, settings, caller, "sqs", operation, body),
        _ => Err(ApiError::unknown_operation(&format!("{service}.{operation}"))),
    }
    .inspect_err(|error| note_unknown(state, error))
}

/// For the program that serves this world: what it was asked and does not know.
pub(super) fn note_unknown(state: &mut crate::State, error: &ApiError) {
    if error.status == 501 {
        state.unknown.push(error.message.clone());
    }
}
