//! A running application has a snapshot as young as its tag asks for; one that fails is reported before any caller
//! deploys.

use std::time::Duration;

use local_aws::api::ApiError;
use local_aws::faults::Fault;
use local_aws::flink::{self, Hold, SnapshotStatus};
use local_aws::lambda::{Moment, kill_at};
use local_aws::modes::SnapshotOfUnhealthy;
use local_aws::{Modes, State, events};
use project::deployment::{Deployment, NAME};
use serde_json::Value;

use super::{UNSTICKER, age, calls, message, snapshot, snapshots, sweep, tag};
use crate::stage::{application, running, running_where, unsticker};

/// The lines with which the alarm's metric is written.
fn metrics(state: &State) -> Vec<Value> {
    let lines = state.lambda.logs.iter().filter_map(|line| serde_json::from_str::<Value>(&line.line).ok());
    lines.filter(|line| line["FailedSnapshots"] == 1).collect()
}

/// Until so many of them are in the log.
async fn metrics_become(deployment: &Deployment, count: usize) -> Vec<Value> {
    deployment.world().until(|state| Some(metrics(state)).filter(|lines| lines.len() == count)).await
}

/// A job that ran for `flink-snapshot-hours` without a snapshot is snapshotted.
#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_ran_for_so_long_without_one_is_snapshotted() {
    let deployment = running().await;
    sweep(&deployment).await;
    assert!(calls(&deployment).is_empty(), "it runs for a moment");
    age(&deployment, 6);
    sweep(&deployment).await;
    assert_eq!(calls(&deployment), ["CreateApplicationSnapshot"]);
    assert!(snapshots(&deployment)[0].starts_with("flink-handlers-sweep-20"), "{:?}", snapshots(&deployment));
    assert!(message(&deployment).is_empty(), "no one has to know");
}

/// A snapshot younger than that is enough, by any caller.
#[tokio::test(flavor = "multi_thread")]
async fn a_young_one_is_enough_by_any_caller_and_an_old_one_is_not() {
    let deployment = running().await;
    age(&deployment, 24);
    snapshot(&deployment, "anothers");
    age(&deployment, 4);
    sweep(&deployment).await;
    assert!(calls(&deployment).is_empty(), "five hours");
    age(&deployment, 1);
    sweep(&deployment).await;
    assert_eq!(calls(&deployment), ["CreateApplicationSnapshot"], "six hours");
    assert!(metrics(&deployment.world().state()).is_empty());
}

/// Two sweeps at once, and one after them, take one snapshot.
#[tokio::test(flavor = "multi_thread")]
async fn two_sweeps_at_once_and_one_after_them_take_one_snapshot() {
    let deployment = running().await;
    age(&deployment, 7);
    deployment.world().state().flink.hold_snapshots(Hold::UntilReleased);
    events::fire_schedules(deployment.world());
    sweep(&deployment).await;
    sweep(&deployment).await;
    assert_eq!(snapshots(&deployment).len(), 1, "{:?}", calls(&deployment));
    assert_eq!(application(&deployment).snapshots[0].status, SnapshotStatus::Creating);
}

/// A tag that cannot be read is reported, and nothing is guessed.
#[tokio::test(flavor = "multi_thread")]
async fn a_tag_that_cannot_be_read_is_reported_and_nothing_is_guessed() {
    let deployment = running().await;
    age(&deployment, 48);
    for value in ["six", "0", "-1", "6h", ""] {
        tag(&deployment, "flink-snapshot-hours", value);
        let swept = sweep(&deployment).await;
        let said = swept["State"].as_str().unwrap();
        assert!(
            said.contains(&format!("A tag cannot be read: flink-test: flink-snapshot-hours is \"{value}\"")),
            "{said}"
        );
        assert!(swept["Next"].as_str().unwrap().contains("whole number of hours"), "{swept}");
    }
    assert!(calls(&deployment).is_empty());
}

/// A snapshot that fails raises an alarm and is reported once, in the operation's own words, before any caller deploys.
#[tokio::test(flavor = "multi_thread")]
async fn one_that_fails_raises_the_alarm_and_is_reported_once_in_the_operations_own_words() {
    let deployment = failing().await;
    let metric = metrics_become(&deployment, 2).await.pop().unwrap();
    assert_eq!((&metric["FunctionName"], &metric["ApplicationName"]), (&UNSTICKER.into(), &"flink-test".into()));
    assert!(metric["Error"].as_str().unwrap().contains("Failed to take snapshot for the application"), "{metric}");
    let [report] = &message(&deployment)[..] else { panic!("{:?}", message(&deployment)) };
    let said = report["State"].as_str().unwrap();
    assert!(
        said.contains("Flink cannot snapshot the job, so it takes no update: flink-test: Failed to take"),
        "{said}"
    );
    assert!(report["Next"].as_str().unwrap().contains("log"), "{report}");
}

