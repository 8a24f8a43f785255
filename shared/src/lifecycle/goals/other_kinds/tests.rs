//! Studio notebooks and SQL applications, goal by goal.

use std::time::Duration;

use super::*;
use crate::flink::{ApplicationStatus, OperationStatus, Operations, PropertyGroup, Restore};
use crate::lifecycle::fixtures::*;
use crate::lifecycle::{
    ConflictPolicy, Force, GuardMode, MARKER, OnSnapshotFailure, Recovered, Running, SNAPSHOT_HOURS, Swept, UNSTICK,
    next_step,
};
use crate::stack::StackStatus;
use crate::time::Timestamp;

const NOTEBOOK: &str = "ZEPPELIN-FLINK-3_0";
const SQL: &str = "SQL-1_0";

fn of(runtime: &str, status: ApplicationStatus) -> Observed {
    let mut observed = seen(status);
    app(&mut observed).runtime = runtime.to_owned();
    observed
}

fn running() -> Goal {
    Goal::Running(Running {
        restore: Restore::Skip,
        allow_non_restored_state: true,
        stabilize: Duration::from_mins(1),
        proof: "flink-handlers-gate-r".into(),
        since: Timestamp(0),
        deployed_since: Timestamp(0),
        operation_since: Timestamp(0),
        way_back: true,
        start_patience: Duration::from_mins(20),
    })
}

fn guarded() -> Goal {
    Goal::Guarded(Guarded {
        mode: GuardMode::Stop,
        on_failure: OnSnapshotFailure::ForceStop,
        marker: "e1".into(),
        proof: "flink-handlers-guard-r".into(),
        bound: Duration::ZERO,
        patience: Duration::from_mins(10),
        since: Timestamp(1_000_000),
        undoes_since: Some(Timestamp(0)),
        gives_state_up: true,
    })
}

fn stopped(marker: Option<&str>) -> Stopped {
    Stopped {
        marker: marker.map(str::to_owned),
        graceful: false,
        force: Force::Freely,
        patience: Duration::from_mins(10),
        since: Timestamp(1_000_000),
        proof: None,
    }
}

fn is_refused_as_not_served(goal: &Goal, observed: &Observed) -> bool {
    matches!(next_step(goal, observed), Step::Refuse(Refusal::NotServed { .. }))
}

#[test]
fn a_notebook_is_started_without_a_run_configuration_and_not_proven() {
    let ready = of(NOTEBOOK, ApplicationStatus::Ready);
    assert_eq!(next_step(&running(), &ready), Step::Call(Call::StartNotebook, StepReason::NotRunning));
    let runs = of(NOTEBOOK, ApplicationStatus::Running);
    assert_eq!(next_step(&running(), &runs), Step::Done(Done::Running));
}

#[test]
fn a_notebook_whose_start_failed_or_hangs_is_neither_started_again_nor_forced() {
    let mut failed = of(NOTEBOOK, ApplicationStatus::Ready);
    operation(&mut failed, "StartApplication", OperationStatus::Failed, Some("no database"));
    let Step::Refuse(refusal) = next_step(&running(), &failed) else { panic!() };
    assert!(refusal.to_string().contains("no database"), "{refusal}");
    let mut hangs = of(NOTEBOOK, ApplicationStatus::Starting);
    later(&mut hangs, Duration::from_hours(2));
    assert_eq!(next_step(&running(), &hangs), Step::Wait(StepReason::Busy(ApplicationStatus::Starting)));
}

#[test]
fn the_guard_lets_a_notebook_pass_and_stops_none_that_stays_busy() {
    for (status, outcome) in [
        (ApplicationStatus::Running, GuardOutcome::SnapshotsDisabled),
        (ApplicationStatus::Ready, GuardOutcome::NotRunning),
        (ApplicationStatus::Deleting, GuardOutcome::NoApplication),
    ] {
        assert_eq!(next_step(&guarded(), &of(NOTEBOOK, status)), Step::Done(Done::Guarded(outcome)));
    }
    let mut busy = of(NOTEBOOK, ApplicationStatus::Updating);
    assert_eq!(next_step(&guarded(), &busy), Step::Wait(StepReason::Busy(ApplicationStatus::Updating)));
    later(&mut busy, Duration::from_mins(10));
    assert_eq!(next_step(&guarded(), &busy), Step::Done(Done::Guarded(GuardOutcome::SnapshotsDisabled)));
}

