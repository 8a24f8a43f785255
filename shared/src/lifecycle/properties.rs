//! Toward [`Goal::Properties`](super::Goal::Properties): an update replaces the whole list (`semantics.md` A.6), so it is read, merged and
//! written under the token of the same look.

use std::collections::BTreeMap;

use super::action::Action;
use super::because::Because;
use super::call::Call;
use super::goal::{Done, Properties};
use super::observed::{Application, Group, Observed};
use super::refusal::Refusal;
use super::status::{ApplicationStatus, OperationStatus, StackStatus};
use super::values::ConflictPolicy;
use super::{Step, UNSEEN_LOOKS};

/// How often an accepted update may come to nothing.
const UPDATES: u8 = 3;

/// The next step toward the wanted groups.
pub(super) fn next(goal: &Properties, observed: &Observed) -> Step {
    let removing = goal.wanted.is_empty();
    let Some(application) = &observed.application else {
        return if removing {
            Step::Done(Done::Gone)
        } else {
            Step::Refuse(Refusal::ApplicationMissing { application: String::new() })
        };
    };
    if removing && observed.stack.status.is_some_and(StackStatus::is_going) {
        return Step::Done(Done::GroupsLeft { because: "the stack goes, and the application with it".to_owned() });
    }
    match application.status {
        ApplicationStatus::Deleting if removing => Step::Done(Done::Gone),
        ApplicationStatus::Deleting => Step::Refuse(Refusal::BeingDeleted { application: application.name.clone() }),
        ApplicationStatus::RolledBack => Step::Refuse(Refusal::RolledBack { application: application.name.clone() }),
        ApplicationStatus::Ready | ApplicationStatus::Running => settled(goal, application, observed),
        ApplicationStatus::Starting
        | ApplicationStatus::Stopping
        | ApplicationStatus::Updating
        | ApplicationStatus::Autoscaling
        | ApplicationStatus::ForceStopping
        | ApplicationStatus::RollingBack
        | ApplicationStatus::Maintenance => Step::Wait(Because::Busy(application.status)),
    }
}

fn settled(goal: &Properties, application: &Application, observed: &Observed) -> Step {
    let name = || application.name.clone();
    let merged = merge(&application.groups, &goal.previous, &goal.wanted, goal.policy);
    if merged.conflicts.is_empty() && same(&merged.groups, &application.groups) {
        return Step::Done(Done::Groups { settled: merged.settled });
    }
    if !merged.conflicts.is_empty() {
        return Step::Refuse(Refusal::PropertyConflict { keys: merged.conflicts });
    }
    if let Some(text) = observed.tried.refused_snapshot(Action::UpdateApplication) {
        return if goal.wanted.is_empty() {
            Step::Done(Done::GroupsLeft { because: format!("the job cannot be snapshotted: {text}") })
        } else {
            Step::Refuse(Refusal::SnapshotFailed { application: name(), error: text.to_owned() })
        };
    }
    if let Some(operation) = application.newest("UpdateApplication", goal.since) {
        match operation.status {
            OperationStatus::Failed | OperationStatus::Cancelled => {
                let error = operation.error.clone().unwrap_or_else(|| "the service gives no reason".to_owned());
                return Step::Refuse(Refusal::UpdateFailed { application: name(), error });
            }
            OperationStatus::InProgress => return Step::Wait(Because::NotSeenYet),
            OperationStatus::Successful => {}
        }
    }
    if observed.tried.updates > 0 && observed.tried.looks <= UNSEEN_LOOKS {
        return Step::Wait(Because::NotSeenYet);
    }
    if observed.tried.updates >= UPDATES {
        let error = "updates were accepted, and the groups are still not the wanted ones".to_owned();
        return Step::Refuse(Refusal::UpdateFailed { application: name(), error });
    }
    let restart = (application.status == ApplicationStatus::Running)
        .then(|| application.running_with.as_ref().is_some_and(|(_, allow)| *allow));
    Step::Call(Call::UpdateProperties { groups: merged.groups, restart }, Because::GroupsDiffer)
}

/// What a merge comes to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Merged {
    groups: Vec<Group>,
    conflicts: Vec<String>,
    settled: Vec<String>,
}

