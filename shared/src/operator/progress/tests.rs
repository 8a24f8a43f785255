//! The events of a stack, as a bar counts them.

use std::time::Duration;

use proptest::prelude::*;

use super::*;

const ROOT: &str = "arn:aws:cloudformation:eu-west-1:111122223333:stack/orders/1";
const NESTED: &str = "arn:aws:cloudformation:eu-west-1:111122223333:stack/orders-Network-X/2";
const KIND: &str = "AWS::Kinesis::Stream";

/// A row of a stack, so many seconds in.
fn row(stack: &str, id: &str, status: &str, second: i64) -> StackEvent {
    let short = |arn: &str| if arn == ROOT { "" } else { "nested" };
    let (resource_type, physical_id) = match id {
        "" => (STACK, stack),
        "Network" => (STACK, NESTED),
        _ => (KIND, "stream"),
    };
    StackEvent {
        id: format!("{}-{id}-{status}-{second}", short(stack)),
        time: Timestamp(second * 1000),
        stack: stack.into(),
        logical_id: if id.is_empty() { "orders".into() } else { id.into() },
        physical_id: physical_id.into(),
        resource_type: resource_type.into(),
        status: status.into(),
        token: "t".into(),
        ..StackEvent::default()
    }
}

fn failed(stack: &str, id: &str, second: i64, reason: &str) -> StackEvent {
    StackEvent { reason: reason.into(), ..row(stack, id, "CREATE_FAILED", second) }
}

fn after(resources: usize, rows: &[StackEvent]) -> Progress {
    let mut progress = Progress::new(ROOT, "t", resources);
    for row in rows {
        progress.apply(row);
    }
    progress
}

fn counts(progress: &Progress) -> (usize, usize) {
    (progress.bar().ended(), progress.bar().total())
}

