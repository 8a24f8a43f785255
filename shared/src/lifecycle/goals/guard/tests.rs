//! Each status, each outcome, one step at a time.

mod probe;

use super::*;
use crate::flink::{ApplicationStatus, OperationStatus};
use crate::lifecycle::fixtures::*;
use crate::lifecycle::rules::replay::MAX_FORCE_STOPS;
use crate::lifecycle::{Goal, Rejected, next_step};
use std::time::Duration;

const GRACEFUL: Call = Call::Stop { force: false };
const FORCED_STOP: Step = Step::Call(Call::Stop { force: true }, StepReason::ForceAllowed);

fn goal(mode: GuardMode, on_failure: OnSnapshotFailure) -> Guarded {
    Guarded {
        mode,
        on_failure,
        marker: "e1".into(),
        proof: "flink-handlers-guard-1".into(),
        bound: Duration::from_hours(20),
        patience: Duration::from_mins(10),
        since: Timestamp(1_000_000),
        undoes_since: None,
        gives_state_up: false,
    }
}

fn step(mode: GuardMode, on_failure: OnSnapshotFailure, observed: &Observed) -> Step {
    next_step(&Goal::Guarded(goal(mode, on_failure)), observed)
}

fn stopping(on_failure: OnSnapshotFailure, observed: &Observed) -> Step {
    step(GuardMode::Stop, on_failure, observed)
}

fn marked(status: ApplicationStatus) -> Observed {
    let mut observed = seen(status);
    app(&mut observed).tags.insert(MARKER.into(), "e1".into());
    observed
}

fn refused(mut observed: Observed) -> Observed {
    refuse_often(&mut observed, &GRACEFUL);
    observed
}

#[test]
fn the_marker_is_written_before_the_graceful_stop() {
    let running = seen(ApplicationStatus::Running);
    let Step::Call(Call::Tag { value, .. }, StepReason::RememberToRestart) =
        stopping(OnSnapshotFailure::ForceStop, &running)
    else {
        panic!()
    };
    assert_eq!(value, "e1");
    let stop = Step::Call(GRACEFUL, StepReason::StopKeepsState);
    assert_eq!(stopping(OnSnapshotFailure::ForceStop, &marked(ApplicationStatus::Running)), stop);
}

#[test]
fn what_does_not_run_is_left_alone() {
    let mut nothing = seen(ApplicationStatus::Ready);
    assert_eq!(stopping(OnSnapshotFailure::Fail, &nothing), done(GuardOutcome::NotRunning));
    nothing.application = None;
    assert_eq!(stopping(OnSnapshotFailure::Fail, &nothing), done(GuardOutcome::NoApplication));
    let going = seen(ApplicationStatus::Deleting);
    assert_eq!(stopping(OnSnapshotFailure::Fail, &going), done(GuardOutcome::NoApplication));
}

#[test]
fn without_snapshots_no_update_needs_one() {
    let mut observed = seen(ApplicationStatus::Running);
    app(&mut observed).snapshots_enabled = false;
    for mode in [GuardMode::Stop, GuardMode::Probe] {
        assert_eq!(step(mode, OnSnapshotFailure::Fail, &observed), done(GuardOutcome::SnapshotsDisabled));
    }
}

#[test]
fn a_refused_snapshot_leads_to_force_under_the_replay_rule() {
    let mut observed = refused(marked(ApplicationStatus::Running));
    assert_eq!(stopping(OnSnapshotFailure::ForceStop, &observed), FORCED_STOP);
    snapshot(&mut observed, "s", SnapshotStatus::Ready);
    later(&mut observed, Duration::from_hours(21));
    let untag = Step::Call(Call::Untag { key: MARKER }, StepReason::NotStopped);
    assert_eq!(stopping(OnSnapshotFailure::ForceStop, &observed), untag);
    observed.attempts.accepted(&Call::Untag { key: MARKER });
    app(&mut observed).tags.clear();
    assert!(matches!(stopping(OnSnapshotFailure::ForceStop, &observed), Step::Refuse(Refusal::ReplayForbidden { .. })));
}

