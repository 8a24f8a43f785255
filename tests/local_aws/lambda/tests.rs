//! The host with a real process: a script that speaks the Runtime API, and what becomes of it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::in_test;
use super::{Moment, deploy, invoke, invoke_asynchronously, kill_after, strike};
use crate::api::Caller;
use crate::{Settings, World};

fn world() -> Arc<World> {
    Arc::new(World::new(Settings::at("http://127.0.0.1:1")))
}

/// Answers each event with itself, its process's ID and a variable; an event that holds `crash` ends the process, one
/// that holds `hang` is never answered.
const SCRIPT: &str = r#"#!/bin/bash
echo "started as $AWS_LAMBDA_FUNCTION_NAME"
host=${AWS_LAMBDA_RUNTIME_API%:*}; port=${AWS_LAMBDA_RUNTIME_API#*:}
while true; do
  exec 3<>/dev/tcp/$host/$port
  printf 'GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n' >&3
  id=; while IFS= read -r line <&3; do
    line=${line%$'\r'}; [ -z "$line" ] && break
    case ${line,,} in lambda-runtime-aws-request-id:*) id=${line#*: };; esac
  done
  body=$(cat <&3); exec 3>&-
  case $body in *crash*) exit 3;; *hang*) sleep 600;; esac
  echo "answers" >&2
  printf "without a line end"
  reply="{\"event\":$body,\"pid\":$$,\"mode\":\"$MODE\"}"
  exec 3<>/dev/tcp/$host/$port
  printf 'POST /2018-06-01/runtime/invocation/%s/response HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %s\r\n\r\n%s' "$id" "${#reply}" "$reply" >&3
  cat <&3 >/dev/null; exec 3>&-
done
"#;

/// A role with these actions on everything.
pub(super) fn allow(world: &World, name: &str, actions: &[&str]) {
    let trust = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": { "Service": "lambda.amazonaws.com" }, "Action": "sts:AssumeRole" }] });
    let allowed = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Action": actions, "Resource": "*" }] });
    let mut state = world.state();
    let role = json!({ "RoleName": name, "AssumeRolePolicyDocument": trust });
    crate::iam::call(&mut state, &world.settings, &Caller::Operator, "CreateRole", &role).unwrap();
    let policy = json!({ "RoleName": name, "PolicyName": "p", "PolicyDocument": allowed });
    crate::iam::call(&mut state, &world.settings, &Caller::Operator, "PutRolePolicy", &policy).unwrap();
}

fn script(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("local-aws-test-{}-{name}", std::process::id()));
    std::fs::write(&path, SCRIPT).unwrap();
    path
}

fn deployed(name: &str) -> Arc<World> {
    let world = world();
    let script = script(name);
    deploy(&world, name, &script, "r", [("MODE", "test")]).unwrap();
    std::fs::remove_file(script).unwrap();
    world
}

#[tokio::test]
async fn a_process_answers_and_is_reused_while_it_is_warm() {
    let world = deployed("warm");
    let first = invoke(&world, "warm", &json!({ "n": 1 })).await.unwrap();
    let second = invoke(&world, "warm", &json!({ "n": 2 })).await.unwrap();
    assert_eq!(first.payload["mode"], "test");
    assert_eq!(second.payload["event"], json!({ "n": 2 }));
    assert_eq!(first.payload["pid"], second.payload["pid"]);
    assert!(world.state().lambda.logs.iter().any(|log| log.line == "started as warm"));
}

// Whatever a function wrote up to its answer is in the log when its invocation is over: a line that is not there then
// never comes.
#[tokio::test(flavor = "multi_thread")]
async fn an_invocation_is_over_when_its_last_line_is_in_the_log() {
    let world = deployed("talks");
    for number in 1..=50 {
        invoke(&world, "talks", &json!({ "n": number })).await.unwrap();
        let state = world.state();
        let lines = state.lambda.logs.iter().filter(|log| log.line.starts_with("answers"));
        assert_eq!(lines.count(), number, "its last line came later");
        assert_eq!(state.lambda.logs.last().unwrap().line, "without a line end");
    }
}

