//! Longer than one invocation, for the functions that do more than start; and events whose process dies each time.

use std::time::Duration;

use local_aws::State;
use local_aws::cloudformation::Status;
use local_aws::flink::{self, Hold, Status as Flink};
use local_aws::lambda::{self, Moment, kill_after, kill_at};
use project::deployment::{Deployment, NAME, jar, request, settled};
use serde_json::{Value, json};

use crate::stage::{application, handlers, running, running_unguarded, why, with_jar};

fn invocations(state: &State, function: &str) -> usize {
    state.lambda.invocations.iter().filter(|one| one.function == function).count()
}

/// An update that meets a busy application, until the function has handed over; then the application is let go.
async fn updated_while_busy(deployment: &Deployment, function: &str, template: &Value) -> Status {
    {
        let mut state = deployment.world().state();
        state.lambda.functions.get_mut(function).unwrap().timeout = 3;
        state.flink.hold(NAME, Flink::Autoscaling, Hold::UntilReleased);
        flink::put_status(&mut state, NAME, Flink::Autoscaling);
    }
    let before = invocations(&deployment.world().state(), function);
    let key = deployment.upload(&jar("1", &["poison"]));
    let (tags, role) = ([("flink-unstick", "enabled")], Some(deployment.stack_role.as_str()));
    request(deployment.world(), "UpdateStack", NAME, &template.to_string(), &with_jar(&key), &tags, role).unwrap();
    deployment.world().until(|state| (invocations(state, function) > before).then_some(())).await;
    flink::release(&mut deployment.world().state(), &deployment.world().settings, NAME);
    settled(deployment.world(), NAME).await
}

fn handed_over(deployment: &Deployment, function: &str) -> bool {
    let state = deployment.world().state();
    let role = state.lambda.functions[function].role_name().to_owned();
    let to_itself = format!(":function:{function}");
    state.journal.iter().any(|call| {
        call.action == "lambda:InvokeFunction"
            && call.resource.ends_with(&to_itself)
            && call.caller == local_aws::api::Caller::Role(role.clone())
    })
}

/// Property groups wait for a busy application longer than one invocation.
#[tokio::test(flavor = "multi_thread")]
async fn property_groups_wait_for_a_busy_application_longer_than_one_invocation() {
    let deployment = running_unguarded().await;
    let mut template = Deployment::template_without_guard();
    template["Resources"]["PropertyGroups"]["Properties"]["PropertyGroups"][0]["PropertyMap"]["added"] = json!("late");
    let status = updated_while_busy(&deployment, "flink-property-groups", &template).await;
    assert_eq!(status, Status::UpdateComplete, "{}", why(&deployment));
    assert!(handed_over(&deployment, "flink-property-groups"));
    let configuration = application(&deployment).configuration;
    assert_eq!(configuration.property("FlinkApplicationProperties", "added"), Some("late"));
}

/// The guard waits for a busy application longer than one invocation.
#[tokio::test(flavor = "multi_thread")]
async fn the_guard_waits_for_a_busy_application_longer_than_one_invocation() {
    let deployment = running().await;
    let mut template = Deployment::application_template();
    template["Resources"]["Application"]["Properties"]["ApplicationDescription"] = json!("changed");
    for resource in ["UpdateGuard", "AutoStart"] {
        template["Resources"][resource]["Properties"]["ConfigurationDigest"] = json!("changed");
    }
    let status = updated_while_busy(&deployment, "flink-update-guard", &template).await;
    assert_eq!(status, Status::UpdateComplete, "{}", why(&deployment));
    assert!(handed_over(&deployment, "flink-update-guard"));
    assert_eq!(application(&deployment).status, Flink::Running);
}

/// The gate waits longer than one invocation, also when one of them dies.
#[tokio::test(flavor = "multi_thread")]
async fn the_gate_waits_longer_than_one_invocation_also_when_one_of_them_dies() {
    const LOOK: &str = "cloudformation:DescribeStacks";
    const GATE: &str = "flink-auto-start";
    for dies in [false, true] {
        let deployment = running_unguarded().await;
        {
            let mut state = deployment.world().state();
            state.lambda.functions.get_mut(GATE).unwrap().timeout = 3;
            state.lambda.retry_delays = [Duration::ZERO; 2];
            if dies {
                kill_after(&mut state, GATE, LOOK, Moment::BeforeTheCall, 3);
            }
        }
        let key = deployment.upload(&jar("2", &[]));
        let parameters = [("JarKey", key.as_str()), ("StabilizeSeconds", "5"), ("OnDelete", "Leave")];
        let status = deployment.deploy_unguarded(&parameters).await;
        assert_eq!(status, Status::UpdateComplete, "{dies}\n{}", why(&deployment));
        assert!(handed_over(&deployment, GATE), "{dies}");
        assert_eq!(application(&deployment).job.unwrap().jar.version, "2");
    }
}

