//! A job that is left running, once a snapshot proved that it takes an update.

use super::*;

#[test]
fn a_probe_proves_a_snapshot_and_leaves_it_running() {
    let probe = |observed: &Observed| step(GuardMode::Probe, OnSnapshotFailure::Fail, observed);
    let mut observed = seen(ApplicationStatus::Running);
    let call = Call::CreateSnapshot { name: "flink-handlers-guard-1".into() };
    assert_eq!(probe(&observed), Step::Call(call.clone(), StepReason::ProveHealth));
    observed.attempts.accepted(&call);
    assert_eq!(probe(&observed), Step::Wait(StepReason::NotSeenYet));
    snapshot(&mut observed, "flink-handlers-guard-1", SnapshotStatus::Creating);
    assert_eq!(probe(&observed), Step::Wait(StepReason::Proving));
    app(&mut observed).snapshots[0].status = SnapshotStatus::Ready;
    assert_eq!(probe(&observed), done(GuardOutcome::Probed));
}

#[test]
fn on_the_way_back_a_version_of_this_operation_is_stopped_in_both_modes() {
    let goal = Guarded { undoes_since: Some(Timestamp(2_000_000)), ..goal(GuardMode::Probe, OnSnapshotFailure::Fail) };
    let step = |observed: &Observed| next_step(&Goal::Guarded(goal.clone()), observed);
    let mut observed = marked(ApplicationStatus::Running);
    assert!(matches!(step(&observed), Step::Call(Call::CreateSnapshot { .. }, _)), "the update did not come to be");
    app(&mut observed).version_created = Timestamp(2_000_000);
    assert_eq!(step(&observed), Step::Call(GRACEFUL, StepReason::StopKeepsState));
    app(&mut observed).version_created = Timestamp(0);
    later(&mut observed, Duration::from_secs(1000));
    operation(&mut observed, "UpdateApplication", OperationStatus::Failed, Some("rolled back by the service"));
    assert_eq!(step(&observed), Step::Call(GRACEFUL, StepReason::StopKeepsState));
}

#[test]
fn at_the_quota_an_old_proof_makes_room_and_nothing_is_stopped() {
    let probe = |observed: &Observed| step(GuardMode::Probe, OnSnapshotFailure::ForceStop, observed);
    let mut observed = seen(ApplicationStatus::Running);
    let create = Call::CreateSnapshot { name: "flink-handlers-guard-1".into() };
    observed.attempts.rejected(&create, Rejected::Quota, "LimitExceededException".into());
    assert!(matches!(probe(&observed), Step::Refuse(Refusal::Rejected { .. })), "none of ours is there");
    snapshot(&mut observed, "flink-handlers-gate-0", SnapshotStatus::Ready);
    later(&mut observed, Duration::from_secs(1));
    snapshot(&mut observed, "UPDATEAPPLICATION-app-1", SnapshotStatus::Ready);
    let Step::Call(delete @ Call::DeleteSnapshot { .. }, StepReason::AtTheQuota) = probe(&observed) else { panic!() };
    observed.attempts.accepted(&delete);
    assert_eq!(probe(&observed), Step::Call(create, StepReason::ProveHealth));
}

#[test]
fn a_probe_that_turns_failed_is_reported_in_the_operations_own_words() {
    let mut observed = seen(ApplicationStatus::Running);
    snapshot(&mut observed, "flink-handlers-guard-1", SnapshotStatus::Failed);
    operation(&mut observed, "CreateApplicationSnapshot", OperationStatus::Failed, Some("checkpoint declined"));
    let Step::Refuse(Refusal::SnapshotFailed { error, .. }) =
        step(GuardMode::Probe, OnSnapshotFailure::Fail, &observed)
    else {
        panic!()
    };
    assert_eq!(error, "checkpoint declined");
    // Under ForceStop it cannot stay RUNNING: the update would be refused.
    let marks = step(GuardMode::Probe, OnSnapshotFailure::ForceStop, &observed);
    assert!(matches!(marks, Step::Call(Call::Tag { .. }, StepReason::RememberToRestart)));
}
