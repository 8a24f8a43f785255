//! What is due, what is kept, and what is reported.

use super::*;
use crate::lifecycle::fixtures::*;
use crate::lifecycle::{Goal, Rejected, next_step};

mod model;

const HOUR: Duration = Duration::from_hours(1);

fn step(observed: &Observed) -> Step {
    let snapshot = "flink-handlers-sweep-now".to_owned();
    next_step(&Goal::Swept(Swept { snapshot, keep: 2 }), observed)
}

/// An application that opted in, runs since now and wants a snapshot every six hours.
fn tagged(status: ApplicationStatus) -> Observed {
    let mut observed = seen(status);
    app(&mut observed).tags.insert(UNSTICK.into(), "enabled".into());
    app(&mut observed).tags.insert(SNAPSHOT_HOURS.into(), "6".into());
    operation(&mut observed, START, OperationStatus::Successful, None);
    observed
}

fn takes_one(step: &Step) -> bool {
    matches!(step, Step::Call(Call::CreateSnapshot { .. }, StepReason::SnapshotTooOld))
}

#[test]
fn without_a_snapshot_one_is_due_once_it_ran_for_so_long() {
    let mut observed = tagged(ApplicationStatus::Running);
    later(&mut observed, 5 * HOUR);
    assert_eq!(step(&observed), Step::Done(Done::Swept));
    later(&mut observed, HOUR);
    assert!(takes_one(&step(&observed)));
}

#[test]
fn an_old_snapshot_is_not_enough_but_a_job_that_was_only_just_started_is_left_to_settle() {
    let mut observed = tagged(ApplicationStatus::Running);
    snapshot(&mut observed, "STOP-app-1", SnapshotStatus::Ready);
    later(&mut observed, 6 * HOUR);
    assert!(takes_one(&step(&observed)));
    operation(&mut observed, START, OperationStatus::Successful, None);
    assert_eq!(step(&observed), Step::Done(Done::Swept));
    later(&mut observed, SWEEP_INTERVAL);
    assert!(takes_one(&step(&observed)));
}

#[test]
fn none_is_taken_while_one_is_made_or_a_stack_is_worked_on_or_no_one_consented() {
    let mut due = tagged(ApplicationStatus::Running);
    later(&mut due, 7 * HOUR);
    let mut made = due.clone();
    snapshot(&mut made, "anothers", SnapshotStatus::Creating);
    assert_eq!(step(&made), Step::Done(Done::Swept));
    let mut deployed = due.clone();
    deployed.stack.status = Some(StackStatus::UpdateInProgress);
    assert_eq!(step(&deployed), Step::Done(Done::LeftToDeployment));
    app(&mut due).tags.insert(UNSTICK.into(), "perhaps".into());
    assert_eq!(step(&due), Step::Done(Done::Swept));
    app(&mut due).tags.insert(UNSTICK.into(), "dry-run".into());
    assert!(matches!(step(&due), Step::Done(Done::Would { call: Call::CreateSnapshot { .. }, .. })));
}

#[test]
fn a_tag_that_is_no_whole_number_of_hours_is_reported() {
    for value in ["", "six", "0", "-1", "1.5", "8761"] {
        let mut observed = tagged(ApplicationStatus::Running);
        app(&mut observed).tags.insert(SNAPSHOT_HOURS.into(), value.into());
        assert!(matches!(step(&observed), Step::Refuse(Refusal::TagUnreadable { .. })), "{value}");
    }
}

#[test]
fn one_that_failed_is_reported_in_its_operations_words_and_tried_again_in_an_hour() {
    let mut observed = tagged(ApplicationStatus::Running);
    later(&mut observed, 7 * HOUR);
    operation(&mut observed, "CreateApplicationSnapshot", OperationStatus::Failed, Some("why"));
    snapshot(&mut observed, "flink-handlers-sweep-before", SnapshotStatus::Failed);
    let refusal = Refusal::SnapshotFailed { application: "app".into(), error: "why".into() };
    assert_eq!(step(&observed), Step::Refuse(refusal.clone()));
    assert!(is_news(&refusal, &observed));
    later(&mut observed, 2 * SWEEP_INTERVAL);
    assert_eq!(step(&observed), Step::Refuse(refusal.clone()));
    assert!(!is_news(&refusal, &observed));
    later(&mut observed, 2 * SWEEP_INTERVAL);
    assert!(takes_one(&step(&observed)));
}

#[test]
fn a_failure_of_before_a_restart_or_a_younger_snapshot_is_over() {
    for heals in [true, false] {
        let mut observed = tagged(ApplicationStatus::Running);
        later(&mut observed, 7 * HOUR);
        snapshot(&mut observed, "flink-handlers-sweep-before", SnapshotStatus::Failed);
        later(&mut observed, Duration::from_mins(1));
        if heals {
            snapshot(&mut observed, "anothers", SnapshotStatus::Ready);
        } else {
            operation(&mut observed, START, OperationStatus::Successful, None);
        }
        assert_eq!(step(&observed), Step::Done(Done::Swept), "{heals}");
    }
}

#[test]
fn one_that_is_refused_without_a_healthy_job_is_a_failure() {
    let mut observed = tagged(ApplicationStatus::Running);
    later(&mut observed, 7 * HOUR);
    let call = Call::CreateSnapshot { name: "flink-handlers-sweep-now".into() };
    observed.attempts.rejected(&call, Rejected::Snapshot, "Failed to take snapshot".into());
    assert!(matches!(step(&observed), Step::Refuse(Refusal::SnapshotFailed { .. })));
}

#[test]
fn a_refused_one_is_reported_when_it_first_happens_whatever_the_clock_says_and_then_once_an_hour() {
    let refusal = Refusal::SnapshotFailed { application: "app".into(), error: "no".into() };
    for minutes in [0, 7, 23, 41, 59] {
        let mut observed = tagged(ApplicationStatus::Running);
        observed.now.0 += minutes * 60_000;
        app(&mut observed).created = observed.now;
        operation(&mut observed, START, OperationStatus::Successful, None);
        later(&mut observed, 6 * HOUR);
        let mut news = |by: Duration| {
            later(&mut observed, by);
            is_news(&refusal, &observed)
        };
        assert!(news(Duration::from_mins(8)), "{minutes}: new");
        assert!(!news(2 * SWEEP_INTERVAL), "{minutes}");
        assert!(news(2 * SWEEP_INTERVAL), "{minutes}: an hour later");
    }
}

#[test]
fn what_goes_on_is_reported_when_it_is_new_and_then_once_an_hour() {
    let message = |minutes: i64| is_reminder_due(Timestamp(7), Timestamp(7 + minutes * 60_000));
    assert_eq!([0, 15, 22, 30, 45].map(message), [true, true, true, false, false]);
    assert_eq!([60, 74, 75, 119, 600].map(message), [true, true, false, false, true]);
}

#[test]
fn more_than_one_sweep_finishes_with_have_their_turn_in_those_that_follow() {
    let sweep = |number: u32| Timestamp(0x0194_2000_0000 + i64::from(number) * 900_000);
    let first = |number| in_turn(0..7, 3, sweep(number)).into_iter().take(3);
    let seen: std::collections::BTreeSet<i32> = (5..8).flat_map(first).collect();
    assert_eq!(seen.len(), 7, "all of seven within three sweeps of three");
    assert!((0..9).all(|number| in_turn(0..3, 3, sweep(number)) == [0, 1, 2]), "who has always a turn keeps the order");
    let mut all = in_turn(0..7, 3, sweep(4));
    all.sort_unstable();
    assert!(all.into_iter().eq(0..7), "no one is dropped");
}
