//! The walk sees what it is there to see: a planner that is blinded in any one way is caught.

use std::time::Duration;

use super::super::{Attempts, Goal, Observed, Step, StepReason, next_step};
use super::graph::Planner;
use super::service::{Groups, KeptState, Marker, World, old};
use super::starts::{killed_once, starts};
use super::{STABILIZE, running, swept, walk};
use crate::flink::{ApplicationStatus, Operations, Restore, Snapshot, SnapshotStatus};
use crate::stack::StackStatus;

/// How the walk ends for a planner that sees everything through `lens`.
fn caught(stabilize: Duration, plan: Planner<'_>) -> String {
    let stack = [StackStatus::UpdateInProgress];
    let starts = killed_once(starts(&stack, &[KeptState::None], &[Marker::None], &[Groups::Wanted]));
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
    let message = through(Duration::ZERO, |observed| {
        if let Some(application) = &mut observed.application {
            application.operations = Operations::Unreadable;
        }
    });
    assert!(message.starts_with("a third start"), "{message}");
}

#[test]
fn without_memory_a_call_is_repeated() {
    let message = through(Duration::ZERO, |observed| observed.attempts = Attempts::default());
    assert!(message.contains("once too often"), "{message}");
}

#[test]
fn without_the_status_a_call_is_forbidden() {
    let message = through(Duration::ZERO, |observed| {
        if let Some(application) = &mut observed.application {
            application.status = ApplicationStatus::Ready;
        }
    });
    assert!(message.contains("is forbidden here"), "{message}");
}

#[test]
fn without_the_snapshots_own_status_a_looping_job_is_called_healthy() {
    let message = through(STABILIZE, |observed| {
        for snapshot in observed.application.iter_mut().flat_map(|application| &mut application.snapshots) {
            snapshot.status = SnapshotStatus::Ready;
        }
    });
    assert!(message.starts_with("Healthy is not true"), "{message}");
}

#[test]
fn without_refusals_it_waits_for_ever() {
    let message = caught(Duration::ZERO, &|goal: &Goal, observed: &Observed| match next_step(goal, observed) {
        Step::Refuse(_) => Step::Wait(StepReason::NotSeenYet),
        step @ (Step::Done(_) | Step::Call(..) | Step::Wait(_)) => step,
    });
    assert!(message.starts_with("waits for ever"), "{message}");
}

/// The same for a sweep of an application with three snapshots of ours.
fn swept_through(lens: impl Fn(&mut Vec<Snapshot>)) -> String {
    let starts = starts(
        &[StackStatus::UpdateComplete],
        &[KeptState::None, KeptState::Creating],
        &[Marker::None],
        &[Groups::Wanted],
    );
    let starts: Vec<_> =
        starts.into_iter().map(|(world, attempts)| (World { own: 0b111, ..world }, attempts)).collect();
    let plan = |goal: &Goal, observed: &Observed| {
        let mut observed = observed.clone();
        if let Some(application) = &mut observed.application {
            lens(&mut application.snapshots);
        }
        next_step(goal, &observed)
    };
    walk(&[swept(1)], &starts, &plan).unwrap_err()
}

#[test]
fn without_the_snapshot_that_is_being_taken_a_second_one_is_asked_for() {
    let message = swept_through(|snapshots| snapshots.retain(|one| one.status != SnapshotStatus::Creating));
    assert!(message.starts_with("a snapshot is asked for while one is being taken"), "{message}");
}

#[test]
fn without_the_snapshots_times_the_newest_is_pruned() {
    let message = swept_through(|snapshots| snapshots.iter_mut().for_each(|one| one.created.0 = -one.created.0));
    assert!(message.contains("is forbidden here"), "{message}");
}

#[test]
fn without_an_old_snapshot_more_stay_than_are_kept() {
    let message = swept_through(|snapshots| snapshots.retain(|one| one.name != old(2)));
    assert!(message.starts_with("more snapshots stay than are kept"), "{message}");
}