#[tokio::test]
async fn two_invocations_at_once_are_two_processes() {
    let world = deployed("twice");
    let event = json!({});
    let (first, second) = tokio::join!(invoke(&world, "twice", &event), invoke(&world, "twice", &event));
    assert_ne!(first.unwrap().payload["pid"], second.unwrap().payload["pid"]);
}

#[tokio::test]
async fn a_crash_is_an_answer_and_the_next_invocation_starts_anew() {
    let world = deployed("crash");
    let crashed = invoke(&world, "crash", &json!({ "do": "crash" })).await.unwrap();
    assert_eq!(crashed.error.as_deref(), Some("Unhandled"));
    assert_eq!(crashed.payload["errorType"], "Runtime.ExitError");
    assert_eq!(invoke(&world, "crash", &json!({})).await.unwrap().error, None);
}

#[tokio::test]
async fn the_deadline_kills_the_process() {
    let world = deployed("slow");
    world.state().lambda.functions.get_mut("slow").unwrap().timeout = 1;
    let late = invoke(&world, "slow", &json!({ "do": "hang" })).await.unwrap();
    assert!(late.payload["errorMessage"].as_str().unwrap().ends_with("Task timed out after 1.00 seconds"));
}

#[tokio::test]
async fn a_process_is_killed_at_the_call_that_a_scenario_chose() {
    let world = deployed("killed");
    let action = "kinesisanalytics:StopApplication";
    kill_after(&mut world.state(), "killed", action, Moment::BeforeTheAnswer, 1);
    let hanging = {
        let world = Arc::clone(&world);
        tokio::spawn(async move { invoke(&world, "killed", &json!({ "do": "hang" })).await.unwrap() })
    };
    world.until(|state| state.lambda.environments.iter().any(|each| each.is_busy).then_some(())).await;
    let role = Caller::Role("r".to_owned());
    assert!(!strike(&mut world.state(), &role, action, Moment::BeforeTheCall));
    assert!(!strike(&mut world.state(), &role, action, Moment::BeforeTheAnswer), "its first one is survived");
    assert!(strike(&mut world.state(), &role, action, Moment::BeforeTheAnswer));
    assert_eq!(hanging.await.unwrap().payload["errorType"], "Runtime.ExitError");
}

// G.42
#[tokio::test]
async fn an_asynchronous_event_is_attempted_three_times_with_one_request_id() {
    let world = world();
    let mut invocations = in_test(&world, "f");
    world.state().lambda.retry_delays = [Duration::ZERO; 2];
    with_failures_queued(&world, "f");
    let id = invoke_asynchronously(&world, "f", &json!({ "n": 1 }));
    for _ in 0..3 {
        let invocation = invocations.recv().await.unwrap();
        assert_eq!((&invocation.request_id, &invocation.event), (&id, &json!({ "n": 1 })));
        invocation.fail("no");
    }
    let message = world.until(|state| state.queues.queues.get("failures")?.messages.first().cloned()).await;
    let record: Value = serde_json::from_str(&message.body).unwrap();
    assert_eq!(record["requestContext"]["condition"], "RetriesExhausted");
    assert_eq!(record["requestContext"]["approximateInvokeCount"], 3);
    assert_eq!(record["requestPayload"], json!({ "n": 1 }));
}

/// A queue that the function's failures go to, and the function itself.
fn with_failures_queued(world: &World, name: &str) {
    let queue = json!({ "QueueName": "failures" });
    crate::queues::call(&mut world.state(), &world.settings, &Caller::Operator, "sqs", "CreateQueue", &queue).unwrap();
    allow(world, name, &["sqs:SendMessage"]);
    let destination = "arn:aws:sqs:eu-west-1:111122223333:failures".to_owned();
    world.state().lambda.functions.get_mut(name).unwrap().destinations.on_failure = Some(destination);
}

