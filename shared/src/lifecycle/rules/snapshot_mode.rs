//! Enhanced snapshots are refused by name before anything is stopped or changed: this version cannot list, prove or
//! restore them. Once the SDK has their operations, this file goes, and the shell reads snapshots by the application's
//! mode.

use crate::flink::{Application, ApplicationPhase, SnapshotMode};
use crate::lifecycle::goal::{Force, Goal};
use crate::lifecycle::incident::Consent;
use crate::lifecycle::observed::Observed;
use crate::lifecycle::refusal::Refusal;
use crate::lifecycle::{SNAPSHOT_HOURS, Step, UNSTICK};

/// The refusal of an application whose snapshots this version cannot see.
pub(in crate::lifecycle) fn refusal(application: &Application) -> Option<Refusal> {
    match (application.snapshot_mode, application.status.phase()) {
        (SnapshotMode::Legacy, _) | (SnapshotMode::Enhanced, ApplicationPhase::Deleting) => None,
        (
            SnapshotMode::Enhanced,
            ApplicationPhase::Ready
            | ApplicationPhase::Running
            | ApplicationPhase::Transitional
            | ApplicationPhase::RolledBack,
        ) => Some(Refusal::EnhancedSnapshots { application: application.name.clone() }),
    }
}

/// The step that refuses `goal`; `None` where the goal's own steps apply.
pub(in crate::lifecycle) fn next(goal: &Goal, observed: &Observed) -> Option<Step> {
    let application = observed.application.as_ref()?;
    let takes_snapshots = match goal {
        Goal::Running(_) | Goal::Guarded(_) | Goal::Settled(_) | Goal::Recovered(_) => true,
        Goal::Stopped(stopped) => match stopped.force {
            Force::UnderReplayRule(_) => true,
            // The application goes with the stack: a stop needs no snapshot of ours.
            Force::Freely => false,
        },
        // What of an application the sweep looks after its own tags say.
        Goal::Swept(_) => {
            let asks = application.tag(SNAPSHOT_HOURS).is_some();
            asks && Consent::of(application.tag(UNSTICK), None) != Consent::None
        }
        // Property groups are refused once it is known whether the request may know of the application.
        Goal::Properties(_) | Goal::Unmarked(_) | Goal::Continued(_) => false,
    };
    refusal(application).filter(|_| takes_snapshots).map(Step::Refuse)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flink::ApplicationStatus;
    use crate::flink::PropertyGroup;
    use crate::lifecycle::fixtures::*;
    use crate::lifecycle::goal::{Swept, Unmarked};
    use crate::lifecycle::{ConflictPolicy, next_step};

    fn enhanced() -> Observed {
        let mut observed = seen(ApplicationStatus::Running);
        app(&mut observed).snapshot_mode = SnapshotMode::Enhanced;
        observed
    }

    fn is_refused(goal: &Goal, observed: &Observed) -> bool {
        matches!(next_step(goal, observed), Step::Refuse(Refusal::EnhancedSnapshots { .. }))
    }

    #[test]
    fn property_groups_are_refused_and_their_removal_is_not() {
        let groups = vec![PropertyGroup { id: "g".into(), map: [("k".into(), "v".into())].into() }];
        let written = properties(groups.clone(), Vec::new(), ConflictPolicy::Fail);
        assert!(is_refused(&Goal::Properties(written), &enhanced()));
        let removed = properties(Vec::new(), groups, ConflictPolicy::Fail);
        assert!(!is_refused(&Goal::Properties(removed), &enhanced()));
    }

    #[test]
    fn the_sweep_refuses_only_what_it_was_asked_to_look_after() {
        let goal = Goal::Swept(Swept { snapshot: "flink-handlers-sweep-1".into(), keep: 10 });
        let mut observed = enhanced();
        app(&mut observed).tags.insert(SNAPSHOT_HOURS.into(), "6".into());
        assert!(!is_refused(&goal, &observed), "without consent");
        app(&mut observed).tags.insert(UNSTICK.into(), "enabled".into());
        assert!(is_refused(&goal, &observed));
        app(&mut observed).tags.remove(SNAPSHOT_HOURS);
        assert!(!is_refused(&goal, &observed), "no snapshot is asked for");
    }

    #[test]
    fn a_marker_is_removed_in_both_modes() {
        let goal = Goal::Unmarked(Unmarked { marker: "e1".into(), even_stopped: false });
        assert!(!is_refused(&goal, &enhanced()));
    }
}
