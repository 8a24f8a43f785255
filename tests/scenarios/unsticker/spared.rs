//! What `flink-rollback-unsticker` leaves alone, and reports with the command that a person would run, before anything
//! is stopped.

use std::collections::BTreeMap;
use std::time::Duration;

use local_aws::api::{ApiError, Caller};
use local_aws::cloudformation::{self, Status};
use local_aws::events::{self, EventFault};
use local_aws::faults::Fault;
use local_aws::flink::{self, Status as Flink};
use project::deployment::{Deployment, NAME, jar, query, settled};
use serde_json::json;

use crate::stage::{
    application, ask_unsticker, begun_with, handlers, idle, mutations, report, running_unguarded, stack_event, stuck,
    stuck_without_a_service_role, why, with_jar,
};

const UNSTICKER: &str = "flink-rollback-unsticker";

fn refuse(code: &str, text: &str) -> Fault {
    Fault::Refuse(ApiError::new(code, text))
}

/// `dry-run` reports what would be done and changes nothing.
#[tokio::test(flavor = "multi_thread")]
async fn dry_run_reports_what_would_be_done_and_changes_nothing() {
    let deployment = handlers().await;
    let template = Deployment::template_without_guard().to_string();
    let tags = [("flink-unstick", "dry-run")];
    let key = deployment.upload(&jar("1", &["poison"]));
    deployment.deploy_template(&template, &with_jar(&key), &tags).await;
    deployment.record("poison");
    let key = deployment.upload(&jar("2", &["poison"]));
    let status = deployment.deploy_template(&template, &with_jar(&key), &tags).await;
    assert_eq!(status, Status::UpdateRollbackFailed, "{}", why(&deployment));
    let message = report(&deployment, "DryRun").await;
    assert!(message["Next"].as_str().unwrap().contains("would stop flink-test"), "{message}");
    assert!(mutations(&deployment, UNSTICKER).is_empty());
}

/// A stack without a service role is reported, with the commands for a person, before anything is stopped.
#[tokio::test(flavor = "multi_thread")]
async fn a_stack_without_a_service_role_is_reported_before_any_stop() {
    let deployment = handlers().await;
    stuck_without_a_service_role(&deployment, |_| vec![("flink-unstick", "enabled")]).await;
    let message = report(&deployment, "Refused").await;
    assert!(message["State"].as_str().unwrap().contains("The stack has no service role"), "{message}");
    let next = message["Next"].as_str().unwrap();
    assert!(next.contains("stop-application --application-name flink-test --force"), "{next}");
    assert!(next.contains("continue-update-rollback --stack-name arn:aws:cloudformation"), "{next}");
    assert!(mutations(&deployment, UNSTICKER).is_empty());
}

/// Another blocker is reported, with the commands for a person, and nothing is stopped.
#[tokio::test(flavor = "multi_thread")]
async fn another_blocker_of_a_tagged_stack_is_reported_and_nothing_is_stopped() {
    let deployment = running_unguarded().await;
    let denied = refuse("AccessDeniedException", "not authorized");
    deployment.world().state().faults.inject("kinesisanalytics:UpdateApplication", 2, denied);
    stuck(&deployment).await;
    let message = report(&deployment, "Refused").await;
    assert!(
        message["State"].as_str().unwrap().contains("The rollback is blocked by something else: Application"),
        "{message}"
    );
    assert!(mutations(&deployment, UNSTICKER).is_empty());
    assert_eq!(application(&deployment).status, Flink::Running);
}

/// A force-stop beyond the replay rule is refused with its figures.
#[tokio::test(flavor = "multi_thread")]
async fn the_replay_rule_refuses_force_with_its_figures() {
    let deployment = running_unguarded().await;
    deployment.record("poison");
    flink::age_application(&mut deployment.world().state(), NAME, Duration::from_hours(30));
    stuck(&deployment).await;
    let message = report(&deployment, "Refused").await;
    assert!(message["State"].as_str().unwrap().contains("at most 20 hours may be replayed"), "{message}");
    assert_eq!(application(&deployment).status, Flink::Running);
    idle(&deployment).await;
    assert!(!mutations(&deployment, UNSTICKER).contains(&"ContinueUpdateRollback".to_owned()));
}

