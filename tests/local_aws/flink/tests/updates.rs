//! UpdateApplication, the logging option, rollback: rows G.12 to G.22, G.50.

use serde_json::json;

use super::{Bench, properties, with_properties, with_snapshots};
use crate::flink::{Hold, SnapshotStatus, Status};
use crate::modes::{Modes, RunConfigurationWhenReady};

/// Source: SEMANTICS.md G.12.
#[test]
fn a_stale_version_or_token_is_a_concurrent_modification() {
    for guard in [json!({ "CurrentApplicationVersionId": 7 }), json!({ "ConditionalToken": "stale" })] {
        assert_eq!(Bench::new().refused("UpdateApplication", &guard).0, "ConcurrentModificationException");
    }
}

/// Source: SEMANTICS.md G.13.
#[test]
fn an_update_of_a_ready_application_changes_version_and_token_and_starts_nothing() {
    let mut bench = Bench::new();
    let token = bench.app().token.clone();
    let reply = bench.update(&with_snapshots(true)).unwrap();
    assert_eq!(reply["ApplicationDetail"]["ApplicationStatus"], "UPDATING");
    assert_eq!(reply["ApplicationDetail"]["ApplicationVersionId"], 2);
    assert_ne!(bench.app().token, token);
    bench.release();
    assert_eq!(bench.app().status, Status::Ready);
    assert!(bench.app().snapshots.is_empty() && bench.app().job.is_none());
}

/// Source: SEMANTICS.md G.13, G.14.
#[test]
fn an_update_of_a_running_application_snapshots_the_old_version_and_restarts() {
    let mut bench = Bench::running();
    bench.record("a");
    bench.update(&with_properties(&properties())).unwrap();
    let snapshot = bench.app().snapshots.last().expect("a snapshot").clone();
    assert!(snapshot.name.starts_with("UPDATEAPPLICATION-app-"), "{}", snapshot.name);
    assert_eq!((snapshot.version, snapshot.saved.position), (1, 1));
    assert_eq!(snapshot.status, SnapshotStatus::Creating, "the restart waits for it");
    bench.release();
    assert_eq!(bench.app().newest_snapshot().map(|newest| &newest.name), Some(&snapshot.name));
    assert_eq!((bench.app().status, bench.app().version), (Status::Running, 2));
    assert_eq!(bench.app().job.as_ref().map(|job| job.position), Some(1));
}

/// Source: SEMANTICS.md G.15, A.6, A.12: one line, and nothing moves.
#[test]
fn an_unhealthy_job_refuses_updates_and_graceful_stops_and_nothing_moves() {
    let mut bench = Bench::running();
    bench.record("poison");
    let token = json!({ "ConditionalToken": bench.app().token });
    for (operation, members) in [("UpdateApplication", token), ("StopApplication", json!({}))] {
        let (code, message) = bench.refused(operation, &members);
        assert_eq!(code, "InvalidApplicationConfigurationException");
        assert_eq!(
            message,
            "Failed to take snapshot for the application app at this moment. The application is currently \
             experiencing downtime. Please check the application's CloudWatch metrics or CloudWatch logs for any \
             possible errors and retry the request. You can also retry the request after disabling the snapshots in \
             the Managed Service for Apache Flink console or by updating the ApplicationSnapshotConfiguration through \
             the AWS SDK"
        );
    }
    assert_eq!((bench.app().status, bench.app().version), (Status::Running, 1));
}

/// Source: SEMANTICS.md G.15.
#[test]
fn an_unhealthy_job_without_snapshots_is_updated_and_so_is_one_that_switches_them_off() {
    let mut bench = Bench::running();
    bench.record("poison");
    bench.update(&with_snapshots(false)).unwrap();
    bench.release();
    assert!(bench.app().is_unhealthy());
    bench.update(&with_properties(&properties())).unwrap();
    bench.release();
    bench.of_app("StopApplication", &json!({})).unwrap();
    assert_eq!(bench.app().status, Status::Stopping);
}

/// Source: SEMANTICS.md G.16.
#[test]
fn property_updates_replace_every_group_and_an_empty_list_clears_them() {
    let mut bench = Bench::new();
    bench.update(&with_properties(&json!([{ "PropertyGroupId": "g", "PropertyMap": { "k": "v" } }]))).unwrap();
    bench.release();
    let groups = |bench: &mut Bench| {
        let configuration = bench.detail()["ApplicationConfigurationDescription"].clone();
        configuration["EnvironmentPropertyDescriptions"]["PropertyGroupDescriptions"].clone()
    };
    assert_eq!(groups(&mut bench), json!([{ "PropertyGroupId": "g", "PropertyMap": { "k": "v" } }]));
    bench.update(&with_properties(&json!([]))).unwrap();
    bench.release();
    assert!(groups(&mut bench).is_null());
}

