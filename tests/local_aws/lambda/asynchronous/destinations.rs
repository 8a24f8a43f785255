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
    let (dead_letters, target, arn, role) = {
        let state = world.state();
        let Some(function) = state.lambda.functions.get(name) else { return };
        let destinations = &function.destinations;
        let target = if invoked.error.is_none() { &destinations.on_success } else { &destinations.on_failure };
        let role = Caller::Role(function.role_name().to_owned());
        (function.dead_letters.clone(), target.clone(), function.arn.clone(), role)
    };
    if let (Some(error), Some(queue)) = (&invoked.error, dead_letters) {
        bury(world, &queue, &role, event, request_id, (error, &invoked.payload));
    }
    let Some(target) = target else { return };
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

/// The event itself goes to DeadLetterConfig's queue or topic, beside what a destination gets.
fn bury(world: &World, target: &str, role: &Caller, event: &Value, request_id: &str, said: (&str, &Value)) {
    let (service, action) = match target.split(':').nth(2) {
        Some("sqs") => ("sqs", "sqs:SendMessage"),
        Some("sns") => ("sns", "sns:Publish"),
        Some(_) | None => return,
    };
    let mut state = world.state();
    let may_send = |state: &mut State| services::may_send_to(state, role, target);
    if services::perform(&mut state, role, action, target, event, may_send).is_err() {
        return;
    }
    let message = said.1["errorMessage"].as_str().unwrap_or(said.0);
    let attributes = [("RequestID", request_id), ("ErrorCode", "200"), ("ErrorMessage", message)];
    let attributes = attributes.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    match service {
        "sqs" => services::send(&mut state, target, &event.to_string(), attributes),
        _ => services::publish(&mut state, target, &event.to_string()),
    }
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use serde_json::{Value, json};

    use crate::api::Caller;
    use crate::lambda::{in_test, invoke_asynchronously};
    use crate::{Settings, World, dispatch};

    /// Source: Lambda guide, invocation-async-retain-records: attributes of a dead letter.
    #[tokio::test]
    async fn an_event_that_failed_for_the_last_time_goes_to_the_dead_letters_as_it_came() {
        let world = Arc::new(World::new(Settings::at("http://127.0.0.1:1")));
        let mut invocations = in_test(&world, "f");
        let ask = |service: &str, operation: &str, body: Value| {
            let call = (service, operation);
            dispatch::call(&mut world.state(), &world.settings, &Caller::Operator, call, &body).unwrap()
        };
        ask("sqs", "CreateQueue", json!({ "QueueName": "dead" }));
        let role = world.state().lambda.functions["f"].role_name().to_owned();
        let allow = json!({ "Statement": { "Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*" } });
        ask("iam", "CreateRole", json!({ "RoleName": role, "AssumeRolePolicyDocument": { "Statement": [] } }));
        ask("iam", "PutRolePolicy", json!({ "RoleName": role, "PolicyName": "p", "PolicyDocument": allow }));
        {
            let mut state = world.state();
            state.lambda.retry_delays = [Duration::ZERO; 2];
            let function = state.lambda.functions.get_mut("f").unwrap();
            function.dead_letters = Some("arn:aws:sqs:eu-west-1:111122223333:dead".to_owned());
        }
        let id = invoke_asynchronously(&world, "f", &json!({ "n": 1 }));
        for _ in 0..3 {
            invocations.recv().await.unwrap().fail("no");
        }
        let message = world.until(|state| state.queues.queues.get("dead")?.messages.first().cloned()).await;
        assert_eq!(message.body, "{\"n\":1}");
        let said = ["RequestID", "ErrorCode", "ErrorMessage"].map(|name| message.attributes[name].as_str());
        assert_eq!(said, [id.as_str(), "200", "no"]);
    }
}
