//! The job: it needs, reads, writes, loops, heals, is restored and finishes.

use serde_json::json;

use super::{Bench, custom, with_jar, with_properties};
use crate::flink::Status;

/// Source: SEMANTICS.md A.4: a job that really needs its property group.
#[test]
fn a_start_without_a_needed_property_fails_and_names_it() {
    let mut bench = Bench::new();
    let group = json!([{ "PropertyGroupId": "FlinkApplicationProperties", "PropertyMap": { "stream.name": "in" } }]);
    bench.update(&with_properties(&group)).unwrap();
    bench.release();
    bench.start(&json!({}));
    bench.release();
    assert_eq!(bench.app().status, Status::Ready);
    let operation = bench.newest_operation();
    let error = operation["OperationFailureDetails"]["ErrorInfo"]["ErrorString"].as_str().unwrap_or_default();
    assert!(error.contains("'table.name' is missing from group 'FlinkApplicationProperties'"), "{error}");
}

/// Source: SEMANTICS.md A.4 (TF #38447).
#[test]
fn a_start_can_be_made_to_fail_once() {
    let mut bench = Bench::new();
    bench.state.flink.fail_next_start("app", "no slots");
    bench.start(&json!({}));
    bench.release();
    assert_eq!(bench.newest_operation()["OperationFailureDetails"]["ErrorInfo"]["ErrorString"], "no slots");
    bench.started();
}

#[test]
fn a_record_becomes_an_item() {
    let mut bench = Bench::running();
    bench.record("a");
    bench.record("a");
    let item = &bench.ask("dynamodb", "Scan", &json!({ "TableName": "out" }))["Items"][0];
    let expected = json!({ "key": { "S": "a" }, "featureName": { "S": "clicks" }, "count": { "N": "2" } });
    assert_eq!(*item, expected);
}

/// Source: SEMANTICS.md A.3: RUNNING is not healthy.
#[test]
fn a_denied_write_makes_the_job_loop_and_the_permission_heals_it() {
    let mut bench = Bench::running();
    bench.policy("incident", "Deny", "dynamodb:PutItem");
    bench.record("a");
    assert_eq!(bench.app().status, Status::Running);
    let trouble = bench.app().job.as_ref().and_then(|job| job.trouble.clone()).unwrap_or_default();
    assert!(trouble.contains("not authorized to perform: dynamodb:PutItem"), "{trouble}");
    bench.ask("iam", "DeleteRolePolicy", &json!({ "RoleName": "job", "PolicyName": "incident" }));
    bench.detail();
    assert!(!bench.app().is_unhealthy());
    assert_eq!(bench.state.dynamodb.tables["out"].items.len(), 1);
}

/// Source: SEMANTICS.md B.2 (what a restart restores).
#[test]
fn a_restart_goes_back_to_the_newest_snapshot_and_replays() {
    let mut bench = Bench::running();
    bench.record("a");
    bench.of_app("CreateApplicationSnapshot", &json!({ "SnapshotName": "s" })).unwrap();
    for _ in 0..2 {
        bench.of_app("ListApplicationSnapshots", &json!({})).unwrap();
    }
    bench.record("b");
    bench.of_app("StopApplication", &json!({ "Force": true })).unwrap();
    bench.release();
    bench.state.dynamodb.tables.values_mut().for_each(|table| table.items.clear());
    bench.start(&custom("s"));
    bench.release();
    let replayed: Vec<_> = bench.state.dynamodb.tables["out"].items.keys().map(|key| key[0].clone()).collect();
    assert_eq!(replayed, ["\"b\""]);
}

/// Source: SEMANTICS.md A.4.
#[test]
fn skip_restores_nothing_and_reads_from_the_beginning() {
    let mut bench = Bench::running();
    bench.record("a");
    bench.of_app("StopApplication", &json!({})).unwrap();
    bench.release();
    let restore = json!({ "ApplicationRestoreType": "SKIP_RESTORE_FROM_SNAPSHOT" });
    bench.start(&json!({ "ApplicationRestoreConfiguration": restore }));
    bench.release();
    assert_eq!(bench.app().job.as_ref().map(|job| job.counts["a"]), Some(1));
    bench.of_app("StopApplication", &json!({})).unwrap();
    bench.release();
    bench.record("a");
    let bench = bench.started();
    assert_eq!(bench.app().job.as_ref().map(|job| job.counts["a"]), Some(2));
}

/// Source: SEMANTICS.md C.4: the cure is new code.
#[test]
fn fixed_code_reads_past_the_record_that_broke_the_old_one() {
    let mut bench = Bench::running();
    bench.record("poison");
    bench.record("a");
    bench.of_app("StopApplication", &json!({ "Force": true })).unwrap();
    bench.release();
    bench.jar("fixed.jar", &json!({ "version": "1.1" }));
    bench.update(&with_jar("fixed.jar")).unwrap();
    bench.release();
    let bench = bench.started();
    assert_eq!(bench.state.dynamodb.tables["out"].items.len(), 2);
}

/// Source: SEMANTICS.md G.31.
#[test]
fn a_batch_job_finishes_and_leaves_the_application_ready() {
    let mut bench = Bench::new();
    bench.jar("batch.jar", &json!({ "bounded": true }));
    bench.update(&with_jar("batch.jar")).unwrap();
    bench.release();
    bench.record("a");
    bench.start(&json!({}));
    bench.release();
    assert_eq!(bench.app().status, Status::Ready);
    assert_eq!(bench.state.dynamodb.tables["out"].items.len(), 1);
}