#[test]
fn one_refusal_at_this_moment_is_no_verdict() {
    let mut observed = marked(ApplicationStatus::Running);
    for _ in 0..2 {
        observed.attempts.rejected(&GRACEFUL, Rejected::Snapshot, "Failed to take snapshot".into());
        assert_eq!(stopping(OnSnapshotFailure::ForceStop, &observed), Step::Wait(StepReason::RefusedForNow));
        later(&mut observed, Duration::from_secs(40));
        assert_eq!(stopping(OnSnapshotFailure::ForceStop, &observed), Step::Call(GRACEFUL, StepReason::StopKeepsState));
    }
}

#[test]
fn a_snapshot_that_another_caller_is_taking_is_waited_for_within_stop_minutes() {
    for mode in [GuardMode::Stop, GuardMode::Probe] {
        let mut observed = refused(marked(ApplicationStatus::Running));
        snapshot(&mut observed, "flink-handlers-sweep-1", SnapshotStatus::Creating);
        assert_eq!(step(mode, OnSnapshotFailure::ForceStop, &observed), Step::Wait(StepReason::OthersSnapshot));
        // Then its own is tried, and what was refused meanwhile counts.
        later(&mut observed, Duration::from_mins(10));
        let next = step(mode, OnSnapshotFailure::ForceStop, &observed);
        let proves =
            Step::Call(Call::CreateSnapshot { name: "flink-handlers-guard-1".into() }, StepReason::ProveHealth);
        assert_eq!(next, if mode == GuardMode::Stop { FORCED_STOP } else { proves });
    }
}

#[test]
fn what_is_in_use_is_asked_again_until_stop_minutes_pass_and_then_the_policy_applies() {
    let mut observed = marked(ApplicationStatus::Running);
    for _ in 0..10 {
        observed.attempts.rejected(&GRACEFUL, Rejected::Conflict, "in use".into());
        assert_eq!(stopping(OnSnapshotFailure::ForceStop, &observed), Step::Wait(StepReason::AnotherCaller));
        later(&mut observed, Duration::from_mins(1));
        observed.attempts.looks = 2;
    }
    assert_eq!(stopping(OnSnapshotFailure::ForceStop, &observed), Step::Call(GRACEFUL, StepReason::StopKeepsState));
    observed.attempts.rejected(&GRACEFUL, Rejected::Conflict, "in use".into());
    observed.attempts.looks = 2;
    assert_eq!(stopping(OnSnapshotFailure::ForceStop, &observed), FORCED_STOP);
}

#[test]
fn a_proof_that_is_still_being_taken_after_stop_minutes_is_waited_for_and_nothing_is_stopped() {
    let mut observed = seen(ApplicationStatus::Running);
    snapshot(&mut observed, "flink-handlers-guard-1", SnapshotStatus::Creating);
    later(&mut observed, Duration::from_mins(50));
    for policy in [OnSnapshotFailure::ForceStop, OnSnapshotFailure::Fail, OnSnapshotFailure::Continue] {
        assert_eq!(step(GuardMode::Probe, policy, &observed), Step::Wait(StepReason::Proving));
    }
}

#[test]
fn what_is_busy_is_waited_for_since_the_request_or_since_its_own_later_operation() {
    let mut observed = marked(ApplicationStatus::Stopping);
    later(&mut observed, Duration::from_mins(9));
    operation(&mut observed, "StopApplication", OperationStatus::InProgress, None);
    // A process that begins now knows nothing of the time before it.
    observed.attempts = crate::lifecycle::Attempts::default();
    later(&mut observed, Duration::from_mins(9));
    let busy = Step::Wait(StepReason::Busy(ApplicationStatus::Stopping));
    assert_eq!(stopping(OnSnapshotFailure::ForceStop, &observed), busy);
    later(&mut observed, Duration::from_mins(1));
    assert_eq!(stopping(OnSnapshotFailure::ForceStop, &observed), FORCED_STOP);
}

#[test]
fn fail_and_continue_leave_it_running_and_unmarked() {
    for (policy, end) in [(OnSnapshotFailure::Fail, None), (OnSnapshotFailure::Continue, Some(GuardOutcome::Continued))]
    {
        let mut observed = refused(marked(ApplicationStatus::Running));
        assert!(matches!(stopping(policy, &observed), Step::Call(Call::Untag { .. }, StepReason::NotStopped)));
        observed.attempts.accepted(&Call::Untag { key: MARKER });
        app(&mut observed).tags.clear();
        match (stopping(policy, &observed), end) {
            (Step::Done(Done::Guarded(outcome)), Some(expected)) => assert_eq!(outcome, expected),
            (Step::Refuse(Refusal::SnapshotFailed { error, .. }), None) => assert_eq!(error, "Failed to take snapshot"),
            (other, _) => panic!("{policy:?}: {other:?}"),
        }
    }
}