/// Where a snapshot of a job that loops is taken and fails; where it is refused is a scenario of its own.
fn snapshots_fail() -> Modes {
    Modes { snapshot_of_unhealthy: SnapshotOfUnhealthy::AcceptedThenFailed, ..Modes::default() }
}

/// A job that loops, after the sweep that took its snapshot and the one that found it FAILED.
async fn failing() -> Deployment {
    let deployment = running_where(snapshots_fail()).await;
    deployment.record("poison");
    age(&deployment, 7);
    deployment.world().state().flink.hold_snapshots(Hold::Looks(0));
    sweep(&deployment).await;
    sweep(&deployment).await;
    deployment
}

/// While snapshots keep failing the alarm lasts, nothing is reported again, and one is tried again in an hour.
#[tokio::test(flavor = "multi_thread")]
async fn what_goes_on_keeps_the_alarm_is_not_reported_again_and_is_tried_again_in_an_hour() {
    let deployment = failing().await;
    flink::age_snapshots(&mut deployment.world().state(), NAME, Duration::from_mins(30));
    sweep(&deployment).await;
    metrics_become(&deployment, 3).await;
    assert_eq!((message(&deployment).len(), calls(&deployment).len()), (1, 1));
    {
        let mut state = deployment.world().state();
        flink::age_snapshots(&mut state, NAME, Duration::from_mins(30));
        // As it would be called an hour ago.
        state.flink.applications.get_mut(NAME).unwrap().snapshots[0].name = "flink-handlers-sweep-earlier".to_owned();
    }
    sweep(&deployment).await;
    assert_eq!(calls(&deployment), ["CreateApplicationSnapshot"; 2]);
}

/// A snapshot that is refused raises the alarm too.
#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_refused_raises_the_alarm_too() {
    let modes = Modes { snapshot_of_unhealthy: SnapshotOfUnhealthy::Refused, ..Modes::default() };
    let deployment = running_where(modes).await;
    deployment.record("poison");
    age(&deployment, 7);
    let swept = sweep(&deployment).await;
    assert!(swept["State"].as_str().unwrap().contains("Flink cannot snapshot the job"), "{swept}");
    metrics_become(&deployment, 1).await;
}

/// A missing permission and throttling do not count as a failed snapshot.
#[tokio::test(flavor = "multi_thread")]
async fn a_missing_permission_and_throttling_are_no_failed_snapshot() {
    for code in ["AccessDeniedException", "ThrottlingException"] {
        let deployment = running().await;
        age(&deployment, 7);
        let (who, refused) = (unsticker(&deployment), Fault::Refuse(ApiError::new(code, "no")));
        let once = "kinesisanalytics:CreateApplicationSnapshot";
        deployment.world().state().faults.inject_for(who, once, 1, refused);
        let swept = sweep(&deployment).await;
        let is_reported = swept["State"].as_str().unwrap().contains("A permission is missing");
        assert_eq!(is_reported, code == "AccessDeniedException", "{swept}");
        sweep(&deployment).await;
        assert_eq!(snapshots(&deployment).len(), 1, "{code}");
        assert!(metrics(&deployment.world().state()).is_empty(), "{code}");
    }
}

/// A sweep that dies leaves the snapshot to the next.
#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_that_dies_leaves_it_to_the_next() {
    for moment in [Moment::BeforeTheCall, Moment::BeforeTheAnswer] {
        let deployment = running_where(snapshots_fail()).await;
        deployment.world().state().lambda.functions.get_mut(UNSTICKER).unwrap().retries = 0;
        deployment.record("poison");
        age(&deployment, 7);
        let action = "kinesisanalytics:CreateApplicationSnapshot";
        kill_at(&mut deployment.world().state(), UNSTICKER, action, moment);
        for _ in 0..3 {
            sweep(&deployment).await;
        }
        assert_eq!(snapshots(&deployment).len(), 1, "{moment:?}");
        deployment.world().until(|state| (!metrics(state).is_empty()).then_some(())).await;
        assert!(!message(&deployment).is_empty(), "{moment:?}");
    }
}