/// A job whose first start is beyond the listed operations does not count as young.
///
/// Its first start is on a page that is not listed: unknown, and not as young as the oldest that is.
#[tokio::test(flavor = "multi_thread")]
async fn a_job_with_more_operations_than_a_page_is_not_young() {
    let deployment = running_unguarded().await;
    deployment.record("poison");
    flink::age_application(&mut deployment.world().state(), NAME, Duration::from_hours(30));
    {
        let mut state = deployment.world().state();
        let operations = &mut state.flink.applications.get_mut(NAME).unwrap().operations;
        let young = operations.iter().find(|one| one.name == "StartApplication").unwrap().clone();
        for number in 0..50 {
            let mut another = young.clone();
            another.id = format!("{}-{number}", young.id);
            another.started += Duration::from_hours(29).as_secs_f64();
            operations.push(another);
        }
    }
    stuck(&deployment).await;
    let refused = report(&deployment, "Refused").await;
    assert!(refused["State"].as_str().unwrap().contains("at most 20 hours may be replayed"), "{refused}");
    assert_eq!(application(&deployment).status, Flink::Running);
}

/// After three attempts an incident is left to a person.
#[tokio::test(flavor = "multi_thread")]
async fn three_attempts_and_then_a_person() {
    let deployment = running_unguarded().await;
    let text = "Failed to take snapshot for the application flink-test at this moment.";
    let fault = refuse("InvalidApplicationConfigurationException", text);
    deployment.world().state().faults.inject("kinesisanalytics:UpdateApplication", 1000, fault);
    stuck(&deployment).await;
    let message = report(&deployment, "Refused").await;
    assert!(
        message["State"].as_str().unwrap().contains("ContinueUpdateRollback was tried three times without success"),
        "{message}"
    );
    idle(&deployment).await;
    let calls = mutations(&deployment, UNSTICKER);
    assert_eq!(calls.iter().filter(|call| *call == "ContinueUpdateRollback").count(), 3, "{calls:?}");
}

/// UPDATE_FAILED, where rollback is disabled, is reported with both commands and not touched.
#[tokio::test(flavor = "multi_thread")]
async fn an_update_that_failed_with_rollback_disabled_is_reported_and_never_touched() {
    let deployment = running_unguarded().await;
    deployment.record("poison");
    let template = Deployment::template_without_guard().to_string();
    let key = deployment.upload(&jar("2", &["poison"]));
    let tags = [("flink-unstick", "enabled")];
    let mut update = query(NAME, &template, &with_jar(&key), &tags, Some(&deployment.stack_role));
    update.insert("DisableRollback".to_owned(), "true".to_owned());
    cloudformation::query(deployment.world(), &Caller::Operator, "UpdateStack", &update).unwrap();
    assert_eq!(settled(deployment.world(), NAME).await, Status::UpdateFailed, "{}", why(&deployment));
    let message = report(&deployment, "Reported").await;
    let (next, stack) = (message["Next"].as_str().unwrap(), message["Stack"].as_str().unwrap());
    assert!(next.contains(&format!("aws cloudformation rollback-stack --stack-name {stack}")), "{message}");
    assert!(next.contains(&format!("update-stack --stack-name {stack} --disable-rollback")), "{message}");
    assert!(message["Cause"].as_str().unwrap().contains("Failed to take snapshot"), "{message}");
    assert!(mutations(&deployment, UNSTICKER).is_empty());
    assert_eq!(application(&deployment).status, Flink::Running);
    // The person runs that command: what follows is an incident like any other.
    let rollback = BTreeMap::from([("StackName".to_owned(), NAME.to_owned())]);
    cloudformation::query(deployment.world(), &Caller::Operator, "RollbackStack", &rollback).unwrap();
    report(&deployment, "StoppedAwaitingFix").await;
    assert_eq!(settled(deployment.world(), NAME).await, Status::UpdateRollbackComplete, "{}", why(&deployment));
}

