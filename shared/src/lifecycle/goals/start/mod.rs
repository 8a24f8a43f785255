//! Toward [`Goal::Running`](crate::lifecycle::Goal::Running): CloudFormation never starts an application, nor starts a
//! stopped one again.

use super::stop;
use crate::flink::{
    Application, ApplicationKind, ApplicationPhase, ApplicationStatus, Operation, OperationStatus, Operations, Restore,
    START, SnapshotStatus,
};
use crate::lifecycle::call::Call;
use crate::lifecycle::goal::{Done, Running};
use crate::lifecycle::observed::Observed;
use crate::lifecycle::reason::StepReason;
use crate::lifecycle::refusal::Refusal;
use crate::lifecycle::rules::health::{self, Health};
use crate::lifecycle::rules::{proof_snapshots, restore, update_rolled_back};
use crate::lifecycle::{MARKER, Step, UNSEEN_LOOKS};
use crate::time::Timestamp;
use std::time::Duration;

/// The next step toward a running application.
pub(in crate::lifecycle) fn next(goal: &Running, observed: &Observed) -> Step {
    let Some(application) = &observed.application else {
        return Step::Refuse(Refusal::ApplicationMissing { application: String::new() });
    };
    match application.status.phase() {
        ApplicationPhase::Ready => ready(goal, application, observed),
        ApplicationPhase::Running => running(goal, application, observed),
        ApplicationPhase::Deleting => Step::Refuse(Refusal::BeingDeleted { application: application.name.clone() }),
        ApplicationPhase::RolledBack => Step::Refuse(Refusal::RolledBack { application: application.name.clone() }),
        ApplicationPhase::Transitional
            if application.status == ApplicationStatus::Starting
                && application.kind() == ApplicationKind::Flink
                && may_hang(goal, application.busy_since(goal.since), observed.now) =>
        {
            stop::forced(application, observed, StepReason::StartHangs)
        }
        ApplicationPhase::Transitional => Step::Wait(StepReason::Busy(application.status)),
    }
}

/// Whether a start that is waited for since then counts as hanging. Only on the way back, where the old code may not
/// read the new state and an older snapshot is left to try: forward, the deployment fails and is rolled back.
pub(in crate::lifecycle) fn may_hang(goal: &Running, since: Timestamp, now: Timestamp) -> bool {
    goal.way_back && now.since(since) >= goal.start_patience
}

/// How many starts of this request came to nothing. One that hung was cancelled by our own force-stop.
fn failed_starts(goal: &Running, application: &Application, observed: &Observed) -> usize {
    let failed = application.failed_starts(goal.since);
    if !goal.way_back {
        return failed;
    }
    match &application.operations {
        Operations::Listed(_) => failed + application.ended_starts(OperationStatus::Cancelled, goal.since),
        Operations::Unreadable => usize::from(observed.attempts.forced > 0),
    }
}

/// READY: started, and once more from another snapshot. What became of a start is reported by its operation; without
/// one, by the status staying READY.
fn ready(goal: &Running, application: &Application, observed: &Observed) -> Step {
    match update_rolled_back::step(application, goal.deployed_since) {
        // What failed on the way back is not a reason to leave it down.
        Some(Step::Refuse(_)) if goal.way_back => {}
        Some(step) => return step,
        None => {}
    }
    let attempts = &observed.attempts;
    let update_rolled_back = |seen: &str| {
        Step::Refuse(Refusal::StoppedAfterStart { application: application.name.clone(), seen: seen.to_owned() })
    };
    match application.newest(START, goal.since).map(|operation| operation.status) {
        Some(OperationStatus::InProgress) => return Step::Wait(StepReason::NotSeenYet),
        // Another caller stopped it while it started.
        Some(OperationStatus::Cancelled) if !goal.way_back => {
            return Step::Refuse(restore::none_left(application, "one start, cancelled"));
        }
        // Status and operations are two calls: another delivery may have started it between them.
        Some(OperationStatus::Successful) if attempts.looks <= UNSEEN_LOOKS => {
            return Step::Wait(StepReason::NotSeenYet);
        }
        // Started in this request and READY again: a batch job that ended, or another caller stopped it.
        Some(OperationStatus::Successful) => return update_rolled_back("the start's operation is SUCCESSFUL"),
        Some(OperationStatus::Failed | OperationStatus::Cancelled) | None => {}
    }
    if attempts.starts > 0 && attempts.looks <= UNSEEN_LOOKS {
        return Step::Wait(StepReason::NotSeenYet);
    }
    let failed = failed_starts(goal, application, observed);
    if usize::from(attempts.starts) > failed {
        return update_rolled_back(match &application.operations {
            Operations::Listed(_) => "a start was accepted and no operation of it is to be seen",
            Operations::Unreadable => "a start was accepted, and what became of it cannot be read",
        });
    }
    if application.kind() == ApplicationKind::Studio {
        return match failed {
            0 => Step::Call(Call::StartNotebook, StepReason::NotRunning),
            1.. => Step::Refuse(restore::none_left(application, "one start of a Studio notebook")),
        };
    }
    let chosen = match (&goal.restore, failed) {
        (Restore::Latest, _) => {
            restore::choose_snapshot(application, observed, failed, goal.way_back.then_some(goal.operation_since))
        }
        (asked, 0) => Ok((asked.clone(), StepReason::NotRunning)),
        (Restore::Custom(name), _) => Err(restore::none_left(application, &format!("snapshot {name}, as asked for"))),
        (Restore::Skip, _) => Err(restore::none_left(application, "no snapshot, as asked for")),
    };
    match chosen {
        Ok((restore, reason)) => {
            let allow_non_restored_state = goal.allow_non_restored_state;
            Step::Call(Call::Start { restore, allow_non_restored_state }, reason)
        }
        Err(refusal) => Step::Refuse(refusal),
    }
}

