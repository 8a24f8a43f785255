//! JSON protocols: `X-Amz-Target` names the service and the operation, an error is `{"__type", "message"}`
//! (`SEMANTICS.md` A.1).

use axum::response::Response;
use serde_json::json;

use super::request::Incoming;
use super::{engine, reply};
use crate::api::{ApiError, ApiResult};
use crate::{World, dispatch};

pub(super) fn answer(world: &std::sync::Arc<World>, incoming: &Incoming, service: &str, operation: &str) -> Response {
    let result = match (&incoming.caller, parse(incoming)) {
        (None, _) => {
            let message = "Missing Authentication Token";
            Err(ApiError::with_status(403, "MissingAuthenticationTokenException", message))
        }
        (_, Err(error)) => Err(error),
        (Some(caller), Ok(body)) => incoming.check_scope(world, named(service)).and_then(|()| match named(service) {
            "events" => engine::events(world, caller, operation, &body),
            name => {
                let call = (name, operation);
                dispatch::call(&mut world.state(), &world.settings, caller, call, &body)
            }
        }),
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

/// The service as IAM and signatures name it.
fn named(target: &str) -> &str {
    match target {
        "AWSEvents" => "events",
        "KinesisAnalytics_20180523" => "kinesisanalytics",
        "Kinesis_20131202" => "kinesis",
        "DynamoDB_20120810" => "dynamodb",
        "Logs_20140328" => "logs",
        "AmazonSQS" => "sqs",
        "AmazonSSM" => "ssm",
        "GraniteServiceVersion20100801" => "monitoring",
        "TrentService" => "kms",
        other => other,
    }
}
