//! A key of one's own: what template/README.md says its policy must allow, and what the templates' own policies let in.

use std::sync::Arc;

use local_aws::api::Caller;
use local_aws::cloudformation::Status;
use local_aws::{World, dispatch, kms, lambda};
use project::deployment::{self, Deployment};
use serde_json::{Value, json};

use crate::stage::{handlers, why};

const ACCESS: &str = include_str!("../../../template/access.template.json");
const PAGE: &str = include_str!("../../../template/README.md");
pub(crate) const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-1111-2222-3333-444455556666";

/// The statements that the page gives.
pub(crate) fn statements() -> Vec<Value> {
    let section = PAGE.split_once("## Keys of your own").expect("the section").1;
    let listed = section.split_once("```json").expect("the statements").1;
    serde_json::from_str(listed.split_once("```").expect("their end").0).expect("JSON")
}

/// The key has these statements, beside those of its administrators.
pub(crate) fn keep(world: &World, statements: &[Value]) {
    kms::put_policy(&mut world.state(), KEY, &json!({"Statement": statements})).unwrap();
}

fn ask(world: &World, caller: &Caller, service: &str, operation: &str, body: &Value) -> bool {
    dispatch::call(&mut world.state(), &world.settings, caller, (service, operation), body).is_ok()
}

fn messages(world: &World) -> (usize, usize) {
    let state = world.state();
    let topics = state.queues.topics.values().map(|topic| topic.published.len()).sum();
    (topics, state.queues.queues.values().map(|queue| queue.messages.len()).sum())
}

/// What works: the unsticker's report, a table, a dead letter, an alarm, a log group.
async fn works(deployment: &Deployment, number: usize) -> [bool; 5] {
    let world = deployment.world();
    let before = messages(world);
    lambda::invoke_asynchronously(world, "flink-rollback-unsticker", &json!({"StackName": "flink-access"}));
    world.until_that("the report".to_owned(), |state| state.lambda.is_idle().then_some(())).await;
    let reported = messages(world);

    let stack_role = Caller::Role(deployment.stack_role.rsplit('/').next().unwrap_or_default().to_owned());
    let name = format!("flink-probe-{number}");
    let encrypted = json!({"SSEEnabled": true, "SSEType": "KMS", "KMSMasterKeyId": KEY});
    let table = json!({"TableName": name, "KeySchema": [{"AttributeName": "key", "KeyType": "HASH"}],
        "SSESpecification": encrypted});
    let is_made = ask(world, &stack_role, "dynamodb", "CreateTable", &table);

    dead_letter(world);
    let buried = messages(world);
    let alarm = {
        let state = world.state();
        let rings = |request: &Value| request["AlarmActions"].as_array().is_some_and(|all| !all.is_empty());
        let found = state.alarms.alarms.iter().find(|(_, alarm)| rings(&alarm.request));
        found.expect("an alarm with an action").0.clone()
    };
    let mut rung = false;
    for value in ["ALARM", "OK"] {
        let before = messages(world);
        let body = json!({"AlarmName": alarm, "StateValue": value, "StateReason": "a test"});
        assert!(ask(world, &Caller::Operator, "cloudwatch", "SetAlarmState", &body));
        rung |= messages(world).0 > before.0;
    }
    let group = json!({"logGroupName": name, "kmsKeyId": KEY});
    let is_logged = ask(world, &Caller::Operator, "logs", "CreateLogGroup", &group);
    [reported.0 > before.0, is_made, buried.1 > reported.1, rung, is_logged]
}

/// A rule's target that is not there: EventBridge sends its event to the queue that the access stack made.
fn dead_letter(world: &Arc<World>) {
    let queue = world.state().queues.queues.keys().next().expect("the dead-letter queue").clone();
    let target = json!({"Id": "t", "Arn": world.settings.arn("lambda", "function:gone"),
        "DeadLetterConfig": {"Arn": world.settings.arn("sqs", &queue)}});
    for (operation, body) in [
        ("PutRule", json!({"Name": "probe", "EventPattern": "{\"source\": [\"probe\"]}"})),
        ("PutTargets", json!({"Rule": "probe", "Targets": [target]})),
        ("PutEvents", json!({"Entries": [{"Source": "probe", "DetailType": "d", "Detail": "{}"}]})),
    ] {
        local_aws::events::json(world, &Caller::Operator, operation, &body).unwrap();
    }
}

/// A key of one's own needs each statement that template/README.md gives, and no other; the queue and the topic need
/// the policies of the template.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_needs_each_statement_that_the_page_gives_and_queue_and_topic_need_their_policies() {
    let deployment = handlers().await;
    let world = deployment.world();
    let all = statements();
    keep(world, &all);
    deployment::request(world, "UpdateStack", "flink-access", ACCESS, &[("KeyArn", KEY)], &[], None).unwrap();
    let ended = deployment::settled(world, "flink-access").await;
    assert_eq!(ended, Status::UpdateComplete, "{}", why(&deployment));
    assert_eq!(works(&deployment, 0).await, [true; 5], "{}", why(&deployment));
    let without = [
        [false, false, true, true, true],
        [true, false, true, true, true],
        [true, true, false, false, true],
        [true, true, true, true, false],
    ];
    assert_eq!(all.len(), without.len());
    for (index, expected) in without.into_iter().enumerate() {
        let mut rest = all.clone();
        rest.remove(index);
        keep(world, &rest);
        assert_eq!(works(&deployment, index + 1).await, expected, "without statement {index}");
    }
    keep(world, &all);
    let others = json!({"Statement": {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "*",
        "Resource": "*"}});
    {
        let mut state = world.state();
        let queues = &mut state.queues;
        let attributes = queues.queues.values_mut().map(|queue| &mut queue.attributes);
        for each in attributes.chain(queues.topics.values_mut().map(|topic| &mut topic.attributes)) {
            each.insert("Policy".to_owned(), others.to_string());
        }
    }
    assert_eq!(works(&deployment, 5).await, [true, true, false, false, true], "with policies for another service");
}