/// The groups to be written: everything of others as it is, ours as wanted. Ours are the keys that `previous` names; one is removed
/// only while its value is the one `previous` gave it.
fn merge(current: &[Group], previous: &[Group], wanted: &[Group], policy: ConflictPolicy) -> Merged {
    let mut merged = Merged { groups: current.to_vec(), ..Merged::default() };
    for group in previous {
        for (key, value) in &group.map {
            let dropped = value_of(wanted, &group.id, key).is_none();
            if dropped && value_of(&merged.groups, &group.id, key) == Some(value) {
                remove(&mut merged.groups, &group.id, key);
            }
        }
    }
    for group in wanted {
        for (key, value) in &group.map {
            let theirs = value_of(current, &group.id, key).filter(|present| *present != value);
            let ours = value_of(previous, &group.id, key);
            let place = || format!("{}/{key}", group.id);
            match (theirs, policy) {
                (None, _) => insert(&mut merged.groups, &group.id, key, value),
                (Some(present), _) if ours == Some(present) => insert(&mut merged.groups, &group.id, key, value),
                (Some(_), ConflictPolicy::Keep) => merged.settled.push(place()),
                // Ours by name, changed behind our back: repaired, and said.
                (Some(_), ConflictPolicy::Fail) if ours.is_none() => merged.conflicts.push(place()),
                (Some(_), ConflictPolicy::Fail | ConflictPolicy::Overwrite) => {
                    insert(&mut merged.groups, &group.id, key, value);
                    merged.settled.push(place());
                }
            }
        }
    }
    // A group without a key is not valid (`semantics.md` A.10).
    merged.groups.retain(|group| !group.map.is_empty());
    merged
}

fn value_of<'a>(groups: &'a [Group], id: &str, key: &str) -> Option<&'a String> {
    groups.iter().find(|group| group.id == id).and_then(|group| group.map.get(key))
}

fn remove(groups: &mut [Group], id: &str, key: &str) {
    if let Some(group) = groups.iter_mut().find(|group| group.id == id) {
        group.map.remove(key);
    }
}

fn insert(groups: &mut Vec<Group>, id: &str, key: &str, value: &str) {
    if let Some(group) = groups.iter_mut().find(|group| group.id == id) {
        group.map.insert(key.to_owned(), value.to_owned());
    } else {
        groups.push(Group { id: id.to_owned(), map: BTreeMap::from([(key.to_owned(), value.to_owned())]) });
    }
}

/// Whether two lists say the same, in whatever order.
fn same(left: &[Group], right: &[Group]) -> bool {
    let sorted =
        |groups: &[Group]| groups.iter().map(|group| (group.id.clone(), group.map.clone())).collect::<BTreeMap<_, _>>();
    sorted(left) == sorted(right)
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::super::observed::Timestamp;
    use super::super::{Goal, Rejected, next_step};
    use super::*;

    fn groups(keys: &[(&str, &str, &str)]) -> Vec<Group> {
        let mut groups = Vec::new();
        for (id, key, value) in keys {
            insert(&mut groups, id, key, value);
        }
        groups
    }

    fn goal(wanted: &[(&str, &str, &str)], previous: &[(&str, &str, &str)], policy: ConflictPolicy) -> Goal {
        Goal::Properties(Properties { wanted: groups(wanted), previous: groups(previous), policy, since: Timestamp(0) })
    }

    fn with(present: &[(&str, &str, &str)], status: ApplicationStatus) -> Observed {
        let mut observed = seen(status);
        app(&mut observed).groups = groups(present);
        observed
    }

    fn written(step: Step) -> Vec<Group> {
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
        assert_eq!(step, Step::Done(Done::Groups { settled: vec![] }));
    }

    #[test]
    fn a_key_of_somebody_else_is_a_conflict_named_without_its_value() {
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
        assert_eq!(keep, Step::Done(Done::Groups { settled: vec!["ours/stream".into()] }));
    }

    #[test]
    fn a_key_of_ours_that_is_no_longer_wanted_goes_and_one_that_was_changed_meanwhile_stays() {
        let observed = with(&[("ours", "old", "v"), ("ours", "changed", "by them")], ApplicationStatus::Ready);
        let previous = [("ours", "old", "v"), ("ours", "changed", "v")];
        let step = next_step(&goal(&[], &previous, ConflictPolicy::Fail), &observed);
        assert_eq!(written(step), groups(&[("ours", "changed", "by them")]));
    }

    #[test]
    fn on_a_running_application_the_restart_is_told_what_is_now_described() {
        let mut observed = with(&[], ApplicationStatus::Running);
        app(&mut observed).running_with = Some((super::super::Restore::Custom("s".into()), true));
        let step = next_step(&goal(&[("ours", "stream", "s")], &[], ConflictPolicy::Fail), &observed);
        assert!(matches!(step, Step::Call(Call::UpdateProperties { restart: Some(true), .. }, _)));
    }

    #[test]
    fn a_job_that_cannot_be_snapshotted_is_refused_and_a_delete_leaves_what_it_cannot_take() {
        let mut observed = with(&[("ours", "old", "v")], ApplicationStatus::Running);
        let call = Call::UpdateProperties { groups: vec![], restart: None };
        observed.tried.rejected(&call, Rejected::Snapshot, "Failed to take snapshot".into());
        let update = goal(&[("ours", "new", "v")], &[], ConflictPolicy::Fail);
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
}
