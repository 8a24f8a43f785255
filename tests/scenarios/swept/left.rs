//! What a lost event or a killed process left is finished by the next sweep.

use local_aws::cloudformation::{Status, TagsOnUpdate};
use local_aws::events::{self, EventFault};
use local_aws::flink::Status as Flink;
use local_aws::lambda::{Moment, kill_at};
use local_aws::modes::SnapshotOfUnhealthy;
use local_aws::{Modes, Options, State};
use project::deployment::{Deployment, NAME, jar};

use super::{MARKER, UNSTICKER, calls, sweep};
use crate::stage::{
    application, ended_well, history, idle, passing_cause, report, reports, running, running_unguarded,
    running_unguarded_in, stuck, taken_starts, why, with_jar,
};

/// The old job runs, nothing is remembered, no record is lost, and the next sweep finds nothing.
async fn ends_well(deployment: &Deployment, message: &str) {
    ended_well(deployment, message).await;
    let (before, notified) = (calls(deployment), reports(deployment).len());
    sweep(deployment).await;
    assert_eq!((calls(deployment), reports(deployment).len()), (before, notified), "{message}");
}

/// A lost UPDATE_ROLLBACK_FAILED is made good.
#[tokio::test(flavor = "multi_thread")]
async fn a_lost_rollback_failed_event_is_made_good() {
    let deployment = running_unguarded().await;
    events::inject(deployment.world(), Status::UpdateRollbackFailed, EventFault::Lose);
    passing_cause(&deployment).await;
    idle(&deployment).await;
    assert!(calls(&deployment).is_empty());
    let swept = sweep(&deployment).await;
    assert_eq!(swept["Actions"].as_array().unwrap().len(), 1, "{swept}");
    report(&deployment, "RollbackContinued").await;
    deployment.stack_becomes(Status::UpdateRollbackComplete).await;
    report(&deployment, "Recovered").await;
    ends_well(&deployment, "lost").await;
}

/// A lost UPDATE_ROLLBACK_COMPLETE is made good, with the tag `flink-unstick-restart` or without.
#[tokio::test(flavor = "multi_thread")]
async fn a_lost_rollback_complete_event_is_made_good_with_the_marker_or_without() {
    for tags in [TagsOnUpdate::Erased, TagsOnUpdate::Kept] {
        let modes = Modes { tags, ..Modes::default() };
        let deployment = running_unguarded_in(Options { modes, ..Options::default() }).await;
        events::inject(deployment.world(), Status::UpdateRollbackComplete, EventFault::Lose);
        passing_cause(&deployment).await;
        deployment.stack_becomes(Status::UpdateRollbackComplete).await;
        let found = application(&deployment);
        assert_eq!((found.status, found.tags.contains_key(MARKER)), (Flink::Ready, tags == TagsOnUpdate::Kept));
        sweep(&deployment).await;
        report(&deployment, "Recovered").await;
        ends_well(&deployment, &format!("{tags:?}")).await;
    }
}

/// What was left behind in any stack comes before the snapshots of all.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_left_behind_comes_before_any_snapshot() {
    // The other application is a copy: with a marker of its own it would be looked at for a reminder first.
    let modes = Modes { tags: TagsOnUpdate::Erased, ..Modes::default() };
    let deployment = running_unguarded_in(Options { modes, ..Options::default() }).await;
    events::inject(deployment.world(), Status::UpdateRollbackComplete, EventFault::Lose);
    passing_cause(&deployment).await;
    deployment.stack_becomes(Status::UpdateRollbackComplete).await;
    let before = {
        let mut state = deployment.world().state();
        // Listed before it, and of a stack that is gone: there are only its snapshots to look after.
        let mut another = state.flink.applications[NAME].clone();
        another.arn = another.arn.replace(NAME, "flink-another");
        another.name = "flink-another".to_owned();
        another.tags.insert("aws:cloudformation:stack-id".to_owned(), "flink-gone".to_owned());
        another.tags.insert("flink-unstick".to_owned(), "enabled".to_owned());
        state.flink.applications.insert(another.name.clone(), another);
        state.journal.len()
    };
    sweep(&deployment).await;
    let state = deployment.world().state();
    let first = |action: &str, name: Option<&str>| {
        let is_it = |call: &local_aws::api::Recorded| {
            call.action == action && name.is_none_or(|name| call.body["ApplicationName"] == name)
        };
        state.journal[before..].iter().position(is_it).unwrap_or_else(|| panic!("no caller called {action}"))
    };
    let invoked = first("lambda:InvokeFunction", None);
    assert!(invoked < first("kinesisanalytics:ListApplicationSnapshots", Some("flink-another")));
}

