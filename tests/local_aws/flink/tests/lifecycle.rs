//! Create, start, stop, delete: rows G.2 to G.11, G.23, G.27, G.28.

use serde_json::json;

use super::{Bench, create_request, custom};
use crate::clock;
use crate::durations::Durations;
use crate::flink::status::Left;
use crate::flink::{Hold, Status};
use crate::modes::{DeleteOfRunning, ForceElsewhere, Modes, OperationIds, StopOfReady};

/// Source: SEMANTICS.md G.1 (strictness is ours).
#[test]
fn a_member_that_the_model_does_not_have_is_refused() {
    let (code, message) = Bench::new().refused("StopApplication", &json!({ "Forced": true }));
    assert_eq!(code, "SerializationException");
    assert!(message.contains("unknown field `Forced`"), "{message}");
}

/// Source: SEMANTICS.md G.2, G.30.
#[test]
fn a_created_application_is_ready_with_version_1_a_token_and_snapshots() {
    let detail = Bench::new().detail();
    assert_eq!((&detail["ApplicationStatus"], &detail["ApplicationVersionId"]), (&json!("READY"), &json!(1)));
    assert!(detail["ConditionalToken"].is_string() && detail["CreateTimestamp"].is_f64());
    let configuration = &detail["ApplicationConfigurationDescription"];
    assert_eq!(configuration["ApplicationSnapshotConfigurationDescription"]["SnapshotsEnabled"], true);
}

/// Source: SEMANTICS.md A.12.
#[test]
fn a_missing_jar_or_role_is_refused_with_the_text_of_the_catalogue() {
    let mut bench = Bench::new();
    let mut request = create_request();
    request["ApplicationName"] = json!("other");
    request["ServiceExecutionRole"] = json!("arn:aws:iam::111122223333:role/ghost");
    let role = bench.call("CreateApplication", &request).unwrap_err();
    bench.state.s3.buckets.clear();
    request["ServiceExecutionRole"] = json!("arn:aws:iam::111122223333:role/job");
    let jar = bench.call("CreateApplication", &request).unwrap_err();
    assert_eq!(role, jar);
    assert_eq!(jar.code, "InvalidArgumentException");
    assert!(jar.message.ends_with("We are unable to get the specified fileKey: job.jar in the specified bucket: jars"));
}

/// Source: SEMANTICS.md G.3, A.3 (matrix).
#[test]
fn only_a_ready_application_starts() {
    for status in Status::ALL.into_iter().filter(|status| *status != Status::Ready) {
        let mut bench = Bench::new();
        bench.put(status);
        let expected = format!("Application cannot be started in '{status}' state");
        assert_eq!(bench.refused("StartApplication", &json!({})), ("ResourceInUseException".to_owned(), expected));
    }
}

/// Source: SEMANTICS.md G.4, I.1.
#[test]
fn a_start_lasts_as_long_as_on_aws_where_things_take_time() {
    let mut bench = Bench::new();
    bench.state.flink.take(Durations::default().flink());
    bench.of_app("StartApplication", &json!({})).unwrap();
    for _ in 0..9 {
        assert_eq!(bench.detail()["ApplicationStatus"], "STARTING");
    }
    let started = bench.app().operations[0].started;
    let Some(Left::Until(moment)) = bench.app().transit.as_ref().map(|one| one.left) else { panic!("no time") };
    assert!(started + 155.0 <= moment && moment <= clock::now() + 155.0, "{started} {moment}");
    bench.state.flink.applications.get_mut("app").unwrap().transit.as_mut().unwrap().left = Left::Until(started);
    assert_eq!(bench.detail()["ApplicationStatus"], "RUNNING");
}

/// Source: SEMANTICS.md G.4.
#[test]
fn a_start_is_seen_starting_as_often_as_it_is_held_and_then_running() {
    let mut bench = Bench::new();
    bench.state.flink.hold("app", Status::Starting, Hold::Looks(2));
    assert!(bench.start(&json!({}))["OperationId"].is_string());
    let seen: Vec<_> = (0..3).map(|_| bench.detail()["ApplicationStatus"].clone()).collect();
    assert_eq!(seen, ["STARTING", "STARTING", "RUNNING"]);
}

