//! `Custom::FlinkUpdateGuard`: with it the incident of C.4 does not happen.

use std::time::Duration;

use local_aws::State;
use local_aws::api::ApiError;
use local_aws::cloudformation::Status;
use local_aws::faults::Fault;
use local_aws::flink::{self, Status as Flink};
use project::deployment::{Deployment, NAME, jar, request, settled};
use serde_json::{Value, json};

use crate::stage::{
    answers, application, handlers, idle, mutations, reasons, report, role_of, running, taken_starts, why, with_jar,
};

mod alone;
mod killed;
mod names;
mod patience;
mod probe;
mod statuses;
mod unreadable;

const GUARD: &str = "flink-update-guard";
const MARKER: &str = "flink-unstick-restart";
/// The mode that stops the job before each update; parameters that come later override it.
const STOP: &[(&str, &str)] = &[("GuardMode", "Stop")];

/// What the guard answered last.
fn outcome(deployment: &Deployment) -> Value {
    answers(deployment, "UpdateGuard").pop().unwrap()["Data"].clone()
}

/// Deploys the next version with these parameters besides, in mode Stop unless they say another.
async fn update(deployment: &Deployment, version: &str, fails_on: &[&str], more: &[(&str, &str)]) -> Status {
    let key = deployment.upload(&jar(version, fails_on));
    deployment.deploy(&[&with_jar(&key), STOP, more].concat()).await
}

/// Whether CloudFormation has this many answers about a resource.
fn answered(state: &State, logical_id: &str, times: usize) -> bool {
    let of = format!("\"LogicalResourceId\":\"{logical_id}\"");
    state.cloudformation.puts.iter().filter(|put| put.body.contains(&of)).count() >= times
}

fn rows(deployment: &Deployment) -> usize {
    deployment.world().state().dynamodb.tables[NAME].items.len()
}

/// A first deployment has nothing to guard.
#[tokio::test(flavor = "multi_thread")]
async fn a_first_deployment_has_nothing_to_guard() {
    let deployment = running().await;
    let message = outcome(&deployment);
    assert_eq!([&message["Outcome"], &message["SnapshotName"]], ["NoApplication", ""]);
    assert!(mutations(&deployment, GUARD).is_empty());
}

/// A bad record does not wedge the stack; the fix deploys straight through, and no record is lost.
#[tokio::test(flavor = "multi_thread")]
async fn a_bad_record_does_not_wedge_the_stack_and_the_fix_deploys_straight_through() {
    let deployment = running().await;
    deployment.record("a");
    deployment.record("poison");
    deployment.record("b");
    assert_eq!(update(&deployment, "2", &[], &[]).await, Status::UpdateComplete, "{}", why(&deployment));
    assert_eq!(outcome(&deployment)["Outcome"], "ForceStopped");
    // Three times gracefully, for one refusal is not a verdict; then by force.
    assert_eq!(mutations(&deployment, GUARD), [&["TagResource"][..], &["StopApplication"; 4]].concat());
    let application = application(&deployment);
    assert_eq!((application.status, application.job.unwrap().jar.version.as_str()), (Flink::Running, "2"));
    assert!(!application.tags.contains_key(MARKER), "nothing is left to remember");
    assert_eq!(rows(&deployment), 3, "no record is lost");
    idle(&deployment).await;
    assert!(mutations(&deployment, "flink-rollback-unsticker").is_empty());
}

/// Code and configuration change in one restart.
#[tokio::test(flavor = "multi_thread")]
async fn code_and_configuration_change_in_one_restart() {
    let deployment = running().await;
    deployment.record("a");
    let more = [("TableName", "flink-other"), ("LogRetentionDays", "60")];
    assert_eq!(update(&deployment, "2", &[], &more).await, Status::UpdateComplete, "{}", why(&deployment));
    let message = outcome(&deployment);
    assert_eq!(message["Outcome"], "Stopped");
    assert!(message["SnapshotName"].as_str().unwrap().starts_with("STOP-"), "{message}");
    assert_eq!(taken_starts(&deployment), 2, "once when it was created, once now");
    let application = application(&deployment);
    // An update of a RUNNING application restarts it, and leaves a snapshot of this name.
    let restarts = application.snapshots.iter().filter(|one| one.name.starts_with("UPDATEAPPLICATION-")).count();
    assert_eq!(restarts, 0, "every update met it READY: {:?}", application.snapshots);
    assert_eq!(application.configuration.property("FlinkApplicationProperties", "table.name"), Some("flink-other"));
    assert_eq!(application.job.unwrap().jar.version, "2");
}