#[test]
fn a_notebook_is_stopped_without_force_even_where_on_delete_forces() {
    let goal = Goal::Stopped(stopped(None));
    let runs = of(NOTEBOOK, ApplicationStatus::Running);
    assert_eq!(next_step(&goal, &runs), Step::Call(Call::Stop { force: false }, StepReason::StackGoes));
    let mut stopping = of(NOTEBOOK, ApplicationStatus::Stopping);
    assert_eq!(next_step(&goal, &stopping), Step::Wait(StepReason::Busy(ApplicationStatus::Stopping)));
    later(&mut stopping, Duration::from_mins(10));
    assert!(matches!(next_step(&goal, &stopping), Step::Refuse(Refusal::WouldNotStop { .. })));
    let mut at_rest = of(NOTEBOOK, ApplicationStatus::Ready);
    at_rest.attempts.stops = 1;
    assert_eq!(next_step(&goal, &at_rest), Step::Done(Done::Stopped));
}

#[test]
fn a_sql_application_is_refused_in_words_whatever_its_status() {
    for status in ApplicationStatus::ALL {
        let observed = of(SQL, *status);
        for goal in [running(), guarded(), Goal::Stopped(stopped(None))] {
            assert!(is_refused_as_not_served(&goal, &observed), "{goal} {status}");
        }
    }
    let Step::Refuse(refusal) = next_step(&running(), &of(SQL, ApplicationStatus::Ready)) else { panic!() };
    assert!(
        refusal.to_string().ends_with("Custom::FlinkAutoStart is for Flink applications; this one is SQL-1_0."),
        "{refusal}"
    );
}

#[test]
fn property_groups_are_refused_and_their_removal_takes_nothing() {
    let group = || vec![PropertyGroup { id: "g".into(), map: [("k".into(), "v".into())].into() }];
    for runtime in [NOTEBOOK, SQL] {
        for status in [ApplicationStatus::Ready, ApplicationStatus::Running] {
            let observed = of(runtime, status);
            let write = Goal::Properties(properties(group(), Vec::new(), ConflictPolicy::Fail));
            assert!(is_refused_as_not_served(&write, &observed), "{runtime} {status}");
            let remove = Goal::Properties(properties(Vec::new(), group(), ConflictPolicy::Keep));
            assert!(matches!(next_step(&remove, &observed), Step::Done(Done::GroupsLeft { .. })), "{runtime}");
        }
    }
}

#[test]
fn the_unsticker_and_the_sweep_change_nothing_of_what_is_no_job() {
    let recovered = Goal::Recovered(Recovered {
        event: "e1".into(),
        stabilize: Duration::ZERO,
        proof: "p".into(),
        since: Timestamp(0),
        stack: StackStatus::UpdateRollbackComplete,
        patience: Duration::ZERO,
        prove: true,
    });
    let swept = Goal::Swept(Swept { snapshot: "flink-handlers-sweep-1".into(), keep: 0 });
    let marked = stopped(Some("e1"));
    let goals = [recovered, swept, Goal::Stopped(marked.clone()), Goal::Settled(marked)];
    for runtime in [NOTEBOOK, SQL] {
        for (status, goal) in ApplicationStatus::ALL.iter().flat_map(|one| goals.iter().map(move |goal| (*one, goal))) {
            let mut observed = of(runtime, status);
            observed.stack.status = Some(StackStatus::UpdateRollbackComplete);
            let application = app(&mut observed);
            application.tags = [(UNSTICK, "enabled"), (MARKER, "e1"), (SNAPSHOT_HOURS, "1")]
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .into();
            application.operations = Operations::Listed(Vec::new());
            for _ in 0..2 {
                let step = next_step(goal, &observed);
                assert!(!matches!(step, Step::Call(..)), "{runtime} {status} {goal}: {step:?}");
                later(&mut observed, Duration::from_hours(3));
            }
        }
    }
}