/// StopMinutes pass though no invocation lives so long.
///
/// StopMinutes counts from CloudFormation's own row, not from a process: after the first invocation the row moves into
/// the past, and with it all that the application did before.
#[tokio::test(flavor = "multi_thread")]
async fn stop_minutes_pass_though_no_invocation_lives_so_long() {
    let deployment = running().await;
    {
        let mut state = deployment.world().state();
        state.lambda.functions.get_mut("flink-update-guard").unwrap().timeout = 3;
        state.flink.hold(NAME, Flink::Autoscaling, Hold::UntilReleased);
        flink::put_status(&mut state, NAME, Flink::Autoscaling);
    }
    let before = invocations(&deployment.world().state(), "flink-update-guard");
    let key = deployment.upload(&jar("2", &["poison"]));
    let (tags, role) = ([("flink-unstick", "enabled")], Some(deployment.stack_role.as_str()));
    let template = Deployment::application_template().to_string();
    request(deployment.world(), "UpdateStack", NAME, &template, &with_jar(&key), &tags, role).unwrap();
    deployment.world().until(|state| (invocations(state, "flink-update-guard") > before).then_some(())).await;
    {
        let mut state = deployment.world().state();
        let stack = state.cloudformation.stacks.iter_mut().rev().find(|stack| stack.name == NAME).unwrap();
        for row in stack.events.iter_mut().filter(|row| row.logical_id == "UpdateGuard") {
            row.time -= 660.0;
        }
        flink::age_application(&mut state, NAME, Duration::from_mins(12));
    }
    assert_eq!(settled(deployment.world(), NAME).await, Status::UpdateComplete, "{}", why(&deployment));
    assert!(handed_over(&deployment, "flink-update-guard"));
    assert_eq!(application(&deployment).job.unwrap().jar.version, "2");
}

/// An event whose process dies each time lies in the dead-letter queue.
#[tokio::test(flavor = "multi_thread")]
async fn an_event_whose_process_dies_each_time_lies_in_the_dead_letter_queue() {
    const LOOK: &str = "cloudformation:DescribeStacks";
    let functions = ["flink-auto-start", "flink-property-groups", "flink-update-guard"];
    let deployment = handlers().await;
    let endpoint = &deployment.world().settings.endpoint;
    deployment.world().state().lambda.retry_delays = [Duration::ZERO; 2];
    for function in functions {
        for _ in 0..3 {
            kill_at(&mut deployment.world().state(), function, LOOK, Moment::BeforeTheCall);
        }
        let event = json!({
            "RequestType": "Create", "RequestId": function, "LogicalResourceId": "One", "ResourceType": "Custom::One",
            "ResponseURL": format!("{endpoint}/cloudformation-custom-resource-response-euwest1/one"),
            "StackId": "arn:aws:cloudformation:eu-west-1:111122223333:stack/one/1",
            "ResourceProperties": {"ServiceToken": "arn", "ApplicationName": "flink-one", "PropertyGroups": []},
        });
        lambda::invoke_asynchronously(deployment.world(), function, &event);
    }
    let messages = |state: &mut State| {
        let queue = state.queues.queues.values().next()?;
        let bodies: Vec<Value> = queue.messages.iter().map(|one| serde_json::from_str(&one.body).unwrap()).collect();
        (bodies.len() == functions.len()).then_some(bodies)
    };
    let mut lost: Vec<String> = deployment.world().until(messages).await.iter().map(requested).collect();
    lost.sort();
    assert_eq!(lost, functions);
}

fn requested(message: &Value) -> String {
    assert_eq!(message["requestContext"]["approximateInvokeCount"], 3, "{message}");
    message["requestPayload"]["RequestId"].as_str().unwrap().to_owned()
}