/// What fails after the guard's stop runs again after the rollback.
#[tokio::test(flavor = "multi_thread")]
async fn what_fails_after_the_stop_runs_again_after_the_rollback() {
    let deployment = running().await;
    deployment.record("a");
    // No such jar: the application's own update fails, and nothing that comes after it is called.
    let status = deployment.deploy(&[&with_jar("jars/missing.jar"), STOP].concat()).await;
    assert_eq!(status, Status::UpdateRollbackComplete, "{}", why(&deployment));
    assert_eq!(answers(&deployment, "UpdateGuard")[1]["Data"]["Outcome"], "Stopped");
    let recovered = report(&deployment, "Recovered").await;
    assert_eq!(recovered["Applications"][0]["Left"], "RUNNING", "{recovered}");
    let application = application(&deployment);
    assert_eq!((application.status, application.job.unwrap().jar.version.as_str()), (Flink::Running, "1"));
    assert!(!application.tags.contains_key(MARKER));
    deployment.record("b");
    deployment.world().until(|state| (state.dynamodb.tables[NAME].items.len() == 2).then_some(())).await;
}

/// A new job that does not start is rolled back to the old one.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_job_that_does_not_start_is_rolled_back_to_the_old_one() {
    let deployment = running().await;
    deployment.record("a");
    let mut broken = jar("2", &[]);
    broken["entry_point_broken"] = json!(true);
    let key = deployment.upload(&broken);
    let status = deployment.deploy(&[&with_jar(&key), STOP].concat()).await;
    assert_eq!(status, Status::UpdateRollbackComplete, "{}", why(&deployment));
    let version = deployment
        .world()
        .until(|state| {
            let application = &state.flink.applications[NAME];
            let job = application.job.as_ref().filter(|_| application.status == Flink::Running)?;
            Some(job.jar.version.clone())
        })
        .await;
    assert_eq!(version, "1");
}

/// OnSnapshotFailure Fail stops nothing and changes nothing.
#[tokio::test(flavor = "multi_thread")]
async fn fail_stops_nothing_and_changes_nothing() {
    let deployment = running().await;
    deployment.record("poison");
    let status = update(&deployment, "2", &[], &[("OnSnapshotFailure", "Fail")]).await;
    assert_eq!(status, Status::UpdateRollbackComplete, "{}", why(&deployment));
    let reasons = reasons(&deployment, "UpdateGuard").join("\n");
    assert!(reasons.contains("Failed to take snapshot for the application"), "{reasons}");
    let application = application(&deployment);
    assert_eq!((application.status, application.version), (Flink::Running, 2));
    assert!(!application.tags.contains_key(MARKER));
    assert_eq!(
        mutations(&deployment, GUARD),
        [&["TagResource"][..], &["StopApplication"; 3], &["UntagResource"]].concat()
    );
}

/// A force-stop that would have too much read again is refused with the figures.
#[tokio::test(flavor = "multi_thread")]
async fn the_replay_rule_forbids_force_and_says_why() {
    let deployment = running().await;
    deployment.record("poison");
    flink::age_application(&mut deployment.world().state(), NAME, Duration::from_hours(30));
    let status = update(&deployment, "2", &[], &[]).await;
    assert_eq!(status, Status::UpdateRollbackComplete, "{}", why(&deployment));
    let reasons = reasons(&deployment, "UpdateGuard").join("\n");
    assert!(reasons.contains("at most 20 hours may be replayed"), "{reasons}");
    assert_eq!(application(&deployment).status, Flink::Running);
}

/// A bound in the tag that cannot be read allows the guard no force-stop.
#[tokio::test(flavor = "multi_thread")]
async fn a_bound_in_the_tag_that_no_one_can_read_allows_no_force_stop() {
    let deployment = running().await;
    let mut tags = application(&deployment).tags;
    tags.insert("flink-max-replay-hours".to_owned(), "18446744073709551615".to_owned());
    deployment.world().state().flink.applications.get_mut(NAME).unwrap().tags = tags;
    deployment.record("poison");
    let status = update(&deployment, "2", &[], &[]).await;
    assert_eq!(status, Status::UpdateRollbackComplete, "{}", why(&deployment));
    let reasons = reasons(&deployment, "UpdateGuard").join("\n");
    assert!(reasons.contains("A tag cannot be read: flink-test: flink-max-replay-hours"), "{reasons}");
    assert_eq!(application(&deployment).status, Flink::Running);
}

