//! What a start restores, rung by rung. The newest READY snapshot of a runtime that this one can restore comes first.
//! The service's own LATEST takes the newest of all, so it is said only where both are the same; otherwise the snapshot
//! is named. If that start's operation fails, the newest one made under the version that is started is tried, once.

use crate::flink::{Application, Operation, Operations, Restore, Runtime, Snapshot, SnapshotStatus};
use crate::lifecycle::observed::Observed;
use crate::lifecycle::reason::StepReason;
use crate::lifecycle::refusal::Refusal;
use crate::stack::StackStatus;
use crate::time::Timestamp;

/// What to restore after `failed` starts, and why; or why nothing is left. `undone` is when the stack operation began
/// that is taken back.
pub(in crate::lifecycle) fn choose_snapshot(
    application: &Application,
    observed: &Observed,
    failed: usize,
    undone: Option<Timestamp>,
) -> Result<(Restore, StepReason), Refusal> {
    let ready = newest_first(application);
    let Some(newest) = ready.first() else {
        // Nothing to lose: the service's LATEST starts empty.
        return if failed == 0 {
            Ok((Restore::Latest, StepReason::NotRunning))
        } else {
            Err(none_left(application, "LATEST"))
        };
    };
    // Where the service does not say what it was made under, it is taken to fit.
    let fits = |one: &&Snapshot| one.runtime.as_ref().is_none_or(|made| can_restore(&application.runtime, made));
    let restorable: Vec<&Snapshot> = ready.iter().copied().filter(fits).collect();
    let Some(first) = restorable.first() else {
        let tried =
            format!("{} was made under {}", newest.name, newest.runtime.as_deref().unwrap_or("another runtime"));
        return Err(Refusal::NothingToRestore { application: application.name.clone(), tried });
    };
    let second = || own(application, observed, &restorable, undone).filter(|second| second.name != first.name);
    match (failed, second()) {
        (0, _) if first.name == newest.name => Ok((Restore::Latest, StepReason::NotRunning)),
        (0, _) => Ok((Restore::Custom(first.name.clone()), StepReason::NewestIncompatible)),
        (1, Some(second)) => Ok((Restore::Custom(second.name.clone()), StepReason::NewestFailed)),
        (_, None) => Err(none_left(application, &format!("snapshot {}", first.name))),
        (_, Some(second)) => {
            Err(none_left(application, &format!("snapshot {}, then snapshot {}", first.name, second.name)))
        }
    }
}

/// Why no start is left, in the newest failed start's own words.
pub(in crate::lifecycle) fn none_left(application: &Application, tried: &str) -> Refusal {
    let error = application.start_error().unwrap_or_else(|| "the service gives no reason".to_owned());
    Refusal::StartFailed { application: application.name.clone(), error, tried: tried.to_owned() }
}

fn newest_first(application: &Application) -> Vec<&Snapshot> {
    let mut ready: Vec<&Snapshot> =
        application.snapshots.iter().filter(|one| one.status == SnapshotStatus::Ready).collect();
    ready.sort_by_key(|one| std::cmp::Reverse(one.created));
    ready
}

/// The newest made under the version that is started. When CloudFormation rolls back it writes the old configuration as
/// a new version, and nothing says which one it equals: then it is the newest of a version before the one whose state
/// was just tried.
fn own<'a>(
    application: &Application,
    observed: &Observed,
    restorable: &[&'a Snapshot],
    undone: Option<Timestamp>,
) -> Option<&'a Snapshot> {
    if let Some(old) = undone.and_then(|since| made_before(application, restorable, since)) {
        return Some(old);
    }
    let version = application.rolled_back_to.unwrap_or(application.version);
    let newest = |made_under: &dyn Fn(i64) -> bool| restorable.iter().copied().find(|one| made_under(one.version));
    let back = observed
        .stack
        .status
        .is_some_and(|stack| stack.is_rolling_back() || stack == StackStatus::UpdateRollbackComplete);
    let before = restorable.first().map(|first| first.version).filter(|_| back);
    newest(&|made| made == version).or_else(|| before.and_then(|before| newest(&|made| made < before)))
}

/// The newest made under the version that the operation which is taken back began with. The snapshot that the service
/// took for its first update carries that version too, though it was taken after the update began (`semantics.md`
/// G.14).
fn made_before<'a>(application: &Application, restorable: &[&'a Snapshot], since: Timestamp) -> Option<&'a Snapshot> {
    let Operations::Listed(all) = &application.operations else { return None };
    let of_it = |since: Timestamp| {
        let is_update = move |one: &&Operation| one.kind == "UpdateApplication" && one.started >= since;
        all.iter().rev().find(is_update)
    };
    let first = of_it(since).or_else(|| of_it(since.less_skew()))?;
    let before = restorable.iter().find(|one| one.created <= first.started)?;
    restorable.iter().copied().find(|one| one.version <= before.version)
}