/// A rollback that a person continued first is left to that person.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_continued_first_is_left_to_that_person() {
    let deployment = running_unguarded().await;
    deployment.record("poison");
    events::inject(deployment.world(), Status::UpdateRollbackFailed, EventFault::Hold);
    stuck(&deployment).await;
    flink::put_status(&mut deployment.world().state(), NAME, Flink::Ready);
    let query = BTreeMap::from([("StackName".to_owned(), NAME.to_owned())]);
    cloudformation::query(deployment.world(), &Caller::Operator, "ContinueUpdateRollback", &query).unwrap();
    deployment.stack_becomes(Status::UpdateRollbackComplete).await;
    events::release(deployment.world());
    let message = ask_unsticker(&deployment, &stack_event(&deployment, "UPDATE_ROLLBACK_FAILED")).await;
    assert_eq!(message["Outcome"], "NotOurs", "{message}");
    idle(&deployment).await;
    assert!(mutations(&deployment, UNSTICKER).is_empty());
}

/// A person's new update is left to auto-start.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_update_of_a_person_is_left_to_auto_start() {
    let deployment = running_unguarded().await;
    deployment.record("poison");
    events::inject(deployment.world(), Status::UpdateRollbackComplete, EventFault::Hold);
    stuck(&deployment).await;
    deployment.stack_becomes(Status::UpdateRollbackComplete).await;
    let key = deployment.upload(&jar("3", &[]));
    assert_eq!(deployment.deploy_unguarded(&with_jar(&key)).await, Status::UpdateComplete, "{}", why(&deployment));
    // The guard stops the job in the next one: a stop within the newest operation, which its own auto-start made good.
    let key = deployment.upload(&jar("4", &[]));
    let guarded = [&with_jar(&key)[..], &[("GuardMode", "Stop")]].concat();
    assert_eq!(deployment.deploy(&guarded).await, Status::UpdateComplete, "{}", why(&deployment));
    let before = mutations(&deployment, UNSTICKER);
    events::release(deployment.world());
    let message = ask_unsticker(&deployment, &stack_event(&deployment, "UPDATE_ROLLBACK_COMPLETE")).await;
    assert_eq!(message["Outcome"], "NotOurs", "{message}");
    idle(&deployment).await;
    assert_eq!(mutations(&deployment, UNSTICKER), before, "not even a snapshot that proves the job");
    assert_eq!(application(&deployment).job.unwrap().jar.version, "4");
}

/// An incident in a nested stack is cured at its root, once.
#[tokio::test(flavor = "multi_thread")]
async fn an_incident_in_a_nested_stack_is_cured_at_its_root() {
    let deployment = handlers().await;
    let child = Deployment::template_without_guard().to_string();
    local_aws::s3::put(&mut deployment.world().state(), &deployment.bucket, "child.json", child.into_bytes());
    let url = format!("https://{}.s3.eu-west-1.amazonaws.com/child.json", deployment.bucket);
    let parameters = json!({"JarKey": {"Ref": "JarKey"}, "StabilizeSeconds": "0"});
    let parent = json!({
        "Parameters": {"JarKey": {"Type": "String"}},
        "Resources": {"Child": {"Type": "AWS::CloudFormation::Stack",
            "Properties": {"TemplateURL": url, "Parameters": parameters}}},
    });
    let tags = [("flink-unstick", "enabled")];
    let key = deployment.upload(&jar("1", &["poison"]));
    let created = deployment.deploy_template(&parent.to_string(), &[("JarKey", &key)], &tags).await;
    assert_eq!(created, Status::CreateComplete, "{}", why(&deployment));
    deployment.record("poison");
    let key = deployment.upload(&jar("2", &["poison"]));
    let stuck = deployment.deploy_template(&parent.to_string(), &[("JarKey", &key)], &tags).await;
    assert_eq!(stuck, Status::UpdateRollbackFailed, "{}", why(&deployment));
    let message = report(&deployment, "StoppedAwaitingFix").await;
    assert!(message["Stack"].as_str().unwrap().contains(":stack/flink-test/"), "{message}");
    deployment.stack_becomes(Status::UpdateRollbackComplete).await;
    idle(&deployment).await;
    assert_eq!(begun_with(&deployment, "unstick-"), 1, "once");
}
