//! Lambda's REST API: paths and methods to operations, as the SDKs and cargo-lambda call them.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Body;
use axum::http::Response;
use serde_json::{Value, json};

use super::execution::{concurrency, host};
use super::rest_replies::{refusal, reply, success};
use super::{function_name, invoke_asynchronously, operations, permissions};
use crate::api::{ApiError, ApiResult, Caller};
use crate::{State, World, clock, services};

/// Answers one call; `None` drops the connection. `headers` have lower-case names, `path` is decoded and without query.
pub async fn rest(
    world: &Arc<World>,
    caller: &Caller,
    method: &str,
    path: &str,
    query: &BTreeMap<String, String>,
    headers: &BTreeMap<String, String>,
    body: &[u8],
) -> Option<Response<Body>> {
    let segments: Vec<&str> = path.trim_matches('/').split('/').skip(1).collect();
    if let ("POST", ["functions", name, "invocations"]) = (method, segments.as_slice()) {
        return invoke(world, caller, name, headers, body).await;
    }
    let body: Value = serde_json::from_slice(body).unwrap_or_else(|_| json!({}));
    let name = match segments.as_slice() {
        ["functions", name, ..] => function_name(name).to_owned(),
        ["tags", arn] => function_name(arn).to_owned(),
        ["functions"] => body["FunctionName"].as_str().unwrap_or_default().to_owned(),
        _ => String::new(),
    };
    let action = match (method, segments.as_slice()) {
        ("POST", ["functions"]) => "CreateFunction",
        ("GET", ["functions"]) => "ListFunctions",
        ("GET", ["functions", _]) => "GetFunction",
        ("DELETE", ["functions", _]) => "DeleteFunction",
        ("GET", ["functions", _, "configuration"]) => "GetFunctionConfiguration",
        ("PUT", ["functions", _, "configuration"]) => "UpdateFunctionConfiguration",
        ("PUT", ["functions", _, "code"]) => "UpdateFunctionCode",
        ("POST", ["functions", _, "policy"]) => "AddPermission",
        ("GET", ["functions", _, "policy"]) => "GetPolicy",
        ("DELETE", ["functions", _, "policy", _]) => "RemovePermission",
        ("PUT" | "POST", ["functions", _, "event-invoke-config"]) => "PutFunctionEventInvokeConfig",
        ("GET", ["functions", _, "event-invoke-config"]) => "GetFunctionEventInvokeConfig",
        ("DELETE", ["functions", _, "event-invoke-config"]) => "DeleteFunctionEventInvokeConfig",
        ("GET", ["functions", _, "concurrency"]) => "GetFunctionConcurrency",
        ("PUT", ["functions", _, "concurrency"]) => "PutFunctionConcurrency",
        ("DELETE", ["functions", _, "concurrency"]) => "DeleteFunctionConcurrency",
        ("GET", ["account-settings"]) => "GetAccountSettings",
        ("GET", ["functions", _, "aliases", _]) => "GetAlias",
        ("GET", ["functions", _, "url"]) => "GetFunctionUrlConfig",
        ("POST", ["functions", _, "versions"]) => "PublishVersion",
        ("GET", ["functions", _, "versions"]) => "ListVersionsByFunction",
        ("GET", ["tags", _]) => "ListTags",
        ("POST", ["tags", _]) => "TagResource",
        ("DELETE", ["tags", _]) => "UntagResource",
        _ => {
            let message = format!("The local AWS does not know {method} {path}");
            world.state().unknown.push(message.clone());
            return Some(reply(501, &json!({ "message": message }), None));
        }
    };
    let arn = match name.as_str() {
        "" => "*".to_owned(),
        name => format!("arn:aws:lambda:{}:{}:function:{name}", world.settings.region, world.settings.account),
    };
    let call =
        Call { caller, action, name: &name, last: segments.last().copied().unwrap_or_default(), query, body: &body };
    let result = services::perform(&mut world.state(), caller, &format!("lambda:{action}"), &arn, &body, |state| {
        answer(world, state, &call)
    });
    match result {
        Ok(value) => Some(reply(success(action), &value, None)),
        // The connection is to be dropped.
        Err(error) if error.status == 0 => None,
        Err(error) => Some(refusal(&error)),
    }
}

struct Call<'a> {
    caller: &'a Caller,
    action: &'a str,
    name: &'a str,
    last: &'a str,
    query: &'a BTreeMap<String, String>,
    body: &'a Value,
}

