//! The truth comes from operations; where there is none, from status and version, and that is said.

use local_aws::Modes;
use local_aws::cloudformation::Status;
use local_aws::flink::{OperationsView, Status as Flink};
use local_aws::modes::{FailedUpdate, OperationIds};
use project::deployment::{NAME, jar};
use serde_json::json;

use crate::stage::{
    application, is_logged, is_reported, running_unguarded, running_where, stop, taken_starts, touch, why, with_jar,
};

/// A missing OperationId is survived.
#[tokio::test(flavor = "multi_thread")]
async fn a_missing_operation_id_is_survived() {
    let deployment = running_where(Modes { operation_ids: OperationIds::Omitted, ..Modes::default() }).await;
    let key = deployment.upload(&jar("2", &[]));
    assert_eq!(deployment.deploy_unguarded(&with_jar(&key)).await, Status::UpdateComplete, "{}", why(&deployment));
    stop(&deployment);
    deployment.world().state().flink.fail_next_start(NAME, "no main class");
    let key = deployment.upload(&jar("3", &[]));
    let status = deployment.deploy_unguarded(&with_jar(&key)).await;
    assert_eq!(status, Status::UpdateRollbackComplete, "{}", why(&deployment));
    assert!(is_reported(&deployment, "no main class"), "{}", why(&deployment));
}

/// Where operations cannot be read, status and version replace them, and the answer says so.
#[tokio::test(flavor = "multi_thread")]
async fn operations_that_cannot_be_read_are_replaced_by_status_and_that_is_said() {
    let deployment = running_unguarded().await;
    for view in [OperationsView::Denied, OperationsView::Unknown] {
        deployment.world().state().lambda.logs.clear();
        deployment.world().state().flink.operations = view;
        stop(&deployment);
        assert_eq!(touch(&deployment, &[]).await, Status::UpdateComplete, "{}", why(&deployment));
        assert_eq!(application(&deployment).status, Flink::Running);
        assert!(is_logged(&deployment, "Its operations could not be read"), "{}", why(&deployment));
    }
}

/// A start whose failure cannot be read is not repeated.
#[tokio::test(flavor = "multi_thread")]
async fn a_failed_start_that_cannot_be_read_is_not_repeated() {
    let deployment = running_unguarded().await;
    stop(&deployment);
    {
        let mut state = deployment.world().state();
        state.flink.operations = OperationsView::Denied;
        state.flink.fail_next_start(NAME, "no main class");
    }
    assert_eq!(touch(&deployment, &[]).await, Status::UpdateRollbackComplete, "{}", why(&deployment));
    assert!(is_reported(&deployment, "what became of it cannot be read"), "{}", why(&deployment));
    assert_eq!(taken_starts(&deployment), 3, "the first deployment's, this one's, and the rollback's");
}

/// An operation that failed in an earlier deployment does not fail this one.
#[tokio::test(flavor = "multi_thread")]
async fn an_operation_of_an_earlier_deployment_is_no_verdict() {
    // Left RUNNING without processing, the stack would be stuck first.
    let deployment = running_where(Modes { failed_update: FailedUpdate::Ready, ..Modes::default() }).await;
    let mut broken = jar("2", &[]);
    broken["entry_point_broken"] = json!(true);
    let key = deployment.upload(&broken);
    assert_eq!(
        deployment.deploy_unguarded(&with_jar(&key)).await,
        Status::UpdateRollbackComplete,
        "{}",
        why(&deployment)
    );
    let key = deployment.upload(&jar("3", &[]));
    assert_eq!(deployment.deploy_unguarded(&with_jar(&key)).await, Status::UpdateComplete, "{}", why(&deployment));
    assert_eq!(application(&deployment).job.unwrap().jar.version, "3");
}
