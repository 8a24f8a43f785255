//! `flink-stack why`: the cause first, then the next command.

use local_aws::Modes;
use local_aws::api::{ApiError, Caller};
use local_aws::cloudformation::{self, Status};
use local_aws::events::{self, EventFault};
use local_aws::faults::Fault;
use local_aws::flink::{self, Hold, SnapshotStatus, Status as Flink};
use local_aws::modes::DeleteOfRunning;
use project::deployment::{Deployment, NAME, jar, query, request, settled};
use serde_json::{Value, json};

use super::plan::snapshots_fail;
use super::{flink_stack, look};
use crate::stage::{
    Scratch, ask_unsticker, delete, handlers, person, report, running, running_guarded_where, running_unguarded,
    running_where, stop, stuck, why as message, with_jar,
};

mod at_rest;

/// Asks about the stack; how it stands.
async fn why(deployment: &Deployment, ends_with: i32) -> Value {
    let answered = look(deployment, &["why", "--json", "--stack", NAME]).await;
    assert_eq!(answered.code, ends_with, "{}", answered.printed);
    answered.json()
}

fn next(answer: &Value) -> String {
    let lines = answer["Next"].as_array().unwrap().iter();
    lines.map(|line| line.as_str().unwrap()).collect::<Vec<_>>().join("\n")
}

fn seen(answer: &Value) -> String {
    answer["Seen"].to_string()
}

/// Stuck with these tags, with or without a service role; no one is invoked.
pub(super) async fn stuck_with(tags: &[(&str, &str)], with_role: bool) -> Deployment {
    let deployment = handlers().await;
    events::inject(deployment.world(), Status::UpdateRollbackFailed, EventFault::Hold);
    let template = Deployment::template_without_guard().to_string();
    let role = with_role.then_some(deployment.stack_role.as_str());
    for (action, version) in [("CreateStack", "1"), ("UpdateStack", "2")] {
        let key = deployment.upload(&jar(version, &["poison"]));
        request(deployment.world(), action, NAME, &template, &with_jar(&key), tags, role).unwrap();
        settled(deployment.world(), NAME).await;
        deployment.record("poison");
    }
    assert_eq!(settled(deployment.world(), NAME).await, Status::UpdateRollbackFailed, "{}", message(&deployment));
    deployment
}

/// Of a healthy stack `why` says that there is nothing to do.
#[tokio::test(flavor = "multi_thread")]
async fn a_healthy_stack_is_fine() {
    let deployment = running().await;
    let answer = why(&deployment, 0).await;
    assert_eq!((&answer["Verdict"], &answer["Cause"]), (&json!("Fine"), &json!("")), "{answer}");
    assert_eq!(answer["Applications"][0]["Status"], "RUNNING", "{answer}");
}

/// Of a stack that does not exist `why` says so and ends with 2.
#[tokio::test(flavor = "multi_thread")]
async fn a_stack_that_does_not_exist_cannot_be_reported_about() {
    let deployment = handlers().await;
    let answered = look(&deployment, &["why", "--stack", "no one"]).await;
    assert_eq!(answered.code, 2);
    assert!(answered.printed.contains("there is no such stack"), "{}", answered.printed);
}

/// A failed rollback of a tagged stack is left to the unsticker, and `why` says how to invoke it.
#[tokio::test(flavor = "multi_thread")]
async fn a_failed_rollback_of_a_tagged_stack_is_the_unstickers_and_says_how_to_invoke_it() {
    let deployment = stuck_with(&[("flink-unstick", "enabled")], true).await;
    let answer = why(&deployment, 1).await;
    let cause = answer["Cause"].as_str().unwrap();
    assert!(cause.starts_with("Application: Failed to take snapshot for the application flink-test"), "{answer}");
    assert!(next(&answer).starts_with("aws lambda invoke --function-name flink-rollback-unsticker"), "{answer}");
    // And that command is the right one.
    let message = ask_unsticker(&deployment, &json!({"StackName": NAME})).await;
    assert_eq!(message["Outcome"], "RollbackContinued", "{message}");
}

/// A failed rollback without the tag is a person's to continue.
#[tokio::test(flavor = "multi_thread")]
async fn without_the_tag_a_person_continues() {
    let deployment = stuck_with(&[], true).await;
    let answer = why(&deployment, 1).await;
    assert!(seen(&answer).contains("no tag flink-unstick"), "{answer}");
    let next = next(&answer);
    let force = "aws kinesisanalyticsv2 stop-application --force --application-name flink-test";
    let commands = format!("{force}\naws cloudformation continue-update-rollback --stack-name flink-test");
    assert!(next.starts_with(&commands), "{next}");
}

