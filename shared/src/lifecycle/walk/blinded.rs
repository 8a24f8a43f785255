//! The walk sees what it is there to see: a planner that is blinded in any one way is caught.

use std::time::Duration;

use super::super::{
    ApplicationStatus, Because, Goal, Observed, Operations, Restore, SnapshotStatus, StackStatus, Step, Tried,
    next_step,
};
use super::graph::Plan;
use super::service::{Groups, Kept, Marker};
use super::{STABILIZE, killed_once, running, starts, walk};

/// How the walk ends for a planner that sees everything through `lens`.
fn caught(stabilize: Duration, plan: Plan<'_>) -> String {
    let stack = [StackStatus::UpdateInProgress];
    let starts = killed_once(starts(&stack, &[Kept::None], &[Marker::None], &[Groups::Wanted]));
    walk(&[running(stabilize, Restore::Latest)], &starts, plan).unwrap_err()
}

fn through(stabilize: Duration, lens: impl Fn(&mut Observed)) -> String {
    caught(stabilize, &|goal: &Goal, observed: &Observed| {
        let mut observed = observed.clone();
        lens(&mut observed);
        next_step(goal, &observed)
    })
}

#[test]
fn without_operations_a_job_that_cannot_start_is_started_once_too_often() {
    let told = through(Duration::ZERO, |observed| {
        if let Some(application) = &mut observed.application {
            application.operations = Operations::Unreadable;
        }
    });
    assert!(told.starts_with("a third start"), "{told}");
}

#[test]
fn without_memory_a_call_is_repeated() {
    let told = through(Duration::ZERO, |observed| observed.tried = Tried::default());
    assert!(told.contains("once too often"), "{told}");
}

#[test]
fn without_the_status_a_call_is_forbidden() {
    let told = through(Duration::ZERO, |observed| {
        if let Some(application) = &mut observed.application {
            application.status = ApplicationStatus::Ready;
        }
    });
    assert!(told.contains("is forbidden here"), "{told}");
}

#[test]
fn without_the_snapshots_own_status_a_looping_job_is_called_healthy() {
    let told = through(STABILIZE, |observed| {
        for snapshot in observed.application.iter_mut().flat_map(|application| &mut application.snapshots) {
            snapshot.status = SnapshotStatus::Ready;
        }
    });
    assert!(told.starts_with("Healthy is not true"), "{told}");
}

#[test]
fn without_refusals_it_waits_for_ever() {
    let told = caught(Duration::ZERO, &|goal: &Goal, observed: &Observed| match next_step(goal, observed) {
        Step::Refuse(_) => Step::Wait(Because::NotSeenYet),
        step @ (Step::Done(_) | Step::Call(..) | Step::Wait(_)) => step,
    });
    assert!(told.starts_with("waits for ever"), "{told}");
}