/// Source: SEMANTICS.md G.4, A.1.
#[test]
fn older_endpoints_send_no_operation_id() {
    let mut bench = Bench::with(Modes { operation_ids: OperationIds::Omitted, ..Modes::default() });
    assert_eq!(bench.start(&json!({})), json!({}));
}

/// Source: SEMANTICS.md G.5.
#[test]
fn start_and_stop_do_not_change_the_version() {
    let mut bench = Bench::running();
    bench.of_app("StopApplication", &json!({})).unwrap();
    bench.release();
    assert_eq!((bench.app().status, bench.app().version), (Status::Ready, 1));
}

/// Source: SEMANTICS.md G.6.
#[test]
fn latest_without_a_snapshot_starts_with_an_empty_state() {
    let bench = Bench::running();
    assert_eq!(bench.app().job.as_ref().map(|job| job.position), Some(0));
}

/// Source: SEMANTICS.md G.7.
#[test]
fn a_custom_snapshot_must_be_named_and_exist() {
    let mut bench = Bench::new();
    let named = json!({ "RunConfiguration": custom("ghost") });
    let (code, message) = bench.refused("StartApplication", &named);
    assert_eq!(code, "InvalidArgumentException");
    assert_eq!(message, "The snapshot name ghost provided for restore configuration does not exist.");
    let restore = json!({ "ApplicationRestoreType": "RESTORE_FROM_CUSTOM_SNAPSHOT" });
    let nameless = json!({ "RunConfiguration": { "ApplicationRestoreConfiguration": restore } });
    assert_eq!(bench.refused("StartApplication", &nameless).0, "InvalidArgumentException");
}

/// Source: SEMANTICS.md G.8.
#[test]
fn the_run_configuration_is_described_only_between_start_and_stop() {
    let mut bench = Bench::new();
    let member = |bench: &mut Bench| {
        bench.detail()["ApplicationConfigurationDescription"]["RunConfigurationDescription"].clone()
    };
    assert!(member(&mut bench).is_null());
    bench = bench.started();
    let restore = &member(&mut bench)["ApplicationRestoreConfigurationDescription"]["ApplicationRestoreType"];
    assert_eq!(*restore, "RESTORE_FROM_LATEST_SNAPSHOT");
    bench.of_app("StopApplication", &json!({})).unwrap();
    bench.release();
    assert!(member(&mut bench).is_null());
}

/// Source: SEMANTICS.md G.9, A.7.
#[test]
fn a_graceful_stop_takes_a_snapshot_of_its_own() {
    let mut bench = Bench::running();
    bench.of_app("StopApplication", &json!({})).unwrap();
    assert_eq!(bench.app().status, Status::Stopping);
    bench.release();
    let snapshot = bench.app().newest_snapshot().expect("a snapshot");
    assert!(snapshot.name.starts_with("STOP-app-"), "{}", snapshot.name);
}

/// Source: SEMANTICS.md G.9, A.3 (matrix).
#[test]
fn only_a_running_application_stops_gracefully() {
    for status in Status::ALL.into_iter().filter(|status| *status != Status::Running) {
        let mut bench = Bench::new();
        bench.put(status);
        let (_, message) = bench.refused("StopApplication", &json!({}));
        assert_eq!(message, format!("Application cannot be Stopped in '{status}' state"));
    }
}

/// Source: SEMANTICS.md G.10.
#[test]
fn a_force_stop_is_accepted_where_the_reference_says_and_takes_no_snapshot() {
    use Status::{Autoscaling, Running, Starting, Stopping, Updating};
    for status in [Running, Starting, Updating, Stopping, Autoscaling] {
        let mut bench = Bench::running();
        bench.put(status);
        bench.of_app("StopApplication", &json!({ "Force": true })).unwrap();
        assert_eq!(bench.app().status, Status::ForceStopping);
        bench.release();
        assert_eq!(bench.app().status, Status::Ready);
        assert!(bench.app().snapshots.is_empty());
    }
}