#[test]
fn how_it_was_stopped_is_distinguished_from_what_was_tried_and_after_a_kill_from_the_marker() {
    let mut observed = marked(ApplicationStatus::Ready);
    snapshot(&mut observed, "STOP-app-1", SnapshotStatus::Ready);
    assert_eq!(stopping(OnSnapshotFailure::Fail, &observed), done(GuardOutcome::Stopped));
    observed.attempts.forced = 1;
    assert_eq!(stopping(OnSnapshotFailure::ForceStop, &observed), done(GuardOutcome::ForceStopped));
}

#[test]
fn a_stop_whose_snapshot_turned_failed_is_reported() {
    let mut observed = marked(ApplicationStatus::Ready);
    observed.attempts.stops = 1;
    snapshot(&mut observed, "STOP-app-1", SnapshotStatus::Creating);
    assert_eq!(stopping(OnSnapshotFailure::Fail, &observed), Step::Wait(StepReason::Proving));
    app(&mut observed).snapshots[0].status = SnapshotStatus::Failed;
    assert_eq!(stopping(OnSnapshotFailure::ForceStop, &observed), done(GuardOutcome::ForceStopped));
    assert!(matches!(stopping(OnSnapshotFailure::Fail, &observed), Step::Refuse(Refusal::SnapshotFailed { .. })));
}

#[test]
fn a_busy_status_is_waited_out_and_then_the_policy_applies() {
    for status in [ApplicationStatus::Starting, ApplicationStatus::Updating, ApplicationStatus::Autoscaling] {
        let mut observed = marked(status);
        assert_eq!(stopping(OnSnapshotFailure::ForceStop, &observed), Step::Wait(StepReason::Busy(status)));
        later(&mut observed, Duration::from_mins(10));
        assert_eq!(stopping(OnSnapshotFailure::ForceStop, &observed), FORCED_STOP);
        assert!(matches!(stopping(OnSnapshotFailure::Fail, &observed), Step::Refuse(_)));
        assert_eq!(stopping(OnSnapshotFailure::Continue, &observed), done(GuardOutcome::Continued));
    }
    for status in [ApplicationStatus::Maintenance, ApplicationStatus::ForceStopping, ApplicationStatus::RollingBack] {
        let mut observed = marked(status);
        later(&mut observed, Duration::from_mins(10));
        assert_eq!(stopping(OnSnapshotFailure::ForceStop, &observed), Step::Wait(StepReason::Busy(status)));
    }
}

#[test]
fn a_state_that_is_given_up_is_forced_without_the_replay_rule() {
    let goal = Guarded { gives_state_up: true, ..goal(GuardMode::Stop, OnSnapshotFailure::ForceStop) };
    let mut observed = refused(marked(ApplicationStatus::Running));
    later(&mut observed, Duration::from_hours(48));
    let force = Step::Call(Call::Stop { force: true }, StepReason::StateGivenUp);
    assert_eq!(next_step(&Goal::Guarded(goal), &observed), force);
    assert_ne!(stopping(OnSnapshotFailure::ForceStop, &observed), force);
}

#[test]
fn a_force_stop_that_comes_to_nothing_is_given_up() {
    let mut observed = refused(seen(ApplicationStatus::Running));
    observed.attempts.forced = MAX_FORCE_STOPS;
    assert!(matches!(stopping(OnSnapshotFailure::ForceStop, &observed), Step::Refuse(Refusal::WouldNotStop { .. })));
}

#[test]
fn what_a_killed_guard_stopped_by_force_is_not_reported_as_kept() {
    let mut observed = marked(ApplicationStatus::Ready);
    snapshot(&mut observed, "of an earlier day", SnapshotStatus::Ready);
    later(&mut observed, Duration::from_hours(2));
    operation(&mut observed, "StopApplication", OperationStatus::Successful, None);
    assert_eq!(stopping(OnSnapshotFailure::ForceStop, &observed), done(GuardOutcome::ForceStopped));
    snapshot(&mut observed, "STOP-app-1", SnapshotStatus::Ready);
    assert_eq!(stopping(OnSnapshotFailure::ForceStop, &observed), done(GuardOutcome::Stopped));
}
