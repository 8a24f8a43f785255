//! Examples of what becomes of property groups.

mod dropped;

use super::merge::insert;
use super::*;
use crate::flink::PropertyGroup;
use crate::lifecycle::fixtures::*;
use crate::lifecycle::goal::choices::ConflictPolicy;
use crate::lifecycle::goal::key_change::KeyAction;
use crate::lifecycle::{Goal, Rejected, next_step};
use crate::time::Timestamp;

/// A property: its group, its key and its value.
type Triple = (&'static str, &'static str, &'static str);

fn groups(keys: &[Triple]) -> Vec<PropertyGroup> {
    let mut groups = Vec::new();
    for (id, key, value) in keys {
        insert(&mut groups, id, key, value);
    }
    groups
}

fn properties(wanted: &[Triple], previous: &[Triple], policy: ConflictPolicy) -> Properties {
    crate::lifecycle::fixtures::properties(groups(wanted), groups(previous), policy)
}

fn goal(wanted: &[Triple], previous: &[Triple], policy: ConflictPolicy) -> Goal {
    Goal::Properties(properties(wanted, previous, policy))
}

fn done(settled: &[(&str, KeyAction)]) -> Step {
    let settled = settled.iter().map(|(place, how)| KeyChange { place: (*place).into(), how: *how }).collect();
    Step::Done(Done::Groups { settled, unread: false })
}

fn with(present: &[Triple], status: ApplicationStatus) -> Observed {
    let mut observed = seen(status);
    app(&mut observed).groups = groups(present);
    observed
}

fn written(step: Step) -> Vec<PropertyGroup> {
    let Step::Call(Call::UpdateProperties { groups, .. }, _) = step else { panic!("{step:?}") };
    groups
}

#[test]
fn groups_and_keys_of_others_survive() {
    let observed = with(&[("theirs", "k", "v"), ("ours", "theirs", "v")], ApplicationStatus::Ready);
    let step = next_step(&goal(&[("ours", "stream", "s")], &[], ConflictPolicy::Fail), &observed);
    assert_eq!(written(step), groups(&[("theirs", "k", "v"), ("ours", "theirs", "v"), ("ours", "stream", "s")]));
}

#[test]
fn equal_groups_make_no_call() {
    let observed = with(&[("ours", "stream", "s")], ApplicationStatus::Running);
    let step = next_step(&goal(&[("ours", "stream", "s")], &[], ConflictPolicy::Fail), &observed);
    assert_eq!(step, done(&[]));
}

#[test]
fn a_key_of_another_caller_is_a_conflict_named_without_its_value() {
    let observed = with(&[("ours", "stream", "secret")], ApplicationStatus::Ready);
    let Step::Refuse(refusal) = next_step(&goal(&[("ours", "stream", "s")], &[], ConflictPolicy::Fail), &observed)
    else {
        panic!()
    };
    assert!(refusal.to_string().contains("ours/stream"));
    assert!(!refusal.to_string().contains("secret"));
}

#[test]
fn overwrite_and_keep_do_what_they_say_and_report_it() {
    let observed = with(&[("ours", "stream", "theirs")], ApplicationStatus::Ready);
    let overwrite = next_step(&goal(&[("ours", "stream", "s")], &[], ConflictPolicy::Overwrite), &observed);
    assert_eq!(written(overwrite), groups(&[("ours", "stream", "s")]));
    let keep = next_step(&goal(&[("ours", "stream", "s")], &[], ConflictPolicy::Keep), &observed);
    assert_eq!(keep, done(&[("ours/stream", KeyAction::Kept)]));
}

#[test]
fn a_key_of_ours_that_is_no_longer_wanted_goes_and_one_that_was_changed_meanwhile_stays() {
    let observed = with(&[("ours", "old", "v"), ("ours", "changed", "by them")], ApplicationStatus::Ready);
    let previous = [("ours", "old", "v"), ("ours", "changed", "v")];
    let step = next_step(&goal(&[], &previous, ConflictPolicy::Fail), &observed);
    assert_eq!(written(step), groups(&[("ours", "changed", "by them")]));
}

#[test]
fn on_a_running_application_the_restart_is_reported_what_is_now_described() {
    let mut observed = with(&[], ApplicationStatus::Running);
    app(&mut observed).running_with = Some((crate::flink::Restore::Custom("s".into()), true));
    let step = next_step(&goal(&[("ours", "stream", "s")], &[], ConflictPolicy::Fail), &observed);
    assert!(matches!(step, Step::Call(Call::UpdateProperties { restart: Some(true), .. }, _)));
}

#[test]
fn a_job_that_cannot_be_snapshotted_is_refused_and_a_delete_leaves_what_it_cannot_take() {
    let mut observed = with(&[("ours", "old", "v")], ApplicationStatus::Running);
    let call = Call::UpdateProperties { groups: vec![], restart: None, settled: vec![] };
    observed.attempts.rejected(&call, Rejected::Snapshot, "Failed to take snapshot".into());
    let update = goal(&[("ours", "new", "v")], &[], ConflictPolicy::Fail);
    assert_eq!(next_step(&update, &observed), Step::Wait(StepReason::RefusedForNow), "one refusal is not a verdict");
    refuse_often(&mut observed, &call);
    assert!(matches!(next_step(&update, &observed), Step::Refuse(Refusal::SnapshotFailed { .. })));
    let delete = goal(&[], &[("ours", "old", "v")], ConflictPolicy::Fail);
    assert!(matches!(next_step(&delete, &observed), Step::Done(Done::GroupsLeft { .. })));
}

#[test]
fn nothing_is_taken_from_an_application_that_goes_with_its_stack() {
    let mut observed = with(&[("ours", "old", "v")], ApplicationStatus::Running);
    observed.stack.status = Some(StackStatus::DeleteInProgress);
    let delete = goal(&[], &[("ours", "old", "v")], ConflictPolicy::Fail);
    assert!(matches!(next_step(&delete, &observed), Step::Done(Done::GroupsLeft { .. })));
}

/// What is reported after the call of `step` was accepted and seen.
fn reported_after(goal: &Goal, observed: &mut Observed) -> Step {
    let Step::Call(call @ Call::UpdateProperties { .. }, _) = next_step(goal, observed) else { panic!() };
    observed.attempts.accepted(&call);
    if let Call::UpdateProperties { groups, .. } = call {
        app(observed).groups = groups;
    }
    next_step(goal, observed)
}

#[test]
fn what_was_changed_or_dropped_behind_our_back_is_repaired_and_reported() {
    let ours = [("ours", "changed", "v"), ("ours", "dropped", "v")];
    let mut observed = with(&[("ours", "changed", "by them")], ApplicationStatus::Ready);
    let message = reported_after(&goal(&ours, &ours, ConflictPolicy::Fail), &mut observed);
    assert_eq!(message, done(&[("ours/changed", KeyAction::Repaired), ("ours/dropped", KeyAction::Repaired)]));
    assert_eq!(app(&mut observed).groups, groups(&ours));
}

#[test]
fn an_overwritten_key_is_reported_after_the_call_too() {
    let mut observed = with(&[("ours", "stream", "theirs")], ApplicationStatus::Ready);
    let message = reported_after(&goal(&[("ours", "stream", "s")], &[], ConflictPolicy::Overwrite), &mut observed);
    assert_eq!(message, done(&[("ours/stream", KeyAction::Replaced)]));
}

#[test]
fn what_keep_once_left_to_others_is_not_ours_when_the_policy_changes() {
    let observed = with(&[("ours", "stream", "theirs")], ApplicationStatus::Ready);
    let ours = [("ours", "stream", "s")];
    let after_keep =
        Properties { previous_policy: ConflictPolicy::Keep, ..properties(&ours, &ours, ConflictPolicy::Fail) };
    let step = next_step(&Goal::Properties(after_keep), &observed);
    assert!(matches!(step, Step::Refuse(Refusal::PropertyConflict { .. })), "{step:?}");
}

const REPORTS: &str = "arn:aws:cloudformation:eu-west-1:111122223333:stack/reports/1";

#[test]
fn a_borrowed_application_must_allow_this_stack_at_every_step() {
    let borrowed = |wanted: &[Triple], previous: &[Triple]| {
        let reach = Reach::Borrowed { stack: "reports".into(), id: REPORTS.into() };
        Goal::Properties(Properties { reach, ..properties(wanted, previous, ConflictPolicy::Fail) })
    };
    let (inject, remove) = (borrowed(&[("r", "k", "v")], &[]), borrowed(&[], &[("r", "k", "v")]));
    let mut observed = with(&[], ApplicationStatus::Ready);
    assert!(matches!(next_step(&inject, &observed), Step::Refuse(Refusal::NotOwned { .. })));
    app(&mut observed).tags.insert(HANDLERS_ALLOW.into(), "another".into());
    assert!(matches!(next_step(&inject, &observed), Step::Refuse(Refusal::NotOwned { .. })));
    assert!(matches!(next_step(&remove, &observed), Step::Done(Done::GroupsLeft { .. })));
    app(&mut observed).tags.insert(HANDLERS_ALLOW.into(), "reports".into());
    assert!(matches!(next_step(&inject, &observed), Step::Call(..)));
    app(&mut observed).tags.insert(HANDLERS_ALLOW.into(), REPORTS.into());
    assert!(matches!(next_step(&inject, &observed), Step::Call(..)), "by its ARN");
    app(&mut observed).tags.insert(HANDLERS_ALLOW.into(), REPORTS.replace("/1", "/2"));
    assert!(
        matches!(next_step(&inject, &observed), Step::Refuse(Refusal::NotOwned { .. })),
        "one of the same name, deleted since"
    );
    // Busy: the tags are not looked at, so nothing is decided by them.
    app(&mut observed).tags.clear();
    app(&mut observed).status = ApplicationStatus::Updating;
    assert!(matches!(next_step(&inject, &observed), Step::Wait(_)));
    let needed = inject.needs(ApplicationStatus::Running, observed.now);
    assert!(needed.tags, "who may write stands in the tags");
    // The borrower goes, the application stays.
    let mut observed = with(&[("r", "k", "v")], ApplicationStatus::Ready);
    app(&mut observed).tags.insert(HANDLERS_ALLOW.into(), "reports".into());
    observed.stack.status = Some(StackStatus::DeleteInProgress);
    assert_eq!(written(next_step(&remove, &observed)), []);
}

#[test]
fn the_holder_of_a_key_is_named_where_the_application_shows_it() {
    let mut observed = with(&[("r", "k", "theirs")], ApplicationStatus::Ready);
    app(&mut observed).tags.insert(STACK_NAME.into(), "orders".into());
    app(&mut observed).tags.insert(HANDLERS_ALLOW.into(), "reports".into());
    let message = |reach: Reach| {
        let goal = Properties { reach, ..properties(&[("r", "k", "v")], &[], ConflictPolicy::Fail) };
        let Step::Refuse(refusal) = next_step(&Goal::Properties(goal), &observed) else { panic!() };
        refusal.to_string()
    };
    assert!(message(Reach::Own).contains("r/k (held perhaps by the stack reports"), "{}", message(Reach::Own));
    let borrowed = message(Reach::Borrowed { stack: "reports".into(), id: REPORTS.into() });
    assert!(borrowed.contains("r/k (held by the application's own stack orders)"), "{borrowed}");
}

#[test]
fn an_update_that_left_the_job_stopped_is_reported_whether_operations_can_be_read_or_not() {
    let update = goal(&[("ours", "stream", "s")], &[], ConflictPolicy::Fail);
    let mut observed = with(&[], ApplicationStatus::Running);
    assert!(matches!(next_step(&update, &observed), Step::Call(..)));
    let mut unreadable = observed.clone();
    app(&mut observed).status = ApplicationStatus::Ready;
    operation(&mut observed, "UpdateApplication", OperationStatus::Failed, Some("no such topic."));
    let Step::Refuse(refusal) = next_step(&update, &observed) else { panic!() };
    assert!(refusal.to_string().ends_with("no such topic. The application is READY now."), "{refusal}");

    app(&mut unreadable).operations = crate::flink::Operations::Unreadable;
    assert!(matches!(reported_after(&update, &mut unreadable), Step::Done(_)));
    app(&mut unreadable).status = ApplicationStatus::Ready;
    assert!(matches!(next_step(&update, &unreadable), Step::Refuse(Refusal::UpdateFailed { .. })));
}

#[test]
fn a_delete_restarts_no_job_that_would_lose_its_state_and_names_what_it_left() {
    let mut observed = with(&[("ours", "old", "v"), ("theirs", "k", "v")], ApplicationStatus::Running);
    app(&mut observed).snapshots_enabled = false;
    let delete = goal(&[], &[("ours", "old", "v"), ("ours", "gone", "v")], ConflictPolicy::Fail);
    let Step::Done(Done::GroupsLeft { keys, .. }) = next_step(&delete, &observed) else { panic!() };
    assert_eq!(keys, ["ours/old"]);
}

#[test]
fn more_groups_than_the_service_takes_are_refused_before_any_call() {
    let mut observed = with(&[], ApplicationStatus::Ready);
    app(&mut observed).groups = (0..MOST_GROUPS).map(|n| groups_named(&format!("g{n}"))).collect();
    let step = next_step(&goal(&[("ours", "stream", "s")], &[], ConflictPolicy::Fail), &observed);
    let Step::Refuse(refusal) = step else { panic!() };
    assert!(refusal.to_string().contains("51 property groups; expected at most 50"), "{refusal}");
}

fn groups_named(id: &str) -> PropertyGroup {
    PropertyGroup { id: id.into(), map: [("k".to_owned(), "v".to_owned())].into() }
}
