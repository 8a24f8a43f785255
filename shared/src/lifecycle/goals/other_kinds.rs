//! The steps for Studio notebooks and SQL applications, which take no snapshot; where a kind has none of its own, the
//! goal's steps apply.

use super::guard;
use crate::flink::{Application, ApplicationKind, ApplicationPhase};
use crate::lifecycle::call::Call;
use crate::lifecycle::goal::choices::GuardOutcome;
use crate::lifecycle::goal::{Done, Goal, Guarded, Stopped};
use crate::lifecycle::observed::Observed;
use crate::lifecycle::reason::StepReason;
use crate::lifecycle::refusal::Refusal;
use crate::lifecycle::{Step, UNSEEN_LOOKS};

/// The refusal of an application that the resource of `goal` does not serve.
pub(super) fn not_served(goal: &Goal, application: &Application) -> Step {
    let resource = match goal {
        Goal::Properties(_) => "Custom::FlinkPropertyGroups",
        Goal::Guarded(_) => "Custom::FlinkUpdateGuard",
        Goal::Running(_)
        | Goal::Stopped(_)
        | Goal::Settled(_)
        | Goal::Unmarked(_)
        | Goal::Continued(_)
        | Goal::Recovered(_)
        | Goal::Swept(_) => "Custom::FlinkAutoStart",
    };
    let (name, runtime) = (application.name.clone(), application.runtime.clone());
    Step::Refuse(Refusal::NotServed { application: name, resource, runtime })
}

/// The next step for an application that is not a Flink job; `None` where the goal's own steps apply.
pub(in crate::lifecycle) fn next(goal: &Goal, observed: &Observed) -> Option<Step> {
    let application = observed.application.as_ref()?;
    match (application.kind(), goal) {
        // Property groups are refused once it is known whether the request may know of the application.
        (ApplicationKind::Flink, _)
        | (ApplicationKind::Studio | ApplicationKind::Sql, Goal::Properties(_) | Goal::Continued(_))
        | (ApplicationKind::Studio, Goal::Running(_)) => None,
        (ApplicationKind::Studio, Goal::Guarded(guarded)) => Some(let_pass(guarded, application, observed)),
        // The unsticker's stop carries a marker, auto-start's OnDelete does not.
        (ApplicationKind::Studio, Goal::Stopped(stopped)) if stopped.marker.is_none() => {
            Some(stop_notebook(stopped, application, observed))
        }
        (ApplicationKind::Sql, Goal::Stopped(stopped)) if stopped.marker.is_none() => {
            Some(not_served(goal, application))
        }
        (ApplicationKind::Sql, Goal::Running(_) | Goal::Guarded(_)) => Some(not_served(goal, application)),
        (ApplicationKind::Studio | ApplicationKind::Sql, Goal::Stopped(stopped) | Goal::Settled(stopped)) => {
            Some(wait_for_rest(stopped, application, observed))
        }
        (ApplicationKind::Studio | ApplicationKind::Sql, Goal::Unmarked(_)) => Some(Step::Done(Done::Unmarked)),
        (ApplicationKind::Studio | ApplicationKind::Sql, Goal::Recovered(_)) => Some(Step::Done(Done::NotRunning)),
        (ApplicationKind::Studio | ApplicationKind::Sql, Goal::Swept(_)) => Some(Step::Done(Done::Swept)),
    }
}

/// A notebook takes an update without a snapshot. One that is busy is waited for, because a busy application refuses
/// the update, and never stopped.
fn let_pass(goal: &Guarded, application: &Application, observed: &Observed) -> Step {
    let outcome = match application.status.phase() {
        ApplicationPhase::Deleting => GuardOutcome::NoApplication,
        ApplicationPhase::Ready | ApplicationPhase::RolledBack => GuardOutcome::NotRunning,
        ApplicationPhase::Transitional if !guard::is_due(goal, application.busy_since(goal.since), observed.now) => {
            return Step::Wait(StepReason::Busy(application.status));
        }
        ApplicationPhase::Running | ApplicationPhase::Transitional => GuardOutcome::SnapshotsDisabled,
    };
    Step::Done(Done::Guarded(outcome))
}

/// A notebook has no state that a snapshot keeps, so a stop without Force loses nothing; whether AWS forces one is not
/// documented (`SEMANTICS.md` H.4).
fn stop_notebook(goal: &Stopped, application: &Application, observed: &Observed) -> Step {
    let attempts = &observed.attempts;
    let would_not_stop = || {
        let error = format!("it stays {}", application.status);
        Step::Refuse(Refusal::WouldNotStop { application: application.name.clone(), error })
    };
    match application.status.phase() {
        ApplicationPhase::Deleting => Step::Done(Done::Gone),
        ApplicationPhase::Ready | ApplicationPhase::RolledBack => {
            Step::Done(if attempts.stops > 0 { Done::Stopped } else { Done::NotRunning })
        }
        ApplicationPhase::Running if attempts.stops == 0 => {
            Step::Call(Call::Stop { force: false }, StepReason::StackGoes)
        }
        ApplicationPhase::Running if attempts.looks <= UNSEEN_LOOKS => Step::Wait(StepReason::NotSeenYet),
        ApplicationPhase::Running => would_not_stop(),
        ApplicationPhase::Transitional if is_overdue(goal, application, observed) => would_not_stop(),
        ApplicationPhase::Transitional => Step::Wait(StepReason::Busy(application.status)),
    }
}

fn is_overdue(goal: &Stopped, application: &Application, observed: &Observed) -> bool {
    observed.now.since(application.busy_since(goal.since)) >= goal.patience
}

/// One that blocked a rollback because it was busy: it is waited for, and never stopped, marked or started.
fn wait_for_rest(goal: &Stopped, application: &Application, observed: &Observed) -> Step {
    match application.status.phase() {
        ApplicationPhase::Deleting => Step::Done(Done::Gone),
        ApplicationPhase::Ready | ApplicationPhase::RolledBack => Step::Done(Done::NotRunning),
        ApplicationPhase::Running => Step::Done(Done::Settled),
        ApplicationPhase::Transitional if is_overdue(goal, application, observed) => {
            let error = format!("it is {} for too long", application.status);
            Step::Refuse(Refusal::NotSettled { application: application.name.clone(), error })
        }
        ApplicationPhase::Transitional => Step::Wait(StepReason::Busy(application.status)),
    }
}

#[cfg(test)]
mod tests;
