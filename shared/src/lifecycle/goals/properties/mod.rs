//! Toward [`Goal::Properties`](crate::lifecycle::Goal::Properties): an update replaces the whole list (`semantics.md`
//! A.6), so it is read, merged and written under the token of the same look.

#[cfg(test)]
mod any;
mod merge;
#[cfg(test)]
mod tests;

use super::other_kinds::not_served;
use crate::flink::{Application, ApplicationKind, ApplicationPhase, ApplicationStatus, OperationStatus};
use crate::lifecycle::action::Action;
use crate::lifecycle::call::Call;
use crate::lifecycle::goal::{Done, Goal, Properties, Reach};
use crate::lifecycle::observed::Observed;
use crate::lifecycle::reason::StepReason;
use crate::lifecycle::refusal::Refusal;
use crate::lifecycle::rules::refused_snapshot::{Refused, refused};
use crate::lifecycle::rules::snapshot_mode;
use crate::lifecycle::{HANDLERS_ALLOW, Step, UNSEEN_LOOKS};
use crate::stack::StackStatus;
use merge::{MergeResult, merge, over_the_limits, places, same};

use crate::lifecycle::goal::key_change::KeyChange;
pub use merge::{MOST_GROUPS, MOST_KEYS};

/// How often an accepted update may come to nothing.
const UPDATES: u8 = 3;
/// The tag that CloudFormation itself gives an application.
const STACK_NAME: &str = "aws:cloudformation:stack-name";

/// The next step toward the wanted groups.
pub(in crate::lifecycle) fn next(goal: &Properties, observed: &Observed) -> Step {
    let removing = goal.is_removal();
    let Some(application) = &observed.application else {
        return if removing {
            Step::Done(Done::Gone)
        } else {
            Step::Refuse(Refusal::ApplicationMissing { application: String::new() })
        };
    };
    // A borrowed application stays when the borrower goes.
    if removing && goal.reach == Reach::Own && observed.stack.status.is_some_and(StackStatus::is_being_removed) {
        return left(goal, application, "the stack goes, and the application with it");
    }
    if let Some(other) = &goal.kept_for {
        return left(
            goal,
            application,
            &format!("{other} of the same stack writes property groups of this application"),
        );
    }
    match application.status.phase() {
        ApplicationPhase::Deleting if removing => Step::Done(Done::Gone),
        ApplicationPhase::Deleting => Step::Refuse(Refusal::BeingDeleted { application: application.name.clone() }),
        // The tags are looked at when it is settled; until then nothing is written anyway.
        ApplicationPhase::Ready | ApplicationPhase::Running | ApplicationPhase::RolledBack
            if !is_reached(goal, application) =>
        {
            if removing {
                left(goal, application, "the application is not this stack's, and does not allow it")
            } else {
                Step::Refuse(Refusal::NotOwned { application: application.name.clone() })
            }
        }
        ApplicationPhase::RolledBack => Step::Refuse(Refusal::RolledBack { application: application.name.clone() }),
        ApplicationPhase::Ready | ApplicationPhase::Running => settled(goal, application, observed),
        ApplicationPhase::Transitional => Step::Wait(StepReason::Busy(application.status)),
    }
}

/// Whether the request may write here: its stack owns the application, or the application allows this stack, now.
fn is_reached(goal: &Properties, application: &Application) -> bool {
    match &goal.reach {
        Reach::Own => true,
        Reach::Borrowed { stack, id } => {
            application.tag(HANDLERS_ALLOW).is_some_and(|allowed| allowed == stack || allowed == id)
        }
    }
}