// Source: Lambda guide, invocation-async-error-handling.
#[tokio::test]
async fn an_event_beyond_the_reserved_concurrency_waits_in_the_queue_and_is_no_attempt() {
    let world = world();
    let mut invocations = in_test(&world, "f");
    world.state().lambda.throttle_delays = [Duration::from_millis(1); 2];
    world.state().lambda.functions.get_mut("f").unwrap().reserved = Some(1);
    for number in 0..5 {
        invoke_asynchronously(&world, "f", &json!({ "n": number }));
    }
    for _ in 0..5 {
        let invocation = invocations.recv().await.unwrap();
        assert!(invocations.try_recv().is_err(), "one at a time");
        assert_eq!(invoke(&world, "f", &json!({})).await.unwrap_err().status, 429, "a direct call gets the error");
        invocation.succeed(json!({}));
    }
    world.until(|state| state.lambda.is_idle().then_some(())).await;
    let invocations = world.state().lambda.invocations.clone();
    assert!(invocations.iter().all(|one| one.error.is_none()), "{invocations:?}");
    assert_eq!(invocations.len(), 5);
}

// Source: Lambda guide, invocation-async-error-handling and invocation-async-retain-records.
#[tokio::test]
async fn an_event_that_waited_too_long_goes_where_failures_go() {
    let world = world();
    let _invocations = in_test(&world, "f");
    with_failures_queued(&world, "f");
    world.state().lambda.throttle_delays = [Duration::from_millis(1); 2];
    world.state().lambda.second = Duration::from_millis(1);
    {
        let mut state = world.state();
        let function = state.lambda.functions.get_mut("f").unwrap();
        (function.reserved, function.event_age) = (Some(0), Some(20));
    }
    invoke_asynchronously(&world, "f", &json!({ "n": 1 }));
    let message = world.until(|state| state.queues.queues.get("failures")?.messages.first().cloned()).await;
    let record: Value = serde_json::from_str(&message.body).unwrap();
    assert_eq!(record["requestContext"]["condition"], "EventAgeExceeded");
    assert_eq!(record["requestContext"]["approximateInvokeCount"], 0);
    assert_eq!(record["requestPayload"], json!({ "n": 1 }));
}

#[tokio::test]
async fn a_result_can_go_to_the_default_event_bus() {
    let world = world();
    let mut invocations = in_test(&world, "f");
    let bus = "arn:aws:events:eu-west-1:111122223333:event-bus/default";
    world.state().lambda.functions.get_mut("f").unwrap().destinations.on_success = Some(bus.to_owned());
    allow(&world, "f", &["events:PutEvents"]);
    invoke_asynchronously(&world, "f", &json!({}));
    invocations.recv().await.unwrap().succeed(json!({ "Outcome": "Recovered" }));
    let event = world.until(|state| state.events.emitted.first().cloned()).await;
    assert_eq!(event["source"], "lambda");
    assert_eq!(event["detail-type"], "Lambda Function Invocation Result - Success");
    assert_eq!(event["detail"]["responsePayload"]["Outcome"], "Recovered");
}

#[tokio::test]
async fn a_function_is_deployed_and_invoked_over_the_rest_api() {
    let world = world();
    let call = async |method: &str, path: &str, body: &Value| {
        let (query, headers) = (BTreeMap::new(), BTreeMap::new());
        super::rest(&world, &Caller::Operator, method, path, &query, &headers, body.to_string().as_bytes())
            .await
            .unwrap()
    };
    let missing = call("GET", "/2015-03-31/functions/f", &Value::Null).await;
    assert_eq!(missing.status(), 404);
    assert_eq!(missing.headers()["x-amzn-errortype"], "ResourceNotFoundException");
    let role = json!({ "FunctionName": "f", "Role": "arn:aws:iam::111122223333:role/none", "Code": { "ZipFile": "" } });
    let refused = call("POST", "/2015-03-31/functions", &role).await;
    assert_eq!(refused.status(), 400);
}
