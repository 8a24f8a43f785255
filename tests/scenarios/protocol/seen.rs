//! What CloudFormation saw of one request, and what must hold of every request in every world.

use std::collections::BTreeMap;

use local_aws::State;
use local_aws::api::Caller;
use local_aws::cloudformation::{Answer, Put, Request};
use project::deployment::{Deployment, NAME};
use serde_json::Value;

/// The cells of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) verdict: &'static str,
    pub(super) puts: String,
    pub(super) stack: String,
    pub(super) calls: String,
    /// As CloudFormation shows it; not a cell, because it names IDs.
    pub(super) reason: String,
}

impl Seen {
    /// Of the first request of this type for this resource, once nothing runs any more.
    pub(super) async fn first(deployment: &Deployment, logical_id: &str, request_type: &str) -> Self {
        nothing_forbidden_was_sent_or_logged(deployment).await;
        let state = deployment.world().state();
        Self::of(&state, requests(&state, logical_id, request_type).first().unwrap())
    }

    /// Of the last.
    pub(super) async fn last(deployment: &Deployment, logical_id: &str, request_type: &str) -> Self {
        nothing_forbidden_was_sent_or_logged(deployment).await;
        let state = deployment.world().state();
        Self::of(&state, requests(&state, logical_id, request_type).last().unwrap())
    }

    pub(super) fn of(state: &State, request: &Request) -> Self {
        let (verdict, reason) = match &request.answer {
            Some(Answer::Success { .. }) => ("SUCCESS", String::new()),
            Some(Answer::Failed { reason, .. }) => ("FAILED", reason.clone()),
            None => ("none", String::new()),
        };
        let stack = state.cloudformation.stack_or_deleted(NAME).unwrap().status.to_string();
        Self { verdict, puts: puts(state, request), stack, calls: calls(state, request), reason }
    }
}

fn requests<'a>(state: &'a State, logical_id: &str, request_type: &str) -> Vec<&'a Request> {
    let mut requests = state.cloudformation.requests_for(logical_id);
    requests.retain(|request| request.request_type == request_type);
    requests
}

/// `500 x3, 200`.
fn puts(state: &State, request: &Request) -> String {
    let mut message: Vec<(u16, usize)> = Vec::new();
    for put in state.cloudformation.puts.iter().filter(|put| put.request_id.as_ref() == Some(&request.id)) {
        match message.last_mut() {
            Some((status, times)) if *status == put.status => *times += 1,
            Some(_) | None => message.push((put.status, 1)),
        }
    }
    let word = |(status, times): (u16, usize)| {
        let status = if status == 0 { "no answer".to_owned() } else { status.to_string() };
        if times == 1 { status } else { format!("{status} x{times}") }
    };
    let message: Vec<String> = message.into_iter().map(word).collect();
    if message.is_empty() { "none sent".to_owned() } else { message.join(", ") }
}

/// Those that the service did, in order, by the handler of this resource.
fn calls(state: &State, request: &Request) -> String {
    let token = request.event["ServiceToken"].as_str().unwrap_or_default();
    let role = Caller::Role(state.lambda.functions[token.rsplit(':').next().unwrap()].role_name().to_owned());
    let done = state.journal.iter().filter(|call| call.caller == role && call.is_done());
    let names = done.filter_map(|call| call.action.strip_prefix("kinesisanalytics:"));
    let changes: Vec<&str> = names.filter(|name| !name.starts_with("Describe") && !name.starts_with("List")).collect();
    if changes.is_empty() { "none".to_owned() } else { changes.join(", ") }
}

/// Once nothing runs any more: then no line is still on its way.
async fn nothing_forbidden_was_sent_or_logged(deployment: &Deployment) {
    crate::stage::idle(deployment).await;
    let state = deployment.world().state();
    let (puts, logs) = (&state.cloudformation.puts, &state.lambda.logs);
    every_request_was_answered_as_it_must(puts, &state.cloudformation.requests);
    assert!(!logs.is_empty(), "a handler says what it was asked");
    // Neither a ResponseURL nor property groups with their values, in no line and in no answer.
    for text in logs.iter().map(|line| &line.line).chain(puts.iter().map(|put| &put.body)) {
        assert!(!text.contains("Signature=") && !text.contains("PropertyMap"), "{text}");
    }
}

/// As the strictest S3 and CloudFormation want it, and never a second verdict.
fn every_request_was_answered_as_it_must(puts: &[Put], requests: &BTreeMap<String, Request>) {
    let mut verdicts: BTreeMap<&str, Value> = BTreeMap::new();
    for put in puts {
        let Put { request_id: Some(id), body: text, headers, .. } = put else { panic!("{put:?}") };
        // What was forged is no request of CloudFormation's.
        let Some(request) = requests.get(id) else { continue };
        assert_eq!(headers.get("content-type").map(String::as_str), Some(""), "{headers:?}");
        assert_eq!(headers["content-length"], text.len().to_string());
        assert!(text.len() <= 4096, "{} bytes", text.len());
        let body: Value = serde_json::from_str(text).unwrap();
        assert_eq!(body["StackId"], request.stack_id.as_str());
        assert_eq!(body["RequestId"], id.as_str());
        assert_eq!(body["LogicalResourceId"], request.logical_id.as_str());
        let first = verdicts.entry(id).or_insert_with(|| body["Status"].clone());
        assert_eq!(*first, body["Status"], "a second verdict: {text}");
    }
}
