//! UPDATE_FAILED, where rollback is disabled: a snapshot is tried again, and says whether the job is stopped.

use super::*;

/// The job loops and its update fails with rollback disabled.
async fn update_failed(cause_passes: bool) -> Deployment {
    let deployment = running_unguarded().await;
    if cause_passes {
        deployment.sink_permission(false);
    }
    deployment.record(if cause_passes { "a" } else { "poison" });
    let template = Deployment::template_without_guard().to_string();
    let key = deployment.upload(&jar("2", &["poison"]));
    let tags = [("flink-unstick", "enabled")];
    let mut update =
        local_aws::deployment::query(NAME, &template, &with_jar(&key), &tags, Some(&deployment.stack_role));
    update.insert("DisableRollback".to_owned(), "true".to_owned());
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
/// is left running.
#[tokio::test(flavor = "multi_thread")]
async fn after_update_failed_a_job_that_is_well_again_is_left_running() {
    let deployment = update_failed(true).await;
    sweep(&deployment).await;
    assert!(mutations(&deployment, UNSTICKER).is_empty(), "not in the first half hour");
    age_events(&deployment, 30);
    sweep(&deployment).await;
    assert_eq!(mutations(&deployment, UNSTICKER), ["CreateApplicationSnapshot"], "{}", why(&deployment));
    assert_eq!(application(&deployment).status, Flink::Running);
    sweep(&deployment).await;
    assert_eq!(mutations(&deployment, UNSTICKER).len(), 1, "once");
}

/// After UPDATE_FAILED a job that still crash-loops is stopped, and the rollback or the next update starts it.
#[tokio::test(flavor = "multi_thread")]
async fn after_update_failed_a_job_that_still_loops_is_stopped_when_a_person_asks_and_the_rollback_starts_it() {
    let deployment = update_failed(false).await;
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
