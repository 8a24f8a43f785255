//! From a stack's status to a rule's target.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedReceiver;

use super::{EventFault, fire_schedules, inject, release};
use crate::api::Caller;
use crate::cloudformation::Status;
use crate::cloudformation::scenario::{request, settled};
use crate::lambda::TestInvocation;
use crate::lambda::in_test;
use crate::{Settings, World};

const FUNCTION: &str = "arn:aws:lambda:eu-west-1:111122223333:function:f";

fn world() -> Arc<World> {
    Arc::new(World::new(Settings::at("http://127.0.0.1:1")))
}

fn call(world: &Arc<World>, operation: &str, body: &Value) {
    super::json(world, &Caller::Operator, operation, body).unwrap();
}

fn rule(world: &Arc<World>, status: &str, target: &Value) {
    let pattern = json!({
        "source": ["aws.cloudformation"],
        "detail-type": ["CloudFormation Stack Status Change"],
        "detail": { "status-details": { "status": [status] }, "stack-id": [{ "prefix": "arn:aws:cloudformation:" }] },
    });
    call(world, "PutRule", &json!({ "Name": "r", "EventPattern": pattern.to_string() }));
    call(world, "PutTargets", &json!({ "Rule": "r", "Targets": [target] }));
}

fn permit(world: &Arc<World>, source_arn: &str) {
    let body = json!({
        "StatementId": "p", "Action": "lambda:InvokeFunction", "Principal": "events.amazonaws.com",
        "SourceArn": source_arn, "SourceAccount": "111122223333",
    });
    crate::lambda::add_permission(&mut world.state(), &world.settings, "f", &body).unwrap();
}

async fn stack(world: &Arc<World>) {
    let body = json!({ "Resources": { "Group": { "Type": "AWS::Logs::LogGroup" } } }).to_string();
    let params = [("StackName", "s"), ("TemplateBody", &*body), ("ClientRequestToken", "token-1")];
    request(world, "CreateStack", params).unwrap();
    assert_eq!(settled(world, "s").await, Status::CreateComplete);
}

/// The next event. Its invocation ends well: a dropped one is an error, and Lambda would deliver it again.
async fn taken(invocations: &mut UnboundedReceiver<TestInvocation>) -> Value {
    let invocation = invocations.recv().await.unwrap();
    let event = invocation.event.clone();
    invocation.succeed(json!({}));
    event
}

// G.41, D.1
#[tokio::test]
async fn a_stack_status_reaches_a_permitted_function_as_aws_writes_it() {
    let world = world();
    let mut invocations = in_test(&world, "f");
    rule(&world, "CREATE_COMPLETE", &json!({ "Id": "t", "Arn": FUNCTION }));
    permit(&world, "arn:aws:events:eu-west-1:111122223333:rule/r");
    stack(&world).await;
    let event = taken(&mut invocations).await;
    assert_eq!(event["detail"]["status-details"], json!({ "status": "CREATE_COMPLETE", "status-reason": "" }));
    assert_eq!(event["detail"]["client-request-token"], "token-1");
    assert_eq!(event["resources"][0], event["detail"]["stack-id"]);
    assert!(event["detail"].get("stack-name").is_none());
}

// D.2
#[tokio::test]
async fn without_a_matching_permission_the_event_goes_to_the_dead_letters() {
    let world = world();
    let mut invocations = in_test(&world, "f");
    rule(&world, "CREATE_COMPLETE", &json!({ "Id": "t", "Arn": FUNCTION }));
    permit(&world, "arn:aws:events:eu-west-1:111122223333:rule/other");
    stack(&world).await;
    let code = world.until(|state| state.events.undelivered.first().map(|lost| lost.code.clone())).await;
    assert_eq!(code, "NO_PERMISSIONS");
    assert!(invocations.try_recv().is_err());
}

// G.41
#[tokio::test]
async fn an_event_can_come_twice_late_or_never() {
    let world = world();
    let statuses = |world: &World| -> Vec<String> {
        let state = world.state();
        let status = |event: &Value| event["detail"]["status-details"]["status"].as_str().unwrap().to_owned();
        state.events.emitted.iter().map(status).collect()
    };
    inject(&world, Status::CreateInProgress, EventFault::Hold);
    inject(&world, Status::CreateComplete, EventFault::Duplicate);
    stack(&world).await;
    world.until(|state| (state.events.emitted.len() == 2).then_some(())).await;
    release(&world);
    assert_eq!(statuses(&world), ["CREATE_COMPLETE", "CREATE_COMPLETE", "CREATE_IN_PROGRESS"]);
    inject(&world, Status::DeleteInProgress, EventFault::Lose);
    request(&world, "DeleteStack", [("StackName", "s")]).unwrap();
    settled(&world, "s").await;
    world.until(|state| (state.events.emitted.len() == 4).then_some(())).await;
    assert_eq!(statuses(&world).last().unwrap(), "DELETE_COMPLETE");
}

