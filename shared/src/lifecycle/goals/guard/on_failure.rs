//! The job cannot be snapshotted: what the policy of the guard says, and the marker before each stop.

use crate::flink::{Application, ApplicationStatus};
use crate::lifecycle::call::Call;
use crate::lifecycle::goal::choices::{GuardOutcome, OnSnapshotFailure};
use crate::lifecycle::goal::{Done, Guarded};
use crate::lifecycle::goals::unmark::let_go;
use crate::lifecycle::observed::Observed;
use crate::lifecycle::reason::StepReason;
use crate::lifecycle::refusal::Refusal;
use crate::lifecycle::rules::replay::{MAX_FORCE_STOPS, Replay, bound, replay};
use crate::lifecycle::{MARKER, Step, UNSEEN_LOOKS};

/// The job cannot be snapshotted: what the policy says.
pub(super) fn failed(goal: &Guarded, application: &Application, observed: &Observed, error: &str) -> Step {
    match goal.on_failure {
        OnSnapshotFailure::ForceStop => force(goal, application, observed, error),
        OnSnapshotFailure::Fail => {
            let_go(&goal.marker, application, observed, Step::Refuse(snapshot_failed(application, error)))
        }
        OnSnapshotFailure::Continue => {
            let_go(&goal.marker, application, observed, Step::Done(Done::Guarded(GuardOutcome::Continued)))
        }
    }
}

pub(super) fn force(goal: &Guarded, application: &Application, observed: &Observed, error: &str) -> Step {
    let attempts = &observed.attempts;
    let name = application.name.clone();
    if attempts.forced >= MAX_FORCE_STOPS {
        let error = error.to_owned();
        return let_go(
            &goal.marker,
            application,
            observed,
            Step::Refuse(Refusal::WouldNotStop { application: name, error }),
        );
    }
    if attempts.forced > 0 && attempts.looks <= UNSEEN_LOOKS {
        return Step::Wait(StepReason::NotSeenYet);
    }
    match application.status {
        // No force is known to work here, and each of them passes (`semantics.md` A.3).
        ApplicationStatus::ForceStopping | ApplicationStatus::RollingBack | ApplicationStatus::Maintenance => {
            return Step::Wait(StepReason::Busy(application.status));
        }
        ApplicationStatus::Ready
        | ApplicationStatus::RolledBack
        | ApplicationStatus::Deleting
        | ApplicationStatus::Running
        | ApplicationStatus::Starting
        | ApplicationStatus::Stopping
        | ApplicationStatus::Updating
        | ApplicationStatus::Autoscaling => {}
    }
    if goal.gives_state_up {
        let force = Step::Call(Call::Stop { force: true }, StepReason::StateGivenUp);
        return mark(goal, application, observed).unwrap_or(force);
    }
    let bound = match bound(application, goal.bound) {
        Ok(bound) => bound,
        Err(refusal) => return let_go(&goal.marker, application, observed, Step::Refuse(refusal)),
    };
    match replay(application, observed.now, bound) {
        Replay::Forbidden { why } => {
            let refusal = Refusal::ReplayForbidden { application: name, why };
            let_go(&goal.marker, application, observed, Step::Refuse(refusal))
        }
        Replay::Since { .. } | Replay::Empty { .. } => mark(goal, application, observed)
            .unwrap_or(Step::Call(Call::Stop { force: true }, StepReason::ForceAllowed)),
    }
}

/// The marker comes before the stop.
pub(super) fn mark(goal: &Guarded, application: &Application, observed: &Observed) -> Option<Step> {
    let marked = application.tag(MARKER) == Some(&goal.marker) || observed.attempts.tagged > 0;
    let tag = Call::Tag { key: MARKER, value: goal.marker.clone() };
    (!marked).then_some(Step::Call(tag, StepReason::RememberToRestart))
}

pub(super) fn snapshot_failed(application: &Application, error: &str) -> Refusal {
    Refusal::SnapshotFailed { application: application.name.clone(), error: error.to_owned() }
}