/// What a guard stopped for a failed deployment runs again, though the event of its rollback was lost.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_guard_stopped_runs_again_though_the_event_of_its_rollback_was_lost() {
    let deployment = running().await;
    deployment.record("a");
    events::inject(deployment.world(), Status::UpdateRollbackComplete, EventFault::Lose);
    // No such jar: the application's own update fails, and auto-start is not called.
    assert_eq!(deployment.deploy(&with_jar("jars/missing.jar")).await, Status::UpdateRollbackComplete);
    assert_eq!(application(&deployment).status, Flink::Ready);
    sweep(&deployment).await;
    report(&deployment, "Recovered").await;
    deployment.record("b");
    ends_well(&deployment, "guarded").await;
}

/// What a guard stopped for an update that no auto-start followed runs again.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_guard_stopped_for_an_update_that_no_one_starts_after_runs_again() {
    let deployment = running_unguarded().await;
    deployment.record("a");
    // The guard comes alone: nothing else of the stack changes, and no caller calls auto-start.
    let [jar, stabilize, on_delete] = with_jar("jars/1.jar");
    let status = deployment.deploy(&[jar, stabilize, on_delete, ("GuardMode", "Stop")]).await;
    assert_eq!(status, Status::UpdateComplete, "{}", why(&deployment));
    assert_eq!(application(&deployment).status, Flink::Ready);
    sweep(&deployment).await;
    report(&deployment, "Recovered").await;
    deployment.record("b");
    ends_well(&deployment, "guard alone").await;
}

/// The incident, made good by sweeps alone, with this trouble before the first.
async fn made_good(trouble: impl FnOnce(&mut State), name: &str) -> Deployment {
    let deployment = running_unguarded().await;
    for status in [Status::UpdateRollbackFailed, Status::UpdateRollbackComplete] {
        events::inject(deployment.world(), status, EventFault::Lose);
    }
    // The next sweep goes on, not Lambda's next attempt.
    deployment.world().state().lambda.functions.get_mut(UNSTICKER).unwrap().retries = 0;
    passing_cause(&deployment).await;
    trouble(&mut deployment.world().state());
    // One is killed, one continues the rollback, one starts the job.
    for _ in 0..4 {
        sweep(&deployment).await;
        project::deployment::settled(deployment.world(), NAME).await;
    }
    deployment.stack_becomes(Status::UpdateRollbackComplete).await;
    ends_well(&deployment, name).await;
    deployment
}

/// A sweep, or the unsticker that it invoked, killed after any call is continued by the next.
#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_that_is_killed_after_any_call_ends_where_a_living_one_does() {
    let living = history(&made_good(|_| {}, "living").await);
    for action in [
        "kinesisanalytics:TagResource",
        "kinesisanalytics:StopApplication",
        "cloudformation:ContinueUpdateRollback",
        "kinesisanalytics:StartApplication",
        "kinesisanalytics:CreateApplicationSnapshot",
        "lambda:InvokeFunction",
    ] {
        for moment in [Moment::BeforeTheCall, Moment::BeforeTheAnswer] {
            let name = format!("{action} {moment:?}");
            let killed = history(&made_good(|state| kill_at(state, UNSTICKER, action, moment), &name).await);
            // CloudFormation erased the marker: that a job which was started is not proven yet, only Lambda's next
            // attempt knows.
            let is_started = action.ends_with("CreateApplicationSnapshot")
                || (action.ends_with("StartApplication") && moment == Moment::BeforeTheAnswer);
            if is_started {
                continue;
            }
            assert_eq!((&killed.0, killed.1), (&living.0, living.1), "{name}");
            // A process that dies without another attempt reports nothing; how it ended is always reported.
            assert_eq!(killed.2.last(), living.2.last(), "{name}");
            assert!(killed.2.iter().all(|report| living.2.contains(report)), "{name}: {:?}", killed.2);
        }
    }
}

