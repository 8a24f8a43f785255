//! What starts an application, and what does not.

use super::*;
use crate::lifecycle::fixtures::*;
use crate::lifecycle::{Goal, Rejected, next_step};
use std::time::Duration;

mod left_running;

fn goal() -> Running {
    Running {
        restore: Restore::Latest,
        allow_non_restored_state: false,
        stabilize: Duration::ZERO,
        proof: "flink-handlers-gate-1".into(),
        since: Timestamp(0),
        deployed_since: Timestamp(0),
        operation_since: Timestamp(0),
        way_back: false,
        start_patience: Duration::from_mins(10),
    }
}

fn step(observed: &Observed) -> Step {
    next_step(&Goal::Running(goal()), observed)
}

#[test]
fn a_ready_application_is_started_from_the_newest_snapshot() {
    let start = Call::Start { restore: Restore::Latest, allow_non_restored_state: false };
    assert_eq!(step(&seen(ApplicationStatus::Ready)), Step::Call(start, StepReason::NotRunning));
}

#[test]
fn a_running_application_is_left_alone() {
    assert_eq!(step(&seen(ApplicationStatus::Running)), Step::Done(Done::Running));
}

#[test]
fn a_start_that_failed_is_reported_in_the_operations_own_words_and_not_repeated() {
    let mut observed = seen(ApplicationStatus::Ready);
    operation(&mut observed, START, OperationStatus::Failed, Some("no main class"));
    let Step::Refuse(refusal) = step(&observed) else { panic!("{:?}", step(&observed)) };
    assert_eq!(refusal.to_string(), "The application did not start: app: no main class Tried: LATEST.");
}

#[test]
fn a_start_that_failed_in_an_earlier_request_does_not_count() {
    let mut observed = seen(ApplicationStatus::Ready);
    operation(&mut observed, START, OperationStatus::Failed, Some("no main class"));
    let goal = Running { since: Timestamp(observed.now.0 + 1), ..goal() };
    assert!(matches!(next_step(&Goal::Running(goal), &observed), Step::Call(Call::Start { .. }, _)));
}

#[test]
fn without_operations_a_start_that_stays_unseen_is_given_up() {
    let mut observed = seen(ApplicationStatus::Ready);
    app(&mut observed).operations = Operations::Unreadable;
    observed.attempts.starts = 1;
    assert_eq!(step(&observed), Step::Wait(StepReason::NotSeenYet));
    observed.attempts.looks = UNSEEN_LOOKS + 1;
    assert!(matches!(step(&observed), Step::Refuse(Refusal::StoppedAfterStart { .. })));
}

#[test]
fn a_busy_application_is_waited_out() {
    for status in [ApplicationStatus::Starting, ApplicationStatus::Autoscaling, ApplicationStatus::Maintenance] {
        assert_eq!(step(&seen(status)), Step::Wait(StepReason::Busy(status)));
    }
}

#[test]
fn the_gate_waits_then_proves_then_is_content() {
    let goal = Goal::Running(Running { stabilize: Duration::from_mins(1), ..goal() });
    let mut observed = seen(ApplicationStatus::Running);
    assert_eq!(next_step(&goal, &observed), Step::Wait(StepReason::SteadyIn(Duration::from_mins(1))));
    later(&mut observed, Duration::from_mins(1));
    assert!(matches!(next_step(&goal, &observed), Step::Call(Call::CreateSnapshot { .. }, StepReason::ProveHealth)));
    snapshot(&mut observed, "flink-handlers-gate-1", SnapshotStatus::Creating);
    assert_eq!(next_step(&goal, &observed), Step::Wait(StepReason::Proving));
    app(&mut observed).snapshots[0].status = SnapshotStatus::Ready;
    assert_eq!(next_step(&goal, &observed), Step::Done(Done::Healthy));
}

fn on_the_way_back(observed: &Observed) -> Step {
    next_step(&Goal::Running(Running { way_back: true, since: Timestamp(1_000_000), ..goal() }), observed)
}

