//! The matrix of `SEMANTICS.md` A.3, cell by cell; unknown cells are left out.

use serde_json::json;

use super::Bench;
use crate::flink::Status;

/// A READY application was never started; every other status is put on one that runs.
fn in_status(status: Status) -> Bench {
    if status == Status::Ready {
        return Bench::new();
    }
    let mut bench = Bench::running();
    bench.of_app("CreateApplicationSnapshot", &json!({ "SnapshotName": "before" })).unwrap();
    bench.of_app("ListApplicationSnapshots", &json!({})).unwrap();
    bench.of_app("ListApplicationSnapshots", &json!({})).unwrap();
    bench.update(&super::with_properties(&super::properties())).unwrap();
    bench.release();
    bench.put(status);
    bench
}

fn accepted(status: Status, operation: &str) -> bool {
    let mut bench = in_status(status);
    let members = match operation {
        "UpdateApplication" => json!({ "ConditionalToken": bench.app().token }),
        "RollbackApplication" => json!({ "CurrentApplicationVersionId": bench.app().version }),
        "CreateApplicationSnapshot" => json!({ "SnapshotName": "s" }),
        _ => json!({}),
    };
    bench.of_app(operation, &members).is_ok()
}

#[test]
fn every_status_can_be_read() {
    for status in Status::ALL {
        for operation in ["DescribeApplication", "ListApplicationSnapshots", "ListApplicationOperations"] {
            assert!(accepted(status, operation), "{operation} on {status}");
        }
    }
}

#[test]
fn each_call_is_accepted_in_its_statuses_and_in_no_other() {
    use Status::{Autoscaling, Ready, Running, Updating};
    for (operation, statuses) in [
        ("StartApplication", &[Ready][..]),
        ("StopApplication", &[Running]),
        ("UpdateApplication", &[Ready, Running]),
        ("RollbackApplication", &[Running, Updating, Autoscaling]),
        ("CreateApplicationSnapshot", &[Running]),
    ] {
        for status in Status::ALL {
            assert_eq!(accepted(status, operation), statuses.contains(&status), "{operation} on {status}");
        }
    }
}
