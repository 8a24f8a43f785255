//! Toward [`Goal::Stopped`](crate::lifecycle::Goal::Stopped): gracefully, because its snapshot is what a restart
//! resumes from; by force only where that is allowed.

mod proof;

use crate::flink::{Application, ApplicationStatus, Snapshot};
use crate::lifecycle::action::Action;
use crate::lifecycle::attempts::{Attempts, Unanswered};
use crate::lifecycle::call::Call;
use crate::lifecycle::goal::{Done, Force, Stopped};
use crate::lifecycle::goals::unmark::let_go;
use crate::lifecycle::observed::Observed;
use crate::lifecycle::reason::StepReason;
use crate::lifecycle::refusal::Refusal;
use crate::lifecycle::rules::replay::{MAX_FORCE_STOPS, Replay, replay};
use crate::lifecycle::{MARKER, Step, UNSEEN_LOOKS};
use crate::time::Timestamp;

/// The next step toward a stopped application.
pub(in crate::lifecycle) fn next(goal: &Stopped, observed: &Observed) -> Step {
    let Some(application) = &observed.application else { return Step::Done(Done::Gone) };
    let attempts = &observed.attempts;
    match application.status {
        ApplicationStatus::Deleting => Step::Done(Done::Gone),
        ApplicationStatus::Ready | ApplicationStatus::RolledBack => {
            Step::Done(if is_ours(goal, application, attempts) { Done::Stopped } else { Done::NotRunning })
        }
        ApplicationStatus::ForceStopping | ApplicationStatus::RollingBack | ApplicationStatus::Maintenance => {
            Step::Wait(StepReason::Busy(application.status))
        }
        ApplicationStatus::Running => {
            if let Some(step) = proof::first(goal, application, observed) {
                return step;
            }
            if let Some(step) = mark(goal, application, observed) {
                return step;
            }
            let impossible = attempts.refused_snapshot(Action::StopApplication).is_some();
            // Its snapshot is waited for like a refusal: the service may refuse another one meanwhile, and a force-stop
            // cancels it.
            let is_fresh =
                |one: &Snapshot| observed.now.since(one.created.max(goal.since)) < observed.refusal_patience();
            if goal.graceful
                && attempts.stops == 0
                && attempts.forced == 0
                && application.creating(None).is_some_and(is_fresh)
            {
                return Step::Wait(StepReason::OthersSnapshot);
            }
            if !goal.graceful || impossible || attempts.forced > 0 {
                force(goal, application, observed)
            } else if attempts.stops == 0 {
                Step::Call(Call::Stop { force: false }, StepReason::StopKeepsState)
            } else if attempts.looks <= UNSEEN_LOOKS {
                Step::Wait(StepReason::NotSeenYet)
            } else {
                // The graceful stop was accepted and the application is RUNNING again: its snapshot failed after all.
                force(goal, application, observed)
            }
        }
        ApplicationStatus::Starting
        | ApplicationStatus::Updating
        | ApplicationStatus::Autoscaling
        | ApplicationStatus::Stopping => {
            if !is_due(goal, application.busy_since(goal.since), observed.now) {
                return Step::Wait(StepReason::Busy(application.status));
            }
            // Nothing is marked that would not be stopped.
            match force(goal, application, observed) {
                refused @ Step::Refuse(_) => refused,
                step @ (Step::Call(..) | Step::Wait(_) | Step::Done(_)) => {
                    mark(goal, application, observed).unwrap_or(step)
                }
            }
        }
    }
}

/// Whether a busy application is forced now rather than waited for.
pub(in crate::lifecycle) fn is_due(goal: &Stopped, since: Timestamp, now: Timestamp) -> bool {
    !goal.graceful || now.since(since) >= goal.patience
}

/// The marker comes before the stop.
fn mark(goal: &Stopped, application: &Application, observed: &Observed) -> Option<Step> {
    let value = goal.marker.as_ref()?;
    // What was let go is not marked anew.
    let marked =
        application.tag(MARKER) == Some(value) || observed.attempts.tagged > 0 || observed.attempts.untagged > 0;
    (!marked).then(|| Step::Call(Call::Tag { key: MARKER, value: value.clone() }, StepReason::RememberToRestart))
}

/// Whether it was stopped for this goal: by this process, or by one before it, which left the marker.
fn is_ours(goal: &Stopped, application: &Application, attempts: &Attempts) -> bool {
    let is_lost_stop = |one: &Unanswered| one.action == Action::StopApplication && one.may_be_taken;
    let unanswered = attempts.unanswered.as_ref().is_some_and(is_lost_stop);
    let marked = goal.marker.is_some() && application.tag(MARKER) == goal.marker.as_deref();
    attempts.stops > 0 || attempts.forced > 0 || unanswered || marked
}

fn force(goal: &Stopped, application: &Application, observed: &Observed) -> Step {
    let let_go = |end| match &goal.marker {
        Some(marker) => let_go(marker, application, observed, end),
        None => end,
    };
    let reason = match goal.force {
        Force::Freely => StepReason::StackGoes,
        Force::UnderReplayRule(bound) => match replay(application, observed.now, bound) {
            Replay::Since { .. } | Replay::Empty { .. } => StepReason::ForceAllowed,
            Replay::Forbidden { why } => {
                let refusal = Refusal::ReplayForbidden { application: application.name.clone(), why };
                return let_go(Step::Refuse(refusal));
            }
        },
    };
    match forced(application, observed, reason) {
        step @ Step::Refuse(_) => let_go(step),
        step @ (Step::Call(..) | Step::Wait(_) | Step::Done(_)) => step,
    }
}

/// A force-stop, asked for a few times: it can be rejected, or come to nothing.
pub(in crate::lifecycle) fn forced(application: &Application, observed: &Observed, reason: StepReason) -> Step {
    let attempts = &observed.attempts;
    if attempts.forced > 0 && attempts.looks <= UNSEEN_LOOKS {
        return Step::Wait(StepReason::NotSeenYet);
    }
    if attempts.forced < MAX_FORCE_STOPS {
        return Step::Call(Call::Stop { force: true }, reason);
    }
    let error = attempts.rejection.as_ref().map_or_else(
        || format!("a force-stop was accepted and it is {}", application.status),
        |rejection| rejection.text.clone(),
    );
    Step::Refuse(Refusal::WouldNotStop { application: application.name.clone(), error })
}

#[cfg(test)]
mod tests;