/// A failed rollback under `dry-run` is a person's to continue.
#[tokio::test(flavor = "multi_thread")]
async fn under_dry_run_a_person_continues() {
    let deployment = stuck_with(&[("flink-unstick", "dry-run")], true).await;
    let answer = why(&deployment, 1).await;
    assert!(seen(&answer).contains("flink-unstick=dry-run on the stack"), "{answer}");
    assert!(next(&answer).contains("continue-update-rollback --stack-name flink-test"), "{answer}");
}

/// A failed rollback without a service role is a person's to continue.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_service_role_a_person_continues() {
    let answer = why(&stuck_with(&[("flink-unstick", "enabled")], false).await, 1).await;
    assert!(seen(&answer).contains("no service role"), "{answer}");
    assert!(next(&answer).starts_with("aws kinesisanalyticsv2 stop-application --force"), "{answer}");
}

/// Of a failed rollback with another blocker `why` says to fix that first.
#[tokio::test(flavor = "multi_thread")]
async fn another_blocker_is_fixed_first() {
    let deployment = running_unguarded().await;
    let denied = Fault::Refuse(ApiError::new("AccessDeniedException", "not authorized"));
    deployment.world().state().faults.inject("kinesisanalytics:UpdateApplication", 2, denied);
    stuck(&deployment).await;
    let answer = why(&deployment, 1).await;
    assert!(answer["Cause"].as_str().unwrap().contains("not authorized"), "{answer}");
    assert!(
        next(&answer).starts_with("fix Application, then:\naws cloudformation continue-update-rollback"),
        "{answer}"
    );
}

/// Of an incident in a nested stack `why` names the root.
#[tokio::test(flavor = "multi_thread")]
async fn an_incident_in_a_nested_stack_is_reported_at_its_root() {
    let deployment = handlers().await;
    events::inject(deployment.world(), Status::UpdateRollbackFailed, EventFault::Hold);
    let child = Deployment::template_without_guard().to_string();
    local_aws::s3::put(&mut deployment.world().state(), &deployment.bucket, "child.json", child.into_bytes());
    let url = format!("https://{}.s3.eu-west-1.amazonaws.com/child.json", deployment.bucket);
    let parent = json!({
        "Parameters": {"JarKey": {"Type": "String"}},
        "Resources": {"Child": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": url,
            "Parameters": {"JarKey": {"Ref": "JarKey"}, "StabilizeSeconds": "0"}}}},
    })
    .to_string();
    for version in ["1", "2"] {
        let key = deployment.upload(&jar(version, &["poison"]));
        deployment.deploy_template(&parent, &[("JarKey", &key)], &[("flink-unstick", "enabled")]).await;
        deployment.record("poison");
    }
    let answer = why(&deployment, 1).await;
    assert_eq!((&answer["Stack"], &answer["Status"]), (&json!(NAME), &json!("UPDATE_ROLLBACK_FAILED")), "{answer}");
    assert!(answer["Cause"].as_str().unwrap().contains("Failed to take snapshot"), "{answer}");
    assert!(next(&answer).starts_with("aws lambda invoke"), "{answer}");
}

/// Of a stack in progress `why` says what it waits for.
#[tokio::test(flavor = "multi_thread")]
async fn a_stack_in_progress_says_what_it_waits_for() {
    let deployment = handlers().await;
    deployment.world().state().flink.hold(NAME, Flink::Starting, Hold::UntilReleased);
    let key = deployment.upload(&jar("1", &[]));
    let template = Deployment::application_template().to_string();
    request(deployment.world(), "CreateStack", NAME, &template, &with_jar(&key), &[], Some(&deployment.stack_role))
        .unwrap();
    let starting = |state: &mut local_aws::State| {
        let application = state.flink.applications.get(NAME)?;
        (application.status == Flink::Starting).then_some(())
    };
    deployment.world().until(starting).await;
    let answer = why(&deployment, 0).await;
    assert_eq!(answer["Verdict"], "InProgress", "{answer}");
    assert!(seen(&answer).contains("waits for AutoStart (Custom::FlinkAutoStart)"), "{answer}");
    assert_eq!(answer["Applications"][0]["Status"], "STARTING", "{answer}");
    flink::release(&mut deployment.world().state(), &deployment.world().settings, NAME);
    assert_eq!(settled(deployment.world(), NAME).await, Status::CreateComplete);
}

/// A permission that `why` lacks is named.
#[tokio::test(flavor = "multi_thread")]
async fn a_missing_permission_is_named() {
    let deployment = running().await;
    let denied = Fault::Refuse(ApiError::new("AccessDeniedException", "not authorized"));
    deployment.world().state().faults.inject("cloudformation:DescribeStackEvents", 1, denied);
    let answered = look(&deployment, &["why", "--stack", NAME]).await;
    assert_eq!(answered.code, 2);
    assert!(
        answered.printed.contains("A permission is missing: cloudformation:DescribeStackEvents"),
        "{}",
        answered.printed
    );
}
