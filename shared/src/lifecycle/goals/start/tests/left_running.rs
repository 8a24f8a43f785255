//! A failed update on the way back whose job is RUNNING: whether it processes decides.

use super::*;

/// RUNNING on the way back, after an update that failed.
fn left_running() -> Observed {
    let mut observed = seen(ApplicationStatus::Running);
    snapshot(&mut observed, "old code", SnapshotStatus::Ready);
    operation(&mut observed, "UpdateApplication", OperationStatus::Failed, Some("cannot restore"));
    later(&mut observed, Duration::from_mins(1));
    observed
}

#[test]
fn a_job_that_a_failed_update_back_left_without_processing_is_stopped_and_started() {
    let mut observed = left_running();
    let proof = Call::CreateSnapshot { name: goal().proof };
    assert_eq!(on_the_way_back(&observed), Step::Call(proof.clone(), StepReason::ProveHealth));
    refuse_often(&mut observed, &proof);
    assert_eq!(on_the_way_back(&observed), Step::Call(Call::Stop { force: true }, StepReason::UpdateLeftIdle));
    assert!(matches!(step(&observed), Step::Refuse(Refusal::UpdateRolledBack { .. })), "forward it is a failure");
    operation(&mut observed, "StopApplication", OperationStatus::Successful, None);
    app(&mut observed).status = ApplicationStatus::Ready;
    assert!(matches!(on_the_way_back(&observed), Step::Call(Call::Start { .. }, StepReason::NotRunning)));
    operation(&mut observed, START, OperationStatus::Successful, None);
    app(&mut observed).status = ApplicationStatus::Running;
    assert!(matches!(on_the_way_back(&observed), Step::Refuse(Refusal::UpdateRolledBack { .. })), "once");
}

#[test]
fn a_job_that_processes_after_a_failed_update_back_is_left_alone() {
    let mut proven = left_running();
    snapshot(&mut proven, &goal().proof, SnapshotStatus::Ready);
    let mut taken_back = left_running();
    operation(&mut taken_back, "RollbackApplication", OperationStatus::Successful, None);
    let mut without_snapshots = left_running();
    app(&mut without_snapshots).snapshots_enabled = false;
    for observed in [proven, taken_back, without_snapshots] {
        assert!(matches!(on_the_way_back(&observed), Step::Refuse(Refusal::UpdateRolledBack { .. })), "{observed:?}");
    }
}