/// OnSnapshotFailure Continue lets CloudFormation try the update.
#[tokio::test(flavor = "multi_thread")]
async fn continue_lets_cloudformation_try() {
    let deployment = handlers().await;
    let go_on = [("OnSnapshotFailure", "Continue")];
    assert_eq!(update(&deployment, "1", &["poison"], &go_on).await, Status::CreateComplete, "{}", why(&deployment));
    deployment.record("poison");
    let status = update(&deployment, "2", &["poison"], &go_on).await;
    // What happens without a guard.
    assert_eq!(status, Status::UpdateRollbackFailed, "{}", why(&deployment));
    assert_eq!(answers(&deployment, "UpdateGuard")[1]["Data"]["Outcome"], "Continued");
}

/// A probe leaves a healthy job running, and fails before a sick one is touched.
#[tokio::test(flavor = "multi_thread")]
async fn a_probe_leaves_a_healthy_job_running_and_fails_before_a_sick_one_is_touched() {
    let deployment = running().await;
    let probe = [("GuardMode", "Probe"), ("OnSnapshotFailure", "Fail")];
    assert_eq!(update(&deployment, "2", &["poison"], &probe).await, Status::UpdateComplete, "{}", why(&deployment));
    assert_eq!(outcome(&deployment)["Outcome"], "Probed");
    assert_eq!(mutations(&deployment, GUARD), ["CreateApplicationSnapshot"]);
    deployment.record("poison");
    assert_eq!(update(&deployment, "3", &[], &probe).await, Status::UpdateRollbackComplete);
    let application = application(&deployment);
    assert_eq!((application.status, application.job.unwrap().jar.version.as_str()), (Flink::Running, "2"));
}

/// A missing permission fails the deployment and stops nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_missing_permission_fails_the_deployment_and_stops_nothing() {
    let deployment = running().await;
    let denied = ApiError::new("AccessDeniedException", "not authorized to perform: kinesisanalytics:StopApplication");
    deployment.world().state().faults.inject("kinesisanalytics:StopApplication", 1, Fault::Refuse(denied));
    assert_eq!(update(&deployment, "2", &[], &[]).await, Status::UpdateRollbackComplete, "{}", why(&deployment));
    let reasons = reasons(&deployment, "UpdateGuard").join("\n");
    assert!(reasons.contains("A permission is missing: kinesisanalytics:StopApplication"), "{reasons}");
    assert_eq!(application(&deployment).job.unwrap().jar.version, "1");
}

/// In a rollback the guard never fails.
#[tokio::test(flavor = "multi_thread")]
async fn on_the_way_back_it_never_fails() {
    let deployment = running().await;
    let role = role_of(&deployment, GUARD);
    let denied = ApiError::new("AccessDeniedException", "not authorized");
    let mut broken = jar("2", &[]);
    broken["entry_point_broken"] = json!(true);
    let key = deployment.upload(&broken);
    let template = Deployment::application_template().to_string();
    let tags = [("flink-unstick", "enabled")];
    let role_arn = Some(deployment.stack_role.as_str());
    let parameters = [&with_jar(&key)[..], STOP].concat();
    request(deployment.world(), "UpdateStack", NAME, &template, &parameters, &tags, role_arn).unwrap();
    // On the way forward it answered; whatever it wants on the way back it does not get.
    deployment.world().until(|state| answered(state, "UpdateGuard", 2).then_some(())).await;
    deployment.world().state().faults.inject_for(role, "kinesisanalytics:*", 1000, Fault::Refuse(denied));
    assert_eq!(settled(deployment.world(), NAME).await, Status::UpdateRollbackComplete, "{}", why(&deployment));
    let message = answers(&deployment, "UpdateGuard").pop().unwrap();
    assert_eq!(message["Status"], "SUCCESS");
    assert!(message["Data"]["Trouble"].as_str().unwrap().contains("A permission is missing"), "{message}");
}
