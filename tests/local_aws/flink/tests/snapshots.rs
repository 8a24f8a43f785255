//! Snapshots and operations: rows G.24 to G.26.

use std::time::Duration;

use serde_json::json;

use super::{Bench, with_snapshots};
use crate::flink::{OperationsView, Status, age_application, age_snapshots};
use crate::modes::{Modes, SecondSnapshot, SnapshotOfUnhealthy, SnapshotsOfUnknown};

/// Source: SEMANTICS.md G.24.
#[test]
fn a_snapshot_is_taken_only_of_a_running_application_and_only_once_by_name() {
    let mut bench = Bench::new();
    let request = json!({ "SnapshotName": "s" });
    let message =
        "Application app is in READY status. Snapshot creation is only allowed when application is in RUNNING status";
    let expected = ("InvalidRequestException".to_owned(), message.to_owned());
    assert_eq!(bench.refused("CreateApplicationSnapshot", &request), expected);
    let mut bench = bench.started();
    bench.of_app("CreateApplicationSnapshot", &request).unwrap();
    let message = "Provided Snapshot name s already exists for application app";
    let expected = ("ResourceInUseException".to_owned(), message.to_owned());
    assert_eq!(bench.refused("CreateApplicationSnapshot", &request), expected);
    let status = |bench: &mut Bench| {
        let reply = bench.of_app("DescribeApplicationSnapshot", &request).unwrap();
        reply["SnapshotDetails"]["SnapshotStatus"].clone()
    };
    assert_eq!([status(&mut bench), status(&mut bench)], ["CREATING", "READY"]);
}

/// Source: SEMANTICS.md A.7, where it is silent.
#[test]
fn a_second_snapshot_while_one_is_being_taken_is_refused_in_use_or_taken() {
    for (second_snapshot, code) in [
        (SecondSnapshot::Refused, Some("InvalidApplicationConfigurationException")),
        (SecondSnapshot::InUse, Some("ResourceInUseException")),
        (SecondSnapshot::Accepted, None),
    ] {
        for operation in ["CreateApplicationSnapshot", "StopApplication"] {
            let mut bench = Bench::with(Modes { second_snapshot, ..Modes::default() }).started();
            bench.of_app("CreateApplicationSnapshot", &json!({ "SnapshotName": "s" })).unwrap();
            let body = if operation == "StopApplication" { json!({}) } else { json!({ "SnapshotName": "t" }) };
            let answer = bench.of_app(operation, &body);
            assert_eq!(answer.err().map(|error| error.code).as_deref(), code, "{operation}");
        }
    }
}

/// Source: SEMANTICS.md G.24.
#[test]
fn a_snapshot_is_allowed_where_snapshots_are_not_enabled() {
    let mut bench = Bench::new();
    bench.update(&with_snapshots(false)).unwrap();
    bench.release();
    bench.started().of_app("CreateApplicationSnapshot", &json!({ "SnapshotName": "s" })).unwrap();
}

/// Source: SEMANTICS.md A.7.
#[test]
fn a_snapshot_of_an_unhealthy_job_is_refused_or_fails_later() {
    let modes = Modes { snapshot_of_unhealthy: SnapshotOfUnhealthy::Refused, ..Modes::default() };
    let mut bench = Bench::with(modes).started();
    bench.record("poison");
    let request = json!({ "SnapshotName": "s" });
    let (code, message) = bench.refused("CreateApplicationSnapshot", &request);
    assert_eq!(code, "InvalidApplicationConfigurationException");
    assert!(message.starts_with("Failed to take snapshot for the application app"));

    let mut bench = Bench::running();
    bench.record("poison");
    bench.of_app("CreateApplicationSnapshot", &request).unwrap();
    bench.of_app("DescribeApplicationSnapshot", &request).unwrap();
    let details = bench.of_app("DescribeApplicationSnapshot", &request).unwrap();
    assert_eq!(details["SnapshotDetails"]["SnapshotStatus"], "FAILED");
    assert_eq!(bench.newest_operation()["OperationStatus"], "FAILED");
}