/// READY on the way back, with a snapshot of the old code and a newer one of the new code.
fn of_two_codes() -> Observed {
    let mut observed = seen(ApplicationStatus::Ready);
    snapshot(&mut observed, "old code", SnapshotStatus::Ready);
    operation(&mut observed, "UpdateApplication", OperationStatus::Successful, None);
    later(&mut observed, Duration::from_mins(1));
    snapshot(&mut observed, "new code", SnapshotStatus::Ready);
    app(&mut observed).snapshots[1].version = 2;
    app(&mut observed).version = 3;
    observed
}

#[test]
fn a_start_that_hangs_on_the_way_back_is_ended_and_the_old_codes_own_snapshot_is_tried() {
    let mut observed = of_two_codes();
    let latest = Call::Start { restore: Restore::Latest, allow_non_restored_state: false };
    assert_eq!(on_the_way_back(&observed), Step::Call(latest.clone(), StepReason::NotRunning));
    observed.attempts.accepted(&latest);
    app(&mut observed).status = ApplicationStatus::Starting;
    operation(&mut observed, START, OperationStatus::InProgress, None);
    later(&mut observed, Duration::from_mins(9));
    assert_eq!(on_the_way_back(&observed), Step::Wait(StepReason::Busy(ApplicationStatus::Starting)));
    later(&mut observed, Duration::from_mins(1));
    assert_eq!(step(&observed), Step::Wait(StepReason::Busy(ApplicationStatus::Starting)), "forward it fails late");
    let force = Call::Stop { force: true };
    assert_eq!(on_the_way_back(&observed), Step::Call(force.clone(), StepReason::StartHangs));
    // The next invocation knows it from the operation alone.
    observed.attempts = crate::lifecycle::Attempts::default();
    app(&mut observed).status = ApplicationStatus::Ready;
    let Operations::Listed(all) = &mut app(&mut observed).operations else { panic!() };
    all[0].status = OperationStatus::Cancelled;
    let own = Call::Start { restore: Restore::Custom("old code".into()), allow_non_restored_state: false };
    assert_eq!(on_the_way_back(&observed), Step::Call(own, StepReason::NewestFailed));
}

#[test]
fn a_start_that_ended_while_its_operations_were_asked_for_does_not_count_as_hanging() {
    let mut observed = of_two_codes();
    later(&mut observed, Duration::from_mins(11));
    app(&mut observed).status = ApplicationStatus::Starting;
    operation(&mut observed, START, OperationStatus::Successful, None);
    assert_eq!(on_the_way_back(&observed), Step::Wait(StepReason::Busy(ApplicationStatus::Starting)));
}

#[test]
fn an_update_that_failed_on_the_way_back_is_no_reason_to_leave_it_down_and_no_success_either() {
    let mut observed = of_two_codes();
    operation(&mut observed, "UpdateApplication", OperationStatus::Failed, Some("no"));
    assert!(matches!(step(&observed), Step::Refuse(Refusal::UpdateRolledBack { .. })));
    assert!(matches!(on_the_way_back(&observed), Step::Call(Call::Start { .. }, _)));
    operation(&mut observed, START, OperationStatus::Successful, None);
    app(&mut observed).status = ApplicationStatus::Running;
    assert!(matches!(on_the_way_back(&observed), Step::Refuse(Refusal::UpdateRolledBack { .. })));
}

#[test]
fn a_job_that_another_caller_started_from_something_else_after_the_stop_is_a_failure() {
    for (restored, asked, fails) in [
        (Restore::Skip, Restore::Latest, true),
        (Restore::Custom("older".into()), Restore::Latest, true),
        (Restore::Skip, Restore::Skip, false),
        (Restore::Custom("STOP-app-1".into()), Restore::Latest, false),
        (Restore::Latest, Restore::Latest, false),
    ] {
        let mut observed = seen(ApplicationStatus::Running);
        snapshot(&mut observed, "older", SnapshotStatus::Ready);
        later(&mut observed, Duration::from_secs(1));
        operation(&mut observed, "StopApplication", OperationStatus::Successful, None);
        snapshot(&mut observed, "STOP-app-1", SnapshotStatus::Ready);
        later(&mut observed, Duration::from_secs(1));
        operation(&mut observed, START, OperationStatus::Successful, None);
        later(&mut observed, Duration::from_secs(1));
        app(&mut observed).running_with = Some((restored.clone(), false));
        let goal = Running { restore: asked, since: observed.now, ..goal() };
        let step = next_step(&Goal::Running(goal.clone()), &observed);
        let refusal =
            if let Step::Refuse(Refusal::StartedByAnother { snapshot, .. }) = step { Some(snapshot) } else { None };
        assert_eq!(refusal.as_deref(), fails.then_some("STOP-app-1"), "{restored:?}");
        // A stop of an operation before this one is none of its business.
        let later = Running { operation_since: Timestamp(observed.now.0 + 60_000), ..goal };
        assert!(matches!(next_step(&Goal::Running(later), &observed), Step::Done(_)), "{restored:?}");
    }
}

