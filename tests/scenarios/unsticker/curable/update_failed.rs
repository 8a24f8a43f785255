//! UPDATE_FAILED, where rollback is disabled: reported at once, proven again after half an hour, and stopped only then.

use local_aws::cloudformation::Status;
use local_aws::flink::Status as Flink;
use project::deployment::{Deployment, NAME, jar};
use serde_json::json;

use super::{UNSTICKER, age_events, idle, sweep};
use crate::stage::{application, ask_unsticker, begun_with, mutations, report, running_unguarded, why, with_jar};

/// The job loops and its update fails with rollback disabled, or in EXPRESS.
async fn update_failed(cause_passes: bool, is_express: bool) -> Deployment {
    let deployment = running_unguarded().await;
    if cause_passes {
        deployment.sink_permission(false);
    }
    deployment.record(if cause_passes { "a" } else { "poison" });
    let template = Deployment::template_without_guard().to_string();
    let key = deployment.upload(&jar("2", &["poison"]));
    let tags = [("flink-unstick", "enabled")];
    let mut update = project::deployment::query(NAME, &template, &with_jar(&key), &tags, Some(&deployment.stack_role));
    // EXPRESS does not roll back unless it is asked to.
    let (member, value) = if is_express { ("DeploymentConfig.Mode", "EXPRESS") } else { ("DisableRollback", "true") };
    update.insert(member.to_owned(), value.to_owned());
    let operator = local_aws::api::Caller::Operator;
    local_aws::cloudformation::query(deployment.world(), &operator, "UpdateStack", &update).unwrap();
    deployment.stack_becomes(Status::UpdateFailed).await;
    let message = report(&deployment, "Reported").await;
    assert!(message["State"].as_str().unwrap().contains("a snapshot is tried again of flink-test"), "{message}");
    idle(&deployment).await;
    assert!(mutations(&deployment, UNSTICKER).is_empty(), "the event only reports");
    if cause_passes {
        deployment.sink_permission(true);
    }
    deployment
}

/// Half an hour after UPDATE_FAILED, or when a person asks, a snapshot is tried again, and a job that is healthy again
/// is left running, in EXPRESS as well.
#[tokio::test(flavor = "multi_thread")]
async fn after_update_failed_a_job_that_is_well_again_is_left_running() {
    for is_express in [false, true] {
        let deployment = update_failed(true, is_express).await;
        sweep(&deployment).await;
        assert!(mutations(&deployment, UNSTICKER).is_empty(), "not in the first half hour");
        age_events(&deployment, 30);
        sweep(&deployment).await;
        assert_eq!(mutations(&deployment, UNSTICKER), ["CreateApplicationSnapshot"], "{}", why(&deployment));
        assert_eq!(application(&deployment).status, Flink::Running);
        sweep(&deployment).await;
        assert_eq!(mutations(&deployment, UNSTICKER).len(), 1, "once");
    }
}

/// A job that is stopped half an hour after UPDATE_FAILED runs after the next update, in EXPRESS as well.
#[tokio::test(flavor = "multi_thread")]
async fn after_update_failed_a_job_that_was_stopped_is_started_by_the_next_update() {
    for is_express in [false, true] {
        let deployment = update_failed(false, is_express).await;
        age_events(&deployment, 30);
        sweep(&deployment).await;
        assert_eq!(application(&deployment).status, Flink::Ready, "{}", why(&deployment));
        let key = deployment.upload(&jar("3", &[]));
        let template = Deployment::template_without_guard().to_string();
        let tags = [("flink-unstick", "enabled")];
        let mut update =
            project::deployment::query(NAME, &template, &with_jar(&key), &tags, Some(&deployment.stack_role));
        // The option that the report names.
        update.insert("DisableRollback".to_owned(), "true".to_owned());
        let operator = local_aws::api::Caller::Operator;
        local_aws::cloudformation::query(deployment.world(), &operator, "UpdateStack", &update).unwrap();
        deployment.stack_becomes(Status::UpdateComplete).await;
        let application = application(&deployment);
        assert_eq!(application.status, Flink::Running, "{}", why(&deployment));
        assert_eq!(application.job.unwrap().jar.version, "3");
        assert!(!application.tags.contains_key("flink-unstick-restart"));
    }
}

/// After UPDATE_FAILED a job that still crash-loops is stopped, and the rollback or the next update starts it.
#[tokio::test(flavor = "multi_thread")]
async fn after_update_failed_a_job_that_still_loops_is_stopped_when_a_person_asks_and_the_rollback_starts_it() {
    let deployment = update_failed(false, false).await;
    let message = ask_unsticker(&deployment, &json!({"StackName": NAME})).await;
    assert!(
        message["State"].as_str().unwrap().contains("its job still cannot be snapshotted: it is stopped"),
        "{message}"
    );
    let stopped = application(&deployment);
    assert_eq!(stopped.status, Flink::Ready, "{}", why(&deployment));
    assert!(!stopped.tags["flink-unstick-restart"].starts_with("awaiting-fix/"), "the operation's own marker");
    let rollback = std::collections::BTreeMap::from([("StackName".to_owned(), NAME.to_owned())]);
    let operator = local_aws::api::Caller::Operator;
    local_aws::cloudformation::query(deployment.world(), &operator, "RollbackStack", &rollback).unwrap();
    deployment.stack_becomes(Status::UpdateRollbackComplete).await;
    report(&deployment, "StoppedAwaitingFix").await;
    assert!(begun_with(&deployment, "unstick-") == 0, "the rollback went through on its own");
}