fn answer(world: &World, state: &mut State, call: &Call<'_>) -> ApiResult {
    let (settings, name, body) = (&world.settings, call.name, call.body);
    let function = |state: &mut State| operations::find(state, settings, name).cloned();
    match call.action {
        "CreateFunction" => operations::create(state, settings, call.caller, body),
        "ListFunctions" => {
            let all: Vec<_> = state.lambda.functions.values().map(super::Function::configuration).collect();
            Ok(json!({ "Functions": all }))
        }
        "GetFunction" => {
            let function = function(state)?;
            let mut reply = json!({
                "Configuration": function.configuration(),
                "Code": { "RepositoryType": "S3", "Location": format!("{}/code/{name}", settings.endpoint) },
                "Tags": function.tags,
            });
            if let Some(reserved) = function.reserved {
                reply["Concurrency"] = json!({ "ReservedConcurrentExecutions": reserved });
            }
            Ok(reply)
        }
        "GetFunctionConfiguration" => Ok(function(state)?.configuration()),
        "PublishVersion" => {
            let mut configuration = function(state)?.configuration();
            configuration["Version"] = json!("1");
            Ok(configuration)
        }
        "ListVersionsByFunction" => Ok(json!({ "Versions": [function(state)?.configuration()] })),
        "UpdateFunctionConfiguration" => operations::update_configuration(state, settings, call.caller, name, body),
        "UpdateFunctionCode" => operations::update_code(state, settings, call.caller, name, body),
        "DeleteFunction" => operations::delete(state, settings, name).map(|()| json!({})),
        "AddPermission" => {
            permissions::add(state, settings, name, body).map(|statement| json!({ "Statement": statement.to_string() }))
        }
        "RemovePermission" => permissions::remove(state, settings, name, call.last).map(|()| json!({})),
        "GetPolicy" => {
            let function = function(state)?;
            if function.policy.is_empty() {
                return Err(missing("The resource you requested does not exist."));
            }
            let policy = json!({ "Version": "2012-10-17", "Id": "default", "Statement": function.policy });
            Ok(json!({ "Policy": policy.to_string(), "RevisionId": function.revision }))
        }
        "PutFunctionEventInvokeConfig" => operations::configure_events(state, settings, name, body),
        "GetFunctionEventInvokeConfig" => {
            let function = function(state)?;
            if !function.has_event_configuration {
                let message = format!("The function {} doesn't have an EventInvokeConfig", function.arn);
                return Err(missing(&message));
            }
            Ok(json!({
                "FunctionArn": format!("{}:$LATEST", function.arn),
                "LastModified": clock::now(),
                "MaximumRetryAttempts": function.retries,
                "MaximumEventAgeInSeconds": function.event_age,
                "DestinationConfig": {
                    "OnSuccess": { "Destination": function.destinations.on_success },
                    "OnFailure": { "Destination": function.destinations.on_failure },
                },
            }))
        }
        "DeleteFunctionEventInvokeConfig" => {
            operations::remove_event_configuration(state, settings, name).map(|()| json!({}))
        }
        "GetAccountSettings" => Ok(json!({ "AccountLimit": {
            "ConcurrentExecutions": state.lambda.account_concurrency,
            "UnreservedConcurrentExecutions": concurrency::unreserved(&state.lambda, None),
        } })),
        "GetFunctionConcurrency" => Ok(function(state)?
            .reserved
            .map_or_else(|| json!({}), |reserved| json!({ "ReservedConcurrentExecutions": reserved }))),
        "PutFunctionConcurrency" => {
            let reserved =
                body["ReservedConcurrentExecutions"].as_u64().and_then(|number| usize::try_from(number).ok());
            operations::reserve(state, settings, name, reserved)?;
            Ok(json!({ "ReservedConcurrentExecutions": reserved }))
        }
        "DeleteFunctionConcurrency" => operations::reserve(state, settings, name, None).map(|()| json!({})),
        "ListTags" => Ok(json!({ "Tags": function(state)?.tags })),
        "TagResource" => {
            let tags = body["Tags"].as_object().cloned().unwrap_or_default();
            let tags = tags.iter().map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().to_owned()));
            operations::find(state, settings, name)?.tags.extend(tags);
            Ok(json!({}))
        }
        "UntagResource" => {
            let gone: Vec<&String> =
                call.query.iter().filter(|(key, _)| key.starts_with("tagKeys")).map(|(_, v)| v).collect();
            operations::find(state, settings, name)?.tags.retain(|key, _| !gone.contains(&key));
            Ok(json!({}))
        }
        _ => Err(missing("The resource you requested does not exist.")),
    }
}

fn missing(message: &str) -> ApiError {
    ApiError::with_status(404, "ResourceNotFoundException", message)
}

async fn invoke(
    world: &Arc<World>,
    caller: &Caller,
    name: &str,
    headers: &BTreeMap<String, String>,
    body: &[u8],
) -> Option<Response<Body>> {
    let name = function_name(name);
    let event: Value = match body {
        [] => json!({}),
        bytes => match serde_json::from_slice(bytes) {
            Ok(event) => event,
            Err(error) => {
                let message = format!("Could not parse request body into json: {error}");
                return Some(refusal(&ApiError::new("InvalidRequestContentException", message)));
            }
        },
    };
    let arn = format!("arn:aws:lambda:{}:{}:function:{name}", world.settings.region, world.settings.account);
    let admitted = services::perform(&mut world.state(), caller, "lambda:InvokeFunction", &arn, &event, |state| {
        operations::find(state, &world.settings, name).map(|_| ())
    });
    let is_event = headers.get("x-amz-invocation-type").is_some_and(|kind| kind == "Event");
    if let Err(error) = admitted {
        if is_event && error.code == "ReplyLost" {
            invoke_asynchronously(world, name, &event);
        }
        return (error.status != 0).then(|| refusal(&error));
    }
    Some(match headers.get("x-amz-invocation-type").map(String::as_str) {
        Some("DryRun") => reply(204, &Value::Null, None),
        Some("Event") => {
            invoke_asynchronously(world, name, &event);
            reply(202, &Value::Null, None)
        }
        Some(_) | None => match host::invoke(world, name, &event).await {
            Ok(invoked) => reply(200, &invoked.payload, invoked.error.as_deref()),
            Err(error) => refusal(&error),
        },
    })
}
