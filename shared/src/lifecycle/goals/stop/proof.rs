//! Where the replay rule forbids a force-stop, a job is stopped only if a snapshot proves that it can be stopped
//! gracefully: that is looked at before anything is marked. The snapshot itself is then young enough to replay from.

use super::is_ours;
use crate::flink::{Application, Snapshot, SnapshotStatus};
use crate::lifecycle::action::Action;
use crate::lifecycle::call::Call;
use crate::lifecycle::goal::{Force, Stopped};
use crate::lifecycle::observed::Observed;
use crate::lifecycle::reason::StepReason;
use crate::lifecycle::refusal::Refusal;
use crate::lifecycle::rules::replay::{Replay, replay};
use crate::lifecycle::{Step, UNSEEN_LOOKS};

/// The step before the stop; none where a force-stop is allowed, or where no proof is asked for.
pub(super) fn first(goal: &Stopped, application: &Application, observed: &Observed) -> Option<Step> {
    let (name, Force::UnderReplayRule(bound)) = (goal.proof.as_ref()?, goal.force) else { return None };
    let Replay::Forbidden { why } = replay(application, observed.now, bound) else { return None };
    if is_ours(goal, application, &observed.attempts) {
        return None;
    }
    let refused = || Step::Refuse(Refusal::ReplayForbidden { application: application.name.clone(), why });
    let attempts = &observed.attempts;
    let proof = application.snapshots.iter().find(|one| one.name == *name);
    Some(match proof.map(|one| one.status) {
        // READY and yet too old: the bound is shorter than taking it was.
        Some(SnapshotStatus::Ready | SnapshotStatus::Failed | SnapshotStatus::Deleting) => refused(),
        Some(SnapshotStatus::Creating) => Step::Wait(StepReason::Proving),
        None if attempts.refused_snapshot(Action::CreateApplicationSnapshot).is_some() || attempts.quota.is_some() => {
            refused()
        }
        None if attempts.snapshots == 0 => {
            let is_fresh =
                |one: &Snapshot| observed.now.since(one.created.max(goal.since)) < observed.refusal_patience();
            if application.creating(None).is_some_and(is_fresh) {
                Step::Wait(StepReason::OthersSnapshot)
            } else {
                Step::Call(Call::CreateSnapshot { name: name.clone() }, StepReason::ProveHealth)
            }
        }
        None if attempts.looks <= UNSEEN_LOOKS => Step::Wait(StepReason::NotSeenYet),
        None => refused(),
    })
}