/// Source: SEMANTICS.md G.17, A.10.
#[test]
fn property_groups_have_limits() {
    let group = |id: &str, value: &str| json!({ "PropertyGroupId": id, "PropertyMap": { "k": value } });
    let many: serde_json::Map<_, _> = (0..51).map(|at| (at.to_string(), json!("v"))).collect();
    for groups in [
        (0..51).map(|at| group(&at.to_string(), "v")).collect::<Vec<_>>(),
        vec![group("g", "")],
        vec![group("g", &"v".repeat(2049))],
        vec![group("", "v")],
        vec![group("a b", "v")],
        vec![json!({ "PropertyGroupId": "g", "PropertyMap": {} })],
        vec![json!({ "PropertyGroupId": "g", "PropertyMap": many })],
    ] {
        let error = Bench::new().update(&with_properties(&json!(groups))).unwrap_err();
        assert_eq!(error.code, "InvalidArgumentException", "{groups:?}");
    }
    let twice = json!([group("g", "v"), group("g", "w")]);
    let error = Bench::new().update(&with_properties(&twice)).unwrap_err();
    assert_eq!(error.message, "Found a duplicate PropertyGroupId : 'g'. Please provide unique PropertyGroupIds.");
}

/// Source: SEMANTICS.md G.18.
#[test]
fn an_update_forgets_the_run_configuration_that_it_does_not_repeat() {
    let mut bench = Bench::new();
    bench.start(&json!({
        "FlinkRunConfiguration": { "AllowNonRestoredState": true },
        "ApplicationRestoreConfiguration": { "ApplicationRestoreType": "SKIP_RESTORE_FROM_SNAPSHOT" },
    }));
    bench.release();
    bench.update(&with_properties(&properties())).unwrap();
    let run = &bench.detail()["ApplicationConfigurationDescription"]["RunConfigurationDescription"];
    assert_eq!(run["FlinkRunConfigurationDescription"]["AllowNonRestoredState"], false);
    let restore = &run["ApplicationRestoreConfigurationDescription"]["ApplicationRestoreType"];
    assert_eq!(*restore, "RESTORE_FROM_LATEST_SNAPSHOT");
}

/// Source: SEMANTICS.md G.19, open question 6.
#[test]
fn a_run_configuration_update_on_ready_is_a_mode() {
    let update = json!({ "RunConfigurationUpdate": { "FlinkRunConfiguration": { "AllowNonRestoredState": true } } });
    for (mode, accepted) in [(RunConfigurationWhenReady::Refused, false), (RunConfigurationWhenReady::Ignored, true)] {
        let mut bench = Bench::with(Modes { run_configuration_when_ready: mode, ..Modes::default() });
        assert_eq!(bench.update(&update).is_ok(), accepted);
        assert!(bench.app().run.is_none());
    }
}

/// Source: SEMANTICS.md G.50, B.3.
#[test]
fn a_logging_option_is_an_update_and_there_is_only_one() {
    let mut bench = Bench::running();
    bench.ask("logs", "CreateLogGroup", &json!({ "logGroupName": "/g" }));
    bench.ask("logs", "CreateLogStream", &json!({ "logGroupName": "/g", "logStreamName": "s" }));
    let stream = bench.settings.arn("logs", "log-group:/g:log-stream:s");
    let option = |bench: &Bench, arn: &str| json!({ "ConditionalToken": bench.app().token, "CloudWatchLoggingOption": { "LogStreamARN": arn } });
    let operation = "AddApplicationCloudWatchLoggingOption";
    let ghost = option(&bench, "arn:ghost");
    assert_eq!(bench.refused(operation, &ghost).1, "CloudWatch log stream ARN arn:ghost is invalid.");
    let first = option(&bench, &stream);
    let reply = bench.of_app(operation, &first).unwrap();
    assert_eq!(reply["CloudWatchLoggingOptionDescriptions"][0]["CloudWatchLoggingOptionId"], "2.1");
    assert_eq!((bench.app().status, bench.app().version), (Status::Updating, 2));
    let busy = option(&bench, &stream);
    assert_eq!(bench.refused(operation, &busy).0, "ResourceInUseException");
    bench.release();
    let second = option(&bench, &stream);
    let message = "Kinesis Analytics currently supports only 1 logging option.";
    assert_eq!(bench.refused(operation, &second).1, message);
}

/// Source: SEMANTICS.md A.3: held until a scenario says so.
#[test]
fn a_status_that_is_held_until_released_is_not_worn_out_by_looks() {
    let mut bench = Bench::new();
    bench.state.flink.hold("*", Status::Updating, Hold::UntilReleased);
    bench.update(&with_snapshots(true)).unwrap();
    assert!((0..9).all(|_| bench.detail()["ApplicationStatus"] == "UPDATING"));
    bench.release();
    assert_eq!(bench.detail()["ApplicationStatus"], "READY");
}
