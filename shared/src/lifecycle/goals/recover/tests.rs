//! What becomes of an application after its stack rolled back.

use super::*;
use crate::lifecycle::fixtures::*;
use crate::lifecycle::{Goal, next_step};
use crate::stack::StackStatus;
use crate::time::Timestamp;
use std::time::Duration;

fn recovering(status: ApplicationStatus) -> Observed {
    let mut observed = seen(status);
    observed.stack.status = Some(StackStatus::UpdateRollbackComplete);
    observed
}

fn step(observed: &Observed) -> Step {
    let goal = Recovered {
        event: "e1".into(),
        stabilize: Duration::from_mins(1),
        proof: "flink-handlers-gate-e1".into(),
        since: Timestamp(0),
        stack: StackStatus::UpdateRollbackComplete,
        patience: Duration::from_mins(10),
        prove: true,
    };
    next_step(&Goal::Recovered(goal), observed)
}

fn awaiting(mut observed: Observed) -> Observed {
    app(&mut observed).tags.insert(MARKER.into(), "awaiting-fix/e1".into());
    observed
}

#[test]
fn a_stopped_application_is_started_again() {
    assert!(matches!(step(&recovering(ApplicationStatus::Ready)), Step::Call(Call::Start { .. }, _)));
}

#[test]
fn a_deployment_that_began_meanwhile_is_left_to_auto_start() {
    let mut observed = recovering(ApplicationStatus::Ready);
    observed.stack.status = Some(StackStatus::UpdateInProgress);
    assert_eq!(step(&observed), Step::Done(Done::LeftToDeployment));
}

#[test]
fn a_job_that_loops_again_is_marked_then_stopped_then_left() {
    let mut observed = recovering(ApplicationStatus::Running);
    let call = Call::CreateSnapshot { name: "flink-handlers-gate-e1".into() };
    refuse_often(&mut observed, &call);
    let Step::Call(Call::Tag { value, .. }, StepReason::FailsAgain) = step(&observed) else { panic!() };
    assert_eq!(value, "awaiting-fix/e1");
    let stop = Step::Call(Call::Stop { force: true }, StepReason::FailsAgain);
    observed.attempts.tagged = 1;
    assert_eq!(step(&observed), stop);
    app(&mut observed).status = ApplicationStatus::Ready;
    let error = "Failed to take snapshot".to_owned();
    assert_eq!(step(&observed), Step::Done(Done::AwaitingFix { error }));
}

#[test]
fn one_that_a_process_gave_up_before_it_died_is_proven_once_more_and_stopped_if_that_fails() {
    let mut observed = awaiting(recovering(ApplicationStatus::Running));
    assert!(matches!(step(&observed), Step::Wait(StepReason::SteadyIn(_))));
    later(&mut observed, Duration::from_mins(1));
    let Step::Call(call @ Call::CreateSnapshot { .. }, StepReason::ProveHealth) = step(&observed) else { panic!() };
    refuse_often(&mut observed, &call);
    assert_eq!(step(&observed), Step::Call(Call::Stop { force: true }, StepReason::FailsAgain));
}

#[test]
fn a_start_that_fails_on_the_old_code_waits_for_a_fix() {
    let mut observed = recovering(ApplicationStatus::Ready);
    operation(&mut observed, "StartApplication", OperationStatus::Failed, Some("boom"));
    assert!(matches!(step(&observed), Step::Call(Call::Tag { .. }, StepReason::FailsAgain)));
}

#[test]
fn a_start_of_another_delivery_between_two_looks_is_no_failure() {
    let mut observed = recovering(ApplicationStatus::Ready);
    operation(&mut observed, START, OperationStatus::Successful, None);
    assert_eq!(step(&observed), Step::Wait(StepReason::NotSeenYet));
    observed.attempts.looks = UNSEEN_LOOKS + 1;
    assert!(matches!(step(&observed), Step::Call(Call::Tag { .. }, StepReason::FailsAgain)));
}

#[test]
fn a_start_that_fails_on_the_newest_snapshot_is_tried_once_more_on_the_old_codes_own() {
    let mut observed = recovering(ApplicationStatus::Ready);
    snapshot(&mut observed, "old code", crate::flink::SnapshotStatus::Ready);
    later(&mut observed, Duration::from_mins(1));
    snapshot(&mut observed, "new code", crate::flink::SnapshotStatus::Ready);
    app(&mut observed).snapshots[1].version = 2;
    app(&mut observed).version = 3;
    operation(&mut observed, START, OperationStatus::Failed, Some("boom"));
    let Step::Call(Call::Start { restore, .. }, StepReason::NewestFailed) = step(&observed) else { panic!() };
    assert_eq!(restore, crate::flink::Restore::Custom("old code".into()));
}

#[test]
fn an_application_that_is_stuck_is_marked_then_forced() {
    for status in [ApplicationStatus::Starting, ApplicationStatus::Autoscaling, ApplicationStatus::Stopping] {
        let mut observed = recovering(status);
        assert_eq!(step(&observed), Step::Wait(StepReason::Busy(status)));
        later(&mut observed, Duration::from_mins(10));
        assert!(matches!(step(&observed), Step::Call(Call::Tag { .. }, StepReason::FailsAgain)));
        observed.attempts.tagged = 1;
        assert_eq!(step(&observed), Step::Call(Call::Stop { force: true }, StepReason::FailsAgain));
    }
}

#[test]
fn an_application_that_was_deleted_meanwhile_is_gone() {
    let mut observed = recovering(ApplicationStatus::Deleting);
    assert_eq!(step(&observed), Step::Done(Done::Gone));
    observed.application = None;
    assert_eq!(step(&observed), Step::Done(Done::Gone));
}

#[test]
fn a_healthy_job_loses_its_marker() {
    let mut observed = recovering(ApplicationStatus::Running);
    app(&mut observed).tags.insert(MARKER.into(), "e0".into());
    snapshot(&mut observed, "flink-handlers-gate-e1", crate::flink::SnapshotStatus::Ready);
    assert_eq!(step(&observed), Step::Call(Call::Untag { key: MARKER }, StepReason::RunsAgain));
    app(&mut observed).tags.clear();
    assert_eq!(step(&observed), Step::Done(Done::Healthy));
}

#[test]
fn one_of_several_is_only_started_at_first() {
    let goal = |prove| {
        let (event, proof) = ("e1".to_owned(), "flink-handlers-gate-e1".to_owned());
        let (stabilize, patience) = (Duration::from_mins(1), Duration::from_mins(10));
        let (since, stack) = (Timestamp(0), StackStatus::UpdateRollbackComplete);
        Goal::Recovered(Recovered { event, stabilize, proof, since, stack, patience, prove })
    };
    let ready = recovering(ApplicationStatus::Ready);
    assert!(matches!(next_step(&goal(false), &ready), Step::Call(Call::Start { .. }, _)));
    let starting = recovering(ApplicationStatus::Starting);
    assert_eq!(next_step(&goal(false), &starting), Step::Done(Done::Started));
    assert_eq!(next_step(&goal(true), &starting), Step::Wait(StepReason::Busy(ApplicationStatus::Starting)));
}

#[test]
fn a_start_is_as_old_as_its_own_operation_not_as_the_process_that_looks() {
    let mut observed = recovering(ApplicationStatus::Starting);
    operation(&mut observed, START, OperationStatus::InProgress, None);
    observed.now.0 += 10 * 60_000;
    observed.attempts = crate::lifecycle::Attempts::default();
    observed.attempts.looked(observed.application.as_ref(), observed.now);
    assert!(matches!(step(&observed), Step::Call(Call::Tag { .. }, StepReason::FailsAgain)));
}
