//! An update that the service took back is a failure, though CloudFormation calls it a success.

use local_aws::Modes;
use local_aws::cloudformation::Status;
use local_aws::deployment::{Deployment, jar};
use local_aws::flink::Status as Flink;
use local_aws::modes::FailedUpdate;
use serde_json::{Value, json};

use crate::stage::{application, handlers, is_told, running_unguarded, running_where, why, with_jar};

/// A jar whose entry point cannot be loaded.
fn broken() -> Value {
    let mut broken = jar("2", &[]);
    broken["entry_point_broken"] = json!(true);
    broken
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_that_fell_back_to_ready_fails_and_the_old_version_runs_again() {
    let deployment = running_unguarded().await;
    let key = deployment.upload(&broken());
    assert_eq!(
        deployment.deploy_unguarded(&with_jar(&key)).await,
        Status::UpdateRollbackComplete,
        "{}",
        why(&deployment)
    );
    assert!(is_told(&deployment, "Flink took the update back"), "{}", why(&deployment));
    assert!(is_told(&deployment, "entry point class could not be loaded"), "{}", why(&deployment));
    assert!(is_told(&deployment, "Last seen: READY"), "{}", why(&deployment));
    assert_eq!(application(&deployment).status, Flink::Running);
    assert_eq!(application(&deployment).job.unwrap().jar.version, "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_that_failed_is_a_failure_though_the_application_is_running() {
    let modes = Modes { failed_update: FailedUpdate::RunningWithoutProcessing, ..Modes::default() };
    let deployment = running_where(modes).await;
    let key = deployment.upload(&broken());
    // Nothing processes, so no snapshot can be taken: the rollback is refused, and the unsticker continues it.
    assert_eq!(
        deployment.deploy_unguarded(&with_jar(&key)).await,
        Status::UpdateRollbackFailed,
        "{}",
        why(&deployment)
    );
    assert!(is_told(&deployment, "Flink took the update back"), "{}", why(&deployment));
    assert!(is_told(&deployment, "Last seen: RUNNING"), "{}", why(&deployment));
    deployment.stack_becomes(Status::UpdateRollbackComplete).await;
    assert_eq!(application(&deployment).status, Flink::Running);
    assert_eq!(application(&deployment).job.unwrap().jar.version, "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_that_the_service_rolled_back_is_a_failure_though_it_runs_again() {
    let deployment = handlers().await;
    let mut template = Deployment::template_without_guard();
    let configuration = &mut template["Resources"]["Application"]["Properties"]["ApplicationConfiguration"];
    configuration["ApplicationSystemRollbackConfiguration"] = json!({"RollbackEnabled": true});
    let template = template.to_string();
    let good = deployment.upload(&jar("1", &[]));
    assert_eq!(deployment.deploy_template(&template, &with_jar(&good), &[]).await, Status::CreateComplete);
    let key = deployment.upload(&broken());
    let status = deployment.deploy_template(&template, &with_jar(&key), &[]).await;
    assert_eq!(status, Status::UpdateRollbackComplete, "{}", why(&deployment));
    assert!(is_told(&deployment, "Flink took the update back"), "{}", why(&deployment));
    assert!(is_told(&deployment, "entry point class could not be loaded"), "{}", why(&deployment));
    assert!(is_told(&deployment, "Last seen: RUNNING"), "{}", why(&deployment));
    assert_eq!(application(&deployment).job.unwrap().jar.version, "1");
}