#[test]
fn each_resource_and_the_stack_count_once_and_a_replaced_one_is_cleaned_up_apart() {
    let rows = [
        row(ROOT, "", "UPDATE_IN_PROGRESS", 0),
        row(ROOT, "Stream", "UPDATE_IN_PROGRESS", 1),
        row(ROOT, "Stream", "UPDATE_IN_PROGRESS", 2),
        row(ROOT, "Stream", "UPDATE_COMPLETE", 9),
        row(ROOT, "", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", 10),
        row(ROOT, "Old", "DELETE_IN_PROGRESS", 11),
        row(ROOT, "Old", "DELETE_COMPLETE", 12),
        row(ROOT, "Stream", "DELETE_IN_PROGRESS", 13),
        row(ROOT, "Stream", "DELETE_COMPLETE", 14),
        row(ROOT, "", "UPDATE_COMPLETE", 15),
    ];
    let seen: Vec<(usize, usize)> = (1..=rows.len()).map(|end| counts(&after(2, &rows[..end]))).collect();
    assert_eq!(seen.iter().map(|(ended, _)| *ended).collect::<Vec<_>>(), [0, 0, 0, 1, 1, 1, 2, 2, 2, 3]);
    assert!(seen.iter().all(|(_, total)| *total == 3), "{seen:?}");
    let whole = after(2, &rows);
    assert_eq!((whole.bar().clean_up(), whole.ending()), (Some((1, 1)), Some(Ending::Done)));
    let seconds = |seconds| Duration::from_secs(seconds);
    assert_eq!(whole.phases(Timestamp(99_000)), [(Phase::Forward, seconds(10)), (Phase::CleanUp, seconds(5))]);
    let working = after(2, &rows[..3]).working().iter().map(|one| one.since).collect::<Vec<_>>();
    assert_eq!(working, [Timestamp(1000)], "the first of two rows that it began");
}

#[test]
fn a_nested_stack_is_read_from_the_row_that_names_it_and_counts_as_a_stack() {
    let before = StackEvent { token: String::new(), ..row(NESTED, "Subnet", "CREATE_COMPLETE", 1) };
    let rows = [row(ROOT, "", "UPDATE_IN_PROGRESS", 0), row(ROOT, "Network", "UPDATE_IN_PROGRESS", 2)];
    let mut progress = after(2, &rows);
    assert_eq!(progress.stacks().collect::<Vec<_>>(), [ROOT, NESTED]);
    assert!(!progress.apply(&before), "of an earlier operation");
    assert!(progress.apply(&row(NESTED, "Subnet", "UPDATE_COMPLETE", 3)));
    assert!(progress.apply(&row(NESTED, "", "UPDATE_COMPLETE", 4)));
    assert_eq!(counts(&progress), (2, 4), "two resources, two stacks");
}

#[test]
fn what_a_deletion_skips_is_kept_and_ends_like_the_rest() {
    let rows = [
        row(ROOT, "", "DELETE_IN_PROGRESS", 0),
        row(ROOT, "Stream", "DELETE_SKIPPED", 1),
        row(ROOT, "Other", "DELETE_COMPLETE", 2),
        row(ROOT, "", "DELETE_COMPLETE", 3),
    ];
    let progress = after(2, &rows);
    let kept = Kept { logical_id: "Stream".into(), resource_type: KIND.into(), physical_id: "stream".into() };
    assert_eq!((progress.kept(), counts(&progress), progress.ending()), (&[kept][..], (3, 3), Some(Ending::Done)));
}

#[test]
fn a_row_of_another_operation_is_not_taken_in_and_none_twice() {
    let mut progress = after(1, &[row(ROOT, "", "UPDATE_IN_PROGRESS", 0)]);
    assert!(!progress.apply(&StackEvent { token: "u".into(), ..row(ROOT, "Stream", "UPDATE_COMPLETE", 1) }));
    assert!(progress.apply(&row(ROOT, "Stream", "UPDATE_COMPLETE", 1)));
    assert!(!progress.apply(&row(ROOT, "Stream", "UPDATE_COMPLETE", 1)));
    assert_eq!(counts(&progress), (1, 2));
}

#[test]
fn a_rollback_is_a_bar_of_its_own_over_what_was_begun() {
    let rows = [
        row(ROOT, "", "CREATE_IN_PROGRESS", 0),
        row(ROOT, "Stream", "CREATE_IN_PROGRESS", 1),
        row(ROOT, "Table", "CREATE_IN_PROGRESS", 1),
        row(ROOT, "Stream", "CREATE_COMPLETE", 2),
        failed(ROOT, "Table", 3, "no capacity"),
        row(ROOT, "", "ROLLBACK_IN_PROGRESS", 4),
        row(ROOT, "Stream", "DELETE_COMPLETE", 5),
    ];
    let progress = after(5, &rows);
    assert_eq!((progress.phase(), counts(&progress)), (Phase::Rollback, (1, 3)));
    let rest = [row(ROOT, "Table", "DELETE_COMPLETE", 6), row(ROOT, "", "ROLLBACK_COMPLETE", 7)];
    let whole = after(5, &[&rows[..], &rest].concat());
    assert_eq!((counts(&whole), whole.bar().filled(10)), ((3, 3), 10));
    assert_eq!(whole.ending(), Some(Ending::RolledBack));
}

#[test]
fn the_first_cause_is_the_oldest_failure_of_its_own_and_the_deepest() {
    let embedded = format!("Embedded stack {NESTED} was not successfully created");
    let rows = [
        row(ROOT, "", "CREATE_IN_PROGRESS", 0),
        row(ROOT, "Network", "CREATE_IN_PROGRESS", 1),
        failed(NESTED, "Subnet", 2, "Resource creation cancelled"),
        failed(NESTED, "Route", 3, "no gateway"),
        failed(ROOT, "Network", 3, &embedded),
        failed(ROOT, "Stream", 4, "limit exceeded"),
    ];
    let progress = after(3, &rows);
    let cause = progress.first_cause().unwrap();
    assert_eq!((cause.logical_id.as_str(), cause.reason.as_str()), ("Network/Route", "no gateway"));
    assert_eq!(progress.failures().count(), 3, "the cancelled one is not the reason");
}

#[test]
fn what_a_clean_up_cannot_delete_is_a_warning() {
    let rows = [
        row(ROOT, "", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", 1),
        StackEvent { reason: "not empty".into(), ..row(ROOT, "Bucket", "DELETE_FAILED", 2) },
        row(ROOT, "", "UPDATE_COMPLETE", 3),
    ];
    let progress = after(1, &rows);
    assert_eq!((progress.first_cause(), progress.warnings().len()), (None, 1));
    assert_eq!(progress.ending(), Some(Ending::Done));
}

#[test]
fn a_new_stack_that_is_deleted_in_the_place_of_a_rollback_did_not_succeed() {
    let begun = row(ROOT, "", "CREATE_IN_PROGRESS", 0);
    assert_eq!(after(1, &[begun, row(ROOT, "", "DELETE_COMPLETE", 1)]).ending(), Some(Ending::RolledBack));
    let begun = row(ROOT, "", "DELETE_IN_PROGRESS", 0);
    assert_eq!(after(1, &[begun, row(ROOT, "", "DELETE_COMPLETE", 1)]).ending(), Some(Ending::Done));
}

prop_compose! {
    /// Any row that a stack may have.
    fn any_row()(
        stack in prop::sample::select(vec![ROOT, NESTED]),
        id in prop::sample::select(vec!["", "Network", "Stream", "Table", "Topic"]),
        action in prop::sample::select(vec!["CREATE", "UPDATE", "DELETE", "ROLLBACK", "UPDATE_ROLLBACK"]),
        state in prop::sample::select(vec!["IN_PROGRESS", "COMPLETE", "FAILED", "COMPLETE_CLEANUP_IN_PROGRESS"]),
        second in 0..20_i64,
    ) -> StackEvent {
        row(stack, id, &format!("{action}_{state}"), second)
    }
}

proptest! {
    #[test]
    fn whatever_rows_come_no_bar_runs_backwards_and_none_counts_twice(
        rows in prop::collection::vec(any_row(), 1..40),
        resources in 0..6_usize,
    ) {
        let mut progress = Progress::new(ROOT, "t", resources);
        let mut before = (progress.phase(), 0, 0);
        for row in &rows {
            progress.apply(row);
            let bar = progress.bar();
            let now = (progress.phase(), bar.ended(), bar.filled(40));
            prop_assert!(bar.ended() <= bar.total() && bar.filled(40) <= 40);
            prop_assert!(now.0 >= before.0);
            if now.0.is_rollback() == before.0.is_rollback() {
                prop_assert!(now.1 >= before.1 && now.2 >= before.2, "{before:?} to {now:?}");
            }
            before = now;
            let known = progress.clone();
            prop_assert!(!progress.apply(row) && progress == known);
        }
    }
}
