//! This project's own snapshots do not pile up, and no others are touched.

use local_aws::flink::Status as Flink;
use local_aws::lambda::{Moment, kill_at};
use project::deployment::{Deployment, NAME};

use super::{UNSTICKER, age, calls, snapshot, snapshots, sweep, tag};
use crate::stage::{running, stop};

/// A running application whose snapshots have these names, oldest first, and of which `keep` of our own stay.
async fn with_snapshots(names: &[&str], keep: &str) -> Deployment {
    let deployment = running().await;
    for name in names {
        snapshot(&deployment, name);
    }
    let mut state = deployment.world().state();
    let environment = &mut state.lambda.functions.get_mut(UNSTICKER).unwrap().environment;
    environment.insert("KEEP_SNAPSHOTS".to_owned(), keep.to_owned());
    drop(state);
    deployment
}

const FOUR: [&str; 4] =
    ["flink-handlers-guard-a", "flink-handlers-gate-b", "flink-handlers-sweep-c", "flink-handlers-gate-d"];

/// The oldest of the handlers' own snapshots are deleted until KEEP_SNAPSHOTS are left.
#[tokio::test(flavor = "multi_thread")]
async fn the_oldest_of_our_own_go_until_as_many_are_left_as_are_kept() {
    let deployment = with_snapshots(&FOUR, "2").await;
    sweep(&deployment).await;
    assert_eq!(snapshots(&deployment), FOUR[2..]);
    assert_eq!(calls(&deployment), ["DeleteApplicationSnapshot"; 2]);
    sweep(&deployment).await;
    assert_eq!(snapshots(&deployment), FOUR[2..], "and no more");
}

/// Snapshots of other names, and the newest of all, stay.
#[tokio::test(flavor = "multi_thread")]
async fn other_names_and_the_newest_of_all_stay() {
    let names = ["anothers", "flink-handlers-gate-a", "flink-handlers-other-b", "flink-handlers-gate-c"];
    let deployment = with_snapshots(&names, "0").await;
    sweep(&deployment).await;
    assert_eq!(snapshots(&deployment), ["anothers", "flink-handlers-other-b", "flink-handlers-gate-c"]);
    snapshot(&deployment, "newer");
    sweep(&deployment).await;
    assert_eq!(snapshots(&deployment), ["anothers", "flink-handlers-other-b", "newer"]);
}

/// An application that did not opt in is not pruned.
#[tokio::test(flavor = "multi_thread")]
async fn an_application_that_is_stopped_is_pruned_and_one_that_did_not_opt_in_is_not() {
    let deployment = with_snapshots(&FOUR, "1").await;
    tag(&deployment, "flink-unstick", "perhaps");
    sweep(&deployment).await;
    assert_eq!(snapshots(&deployment), FOUR);
    tag(&deployment, "flink-unstick", "enabled");
    stop(&deployment);
    assert_eq!(deployment.world().state().flink.applications[NAME].status, Flink::Ready);
    sweep(&deployment).await;
    let left = snapshots(&deployment);
    assert_eq!(left[0], FOUR[3], "{left:?}");
    assert!(left[1].starts_with("STOP-"), "the service's own is the newest: {left:?}");
}

/// A sweep that dies between two deletions leaves the rest to the next.
#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_that_dies_between_two_is_gone_on_with() {
    for moment in [Moment::BeforeTheCall, Moment::BeforeTheAnswer] {
        let deployment = with_snapshots(&FOUR, "1").await;
        let action = "kinesisanalytics:DeleteApplicationSnapshot";
        deployment.world().state().lambda.functions.get_mut(UNSTICKER).unwrap().retries = 0;
        kill_at(&mut deployment.world().state(), UNSTICKER, action, moment);
        sweep(&deployment).await;
        sweep(&deployment).await;
        assert_eq!(snapshots(&deployment), FOUR[3..], "{moment:?}");
    }
}

/// All pages of applications and of snapshots are read.
#[tokio::test(flavor = "multi_thread")]
async fn the_second_page_of_applications_and_of_snapshots_is_read() {
    let deployment = with_snapshots(&FOUR[3..], "1").await;
    {
        let mut state = deployment.world().state();
        let own = state.flink.applications[NAME].clone();
        for number in 0..55 {
            let mut other = own.clone();
            other.name = format!("flink-other-{number:02}");
            other.arn = own.arn.replace(NAME, &other.name);
            other.tags.clear();
            state.flink.applications.insert(other.name.clone(), other);
            let mut old = own.snapshots[0].clone();
            old.name = format!("flink-handlers-sweep-{number:02}");
            old.created -= 3600.0 * f64::from(100 - number);
            state.flink.applications.get_mut(NAME).unwrap().snapshots.insert(usize::try_from(number).unwrap(), old);
        }
    }
    age(&deployment, 0);
    sweep(&deployment).await;
    assert_eq!(snapshots(&deployment), FOUR[3..]);
    assert_eq!(calls(&deployment).len(), 55);
}
