//! `flink-stack why`: the cause first, then the next command.

use local_aws::Modes;
use local_aws::api::{ApiError, Caller};
use local_aws::cloudformation::{self, Status};
use local_aws::deployment::{Deployment, NAME, jar, query, request, settled};
use local_aws::events::{self, EventFault};
use local_aws::faults::Fault;
use local_aws::flink::{self, Hold, SnapshotStatus, Status as Flink};
use local_aws::modes::DeleteOfRunning;
use serde_json::{Value, json};

use super::plan::snapshots_fail;
use super::{flink_stack, look};
use crate::stage::{
    ask_unsticker, delete, handlers, person, report, running, running_guarded_where, running_unguarded, running_where,
    stop, stuck, why as message, with_jar,
};

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

#[tokio::test(flavor = "multi_thread")]
async fn a_healthy_stack_is_fine() {
    let deployment = running().await;
    let answer = why(&deployment, 0).await;
    assert_eq!((&answer["Verdict"], &answer["Cause"]), (&json!("Fine"), &json!("")), "{answer}");
    assert_eq!(answer["Applications"][0]["Status"], "RUNNING", "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stack_that_does_not_exist_cannot_be_reported_about() {
    let deployment = handlers().await;
    let answered = look(&deployment, &["why", "--stack", "no one"]).await;
    assert_eq!(answered.code, 2);
    assert!(answered.printed.contains("there is no such stack"), "{}", answered.printed);
}

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

#[tokio::test(flavor = "multi_thread")]
async fn under_dry_run_a_person_continues() {
    let deployment = stuck_with(&[("flink-unstick", "dry-run")], true).await;
    let answer = why(&deployment, 1).await;
    assert!(seen(&answer).contains("flink-unstick=dry-run on the stack"), "{answer}");
    assert!(next(&answer).contains("continue-update-rollback --stack-name flink-test"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_service_role_a_person_continues() {
    let answer = why(&stuck_with(&[("flink-unstick", "enabled")], false).await, 1).await;
    assert!(seen(&answer).contains("no service role"), "{answer}");
    assert!(next(&answer).starts_with("aws kinesisanalyticsv2 stop-application --force"), "{answer}");
}

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

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_waits_for_a_fix_is_reported_with_its_log() {
    let deployment = running_unguarded().await;
    deployment.record("poison");
    stuck(&deployment).await;
    report(&deployment, "StoppedAwaitingFix").await;
    let answer = why(&deployment, 1).await;
    assert!(answer["Cause"].as_str().unwrap().contains("waits for a fix"), "{answer}");
    assert!(next(&answer).starts_with("aws logs tail /aws/kinesis-analytics/flink-test"), "{answer}");
    assert!(next(&answer).ends_with("make deploy STACK=flink-test JAR=..."), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_that_was_never_started_is_reported_and_what_would_start_it() {
    let deployment = handlers().await;
    let mut template = Deployment::template_without_guard();
    template["Resources"].as_object_mut().unwrap().remove("AutoStart");
    template["Outputs"] = json!({});
    let key = deployment.upload(&jar("1", &[]));
    let created = deployment.deploy_template(&template.to_string(), &with_jar(&key), &[]).await;
    assert_eq!(created, Status::CreateComplete, "{}", message(&deployment));
    let answer = why(&deployment, 1).await;
    assert!(answer["Cause"].as_str().unwrap().contains("never started"), "{answer}");
    assert!(seen(&answer).contains("Custom::FlinkAutoStart"), "{answer}");
    assert!(next(&answer).starts_with("aws kinesisanalyticsv2 start-application"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_that_another_caller_stopped_is_reported() {
    let deployment = running().await;
    stop(&deployment);
    let answer = why(&deployment, 1).await;
    assert!(answer["Cause"].as_str().unwrap().contains("StopApplication SUCCESSFUL"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_loops_is_distinguished_from_its_failed_snapshot() {
    let deployment = running_guarded_where(snapshots_fail()).await;
    deployment.record("poison");
    let world = deployment.world();
    person(world, &mut world.state(), "CreateApplicationSnapshot", json!({"SnapshotName": "probe"}));
    let failed = |state: &mut local_aws::State| {
        let snapshots = &state.flink.applications[NAME].snapshots;
        snapshots.iter().any(|one| one.name == "probe" && one.status == SnapshotStatus::Failed).then_some(())
    };
    // Looking is what makes its time pass.
    while failed(&mut world.state()).is_none() {
        flink_stack(&deployment.aws, &["why", "--stack", NAME]).await;
    }
    let answer = why(&deployment, 1).await;
    assert!(answer["Cause"].as_str().unwrap().contains("is RUNNING and its job fails"), "{answer}");
    assert!(seen(&answer).contains("the next deployment meets it"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_creation_that_was_rolled_back_is_reported_in_the_operations_words() {
    let deployment = handlers().await;
    let mut broken = jar("1", &[]);
    broken["entry_point_broken"] = json!(true);
    let key = deployment.upload(&broken);
    assert_eq!(deployment.deploy(&with_jar(&key)).await, Status::RollbackComplete);
    let answer = why(&deployment, 1).await;
    assert!(answer["Cause"].as_str().unwrap().contains("entry point class could not be loaded"), "{answer}");
    assert!(next(&answer).starts_with("aws cloudformation delete-stack --stack-name flink-test"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_that_failed_is_reported_with_the_force_that_it_takes() {
    let deployment = handlers().await;
    let key = deployment.upload(&jar("1", &["poison"]));
    let status = deployment.deploy_unguarded(&with_jar(&key)).await;
    assert_eq!(status, Status::CreateComplete, "{}", message(&deployment));
    let refused = "Failed to take snapshot for the application flink-test at this moment.";
    let refused = ApiError::new("InvalidApplicationConfigurationException", refused);
    let option = "kinesisanalytics:DeleteApplicationCloudWatchLoggingOption";
    deployment.world().state().faults.inject(option, 10, Fault::Refuse(refused));
    assert_eq!(delete(&deployment).await, Status::DeleteFailed, "{}", message(&deployment));
    let answer = why(&deployment, 1).await;
    assert!(answer["Cause"].as_str().unwrap().starts_with("LoggingOption: Failed to take snapshot"), "{answer}");
    let force = "aws kinesisanalyticsv2 stop-application --force --application-name flink-test\naws cloudformation delete-stack";
    assert!(next(&answer).starts_with(force), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_application_that_aws_does_not_delete_is_reported_with_its_stop() {
    let refused = Modes { delete_of_running: DeleteOfRunning::Refused, ..Modes::default() };
    let deployment = running_where(refused).await;
    assert_eq!(delete(&deployment).await, Status::DeleteFailed, "{}", message(&deployment));
    let answer = why(&deployment, 1).await;
    assert!(answer["Cause"].as_str().unwrap().contains("cannot be deleted in 'RUNNING' state"), "{answer}");
    let stop = "aws kinesisanalyticsv2 stop-application --force --application-name flink-test\naws cloudformation delete-stack";
    assert!(next(&answer).starts_with(stop), "{answer}");
}

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

/// An update that stays as it failed.
async fn update_without_rollback(deployment: &Deployment, template: &str, jar: &str) -> Status {
    let mut query = query(NAME, template, &with_jar(jar), &[], None);
    query.insert("DisableRollback".to_owned(), "true".to_owned());
    cloudformation::query(deployment.world(), &Caller::Operator, "UpdateStack", &query).unwrap();
    settled(deployment.world(), NAME).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_that_failed_with_rollback_disabled_goes_on_or_back() {
    let deployment = running().await;
    let template = Deployment::application_template().to_string();
    let status = update_without_rollback(&deployment, &template, "jars/missing.jar").await;
    assert_eq!(status, Status::UpdateFailed, "{}", message(&deployment));
    let answer = why(&deployment, 1).await;
    assert!(answer["Cause"].as_str().unwrap().contains("jars/missing.jar"), "{answer}");
    assert!(seen(&answer).contains("takes an update only with --disable-rollback"), "{answer}");
    assert!(next(&answer).contains("aws cloudformation rollback-stack --stack-name flink-test"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_loops_is_stopped_by_force_before_a_failed_update_goes_on_or_back() {
    let deployment = running_unguarded().await;
    deployment.record("poison");
    let template = Deployment::template_without_guard().to_string();
    let key = deployment.upload(&jar("2", &["poison"]));
    let status = update_without_rollback(&deployment, &template, &key).await;
    assert_eq!(status, Status::UpdateFailed, "{}", message(&deployment));
    let answer = why(&deployment, 1).await;
    let lines: Vec<&str> = answer["Next"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
    let force = "aws kinesisanalyticsv2 stop-application --force --application-name flink-test";
    let expected = [force, "then deploy a fix:", "make deploy STACK=flink-test JAR=...", "or go back:"];
    assert_eq!(lines[..4], expected, "{answer}");
    assert_eq!(lines[4], "aws cloudformation rollback-stack --stack-name flink-test");
    assert!(lines[6].starts_with("aws kinesisanalyticsv2 start-application --application-name flink-test"), "{answer}");
    // What it says is what CloudFormation takes.
    let world = deployment.world();
    person(world, &mut world.state(), "StopApplication", json!({"Force": true}));
    flink::release(&mut world.state(), &world.settings, NAME);
    request(world, "RollbackStack", NAME, "", &[], &[], None).unwrap();
    assert_eq!(settled(world, NAME).await, Status::UpdateRollbackComplete, "{}", message(&deployment));
}

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
