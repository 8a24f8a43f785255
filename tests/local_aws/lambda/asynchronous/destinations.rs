//! Where the results of asynchronous invocations go (Lambda guide, invocation-async-retain-records).

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::api::Caller;
use crate::lambda::{Invoked, function_name, invoke_asynchronously};
use crate::{State, World, clock, events, services};

/// Why there will be no further attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::lambda) enum Condition {
    Success,
    RetriesExhausted,
    EventAgeExceeded,
}

impl Condition {
    fn as_str(self) -> &'static str {
        match self {
            Self::Success => "Success",
            Self::RetriesExhausted => "RetriesExhausted",
            Self::EventAgeExceeded => "EventAgeExceeded",
        }
    }
}

pub(in crate::lambda) fn deliver(
    world: &Arc<World>,
    name: &str,
    event: &Value,
    request_id: &str,
    attempts: usize,
    invoked: &Invoked,
    condition: Condition,
) {
    let (target, arn, role) = {
        let state = world.state();
        let Some(function) = state.lambda.functions.get(name) else { return };
        let destinations = &function.destinations;
        let target = if invoked.error.is_none() { &destinations.on_success } else { &destinations.on_failure };
        let Some(target) = target.clone() else { return };
        (target, function.arn.clone(), Caller::Role(function.role_name().to_owned()))
    };
    let mut context = json!({ "statusCode": 200, "executedVersion": "$LATEST" });
    if let Some(error) = &invoked.error {
        context["functionError"] = json!(error);
    }
    let record = json!({
        "version": "1.0",
        "timestamp": clock::iso8601(clock::now()),
        "requestContext": {
            "requestId": request_id,
            "functionArn": format!("{arn}:$LATEST"),
            "condition": condition.as_str(),
            "approximateInvokeCount": attempts,
        },
        "requestPayload": event,
        "responseContext": context,
        "responsePayload": invoked.payload,
    });
    send(world, &target, &arn, &role, &record, invoked.error.is_none());
}

fn send(world: &Arc<World>, target: &str, function_arn: &str, role: &Caller, record: &Value, is_success: bool) {
    let service = target.split(':').nth(2).unwrap_or_default();
    let action = match service {
        "sqs" => "sqs:SendMessage",
        "sns" => "sns:Publish",
        "events" => "events:PutEvents",
        "lambda" => "lambda:InvokeFunction",
        _ => return,
    };
    let may_send = |state: &mut State| services::may_send_to(state, role, target);
    let admitted = services::perform(&mut world.state(), role, action, target, record, may_send);
    if admitted.is_err() {
        return;
    }
    match service {
        "sqs" => services::send(&mut world.state(), target, &record.to_string(), BTreeMap::new()),
        "sns" => services::publish(&mut world.state(), target, &record.to_string()),
        "lambda" => {
            invoke_asynchronously(world, function_name(target), record);
        }
        _ => {
            let verdict = if is_success { "Success" } else { "Failure" };
            let detail_type = format!("Lambda Function Invocation Result - {verdict}");
            let resources = json!([target, format!("{function_arn}:$LATEST")]);
            events::emit(world, "lambda", &detail_type, record, &resources);
        }
    }
}
