//! The custom-resource protocol from CloudFormation's side (semantics E): it asks a function, and waits for a PUT.
//!
//! It refuses to know what the resource is. The function is invoked asynchronously, so that Lambda's own retries apply.
//! A topic gets the request as a message.

pub(super) mod responses;
mod taker;

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::modes::LongServiceTimeout;
use super::resources::{Made, Refused};
use super::template::parameters::as_text;
use crate::api::Caller;
use crate::{Settings, World, clock, stamp, virtual_time};
use responses::{Answer, Request};
use taker::Taker;

/// The type that is not `Custom::`.
/// How long CloudFormation waits unless ServiceTimeout says otherwise (semantics E.1).
const DEFAULT_TIMEOUT: u64 = 3600;

/// What a function is asked to do.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    pub(crate) stack_id: String,
    pub(crate) logical_id: String,
    pub(crate) kind: String,
    pub(crate) verb: Verb,
    pub(crate) properties: Value,
    pub(crate) caller: Caller,
}

/// The three request types.
#[derive(Debug, Clone)]
pub(crate) enum Verb {
    Create,
    Update { physical_id: String, old: Value },
    Delete { physical_id: String },
}

/// Every scalar as a string, lists and maps as they are (semantics E.1, G.43).
pub(crate) fn stringified(value: &Value) -> Value {
    match value {
        Value::Object(members) => members.iter().map(|(key, inner)| (key.clone(), stringified(inner))).collect(),
        Value::Array(items) => items.iter().map(stringified).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => json!(as_text(value)),
    }
}

/// Sends one request and waits for its answer.
pub(crate) async fn ask(world: &Arc<World>, ask: Ask) -> Result<Made, Refused> {
    let timeout = service_timeout(&ask.properties, world.settings.modes.long_service_timeout)?;
    let token = ask.properties.get("ServiceToken").and_then(Value::as_str).unwrap_or_default().to_owned();
    let taker = Taker::of(&world.settings, &token)?;
    let (id, event) = {
        let mut state = world.state();
        taker.admit(&mut state, &world.settings, &ask.caller, &token)?;
        let number = state.cloudformation.requests.len();
        let request = request(&world.settings, &ask, &token, number);
        let sent = (request.id.clone(), request.event.clone());
        state.cloudformation.requests.insert(request.id.clone(), request);
        sent
    };
    // Half of the way there, half of the way back.
    let half = world.settings.steps.custom_resource / 2;
    virtual_time::sleep(half).await;
    taker.hand_over(world, &token, &event);
    // The answer, or the scenario's word that the time is over.
    let answer = world.wait_for(|state| {
        let answer = state.cloudformation.requests.get(&id).and_then(|request| request.answer.clone());
        match answer {
            Some(answer) => Some(Some(answer)),
            None => state.cloudformation.expire_at_once.remove(&ask.logical_id).then_some(None),
        }
    });
    let answer = tokio::time::timeout(timeout, answer).await.unwrap_or(None);
    virtual_time::sleep(half).await;
    match answer {
        Some(Answer::Success { physical_id, data }) => Ok(Made { physical_id, attributes: data }),
        Some(Answer::Failed { reason, physical_id }) => {
            Err(Refused { reason, physical_id: Some(physical_id.unwrap_or_else(|| generated_id(&ask))) })
        }
        None => Err(Refused {
            reason: format!(
                "CloudFormation did not receive a response from your Custom Resource. Please check your logs for \
                 requestId [{id}]. If you are using the Python cfn-response module, you may need to update your Lambda \
                 function so that CloudFormation can attach the updated version."
            ),
            physical_id: Some(generated_id(&ask)),
        }),
    }
}

/// The physical ID that CloudFormation makes up where the function gave none (E.5, G.46).
pub(crate) fn made_up_id(stack_id: &str, logical_id: &str) -> String {
    let stack_name = stack_id.split('/').nth(1).unwrap_or_default();
    format!("{stack_name}-{logical_id}-{}", stamp::suffix(12))
}

fn generated_id(ask: &Ask) -> String {
    match &ask.verb {
        Verb::Create => made_up_id(&ask.stack_id, &ask.logical_id),
        Verb::Update { physical_id, .. } | Verb::Delete { physical_id } => physical_id.clone(),
    }
}

fn service_timeout(properties: &Value, long: LongServiceTimeout) -> Result<Duration, Refused> {
    let Some(given) = properties.get("ServiceTimeout").map(as_text) else {
        return Ok(Duration::from_secs(DEFAULT_TIMEOUT));
    };
    match given.parse::<u64>() {
        Ok(seconds @ 1..=3600) => Ok(Duration::from_secs(seconds)),
        Ok(seconds @ 3601..) if long == LongServiceTimeout::Accepted => Ok(Duration::from_secs(seconds)),
        Ok(_) | Err(_) => Err(Refused::plain("ServiceTimeout must be an integer between 1 and 3600 seconds")),
    }
}

fn request(settings: &Settings, ask: &Ask, token: &str, number: usize) -> Request {
    let id = stamp::uuid();
    let key = format!("{}|{}|{id}", ask.stack_id, ask.logical_id);
    let response_url = format!(
        "{}/cloudformation-custom-resource-response-{}/{}?AWSAccessKeyId=AKIALOCALAWS00000000&Expires={:.0}&Signature={}%3D",
        settings.endpoint,
        settings.region.replace('-', ""),
        encoded(&key),
        clock::now() + 7200.0,
        stamp::suffix(27),
    );
    let mut event = Map::from_iter([
        ("ServiceToken".to_owned(), json!(token)),
        ("ResponseURL".to_owned(), json!(response_url)),
        ("StackId".to_owned(), json!(ask.stack_id)),
        ("RequestId".to_owned(), json!(id)),
        ("LogicalResourceId".to_owned(), json!(ask.logical_id)),
        ("ResourceType".to_owned(), json!(ask.kind)),
        ("ResourceProperties".to_owned(), stringified(&ask.properties)),
    ]);
    let request_type = match &ask.verb {
        Verb::Create => "Create",
        Verb::Update { physical_id, old } => {
            event.insert("PhysicalResourceId".to_owned(), json!(physical_id));
            event.insert("OldResourceProperties".to_owned(), stringified(old));
            "Update"
        }
        Verb::Delete { physical_id } => {
            event.insert("PhysicalResourceId".to_owned(), json!(physical_id));
            "Delete"
        }
    };
    event.insert("RequestType".to_owned(), json!(request_type));
    Request {
        id,
        number,
        stack_id: ask.stack_id.clone(),
        logical_id: ask.logical_id.clone(),
        request_type: request_type.to_owned(),
        event: Value::Object(event),
        response_url,
        answer: None,
    }
}

fn encoded(key: &str) -> String {
    key.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
            b'/' => "/".to_owned(),
            other => format!("%{other:02X}"),
        })
        .collect()
}
