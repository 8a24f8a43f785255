//! What a start restores, rung by rung, and what the stack's outputs say of it.

use local_aws::cloudformation::Status;
use local_aws::flink::Status as Flink;
use project::deployment::{Deployment, NAME, jar};
use serde_json::{Value, json};

use crate::stage::{
    application, is_reported, output, running_unguarded, starts, stop, taken_starts, touch, why, with_jar,
};

/// At rest with these snapshots, oldest first: name, how many versions ago, runtime.
fn at_rest_with(deployment: &Deployment, snapshots: &[(&str, u64, &str)]) {
    deployment.record("a");
    stop(deployment);
    let mut state = deployment.world().state();
    let application = state.flink.applications.get_mut(NAME).unwrap();
    let taken = application.snapshots.pop().unwrap();
    application.snapshots.clear();
    for (second, (name, ago, runtime)) in (0..).zip(snapshots) {
        let mut snapshot = taken.clone();
        snapshot.created -= 60.0 - f64::from(second);
        (snapshot.name, snapshot.runtime) = ((*name).to_owned(), (*runtime).to_owned());
        snapshot.version = application.version - ago;
        application.snapshots.push(snapshot);
    }
}

/// What the newest start was reported to restore.
fn restored(deployment: &Deployment) -> Value {
    starts(deployment).last().unwrap()["ApplicationRestoreConfiguration"].clone()
}

fn custom(name: &str) -> Value {
    json!({"ApplicationRestoreType": "RESTORE_FROM_CUSTOM_SNAPSHOT", "SnapshotName": name})
}

/// The newest snapshot is restored and named in the stack's outputs.
#[tokio::test(flavor = "multi_thread")]
async fn the_newest_snapshot_is_restored_and_named_in_the_outputs() {
    let deployment = running_unguarded().await;
    assert_eq!(output(&deployment, "RestoredSnapshot"), "");
    at_rest_with(&deployment, &[("older", 0, "FLINK-1_20"), ("newest", 0, "FLINK-1_19")]);
    assert_eq!(touch(&deployment, &[]).await, Status::UpdateComplete, "{}", why(&deployment));
    assert_eq!(restored(&deployment)["ApplicationRestoreType"], "RESTORE_FROM_LATEST_SNAPSHOT");
    assert_eq!(output(&deployment, "RestoredSnapshot"), "newest");
    assert_eq!(application(&deployment).job.unwrap().counts["a"], 1, "the state goes on");
}

/// A newest snapshot of a newer runtime is passed over, and the one before it is restored by name.
#[tokio::test(flavor = "multi_thread")]
async fn a_newest_snapshot_of_a_newer_runtime_is_passed_over_by_name() {
    let deployment = running_unguarded().await;
    at_rest_with(&deployment, &[("fits", 0, "FLINK-2_2"), ("too-new", 0, "FLINK-2_10")]);
    assert_eq!(touch(&deployment, &[]).await, Status::UpdateComplete, "{}", why(&deployment));
    assert_eq!(restored(&deployment), custom("fits"));
    assert_eq!(output(&deployment, "RestoredSnapshot"), "fits");
}

/// Where no snapshot is compatible, nothing is started empty.
#[tokio::test(flavor = "multi_thread")]
async fn where_no_snapshot_fits_nothing_is_started_empty() {
    let deployment = running_unguarded().await;
    at_rest_with(&deployment, &[("too-new", 0, "FLINK-3_0")]);
    assert_eq!(touch(&deployment, &[]).await, Status::UpdateRollbackComplete, "{}", why(&deployment));
    assert!(is_reported(&deployment, "too-new was made under FLINK-3_0"), "{}", why(&deployment));
    assert!(is_reported(&deployment, "SKIP_RESTORE_FROM_SNAPSHOT"), "{}", why(&deployment));
    assert_eq!(starts(&deployment).len(), 1, "only the first deployment's");
    // What the message says, done: the same deployment says SKIP.
    let skip = touch(&deployment, &[("RestoreType", "SKIP_RESTORE_FROM_SNAPSHOT")]).await;
    assert_eq!(skip, Status::UpdateComplete, "{}", why(&deployment));
}

/// After a start from the newest snapshot failed, the newest of the version that is started is tried, once.
#[tokio::test(flavor = "multi_thread")]
async fn after_the_newest_failed_the_newest_of_the_version_that_is_started_is_tried_once() {
    let deployment = running_unguarded().await;
    at_rest_with(&deployment, &[("own", 0, "FLINK-1_20"), ("anothers", 1, "FLINK-1_20")]);
    deployment.world().state().flink.fail_next_start(NAME, "cannot map state");
    assert_eq!(touch(&deployment, &[]).await, Status::UpdateComplete, "{}", why(&deployment));
    assert_eq!(restored(&deployment), custom("own"));
    assert_eq!(output(&deployment, "RestoredSnapshot"), "own");
    assert_eq!(taken_starts(&deployment), 3);
}

