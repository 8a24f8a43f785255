//! Updates whose restore fails, and rollbacks: rows G.16 to G.19, G.22.

use serde_json::json;

use super::{Bench, properties, with_jar, with_properties};
use crate::flink::Status;
use crate::modes::{FailedUpdate, IncompatibleRestore, Modes};

fn bench_with_incompatible_update(modes: Modes) -> Bench {
    let mut bench = Bench::with(modes).started();
    bench.jar("v2.jar", &json!({ "version": "2.0", "state_compatible_with": [] }));
    bench.record("a");
    bench
}

/// Source: SEMANTICS.md G.20.
#[test]
fn an_incompatible_restore_hangs_until_it_is_forced_to_stop() {
    let mut bench = bench_with_incompatible_update(Modes::default());
    bench.update(&with_jar("v2.jar")).unwrap();
    bench.release();
    bench.release();
    assert_eq!(bench.app().status, Status::Updating);
    bench.of_app("StopApplication", &json!({ "Force": true })).unwrap();
    bench.release();
    assert_eq!(bench.app().status, Status::Ready);
}

/// Source: SEMANTICS.md G.20, A.4.
#[test]
fn allow_non_restored_state_drops_the_state_and_keeps_the_position() {
    let mut bench = bench_with_incompatible_update(Modes::default());
    let mut update = with_jar("v2.jar");
    update["RunConfigurationUpdate"] = json!({ "FlinkRunConfiguration": { "AllowNonRestoredState": true } });
    bench.update(&update).unwrap();
    bench.release();
    let job = bench.app().job.as_ref().expect("a job");
    assert_eq!((job.position, job.counts.len()), (1, 0));
}

/// Source: SEMANTICS.md G.21 and the contrary source of A.6.
#[test]
fn a_failed_update_without_rollback_ends_ready_or_without_processing() {
    for (mode, status) in
        [(FailedUpdate::Ready, Status::Ready), (FailedUpdate::RunningWithoutProcessing, Status::Running)]
    {
        let modes = Modes { failed_update: mode, incompatible_restore: IncompatibleRestore::Fails, ..Modes::default() };
        let mut bench = bench_with_incompatible_update(modes);
        bench.update(&with_jar("v2.jar")).unwrap();
        bench.release();
        assert_eq!((bench.app().status, bench.app().version), (status, 2));
        assert_eq!(bench.app().is_unhealthy(), status == Status::Running);
        let operation = bench.newest_operation();
        assert_eq!(operation["OperationStatus"], "FAILED");
        assert!(operation["OperationFailureDetails"]["ErrorInfo"]["ErrorString"].is_string());
    }
}

/// Source: SEMANTICS.md G.21.
#[test]
fn a_failed_update_with_system_rollback_runs_the_old_configuration_again() {
    let mut bench = Bench::new();
    bench
        .update(&json!({ "ApplicationConfigurationUpdate": {
        "ApplicationSystemRollbackConfigurationUpdate": { "RollbackEnabledUpdate": true } } }))
        .unwrap();
    bench.release();
    let mut bench = bench.started();
    bench.jar("broken.jar", &json!({ "version": "2.0", "entry_point_broken": true }));
    bench.update(&with_jar("broken.jar")).unwrap();
    bench.release();
    assert_eq!(bench.app().status, Status::RollingBack);
    bench.release();
    assert_eq!(bench.app().status, Status::Running);
    assert_eq!(bench.app().configuration.jar(), Some(("jars", "job.jar")));
    let [.., failed, rollback] = &bench.app().operations[..] else { panic!("two operations") };
    let (id, rollback) = (json!({ "OperationId": failed.id }), rollback.id.clone());
    let failed = bench.of_app("DescribeApplicationOperation", &id).unwrap()["ApplicationOperationInfoDetails"].clone();
    assert_eq!(failed["OperationStatus"], "FAILED");
    assert_eq!(failed["OperationFailureDetails"]["RollbackOperationId"], json!(rollback));
    assert_eq!(bench.detail()["ApplicationVersionRolledBackFrom"], 3);
}

/// Source: SEMANTICS.md G.22.
#[test]
fn a_rollback_needs_a_status_a_version_and_a_snapshot() {
    let mut bench = Bench::new();
    assert_eq!(
        bench.refused("RollbackApplication", &json!({ "CurrentApplicationVersionId": 1 })).0,
        "ResourceInUseException"
    );
    let mut bench = bench.started();
    assert_eq!(
        bench.refused("RollbackApplication", &json!({ "CurrentApplicationVersionId": 1 })).0,
        "InvalidRequestException"
    );
    bench.update(&with_properties(&properties())).unwrap();
    bench.release();
    assert_eq!(
        bench.refused("RollbackApplication", &json!({ "CurrentApplicationVersionId": 1 })).0,
        "ConcurrentModificationException"
    );
    bench.of_app("RollbackApplication", &json!({ "CurrentApplicationVersionId": 2 })).unwrap();
    assert_eq!(bench.app().status, Status::RollingBack);
    bench.release();
    assert_eq!(bench.app().status, Status::Running);
}
