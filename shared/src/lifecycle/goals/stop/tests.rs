//! What is stopped gracefully, what by force, and what is let go.

use super::*;
use crate::flink::SnapshotStatus;
use crate::lifecycle::fixtures::*;
use crate::lifecycle::{Goal, Rejected, next_step};
use std::time::Duration;

fn goal() -> Stopped {
    Stopped {
        marker: Some("e1".into()),
        graceful: true,
        force: Force::UnderReplayRule(Duration::from_hours(20)),
        patience: Duration::from_mins(10),
        since: Timestamp(1_000_000),
        proof: None,
    }
}

fn step(observed: &Observed) -> Step {
    next_step(&Goal::Stopped(goal()), observed)
}

fn marked(status: ApplicationStatus) -> Observed {
    let mut observed = seen(status);
    app(&mut observed).tags.insert(MARKER.into(), "e1".into());
    observed
}

#[test]
fn the_marker_is_written_before_the_stop() {
    let observed = seen(ApplicationStatus::Running);
    assert!(matches!(step(&observed), Step::Call(Call::Tag { .. }, StepReason::RememberToRestart)));
}

#[test]
fn a_graceful_stop_comes_first() {
    let stop = Step::Call(Call::Stop { force: false }, StepReason::StopKeepsState);
    assert_eq!(step(&marked(ApplicationStatus::Running)), stop);
}

#[test]
fn a_rejected_snapshot_leads_to_force_under_the_replay_rule() {
    let mut observed = marked(ApplicationStatus::Running);
    observed.attempts.rejected(&Call::Stop { force: false }, Rejected::Snapshot, "Failed to take snapshot".into());
    assert_eq!(step(&observed), Step::Call(Call::Stop { force: true }, StepReason::ForceAllowed));
    snapshot(&mut observed, "s", SnapshotStatus::Ready);
    later(&mut observed, Duration::from_hours(21));
    assert_eq!(step(&observed), Step::Call(Call::Untag { key: MARKER }, StepReason::NotStopped), "no one owes a start");
    observed.attempts.untagged = 1;
    assert!(matches!(step(&observed), Step::Refuse(Refusal::ReplayForbidden { .. })));
}

#[test]
fn a_stop_that_takes_too_long_is_forced() {
    let mut observed = marked(ApplicationStatus::Stopping);
    assert_eq!(step(&observed), Step::Wait(StepReason::Busy(ApplicationStatus::Stopping)));
    later(&mut observed, Duration::from_mins(10));
    assert_eq!(step(&observed), Step::Call(Call::Stop { force: true }, StepReason::ForceAllowed));
}

#[test]
fn an_application_that_stopped_without_us_is_distinguished() {
    assert_eq!(step(&seen(ApplicationStatus::Ready)), Step::Done(Done::NotRunning));
    let mut observed = seen(ApplicationStatus::Ready);
    observed.attempts.forced = 1;
    assert_eq!(step(&observed), Step::Done(Done::Stopped));
}

#[test]
fn what_a_killed_process_stopped_is_known_by_its_marker() {
    assert_eq!(step(&marked(ApplicationStatus::Ready)), Step::Done(Done::Stopped));
}

#[test]
fn a_force_stop_that_comes_to_nothing_is_given_up() {
    let mut observed = marked(ApplicationStatus::Running);
    observed.attempts.forced = MAX_FORCE_STOPS;
    assert_eq!(step(&observed), Step::Wait(StepReason::NotSeenYet));
    observed.attempts.looks = UNSEEN_LOOKS + 1;
    assert_eq!(step(&observed), Step::Call(Call::Untag { key: MARKER }, StepReason::NotStopped));
    observed.attempts.untagged = 1;
    assert!(matches!(step(&observed), Step::Refuse(Refusal::WouldNotStop { .. })));
}

#[test]
fn a_force_stop_that_is_rejected_is_given_up_after_three_however_long_they_take() {
    let mut observed = marked(ApplicationStatus::Running);
    for _ in 0..MAX_FORCE_STOPS {
        observed.attempts.rejected(&Call::Stop { force: true }, Rejected::Conflict, "in use".into());
        later(&mut observed, Duration::from_mins(20));
        observed.attempts.looks = UNSEEN_LOOKS + 1;
    }
    assert_eq!(step(&observed), Step::Call(Call::Untag { key: MARKER }, StepReason::NotStopped));
    observed.attempts.untagged = 1;
    assert!(matches!(step(&observed), Step::Refuse(Refusal::WouldNotStop { error, .. }) if error == "in use"));
}

#[test]
fn where_force_is_forbidden_a_snapshot_proves_the_job_before_anything_is_marked() {
    let proven = |observed: &Observed| {
        next_step(&Goal::Stopped(Stopped { proof: Some("flink-handlers-gate-e1-7".into()), ..goal() }), observed)
    };
    let mut observed = seen(ApplicationStatus::Running);
    snapshot(&mut observed, "old", SnapshotStatus::Ready);
    assert!(matches!(proven(&observed), Step::Call(Call::Tag { .. }, _)), "force is allowed");
    later(&mut observed, Duration::from_hours(21));
    let Step::Call(call @ Call::CreateSnapshot { .. }, StepReason::ProveHealth) = proven(&observed) else { panic!() };
    let mut refused = observed.clone();
    refused.attempts.rejected(&call, Rejected::Snapshot, "no".into());
    assert!(matches!(proven(&refused), Step::Refuse(Refusal::ReplayForbidden { .. })));
    observed.attempts.accepted(&call);
    snapshot(&mut observed, "flink-handlers-gate-e1-7", SnapshotStatus::Creating);
    assert_eq!(proven(&observed), Step::Wait(StepReason::Proving));
    let mut failed = observed.clone();
    app(&mut failed).snapshots[1].status = SnapshotStatus::Failed;
    assert!(matches!(proven(&failed), Step::Refuse(Refusal::ReplayForbidden { .. })));
    app(&mut observed).snapshots[1].status = SnapshotStatus::Ready;
    assert!(matches!(proven(&observed), Step::Call(Call::Tag { .. }, StepReason::RememberToRestart)));
    app(&mut observed).tags.insert(MARKER.into(), "e1".into());
    assert_eq!(proven(&observed), Step::Call(Call::Stop { force: false }, StepReason::StopKeepsState));
}

#[test]
fn a_busy_job_that_may_not_be_forced_is_not_marked() {
    let mut observed = seen(ApplicationStatus::Autoscaling);
    snapshot(&mut observed, "old", SnapshotStatus::Ready);
    later(&mut observed, Duration::from_hours(21));
    assert!(matches!(step(&observed), Step::Refuse(Refusal::ReplayForbidden { .. })));
}
