//! An update that the service took back is a failure, though CloudFormation calls it a success.

use local_aws::Modes;
use local_aws::cloudformation::Status;
use local_aws::flink::Status as Flink;
use local_aws::modes::FailedUpdate;
use project::deployment::{Deployment, jar};
use serde_json::{Value, json};

use crate::stage::{application, handlers, is_reported, running_where, why, with_jar};

/// What becomes of a failed update where the service rolls nothing back on its own.
const OFF: &[(&str, &str)] = &[("RollbackEnabled", "false")];

/// A jar whose entry point cannot be loaded.
fn broken() -> Value {
    let mut broken = jar("2", &[]);
    broken["entry_point_broken"] = json!(true);
    broken
}

/// A deployment whose update the service rolled back to READY fails, and the old version runs again.
#[tokio::test(flavor = "multi_thread")]
async fn an_update_that_was_rolled_back_to_ready_fails_and_the_old_version_runs_again() {
    // Left RUNNING without processing, its rollback fails too: the next scenario.
    let deployment = running_where(Modes { failed_update: FailedUpdate::Ready, ..Modes::default() }).await;
    let key = deployment.upload(&broken());
    assert_eq!(
        deployment.deploy_unguarded(&[&with_jar(&key)[..], OFF].concat()).await,
        Status::UpdateRollbackComplete,
        "{}",
        why(&deployment)
    );
    assert!(is_reported(&deployment, "Managed Flink rolled the update back"), "{}", why(&deployment));
    assert!(is_reported(&deployment, "entry point class could not be loaded"), "{}", why(&deployment));
    assert!(is_reported(&deployment, "Last seen: READY"), "{}", why(&deployment));
    assert_eq!(application(&deployment).status, Flink::Running);
    assert_eq!(application(&deployment).job.unwrap().jar.version, "1");
}

/// A failed update is a failed deployment, even if the application is RUNNING.
#[tokio::test(flavor = "multi_thread")]
async fn an_update_that_failed_is_a_failure_though_the_application_is_running() {
    let modes = Modes { failed_update: FailedUpdate::RunningWithoutProcessing, ..Modes::default() };
    let deployment = running_where(modes).await;
    let key = deployment.upload(&broken());
    // Nothing processes, so no snapshot can be taken: the rollback is refused, and the unsticker continues it.
    assert_eq!(
        deployment.deploy_unguarded(&[&with_jar(&key)[..], OFF].concat()).await,
        Status::UpdateRollbackFailed,
        "{}",
        why(&deployment)
    );
    assert!(is_reported(&deployment, "Managed Flink rolled the update back"), "{}", why(&deployment));
    assert!(is_reported(&deployment, "Last seen: RUNNING"), "{}", why(&deployment));
    deployment.stack_becomes(Status::UpdateRollbackComplete).await;
    assert_eq!(application(&deployment).status, Flink::Running);
    assert_eq!(application(&deployment).job.unwrap().jar.version, "1");
}

/// An update that the service rolled back (`RollbackEnabled`) is a failed deployment though the job runs again, without
/// a guard and with Mode Probe.
///
/// Without a guard, and with one that leaves the job running.
#[tokio::test(flavor = "multi_thread")]
async fn an_update_that_the_service_rolled_back_is_a_failure_though_it_runs_again() {
    for template in [Deployment::template_without_guard(), Deployment::application_template()] {
        let deployment = handlers().await;
        let deploy = async |key: &str| {
            let more = [("RollbackEnabled", "true"), ("GuardMode", "Probe")];
            deployment.deploy_template(&template.to_string(), &[&with_jar(key)[..], &more].concat(), &[]).await
        };
        assert_eq!(deploy(&deployment.upload(&jar("1", &[]))).await, Status::CreateComplete, "{}", why(&deployment));
        let status = deploy(&deployment.upload(&broken())).await;
        assert_eq!(status, Status::UpdateRollbackComplete, "{}", why(&deployment));
        assert!(is_reported(&deployment, "Managed Flink rolled the update back"), "{}", why(&deployment));
        assert!(is_reported(&deployment, "entry point class could not be loaded"), "{}", why(&deployment));
        assert!(is_reported(&deployment, "Last seen: RUNNING"), "{}", why(&deployment));
        assert_eq!(rollbacks(&deployment), 1, "by the service itself");
        assert_eq!(application(&deployment).job.unwrap().jar.version, "1");
    }
}

/// With Mode Stop the service has no update of a running job to roll back.
#[tokio::test(flavor = "multi_thread")]
async fn with_mode_stop_flink_has_no_update_to_take_back() {
    let deployment = handlers().await;
    let good = deployment.upload(&jar("1", &[]));
    let rollback = [("RollbackEnabled", "true"), ("GuardMode", "Stop")];
    let created = deployment.deploy(&[&with_jar(&good)[..], &rollback].concat()).await;
    assert_eq!(created, Status::CreateComplete, "{}", why(&deployment));
    let key = deployment.upload(&broken());
    let status = deployment.deploy(&[&with_jar(&key)[..], &rollback].concat()).await;
    assert_eq!(status, Status::UpdateRollbackComplete, "{}", why(&deployment));
    assert!(is_reported(&deployment, "The application did not start"), "{}", why(&deployment));
    assert_eq!(rollbacks(&deployment), 0, "the update met a READY application");
}

/// How often Flink went back to the version before; no caller asks it to.
fn rollbacks(deployment: &Deployment) -> usize {
    let calls =
        deployment.world().state().journal.iter().filter(|call| call.action.ends_with("RollbackApplication")).count();
    assert_eq!(calls, 0, "no caller asked");
    application(deployment).operations.iter().filter(|one| one.name == "RollbackApplication").count()
}