/// Whether an application of this RuntimeEnvironment restores a snapshot that was made under another one; both as the
/// service says them.
#[must_use]
pub fn can_restore(runtime: &str, made_under: &str) -> bool {
    Runtime::of(runtime).can_restore(&Runtime::of(made_under))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flink::ApplicationStatus;
    use crate::lifecycle::fixtures::*;

    /// `(name, version, runtime)`, oldest first, in a stack that is updated.
    fn with(snapshots: &[(&str, i64, &str)]) -> Observed {
        let mut observed = seen(ApplicationStatus::Ready);
        observed.stack.status = Some(StackStatus::UpdateInProgress);
        app(&mut observed).version = 3;
        for (at, (name, version, runtime)) in (1..).zip(snapshots) {
            snapshot(&mut observed, name, SnapshotStatus::Ready);
            let made = app(&mut observed).snapshots.last_mut().unwrap();
            (made.created, made.version, made.runtime) = (Timestamp(at), *version, Some((*runtime).to_owned()));
        }
        observed
    }

    fn restored(observed: &Observed, failed: usize) -> Restore {
        choose_snapshot(observed.application.as_ref().unwrap(), observed, failed, None).unwrap().0
    }

    fn refused(observed: &Observed, failed: usize) -> String {
        choose_snapshot(observed.application.as_ref().unwrap(), observed, failed, None).unwrap_err().to_string()
    }

    #[test]
    fn the_newest_of_an_older_minor_version_is_the_services_own_latest() {
        assert_eq!(restored(&with(&[("a", 2, "FLINK-1_20"), ("b", 2, "FLINK-1_9")]), 0), Restore::Latest);
        assert_eq!(restored(&with(&[]), 0), Restore::Latest);
    }

    #[test]
    fn a_newest_one_that_cannot_be_restored_is_passed_over_by_name() {
        for newer in ["FLINK-2_2", "FLINK-1_21", "ZEPPELIN-FLINK-3_0"] {
            let observed = with(&[("a", 2, "FLINK-1_19"), ("b", 2, newer)]);
            assert_eq!(restored(&observed, 0), Restore::Custom("a".into()));
        }
    }

    #[test]
    fn when_none_can_be_restored_nothing_is_started_empty() {
        let message = refused(&with(&[("b", 2, "FLINK-2_2")]), 0);
        assert!(message.contains("b was made under FLINK-2_2"), "{message}");
    }

    #[test]
    fn after_a_failure_the_newest_of_the_version_that_is_started_is_tried_once() {
        let observed = with(&[("own", 3, "FLINK-1_20"), ("b", 2, "FLINK-1_20")]);
        assert_eq!(restored(&observed, 1), Restore::Custom("own".into()));
        assert!(refused(&observed, 2).contains("snapshot b, then snapshot own"));
    }

    #[test]
    fn what_failed_is_not_restored_again() {
        let observed = with(&[("a", 3, "FLINK-1_20"), ("b", 3, "FLINK-1_20")]);
        assert!(refused(&observed, 1).contains("snapshot b"));
    }

    #[test]
    fn on_the_way_back_it_is_the_newest_made_before_the_operations_first_update_however_many_followed() {
        let mut observed = with(&[
            ("v1", 1, "FLINK-1_20"),
            ("UPDATEAPPLICATION-1", 1, "FLINK-1_20"),
            ("v2, new code", 2, "FLINK-1_20"),
            ("v3, new code", 3, "FLINK-1_20"),
        ]);
        observed.stack.status = Some(StackStatus::UpdateRollbackInProgress);
        app(&mut observed).version = 4;
        operation(&mut observed, "UpdateApplication", crate::flink::OperationStatus::Successful, None);
        let Operations::Listed(all) = &mut app(&mut observed).operations else { panic!() };
        // Begun a moment before the service's own snapshot for it.
        all[0].started = Timestamp(1);
        let application = observed.application.as_ref().unwrap();
        let chosen = choose_snapshot(application, &observed, 1, Some(Timestamp(0))).unwrap().0;
        assert_eq!(chosen, Restore::Custom("UPDATEAPPLICATION-1".into()));
    }

    #[test]
    fn in_a_rollback_the_version_before_the_one_that_failed_counts_as_the_one_that_is_started() {
        let mut observed = with(&[("v1", 1, "FLINK-1_20"), ("v2", 2, "FLINK-1_20")]);
        assert!(refused(&observed, 1).contains("snapshot v2"));
        observed.stack.status = Some(StackStatus::UpdateRollbackInProgress);
        assert_eq!(restored(&observed, 1), Restore::Custom("v1".into()));
        observed.stack.status = Some(StackStatus::UpdateInProgress);
        app(&mut observed).rolled_back_to = Some(1);
        assert_eq!(restored(&observed, 1), Restore::Custom("v1".into()));
    }
}
