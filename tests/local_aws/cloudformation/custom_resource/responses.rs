//! The other end of a ResponseURL: what S3 takes, and what CloudFormation then reads (semantics E.2).
//!
//! As strict as the strictest of each: S3 refuses what the signature does not cover and what it cannot measure; every
//! other mistake is accepted with 200 and becomes a failed resource.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};

use crate::api::Caller;
use crate::lambda::{self, Moment};
use crate::{World, clock};

/// The response's bound in bytes (semantics E.2, CRPG).
const LONGEST_BODY: usize = 4096;
const LONGEST_PHYSICAL_ID: usize = 1024;

/// A request that CloudFormation sent to a custom resource's function.
#[derive(Debug, Clone)]
pub struct Request {
    /// RequestId.
    pub id: String,
    /// Counts all requests of the world.
    pub number: usize,
    /// The stack's ID.
    pub stack_id: String,
    /// The resource.
    pub logical_id: String,
    /// Create, Update or Delete.
    pub request_type: String,
    /// The whole event as the function gets it.
    pub event: Value,
    /// The pre-signed URL.
    pub response_url: String,
    /// What CloudFormation made of the first accepted PUT.
    pub answer: Option<Answer>,
}

/// A custom resource's verdict, as CloudFormation understands it.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// SUCCESS.
    Success {
        /// Not empty.
        physical_id: String,
        /// For Fn::GetAtt.
        data: Map<String, Value>,
    },
    /// FAILED, or a response that breaks the protocol.
    Failed {
        /// As it will stand in the stack's events.
        reason: String,
        /// If the response had one.
        physical_id: Option<String>,
    },
}

/// A PUT to a ResponseURL as it arrived.
#[derive(Debug, Clone)]
pub struct Put {
    /// Of the request it answers, if the URL was one of ours.
    pub request_id: Option<String>,
    /// The path with its query, as sent.
    pub path: String,
    /// Lower-case names.
    pub headers: BTreeMap<String, String>,
    /// As text.
    pub body: String,
    /// What was answered; 0 when the connection was dropped or never answered.
    pub status: u16,
}

/// The path of the ResponseURL in an event that a person sends to a function by hand: no stack waits for what is PUT
/// there.
pub const BY_HAND: &str = "/cloudformation-custom-resource-response-by-hand";

/// How a PUT is answered instead of normally.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResponseFault {
    /// With this status; the body is not taken.
    Status(u16),
    /// 400 RequestTimeout, as S3 answers a body that does not arrive in time; it is not taken.
    RequestTimeout,
    /// Never.
    Hang,
    /// The connection is dropped; the body is not taken.
    Reset,
    /// The body is taken, the connection dropped before the answer.
    TakenThenReset,
    /// The body is taken, the answer comes so much later.
    Slow(Duration),
}

/// Takes a PUT to a ResponseURL. `path` is the raw path with its query, as sent. The result is the HTTP status; 0 means
/// that the connection is to be dropped without an answer.
pub async fn response_put(
    world: &Arc<World>,
    path: &str,
    method: &str,
    headers: &BTreeMap<String, String>,
    body: &[u8],
) -> u16 {
    // The URL is signed for PUT alone.
    if method != "PUT" {
        return 403;
    }
    if killed(world, path, Moment::BeforeTheCall) {
        return 0;
    }
    let fault = world.state().cloudformation.response_faults.pop_front();
    let status = match fault {
        Some(ResponseFault::Status(status)) => status,
        Some(ResponseFault::RequestTimeout) => 400,
        Some(ResponseFault::Hang | ResponseFault::Reset) => 0,
        Some(ResponseFault::TakenThenReset) => {
            take(world, path, headers, body);
            0
        }
        Some(ResponseFault::Slow(_)) | None => take(world, path, headers, body),
    };
    record(world, path, headers, body, status);
    if killed(world, path, Moment::BeforeTheAnswer) {
        return 0;
    }
    match fault {
        Some(ResponseFault::Hang) => std::future::pending().await,
        Some(ResponseFault::Slow(delay)) => tokio::time::sleep(delay).await,
        Some(
            ResponseFault::Status(_)
            | ResponseFault::RequestTimeout
            | ResponseFault::Reset
            | ResponseFault::TakenThenReset,
        )
        | None => {}
    }
    status
}

fn record(world: &Arc<World>, path: &str, headers: &BTreeMap<String, String>, body: &[u8], status: u16) {
    let mut state = world.state();
    let request_id = find(&state.cloudformation.requests, path);
    let body = String::from_utf8_lossy(body).into_owned();
    state.cloudformation.puts.push(Put { request_id, path: path.to_owned(), headers: headers.clone(), body, status });
}