/// A process that dies between giving a job up and stopping it leaves the stop to the next sweep.
#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_was_given_up_before_the_process_died_is_stopped_after_all() {
    // Tags that are erased distinguish the second mark from the first; that the job was given up is read from the
    // snapshot that failed.
    let snapshot_of_unhealthy = SnapshotOfUnhealthy::AcceptedThenFailed;
    let modes = Modes { tags: TagsOnUpdate::Erased, snapshot_of_unhealthy, ..Modes::default() };
    let deployment = running_unguarded_in(Options { modes, ..Options::default() }).await;
    deployment.world().state().lambda.functions.get_mut(UNSTICKER).unwrap().retries = 0;
    events::inject(deployment.world(), Status::UpdateRollbackComplete, EventFault::Lose);
    deployment.record("poison");
    stuck(&deployment).await;
    deployment.stack_becomes(Status::UpdateRollbackComplete).await;
    // The first mark of this process is `awaiting-fix`: what it wrote before the stop is over, and the tags were
    // erased.
    kill_at(&mut deployment.world().state(), UNSTICKER, "kinesisanalytics:TagResource", Moment::BeforeTheAnswer);
    sweep(&deployment).await;
    let found = application(&deployment);
    assert!(found.tags[MARKER].starts_with("awaiting-fix/"), "{}", why(&deployment));
    assert_eq!(found.status, Flink::Running);
    sweep(&deployment).await;
    report(&deployment, "StoppedAwaitingFix").await;
    assert_eq!(application(&deployment).status, Flink::Ready);
}

/// The event and two sweeps at the same moment start it once.
#[tokio::test(flavor = "multi_thread")]
async fn the_event_and_two_sweeps_at_once_start_it_once() {
    let deployment = running_unguarded().await;
    for status in [Status::UpdateRollbackFailed, Status::UpdateRollbackComplete] {
        events::inject(deployment.world(), status, EventFault::Hold);
    }
    passing_cause(&deployment).await;
    let all_at_once = || {
        events::release(deployment.world());
        events::fire_schedules(deployment.world());
        events::fire_schedules(deployment.world());
    };
    all_at_once();
    deployment.stack_becomes(Status::UpdateRollbackComplete).await;
    all_at_once();
    idle(&deployment).await;
    ends_well(&deployment, "at once").await;
    assert_eq!(taken_starts(&deployment), 2, "once when it was created, once after the rollback");
    let rows = deployment.world().state().cloudformation.stack(NAME).unwrap().events.clone();
    let tokens: std::collections::BTreeSet<_> = rows.into_iter().filter_map(|row| row.token).collect();
    assert_eq!(tokens.iter().filter(|token| token.starts_with("unstick-")).count(), 1, "{tokens:?}");
}

/// A bad record ends in a stopped application and the fix deploys, though no event came; what waits for a fix is left
/// alone.
#[tokio::test(flavor = "multi_thread")]
async fn a_bad_record_ends_stopped_and_the_fix_deploys_though_no_event_came() {
    let deployment = running_unguarded().await;
    for status in [Status::UpdateRollbackFailed, Status::UpdateRollbackComplete] {
        events::inject(deployment.world(), status, EventFault::Lose);
    }
    deployment.record("poison");
    stuck(&deployment).await;
    sweep(&deployment).await;
    deployment.stack_becomes(Status::UpdateRollbackComplete).await;
    sweep(&deployment).await;
    report(&deployment, "StoppedAwaitingFix").await;
    let before = (calls(&deployment), reports(&deployment).len());
    sweep(&deployment).await;
    assert_eq!((calls(&deployment), reports(&deployment).len()), before, "what waits for a fix is left alone");
    let key = deployment.upload(&jar("3", &[]));
    assert_eq!(deployment.deploy_unguarded(&with_jar(&key)).await, Status::UpdateComplete, "{}", why(&deployment));
    assert_eq!(application(&deployment).status, Flink::Running);
    assert!(!application(&deployment).tags.contains_key(MARKER));
}