fn running(goal: &Running, application: &Application, observed: &Observed) -> Step {
    if let Some(step) = update_rolled_back::step(application, goal.deployed_since) {
        return if goal.way_back { without_processing(goal, application, observed).unwrap_or(step) } else { step };
    }
    if let Some(refusal) = started_by_another(goal, application) {
        return Step::Refuse(refusal);
    }
    // A notebook runs what people write in it: there is no job to prove, and nothing that was restored.
    let is_notebook = application.kind() == ApplicationKind::Studio;
    if !goal.stabilize.is_zero() && !is_notebook {
        match health::of(application, observed, goal.stabilize, &goal.proof, goal.since) {
            Health::Wait(reason) => return Step::Wait(reason),
            Health::Call(call, reason) => return Step::Call(call, reason),
            Health::Unhealthy(error) => {
                return Step::Refuse(Refusal::Unhealthy { application: application.name.clone(), error });
            }
            Health::Impossible(refusal) => return Step::Refuse(refusal),
            Health::Healthy => {
                if let Some((call, reason)) = proof_snapshots::surplus(application, observed, &goal.proof) {
                    return Step::Call(call, reason);
                }
            }
        }
    }
    if application.tag(MARKER).is_some() && observed.attempts.untagged == 0 {
        return Step::Call(Call::Untag { key: MARKER }, StepReason::RunsAgain);
    }
    if is_notebook {
        return Step::Done(Done::Running);
    }
    let restored = application.running_with.as_ref().map(|(restored, _)| restored);
    Step::Done(match &goal.restore {
        asked @ (Restore::Custom(_) | Restore::Skip) if restored.is_some_and(|restored| restored != asked) => {
            Done::RunsOn { asked: asked.clone() }
        }
        Restore::Latest | Restore::Custom(_) | Restore::Skip if goal.stabilize.is_zero() => Done::Running,
        Restore::Latest | Restore::Custom(_) | Restore::Skip => Done::Healthy,
    })
}

/// The force-stop of a job that a failed update on the way back left RUNNING without processing: no other request of
/// this rollback meets it. A snapshot shows it, so that a job which processes is left alone. Since the update took its
/// own snapshot nothing was processed, and a start chooses the snapshot that the old code reads.
fn without_processing(goal: &Running, application: &Application, observed: &Observed) -> Option<Step> {
    let failed = update_rolled_back::left_running(application, goal.deployed_since)?;
    // What the update's own failure proves is known: from after it.
    let after = Timestamp(failed.ended.unwrap_or(failed.started).0 + 1);
    match health::of(application, observed, Duration::ZERO, &goal.proof, after) {
        Health::Unhealthy(_) => Some(stop::forced(application, observed, StepReason::UpdateLeftIdle)),
        Health::Wait(reason) => Some(Step::Wait(reason)),
        Health::Call(call, reason) => Some(Step::Call(call, reason)),
        Health::Healthy | Health::Impossible(_) => None,
    }
}

/// The refusal of a job that another caller started after it was stopped for this operation, and not from what its stop
/// kept: the state is left behind, and RUNNING is not a success. From the newest snapshot it is one, by any caller.
fn started_by_another(goal: &Running, application: &Application) -> Option<Refusal> {
    let Operations::Listed(all) = &application.operations else { return None };
    let start = all.iter().position(|operation| operation.kind == START)?;
    let began = all.get(start)?.started;
    let since = goal.operation_since.less_skew();
    let is_stop = |one: &Operation| one.kind == "StopApplication" && one.started >= since;
    let was_stopped = all.iter().skip(start).any(is_stop);
    let kept = application
        .snapshots
        .iter()
        .filter(|one| one.status == SnapshotStatus::Ready && one.created <= began)
        .max_by_key(|one| one.created)?;
    let (restored, _) = application.running_with.as_ref()?;
    let is_right = match restored {
        Restore::Latest => true,
        Restore::Skip => goal.restore == Restore::Skip,
        // One that began in this request may be our own, from an older snapshot after the newest failed.
        Restore::Custom(name) => *name == kept.name || goal.restore == *restored || began >= goal.since,
    };
    (was_stopped && !is_right).then(|| Refusal::StartedByAnother {
        application: application.name.clone(),
        restored: match restored {
            Restore::Custom(name) => format!("snapshot {name}"),
            Restore::Latest => Restore::LATEST.to_owned(),
            Restore::Skip => Restore::SKIP.to_owned(),
        },
        snapshot: kept.name.clone(),
    })
}

/// The snapshot that a RUNNING application was restored from: the named one, or for LATEST the newest READY one taken
/// before its newest start; empty for none. From reality, so that a second delivery says the same.
#[must_use]
pub fn restored_snapshot(application: &Application) -> String {
    match &application.running_with {
        None | Some((Restore::Skip, _)) => String::new(),
        Some((Restore::Custom(name), _)) => name.clone(),
        Some((Restore::Latest, _)) => {
            let began = began_running(application);
            application
                .snapshots
                .iter()
                .filter(|snapshot| snapshot.status == SnapshotStatus::Ready && snapshot.created < began)
                .max_by_key(|snapshot| snapshot.created)
                .map_or_else(String::new, |snapshot| snapshot.name.clone())
        }
    }
}

/// When the job that runs now began; when that cannot be known, no snapshot counts as taken before it.
fn began_running(application: &Application) -> Timestamp {
    match &application.operations {
        Operations::Listed(all) => all
            .iter()
            .find(|operation| operation.kind == START)
            .map_or(Timestamp(i64::MIN), |operation| operation.started),
        Operations::Unreadable => Timestamp(i64::MIN),
    }
}

#[cfg(test)]
mod tests;