#[tokio::test]
async fn a_schedule_is_fired_on_demand_with_the_rules_own_input() {
    let world = world();
    let mut invocations = in_test(&world, "f");
    call(&world, "PutRule", &json!({ "Name": "sweep", "ScheduleExpression": "rate(15 minutes)" }));
    let target = json!({ "Id": "t", "Arn": FUNCTION, "Input": "{\"Sweep\": true}" });
    call(&world, "PutTargets", &json!({ "Rule": "sweep", "Targets": [target] }));
    permit(&world, "arn:aws:events:eu-west-1:111122223333:rule/sweep");
    fire_schedules(&world);
    assert_eq!(taken(&mut invocations).await, json!({ "Sweep": true }));
}

#[test]
fn anything_but_and_exists_match_as_documented() {
    let event = json!({ "detail": { "responsePayload": { "Outcome": "Recovered" } } });
    let pattern = |outcome: Value| json!({ "detail": { "responsePayload": { "Outcome": [outcome] } } });
    assert!(super::pattern::matches(&pattern(json!({ "anything-but": ["NotOurs"] })), &event));
    assert!(!super::pattern::matches(&pattern(json!({ "anything-but": "Recovered" })), &event));
    assert!(super::pattern::matches(&pattern(json!({ "exists": true })), &event));
    assert!(!super::pattern::matches(&json!({ "missing": [{ "exists": true }] }), &event));
}

// D.2: the queue's own policy decides, and its key's; the message says what became of the event.
#[tokio::test]
async fn a_dead_letter_queue_takes_what_its_policy_and_its_key_allow_and_says_why() {
    let key = |name: &str| format!("arn:aws:kms:eu-west-1:111122223333:key/{name}");
    for (source, key, arrives) in [
        ("arn:aws:events:*:*:rule/r", String::new(), true),
        ("arn:aws:events:*:*:rule/r", key("open"), true),
        ("arn:aws:events:*:*:rule/r", key("closed"), false),
        ("arn:aws:events:*:*:rule/r", "alias/aws/sqs".to_owned(), false),
        ("arn:aws:events:*:*:rule/other", String::new(), false),
    ] {
        let world = world();
        for (name, principal) in [("open", "events.amazonaws.com"), ("closed", "sns.amazonaws.com")] {
            let policy = json!({ "Statement": { "Effect": "Allow", "Action": ["kms:GenerateDataKey*", "kms:Decrypt"],
                "Resource": "*", "Principal": { "Service": principal } } });
            let key = format!("arn:aws:kms:eu-west-1:111122223333:key/{name}");
            crate::kms::put_policy(&mut world.state(), &key, &policy).unwrap();
        }
        let queue = "arn:aws:sqs:eu-west-1:111122223333:dead";
        let policy = json!({ "Statement": [{ "Effect": "Allow", "Action": "sqs:SendMessage", "Resource": queue,
            "Principal": { "Service": "events.amazonaws.com" },
            "Condition": { "ArnLike": { "aws:SourceArn": source } } }] });
        let body =
            json!({ "QueueName": "dead", "Attributes": { "Policy": policy.to_string(), "KmsMasterKeyId": key } });
        crate::queues::call(&mut world.state(), &world.settings, &Caller::Operator, "sqs", "CreateQueue", &body)
            .unwrap();
        let target = json!({ "Id": "t", "Arn": FUNCTION, "DeadLetterConfig": { "Arn": queue } });
        rule(&world, "CREATE_COMPLETE", &target);
        stack(&world).await;
        world.until(|state| state.events.undelivered.first().map(|_| ())).await;
        let message = world.state().queues.queues["dead"].messages.first().cloned();
        assert_eq!(message.is_some(), arrives, "{source} {key}");
        if let Some(message) = message {
            assert_eq!(message.attributes["ERROR_CODE"], "RESOURCE_NOT_FOUND");
            assert_eq!(message.attributes["TARGET_ARN"], FUNCTION);
            assert_eq!(message.attributes["RETRY_ATTEMPTS"], "0");
        }
    }
}

#[test]
fn what_is_no_rule_is_refused_by_name() {
    let world = world();
    let refused = |body: Value| {
        let mut body = body;
        body["Name"] = json!("r");
        let error = super::json(&world, &Caller::Operator, "PutRule", &body).unwrap_err();
        format!("{}: {}", error.code, error.message)
    };
    let pattern = |text: &str| refused(json!({ "EventPattern": text }));
    assert!(pattern("{").starts_with("InvalidEventPatternException: Event pattern is not valid."));
    assert!(pattern(r#"{"source": "aws"}"#).contains("must be an object or an array"));
    assert!(pattern(r#"{"source": [{"perfix": "a"}]}"#).contains("Unrecognized match type perfix"));
    assert!(pattern(r#"{"n": [{"numeric": [">", 1]}]}"#).contains("does not know the match type numeric"));
    let schedule = refused(json!({ "ScheduleExpression": "rate(15 minute)" }));
    assert_eq!(schedule, "ValidationException: Parameter ScheduleExpression is not valid.");
    assert!(refused(json!({})).contains("must be specified"));
    assert!(world.state().events.rules.is_empty());
}
