//! Two runtimes of one application: rows G.51 to G.53.

use serde_json::json;

use super::Bench;
use crate::flink::Status;
use crate::modes::{IncompatibleRestore, Modes};

/// An application that runs under `FLINK-1_20`, with one record counted, when the service does this with what it cannot
/// restore.
fn counted(incompatible_restore: IncompatibleRestore, has_kryo_state: bool) -> Bench {
    let mut bench = Bench::with(Modes { incompatible_restore, ..Modes::default() });
    bench.jar("job.jar", &json!({ "version": "1.0", "has_kryo_state": has_kryo_state }));
    let mut bench = bench.started();
    bench.record("a");
    bench.detail();
    bench
}

fn upgraded(bench: &mut Bench, runtime: &str) {
    bench.update(&json!({ "RuntimeEnvironmentUpdate": runtime })).unwrap();
    bench.release();
}

/// Source: SEMANTICS.md G.51.
#[test]
fn the_next_major_version_carries_the_state_on_in_place() {
    let mut bench = counted(IncompatibleRestore::Fails, false);
    upgraded(&mut bench, "FLINK-2_3");
    bench.record("a");
    assert_eq!(bench.detail()["RuntimeEnvironment"], "FLINK-2_3");
    assert_eq!(bench.app().job.as_ref().map(|job| job.counts["a"]), Some(2));
    let of_the_update = bench.app().snapshots.last().map(|one| one.runtime.as_str());
    assert_eq!(of_the_update, Some("FLINK-1_20"), "taken before it");
}

/// Source: SEMANTICS.md G.52.
#[test]
fn state_that_the_next_major_version_cannot_read_makes_a_running_job_restart_for_ever() {
    let mut bench = counted(IncompatibleRestore::Fails, true);
    upgraded(&mut bench, "FLINK-2_3");
    assert_eq!((bench.app().status, bench.app().is_unhealthy()), (Status::Running, true));
    assert_eq!(bench.newest_operation()["OperationStatus"], "SUCCESSFUL", "the service calls it a success");
    bench.record("b");
    bench.detail();
    assert!(bench.app().is_unhealthy());
    assert_eq!(bench.state.dynamodb.tables["out"].items.len(), 1, "it reads nothing");
    assert!(bench.of_app("StopApplication", &json!({})).is_err(), "it cannot be snapshotted");
}

/// Source: SEMANTICS.md G.53.
#[test]
fn a_snapshot_of_a_newer_runtime_is_not_restored() {
    for (incompatible_restore, status) in
        [(IncompatibleRestore::Fails, Status::Ready), (IncompatibleRestore::Stuck, Status::Starting)]
    {
        for (newer, older) in [("FLINK-2_3", "FLINK-1_20"), ("FLINK-1_20", "FLINK-1_19")] {
            let mut bench = counted(incompatible_restore, false);
            upgraded(&mut bench, newer);
            bench.of_app("StopApplication", &json!({})).unwrap();
            bench.release();
            upgraded(&mut bench, older);
            bench.start(&json!({}));
            bench.release();
            assert_eq!(bench.app().status, status, "{newer} {older}");
        }
    }
}

#[test]
fn a_runtime_that_the_service_does_not_have_is_refused() {
    let mut bench = Bench::new();
    let error = bench.update(&json!({ "RuntimeEnvironmentUpdate": "FLINK-2_0" })).unwrap_err();
    assert!(error.message.contains("failed to satisfy constraint"), "{}", error.message);
}