/// After both failed, the start is refused with what was tried.
#[tokio::test(flavor = "multi_thread")]
async fn after_both_failed_it_is_refused_with_what_was_tried() {
    let deployment = running_unguarded().await;
    at_rest_with(&deployment, &[("own", 0, "FLINK-1_20"), ("anothers", 1, "FLINK-1_20")]);
    let mut broken = jar("1", &[]);
    broken["entry_point_broken"] = json!(true);
    assert_eq!(deployment.upload(&broken), "jars/1.jar", "in place of the good one");
    assert_eq!(touch(&deployment, &[]).await, Status::UpdateRollbackComplete, "{}", why(&deployment));
    assert!(is_reported(&deployment, "Tried: snapshot anothers, then snapshot own."), "{}", why(&deployment));
    assert_eq!(taken_starts(&deployment), 5, "the first deployment's, two of this one, two of its rollback");
    assert_eq!(application(&deployment).status, Flink::Ready);
}

/// CUSTOM and SKIP apply to the one deployment that first carries them.
#[tokio::test(flavor = "multi_thread")]
async fn custom_and_skip_apply_to_the_one_deployment_that_first_carries_them() {
    let deployment = running_unguarded().await;
    for (asked, name) in [("RESTORE_FROM_CUSTOM_SNAPSHOT", "older"), ("SKIP_RESTORE_FROM_SNAPSHOT", "")] {
        let carried = [("RestoreType", asked), ("SnapshotName", name)];
        at_rest_with(&deployment, &[("older", 0, "FLINK-1_20"), ("newest", 0, "FLINK-1_20")]);
        assert_eq!(touch(&deployment, &carried).await, Status::UpdateComplete, "{}", why(&deployment));
        assert_eq!(restored(&deployment)["ApplicationRestoreType"], asked);
        assert_eq!(output(&deployment, "RestoredSnapshot"), name);
        at_rest_with(&deployment, &[("older", 0, "FLINK-1_20"), ("newest", 0, "FLINK-1_20")]);
        assert_eq!(touch(&deployment, &carried).await, Status::UpdateComplete, "{}", why(&deployment));
        assert_eq!(restored(&deployment)["ApplicationRestoreType"], "RESTORE_FROM_LATEST_SNAPSHOT");
        assert_eq!(output(&deployment, "RestoredSnapshot"), "newest");
    }
}

/// A custom snapshot that failed is not replaced by another one.
#[tokio::test(flavor = "multi_thread")]
async fn a_custom_snapshot_that_failed_is_not_replaced_by_another_one() {
    let deployment = running_unguarded().await;
    at_rest_with(&deployment, &[("older", 0, "FLINK-1_20"), ("newest", 0, "FLINK-1_20")]);
    deployment.world().state().flink.fail_next_start(NAME, "cannot map state");
    let carried = [("RestoreType", "RESTORE_FROM_CUSTOM_SNAPSHOT"), ("SnapshotName", "older")];
    assert_eq!(touch(&deployment, &carried).await, Status::UpdateRollbackComplete, "{}", why(&deployment));
    assert!(is_reported(&deployment, "snapshot older, as asked for"), "{}", why(&deployment));
}

/// AllowNonRestoredState travels with every start.
#[tokio::test(flavor = "multi_thread")]
async fn allow_non_restored_state_travels_with_every_start() {
    let deployment = running_unguarded().await;
    let allowed = [("AllowNonRestoredState", "true")];
    for record in ["a", "b"] {
        deployment.record(record);
        stop(&deployment);
        assert_eq!(touch(&deployment, &allowed).await, Status::UpdateComplete, "{}", why(&deployment));
        let start = starts(&deployment).pop().unwrap();
        assert_eq!(start["FlinkRunConfiguration"]["AllowNonRestoredState"], true, "{start}");
    }
    stop(&deployment);
    let mut other = jar("2", &[]);
    other["state_compatible_with"] = json!([]);
    let key = deployment.upload(&other);
    let parameters = [&with_jar(&key)[..], &allowed[..]].concat();
    assert_eq!(deployment.deploy_unguarded(&parameters).await, Status::UpdateComplete, "{}", why(&deployment));
    let start = starts(&deployment).pop().unwrap();
    assert_eq!(start["FlinkRunConfiguration"]["AllowNonRestoredState"], true, "{start}");
}
