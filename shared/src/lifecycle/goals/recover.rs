//! Toward [`Goal::Recovered`](crate::lifecycle::Goal::Recovered): after a continued rollback no other caller starts the
//! application (`semantics.md` C.3). The old code may fail again on the same record; then it is stopped on purpose,
//! because a stopped application takes the fix.

use super::stop;
use crate::flink::{Application, ApplicationStatus, Operation, OperationStatus, Operations, START};
use crate::lifecycle::call::Call;
use crate::lifecycle::goal::{Done, Recovered};
use crate::lifecycle::observed::Observed;
use crate::lifecycle::reason::StepReason;
use crate::lifecycle::refusal::Refusal;
use crate::lifecycle::rules::health::{self, Health};
use crate::lifecycle::rules::restore;
use crate::lifecycle::{AWAITING_FIX, MARKER, Step, UNSEEN_LOOKS};

/// The next step toward a recovered application.
pub(in crate::lifecycle) fn next(goal: &Recovered, observed: &Observed) -> Step {
    if observed.stack.status != Some(goal.stack) {
        return Step::Done(Done::LeftToDeployment);
    }
    let Some(application) = &observed.application else { return Step::Done(Done::Gone) };
    // A tag that was accepted is believed, though a look may not show it yet.
    let given_up = observed.attempts.tagged > 0;
    match application.status {
        ApplicationStatus::Deleting => Step::Done(Done::Gone),
        ApplicationStatus::RolledBack => Step::Refuse(Refusal::RolledBack { application: application.name.clone() }),
        ApplicationStatus::Ready if given_up || is_marked(application) => {
            Step::Done(Done::AwaitingFix { error: own_error(goal, application, observed) })
        }
        ApplicationStatus::Ready => ready(goal, application, observed),
        ApplicationStatus::Running
        | ApplicationStatus::Starting
        | ApplicationStatus::Updating
        | ApplicationStatus::Autoscaling
        | ApplicationStatus::Stopping
        | ApplicationStatus::ForceStopping
        | ApplicationStatus::RollingBack
        | ApplicationStatus::Maintenance
            if !goal.prove =>
        {
            Step::Done(Done::Started)
        }
        ApplicationStatus::Running
        | ApplicationStatus::Starting
        | ApplicationStatus::Updating
        | ApplicationStatus::Autoscaling
            if given_up =>
        {
            stop::forced(application, observed, StepReason::FailsAgain)
        }
        ApplicationStatus::Running => running(goal, application, observed),
        ApplicationStatus::Starting
        | ApplicationStatus::Updating
        | ApplicationStatus::Autoscaling
        | ApplicationStatus::Stopping => {
            // By its operation, which a killed process does not forget; without one, as long as this process sees it.
            let steady = observed.attempts.steady.as_ref().map_or(observed.now, |steady| steady.since);
            let since = application.in_progress().map_or(steady, |operation| operation.started.max(goal.since));
            let stuck = observed.now.since(since) >= goal.patience;
            if stuck && given_up {
                stop::forced(application, observed, StepReason::FailsAgain)
            } else if stuck {
                give_up(goal, application, observed)
            } else {
                Step::Wait(StepReason::Busy(application.status))
            }
        }
        ApplicationStatus::ForceStopping | ApplicationStatus::RollingBack | ApplicationStatus::Maintenance => {
            Step::Wait(StepReason::Busy(application.status))
        }
    }
}

/// Whether a process before this one gave it up.
fn is_marked(application: &Application) -> bool {
    application.tag(MARKER).is_some_and(|marker| marker.starts_with(AWAITING_FIX))
}

/// What it fails on: the refused snapshot, or the newest operation since the stack's that failed.
fn own_error(goal: &Recovered, application: &Application, observed: &Observed) -> String {
    if let Some(refused) = &observed.attempts.refused_proof {
        return refused.clone();
    }
    let all: &[Operation] = match &application.operations {
        Operations::Listed(all) => all,
        Operations::Unreadable => &[],
    };
    let failed = |one: &&Operation| one.status == OperationStatus::Failed && one.is_since(goal.since);
    all.iter().find(failed).map_or_else(String::new, |operation| {
        let error = operation.error.as_deref().unwrap_or("the service gives no reason");
        format!("{} failed: {error}", operation.kind)
    })
}

fn ready(goal: &Recovered, application: &Application, observed: &Observed) -> Step {
    match application.newest(START, goal.since).map(|operation| operation.status) {
        Some(OperationStatus::InProgress) => return Step::Wait(StepReason::NotSeenYet),
        // Status and operations are two calls: another delivery may have started it between them.
        Some(OperationStatus::Successful) if observed.attempts.looks <= UNSEEN_LOOKS => {
            return Step::Wait(StepReason::NotSeenYet);
        }
        Some(OperationStatus::Cancelled | OperationStatus::Successful) => return give_up(goal, application, observed),
        Some(OperationStatus::Failed) | None => {}
    }
    if observed.attempts.starts > 0 && observed.attempts.looks <= UNSEEN_LOOKS {
        return Step::Wait(StepReason::NotSeenYet);
    }
    let failed = application.failed_starts(goal.since);
    if usize::from(observed.attempts.starts) > failed {
        return give_up(goal, application, observed);
    }
    match restore::choose_snapshot(application, observed, failed, None) {
        Ok((restore, reason)) => Step::Call(Call::Start { restore, allow_non_restored_state: false }, reason),
        Err(refusal) if failed == 0 => Step::Refuse(refusal),
        Err(_) => give_up(goal, application, observed),
    }
}

fn running(goal: &Recovered, application: &Application, observed: &Observed) -> Step {
    match health::of(application, observed, goal.stabilize, &goal.proof, goal.since) {
        Health::Wait(reason) => Step::Wait(reason),
        Health::Call(call, reason) => Step::Call(call, reason),
        Health::Unhealthy(_) => give_up(goal, application, observed),
        Health::Impossible(refusal) => Step::Refuse(refusal),
        Health::Healthy if application.tag(MARKER).is_some() && observed.attempts.untagged == 0 => {
            Step::Call(Call::Untag { key: MARKER }, StepReason::RunsAgain)
        }
        Health::Healthy => Step::Done(Done::Healthy),
    }
}

/// The marker first: the next invocation finishes the stop, and no caller starts it until a fix is deployed.
fn give_up(goal: &Recovered, application: &Application, observed: &Observed) -> Step {
    if is_marked(application) {
        return stop::forced(application, observed, StepReason::FailsAgain);
    }
    let value = format!("{AWAITING_FIX}{}", goal.event);
    Step::Call(Call::Tag { key: MARKER, value }, StepReason::FailsAgain)
}

#[cfg(test)]
mod tests;
