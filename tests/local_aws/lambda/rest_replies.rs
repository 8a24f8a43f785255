//! What Lambda's REST API replies: status, headers and body.

use axum::body::Body;
use axum::http::Response;
use serde_json::{Value, json};

use crate::api::ApiError;
use crate::stamp;

pub(super) fn success(action: &str) -> u16 {
    match action {
        "CreateFunction" | "AddPermission" | "PublishVersion" => 201,
        "DeleteFunction"
        | "RemovePermission"
        | "TagResource"
        | "UntagResource"
        | "DeleteFunctionConcurrency"
        | "DeleteFunctionEventInvokeConfig" => 204,
        _ => 200,
    }
}

pub(super) fn refusal(error: &ApiError) -> Response<Body> {
    let status = match error.code.as_str() {
        "AccessDeniedException" => 403,
        _ => error.status,
    };
    let body = json!({ "Type": "User", "Message": error.message, "message": error.message });
    let mut response = reply(status, &body, None);
    if let Ok(code) = error.code.parse() {
        response.headers_mut().insert("x-amzn-errortype", code);
    }
    response
}

pub(super) fn reply(status: u16, body: &Value, function_error: Option<&str>) -> Response<Body> {
    let text = if status == 204 || status == 202 { String::new() } else { body.to_string() };
    let mut builder = Response::builder()
        .status(status)
        .header("content-type", "application/json")
        .header("x-amzn-requestid", stamp::uuid())
        .header("x-amz-executed-version", "$LATEST");
    if let Some(error) = function_error {
        builder = builder.header("x-amz-function-error", error);
    }
    builder.body(Body::from(text)).unwrap_or_default()
}