/// Whether a scenario kills the function at this PUT; see [`lambda::kill_at`].
fn killed(world: &Arc<World>, path: &str, moment: Moment) -> bool {
    let mut state = world.state();
    let token = find(&state.cloudformation.requests, path)
        .and_then(|id| state.cloudformation.requests[&id].event["ServiceToken"].as_str().map(str::to_owned));
    let role = token.and_then(|token| {
        let function = state.lambda.functions.get(lambda::function_name(&token))?;
        Some(Caller::Role(function.role_name().to_owned()))
    });
    role.is_some_and(|role| lambda::strike(&mut state, &role, "custom-resource:Respond", moment))
}

/// The request whose URL this is, byte by byte from the path on.
fn find(requests: &BTreeMap<String, Request>, path: &str) -> Option<String> {
    let of = |url: &str| url.splitn(4, '/').nth(3).is_some_and(|rest| path.strip_prefix('/') == Some(rest));
    requests.values().find(|request| of(&request.response_url)).map(|request| request.id.clone())
}

fn take(world: &Arc<World>, path: &str, headers: &BTreeMap<String, String>, body: &[u8]) -> u16 {
    if path == BY_HAND {
        return refused(path, headers).unwrap_or(200);
    }
    let mut state = world.state();
    let found = find(&state.cloudformation.requests, path);
    let Some(request) = found.and_then(|id| state.cloudformation.requests.get_mut(&id)) else { return 403 };
    if let Some(status) = refused(path, headers) {
        return status;
    }
    if request.answer.is_none() {
        request.answer = Some(read(request, body));
    }
    200
}

/// Why S3 refuses a PUT to a URL of its own. A Signature Version 2 URL signs the type, the MD5 and every `x-amz-`
/// header (S3 guide, RESTAuthentication), all of them empty or absent: E.2.
fn refused(path: &str, headers: &BTreeMap<String, String>) -> Option<u16> {
    let given = |name: &str| headers.get(name).is_some_and(|value| !value.is_empty());
    let is_signed_otherwise =
        given("content-type") || given("content-md5") || headers.keys().any(|name| name.starts_with("x-amz-"));
    let expires = path.split_once("Expires=").and_then(|(_, rest)| rest.split('&').next()?.parse::<f64>().ok());
    match () {
        // "Only one auth mechanism allowed."
        () if given("authorization") => Some(400),
        // SignatureDoesNotMatch.
        () if is_signed_otherwise => Some(403),
        // "Request has expired."
        () if expires.is_some_and(|expires| expires < clock::now()) => Some(403),
        // "A header you provided implies functionality that is not implemented."
        () if given("transfer-encoding") => Some(501),
        // MissingContentLength.
        () if !given("content-length") => Some(411),
        () => None,
    }
}

fn read(request: &Request, body: &[u8]) -> Answer {
    let broken = |reason: &str, physical_id: Option<String>| Answer::Failed { reason: reason.to_owned(), physical_id };
    if body.len() > LONGEST_BODY {
        return broken("Response object is too long.", None);
    }
    let Ok(Value::Object(response)) = serde_json::from_slice::<Value>(body) else {
        return broken("Invalid response object: not a JSON object", None);
    };
    let text = |key: &str| response.get(key).and_then(Value::as_str);
    let physical_id = text("PhysicalResourceId").filter(|id| !id.is_empty()).map(str::to_owned);
    let expected =
        [("StackId", &request.stack_id), ("RequestId", &request.id), ("LogicalResourceId", &request.logical_id)];
    if let Some((key, _)) = expected.iter().find(|(key, value)| text(key) != Some(value.as_str())) {
        return broken(&format!("Invalid response object: {key} is not the one of the request"), physical_id);
    }
    let is = |key: &str, fits: fn(&Value) -> bool| response.get(key).is_none_or(fits);
    if !is("NoEcho", Value::is_boolean) || !is("Reason", |reason| reason.is_string() || reason.is_null()) {
        return broken("Invalid response object: NoEcho is a boolean, Reason a string", physical_id);
    }
    // Required in both, or CloudFormation makes one up: E.5.
    let Some(physical_id) = physical_id.filter(|id| id.len() <= LONGEST_PHYSICAL_ID) else {
        return broken("Invalid PhysicalResourceId", None);
    };
    match (text("Status"), text("Reason")) {
        (Some("SUCCESS"), _) => match response.get("Data") {
            None | Some(Value::Null) => Answer::Success { physical_id, data: Map::new() },
            Some(Value::Object(data)) => Answer::Success { physical_id, data: data.clone() },
            Some(_) => broken("Invalid response object: Data must be an object", Some(physical_id)),
        },
        (Some("FAILED"), Some(reason)) if !reason.is_empty() => Answer::Failed {
            reason: format!(
                "Received response status [FAILED] from custom resource. Message returned: {reason} (RequestId: {})",
                request.id
            ),
            physical_id: Some(physical_id),
        },
        (Some("FAILED"), _) => {
            broken("Invalid response object: Reason is required when Status is FAILED", Some(physical_id))
        }
        (_, _) => broken("Invalid response object: Status must be SUCCESS or FAILED", Some(physical_id)),
    }
}