fn settled(goal: &Properties, application: &Application, observed: &Observed) -> Step {
    if application.kind() != ApplicationKind::Flink {
        return if goal.is_removal() {
            left(goal, application, &format!("it is a {}, which has no property groups", application.kind().noun()))
        } else {
            not_served(&Goal::Properties(goal.clone()), application)
        };
    }
    if let Some(refusal) = snapshot_mode::refusal(application).filter(|_| !goal.is_removal()) {
        return Step::Refuse(refusal);
    }
    let name = || application.name.clone();
    // What the service says of the update comes before what it shows: a failed one can leave the new groups on a
    // stopped job.
    if let Some(step) = ended(goal, application, observed) {
        return step;
    }
    let is_running = application.status == ApplicationStatus::Running;
    // The update that this request itself made has not dropped anything.
    let is_updated = is_running
        && observed.attempts.updates == 0
        && goal.deployed_since.is_some_and(|began| application.version_created >= began.less_skew())
        && application.newest("UpdateApplication", goal.since).is_none();
    let merged = merge(&application.groups, goal, is_updated);
    if !merged.conflicts.is_empty() {
        return Step::Refuse(Refusal::PropertyConflict { keys: held(&merged.conflicts, goal, application) });
    }
    if same(&merged.groups, &application.groups) {
        return Step::Done(Done::Groups { settled: all_settled(observed, &merged), unread: goal.unread });
    }
    match refused(observed, Action::UpdateApplication) {
        Refused::Try => {}
        Refused::Rest => return Step::Wait(StepReason::RefusedForNow),
        Refused::Often(text) if goal.is_removal() => {
            return left(goal, application, &format!("the job cannot be snapshotted: {text}"));
        }
        Refused::Often(text) => {
            return Step::Refuse(Refusal::SnapshotFailed { application: name(), error: text.to_owned() });
        }
    }
    if goal.is_removal() && is_running && !application.snapshots_enabled {
        return left(goal, application, "the job runs without snapshots and would lose its state");
    }
    if let Some(error) = over_the_limits(&merged.groups) {
        return Step::Refuse(Refusal::Rejected { action: Action::UpdateApplication, error });
    }
    if observed.attempts.updates > 0 && observed.attempts.looks <= UNSEEN_LOOKS {
        return Step::Wait(StepReason::NotSeenYet);
    }
    if observed.attempts.updates >= UPDATES {
        let error = "updates were accepted, and the groups are still not the wanted ones".to_owned();
        return Step::Refuse(Refusal::UpdateFailed { application: name(), error });
    }
    let restart = is_running.then(|| application.running_with.as_ref().is_some_and(|(_, allow)| *allow));
    let call = Call::UpdateProperties { groups: merged.groups, restart, settled: merged.settled };
    Step::Call(call, StepReason::GroupsDiffer)
}

/// What the update's own operation came to, when that decides.
fn ended(goal: &Properties, application: &Application, observed: &Observed) -> Option<Step> {
    let failed = |error: String| {
        let application = application.name.clone();
        Some(Step::Refuse(Refusal::UpdateFailed { application, error }))
    };
    match application.newest("UpdateApplication", goal.since) {
        Some(operation) => match operation.status {
            OperationStatus::Failed | OperationStatus::Cancelled => {
                let error = operation.error.as_deref().unwrap_or("the service gives no reason");
                failed(format!("{error} The application is {} now.", application.status))
            }
            OperationStatus::InProgress => Some(Step::Wait(StepReason::NotSeenYet)),
            OperationStatus::Successful => None,
        },
        None if observed.attempts.restarted && application.status == ApplicationStatus::Ready => {
            failed("it was RUNNING before the update and is READY now; read its log for why the job ended.".to_owned())
        }
        None => None,
    }
}

/// What was settled by the calls of this invocation, and what is settled by leaving it.
fn all_settled(observed: &Observed, merged: &MergeResult) -> Vec<KeyChange> {
    let mut all = observed.attempts.settled.clone();
    all.extend(merged.settled.iter().filter(|one| !observed.attempts.settled.contains(one)).cloned());
    all
}

/// Keys in conflict, with who holds them as far as the application shows it.
fn held(conflicts: &[String], goal: &Properties, application: &Application) -> Vec<String> {
    let holder = match &goal.reach {
        Reach::Own => {
            application.tag(HANDLERS_ALLOW).map(|stack| format!("perhaps by the stack {stack}, which is allowed to"))
        }
        Reach::Borrowed { .. } => {
            application.tag(STACK_NAME).map(|stack| format!("by the application's own stack {stack}"))
        }
    };
    match holder {
        Some(holder) => conflicts.iter().map(|place| format!("{place} (held {holder})")).collect(),
        None => conflicts.to_vec(),
    }
}

/// A Delete that leaves what it would have taken.
fn left(goal: &Properties, application: &Application, reason: &str) -> Step {
    let keys = places(&goal.previous, &application.groups);
    Step::Done(Done::GroupsLeft { reason: reason.to_owned(), keys })
}
