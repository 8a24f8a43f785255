//! For any groups, any properties and any other writer: others' keys are untouched, ours are the new ones, and a second
//! run is quiet.

use std::time::Duration;

use proptest::prelude::*;

use super::merge::{insert, pairs, value_of};
use super::*;
use crate::flink::PropertyGroup;
use crate::lifecycle::fixtures::*;
use crate::lifecycle::goal::choices::ConflictPolicy;
use crate::lifecycle::goal::key_change::KeyAction;
use crate::lifecycle::{Goal, Rejected, next_step};

/// Few names and few values, so that everybody meets everybody.
fn any_groups() -> impl Strategy<Value = Vec<PropertyGroup>> {
    let triple = (prop::sample::select(vec!["a", "b", "c"]), prop::sample::select(vec!["k", "l", "m"]), "[xyz]");
    prop::collection::vec(triple, 0..7).prop_map(|triples| {
        let mut groups = Vec::new();
        for (id, key, value) in triples {
            insert(&mut groups, id, key, &value);
        }
        groups
    })
}

fn any_policy() -> impl Strategy<Value = ConflictPolicy> {
    prop::sample::select(vec![ConflictPolicy::Fail, ConflictPolicy::Overwrite, ConflictPolicy::Keep])
}

fn any_goal() -> impl Strategy<Value = Properties> {
    (any_groups(), any_groups(), any_policy(), any_policy()).prop_map(|(wanted, previous, policy, previous_policy)| {
        Properties { previous_policy, ..properties(wanted, previous, policy) }
    })
}

/// Another writer: it replaces the list too, and touches only keys that are not ours.
fn foreign_write(goal: &Properties, present: &mut Vec<PropertyGroup>, written: &[PropertyGroup]) {
    for (id, key, value) in pairs(written).filter(|(id, key, _)| is_foreign(goal, id, key)) {
        insert(present, id, key, value);
    }
}

fn is_foreign(goal: &Properties, id: &str, key: &str) -> bool {
    value_of(&goal.wanted, id, key).is_none() && value_of(&goal.previous, id, key).is_none()
}

fn foreign(goal: &Properties, groups: &[PropertyGroup]) -> Vec<(String, String, String)> {
    let mut keys: Vec<_> = pairs(groups)
        .filter(|(id, key, _)| is_foreign(goal, id, key))
        .map(|(id, key, value)| (id.to_owned(), key.to_owned(), value.clone()))
        .collect();
    keys.sort();
    keys
}

/// The service: an update under a stale token is rejected and changes nothing. The calls that were accepted, and the
/// last step.
fn run(
    goal: &Properties,
    present: &mut Vec<PropertyGroup>,
    status: ApplicationStatus,
    mut writers: Vec<Vec<PropertyGroup>>,
) -> (u8, Step) {
    let mut observed = seen(status);
    let mut accepted = 0;
    for _ in 0..50 {
        app(&mut observed).groups.clone_from(present);
        let step = next_step(&Goal::Properties(goal.clone()), &observed);
        let call = match &step {
            Step::Call(call, _) => call,
            Step::Wait(_) => {
                later(&mut observed, Duration::from_secs(5));
                continue;
            }
            Step::Done(_) | Step::Refuse(_) => return (accepted, step),
        };
        if let Some(written) = writers.pop() {
            foreign_write(goal, present, &written);
            observed.attempts.rejected(call, Rejected::Conflict, "ConcurrentModificationException".into());
        } else if let Call::UpdateProperties { groups, .. } = call {
            assert!(groups.iter().all(|group| !group.map.is_empty()), "an empty group is not valid");
            present.clone_from(groups);
            observed.attempts.accepted(call);
            accepted += 1;
        }
    }
    panic!("no end");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn others_are_untouched_ours_are_the_new_ones_and_a_second_run_is_quiet(
        goal in any_goal(),
        mut present in any_groups(),
        writers in prop::collection::vec(any_groups(), 0..5),
        status in prop::sample::select(vec![ApplicationStatus::Ready, ApplicationStatus::Running]),
    ) {
        let before = present.clone();
        let (accepted, step) = run(&goal, &mut present, status, writers.clone());
        prop_assert!(accepted <= 1);

        // As if there had been only the others.
        let mut without_us = before.clone();
        if accepted > 0 {
            writers.iter().rev().for_each(|written| foreign_write(&goal, &mut without_us, written));
        }
        let others = foreign(&goal, &present);
        prop_assert!(foreign(&goal, &without_us).iter().all(|key| accepted == 0 || others.contains(key)));
        prop_assert!(accepted == 0 || others.len() == foreign(&goal, &without_us).len());

        match step {
            Step::Refuse(Refusal::PropertyConflict { keys }) => {
                prop_assert_eq!(goal.policy, ConflictPolicy::Fail);
                prop_assert!(!keys.is_empty() && accepted == 0);
            }
            Step::Done(Done::Groups { settled, .. }) => {
                for (id, key, value) in pairs(&goal.wanted) {
                    let kept = settled.iter().any(|one| one.how == KeyAction::Kept && one.place == format!("{id}/{key}"));
                    let expected = if kept { value_of(&before, id, key) } else { Some(value) };
                    prop_assert_eq!(value_of(&present, id, key), expected);
                    prop_assert!(!kept || goal.policy == ConflictPolicy::Keep);
                }
                let is_dropped = |(id, key, _): &(&str, &str, &String)| value_of(&goal.wanted, id, key).is_none();
                for (id, key, given) in pairs(&goal.previous).filter(is_dropped) {
                    let stays = value_of(&before, id, key).filter(|value| *value != given);
                    prop_assert_eq!(value_of(&present, id, key), stays);
                }
                let again = Properties { previous: goal.wanted.clone(), previous_policy: goal.policy, ..goal };
                let (accepted, step) = run(&again, &mut present, status, Vec::new());
                prop_assert!(accepted == 0 && matches!(step, Step::Done(_)), "{:?}", step);
            }
            other @ (Step::Done(_) | Step::Refuse(_) | Step::Call(..) | Step::Wait(_)) => {
                prop_assert!(false, "{:?}", other);
            }
        }
    }
}