/// Source: SEMANTICS.md G.25.
#[test]
fn snapshots_are_listed_oldest_first_in_pages_of_at_most_50() {
    let modes = Modes { second_snapshot: SecondSnapshot::Accepted, ..Modes::default() };
    let mut bench = Bench::with(modes).started();
    for number in 0..60 {
        bench.of_app("CreateApplicationSnapshot", &json!({ "SnapshotName": format!("s{number}") })).unwrap();
    }
    let first = bench.of_app("ListApplicationSnapshots", &json!({})).unwrap();
    assert_eq!(first["SnapshotSummaries"].as_array().map(Vec::len), Some(50));
    assert_eq!(first["SnapshotSummaries"][0]["SnapshotName"], "s0");
    let next = json!({ "NextToken": first["NextToken"], "Limit": 50 });
    let second = bench.of_app("ListApplicationSnapshots", &next).unwrap();
    assert_eq!(second["SnapshotSummaries"][9]["SnapshotName"], "s59");
    assert!(second["NextToken"].is_null());
    assert_eq!(bench.refused("ListApplicationSnapshots", &json!({ "Limit": 51 })).0, "InvalidArgumentException");
}

/// Source: SEMANTICS.md G.25, open question 7.
#[test]
fn snapshots_of_an_unknown_application_are_a_mode() {
    for (mode, code) in [
        (SnapshotsOfUnknown::ResourceNotFound, "ResourceNotFoundException"),
        (SnapshotsOfUnknown::InvalidArgument, "InvalidArgumentException"),
    ] {
        let mut bench = Bench::with(Modes { snapshots_of_unknown: mode, ..Modes::default() });
        let error = bench.call("ListApplicationSnapshots", &json!({ "ApplicationName": "ghost" })).unwrap_err();
        assert_eq!(error.code, code);
    }
}

/// Source: SEMANTICS.md A.7.
#[test]
fn a_snapshot_is_deleted_only_with_its_own_timestamp() {
    let mut bench = Bench::running();
    bench.of_app("CreateApplicationSnapshot", &json!({ "SnapshotName": "s" })).unwrap();
    let created = bench.app().snapshots[0].created;
    let request = |at: f64| json!({ "SnapshotName": "s", "SnapshotCreationTimestamp": at });
    let (code, _) = bench.refused("DeleteApplicationSnapshot", &request(created + 1.0));
    assert_eq!(code, "InvalidArgumentException");
    bench.of_app("DeleteApplicationSnapshot", &request(created)).unwrap();
    assert!(bench.app().snapshots.is_empty());
}

/// Source: SEMANTICS.md G.26.
#[test]
fn operations_are_listed_newest_first_and_one_in_progress_has_no_end() {
    let mut bench = Bench::running();
    bench.of_app("StopApplication", &json!({})).unwrap();
    let list = bench.of_app("ListApplicationOperations", &json!({})).unwrap();
    let rows = &list["ApplicationOperationInfoList"];
    assert_eq!(
        (&rows[0]["Operation"], &rows[0]["OperationStatus"]),
        (&json!("StopApplication"), &json!("IN_PROGRESS"))
    );
    assert!(rows[0]["EndTime"].is_null() && rows[1]["EndTime"].is_f64());
    let filter = json!({ "OperationStatus": "SUCCESSFUL", "Operation": "StartApplication" });
    let list = bench.of_app("ListApplicationOperations", &filter).unwrap();
    assert_eq!(list["ApplicationOperationInfoList"].as_array().map(Vec::len), Some(1));
}

/// Source: SEMANTICS.md A.8.
#[test]
fn an_update_names_the_versions_it_changed() {
    let mut bench = Bench::new();
    bench.update(&with_snapshots(true)).unwrap();
    let change = &bench.newest_operation()["ApplicationVersionChangeDetails"];
    assert_eq!(*change, json!({ "ApplicationVersionUpdatedFrom": 1, "ApplicationVersionUpdatedTo": 2 }));
}

/// Operations that a role may not read: the functions decide by status and version then.
#[test]
fn operations_can_be_made_unreadable() {
    let mut bench = Bench::new();
    for (view, code) in
        [(OperationsView::Denied, "AccessDeniedException"), (OperationsView::Unknown, "UnknownOperationException")]
    {
        bench.state.flink.operations = view;
        assert_eq!(bench.refused("ListApplicationOperations", &json!({})).0, code);
    }
}

#[test]
fn what_exists_can_be_aged() {
    let mut bench = Bench::running();
    bench.of_app("CreateApplicationSnapshot", &json!({ "SnapshotName": "s" })).unwrap();
    let (created, snapshot) = (bench.app().created, bench.app().snapshots[0].created);
    age_snapshots(&mut bench.state, "app", Duration::from_hours(1));
    age_application(&mut bench.state, "app", Duration::from_mins(1));
    assert!((snapshot - bench.app().snapshots[0].created - 3600.0).abs() < 0.01);
    assert!((created - bench.app().created - 60.0).abs() < 0.01);
    assert_eq!(bench.app().status, Status::Running);
}