#[test]
fn what_was_asked_for_a_start_is_said_of_a_job_that_runs_on() {
    let mut observed = seen(ApplicationStatus::Running);
    app(&mut observed).running_with = Some((Restore::Latest, false));
    let skip = Goal::Running(Running { restore: Restore::Skip, ..goal() });
    assert_eq!(next_step(&skip, &observed), Step::Done(Done::RunsOn { asked: Restore::Skip }));
}

#[test]
fn the_gate_prunes_its_own_proofs_and_makes_room_at_the_quota() {
    let goal = Goal::Running(Running { stabilize: Duration::from_mins(1), ..goal() });
    let mut observed = seen(ApplicationStatus::Running);
    for index in 0..3 {
        snapshot(&mut observed, &format!("flink-handlers-gate-0{index}"), SnapshotStatus::Ready);
        later(&mut observed, Duration::from_mins(1));
    }
    let create = Call::CreateSnapshot { name: "flink-handlers-gate-1".into() };
    observed.attempts.rejected(&create, Rejected::Quota, "LimitExceededException".into());
    assert!(matches!(next_step(&goal, &observed), Step::Call(Call::DeleteSnapshot { .. }, StepReason::AtTheQuota)));
    observed.attempts.quota = None;
    snapshot(&mut observed, "flink-handlers-gate-1", SnapshotStatus::Ready);
    assert!(matches!(next_step(&goal, &observed), Step::Call(Call::DeleteSnapshot { .. }, StepReason::MoreThanKept)));
    let mut bare = seen(ApplicationStatus::Running);
    bare.attempts.rejected(&create, Rejected::Quota, "LimitExceededException".into());
    later(&mut bare, Duration::from_mins(1));
    assert!(matches!(next_step(&goal, &bare), Step::Refuse(Refusal::Rejected { .. })));
}

#[test]
fn a_job_that_cannot_be_snapshotted_does_not_pass_the_gate() {
    let goal = Goal::Running(Running { stabilize: Duration::from_mins(1), ..goal() });
    let mut observed = seen(ApplicationStatus::Running);
    let call = Call::CreateSnapshot { name: "flink-handlers-gate-1".into() };
    refuse_often(&mut observed, &call);
    assert!(matches!(next_step(&goal, &observed), Step::Refuse(Refusal::Unhealthy { .. })));
}

#[test]
fn a_marker_is_removed_once_it_runs() {
    let mut observed = seen(ApplicationStatus::Running);
    app(&mut observed).tags.insert(MARKER.into(), "awaiting-fix/e".into());
    assert_eq!(step(&observed), Step::Call(Call::Untag { key: MARKER }, StepReason::RunsAgain));
}

#[test]
fn the_restored_snapshot_is_the_newest_that_was_taken_before_the_start() {
    let mut observed = seen(ApplicationStatus::Running);
    snapshot(&mut observed, "before", SnapshotStatus::Ready);
    later(&mut observed, Duration::from_secs(1));
    operation(&mut observed, START, OperationStatus::Successful, None);
    later(&mut observed, Duration::from_secs(1));
    snapshot(&mut observed, "after", SnapshotStatus::Ready);
    app(&mut observed).running_with = Some((Restore::Latest, false));
    assert_eq!(restored_snapshot(app(&mut observed)), "before");
}