/// Source: SEMANTICS.md A.3, open question 1.
#[test]
fn a_force_stop_elsewhere_is_a_mode() {
    for (mode, accepted) in [(ForceElsewhere::Refused, false), (ForceElsewhere::Accepted, true)] {
        for status in [Status::ForceStopping, Status::RollingBack, Status::Maintenance] {
            let mut bench = Bench::with(Modes { force_elsewhere: mode, ..Modes::default() });
            bench.put(status);
            assert_eq!(bench.of_app("StopApplication", &json!({ "Force": true })).is_ok(), accepted, "{status}");
        }
    }
}

/// Source: SEMANTICS.md G.11.
#[test]
fn a_force_stop_of_ready_is_refused_with_one_text_and_any_code() {
    for (mode, code) in [
        (StopOfReady::InvalidArgument, "InvalidArgumentException"),
        (StopOfReady::InvalidRequest, "InvalidRequestException"),
        (StopOfReady::ResourceInUse, "ResourceInUseException"),
    ] {
        let mut bench = Bench::with(Modes { stop_of_ready: mode, ..Modes::default() });
        let message = "You can't force stop an application in 'READY' status".to_owned();
        assert_eq!(bench.refused("StopApplication", &json!({ "Force": true })), (code.to_owned(), message));
    }
}

/// Source: SEMANTICS.md G.10: the operation that is forced to an end is not a success.
#[test]
fn a_force_stop_cancels_the_operation_it_interrupts() {
    let mut bench = Bench::new();
    bench.start(&json!({}));
    bench.of_app("StopApplication", &json!({ "Force": true })).unwrap();
    let list = bench.of_app("ListApplicationOperations", &json!({})).unwrap();
    assert_eq!(list["ApplicationOperationInfoList"][1]["OperationStatus"], "CANCELLED");
}

/// Source: SEMANTICS.md G.27.
#[test]
fn a_delete_needs_the_create_timestamp_and_ends_in_not_found() {
    let mut bench = Bench::running();
    let created = bench.app().created;
    let (code, _) = bench.refused("DeleteApplication", &json!({ "CreateTimestamp": created - 1.5 }));
    assert_eq!(code, "ConcurrentModificationException");
    bench.of_app("DeleteApplication", &json!({ "CreateTimestamp": created.floor() + 0.001 })).unwrap();
    assert_eq!(bench.detail()["ApplicationStatus"], "DELETING");
    assert_eq!(bench.refused("DescribeApplication", &json!({})).0, "ResourceNotFoundException");
}

/// Source: SEMANTICS.md G.27, A.9.
#[test]
fn whether_a_running_application_can_be_deleted_is_a_mode() {
    let modes = Modes { delete_of_running: DeleteOfRunning::Refused, ..Modes::default() };
    let mut bench = Bench::with(modes).started();
    let created = json!({ "CreateTimestamp": bench.app().created });
    assert_eq!(bench.refused("DeleteApplication", &created).0, "ResourceInUseException");
}

/// Source: SEMANTICS.md G.23.
#[test]
fn autoscaling_refuses_everything_but_a_force_stop() {
    let mut bench = Bench::running();
    bench.put(Status::Autoscaling);
    let token = json!({ "ConditionalToken": bench.app().token });
    for (operation, members) in
        [("StartApplication", json!({})), ("StopApplication", json!({})), ("UpdateApplication", token)]
    {
        assert_eq!(bench.refused(operation, &members).0, "ResourceInUseException", "{operation}");
    }
    bench.of_app("StopApplication", &json!({ "Force": true })).unwrap();
}

/// Source: SEMANTICS.md G.28.
#[test]
fn maintenance_returns_to_the_status_before_it() {
    let mut bench = Bench::running();
    bench.put(Status::Maintenance);
    assert_eq!(bench.detail()["ApplicationStatus"], "MAINTENANCE");
    assert_eq!(bench.detail()["ApplicationStatus"], "RUNNING");
}
