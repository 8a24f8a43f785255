//! Toward [`Goal::Guarded`](crate::lifecycle::Goal::Guarded): before CloudFormation updates an application, it is
//! stopped with its state kept, or proven to be one that takes an update. Either way the update cannot fail without a
//! snapshot, and neither can its rollback.

mod on_failure;

use std::time::Duration;

use crate::flink::{Application, ApplicationPhase, Snapshot, SnapshotStatus};
use crate::lifecycle::action::Action;
use crate::lifecycle::call::Call;
use crate::lifecycle::goal::choices::{GuardMode, GuardOutcome, OnSnapshotFailure};
use crate::lifecycle::goal::{Done, Guarded};
use crate::lifecycle::goals::unmark::let_go;
use crate::lifecycle::observed::Observed;
use crate::lifecycle::reason::StepReason;
use crate::lifecycle::refusal::Refusal;
use crate::lifecycle::rules::proof_snapshots;
use crate::lifecycle::rules::refused_snapshot::{Refused, refused};
use crate::lifecycle::{MARKER, Step, UNSEEN_LOOKS};
use crate::time::Timestamp;

use on_failure::{failed, mark, snapshot_failed};

/// The next step toward an application that takes an update.
pub(in crate::lifecycle) fn next(goal: &Guarded, observed: &Observed) -> Step {
    let Some(application) = &observed.application else { return done(GuardOutcome::NoApplication) };
    match application.status.phase() {
        ApplicationPhase::Deleting => done(GuardOutcome::NoApplication),
        ApplicationPhase::Ready | ApplicationPhase::RolledBack => at_rest(goal, application, observed),
        ApplicationPhase::Running if !application.snapshots_enabled => done(GuardOutcome::SnapshotsDisabled),
        ApplicationPhase::Running => match mode(goal, application) {
            GuardMode::Stop => stop(goal, application, observed),
            GuardMode::Probe => probe(goal, application, observed),
        },
        ApplicationPhase::Transitional => {
            if is_overdue(goal, observed, application.busy_since(goal.since)) {
                let error = format!("it is {} for too long", application.status);
                match goal.on_failure {
                    // That it does not come to rest says nothing about its snapshots.
                    OnSnapshotFailure::Fail => {
                        let application_name = application.name.clone();
                        let refusal = Refusal::NotSettled { application: application_name, error };
                        let_go(&goal.marker, application, observed, Step::Refuse(refusal))
                    }
                    OnSnapshotFailure::ForceStop | OnSnapshotFailure::Continue => {
                        failed(goal, application, observed, &error)
                    }
                }
            } else {
                Step::Wait(StepReason::Busy(application.status))
            }
        }
    }
}

/// How it is guarded now.
fn mode(goal: &Guarded, application: &Application) -> GuardMode {
    let is_undone = goal.undoes_since.is_some_and(|since| application.was_updated_since(since));
    if is_undone { GuardMode::Stop } else { goal.mode }
}

const fn done(outcome: GuardOutcome) -> Step {
    Step::Done(Done::Guarded(outcome))
}

/// Whether what began then was waited for long enough; never counted from before the request.
fn is_overdue(goal: &Guarded, observed: &Observed, began: Timestamp) -> bool {
    is_due(goal, began.max(goal.since), observed.now)
}

/// Whether the policy may apply to what is busy since then.
pub(in crate::lifecycle) fn is_due(goal: &Guarded, since: Timestamp, now: Timestamp) -> bool {
    now.since(since) >= goal.patience
}

/// Whether another caller's snapshot is being taken, and not for too long: the service may refuse another one
/// meanwhile, and a force-stop would cancel it.
fn others_snapshot(goal: &Guarded, application: &Application, observed: &Observed) -> bool {
    application.creating(Some(&goal.proof)).is_some_and(|one| !is_overdue(goal, observed, one.created))
}

/// What a call that takes a snapshot met so far: the next step without it, or the error of a snapshot that cannot be
/// had.
fn before_snapshot(goal: &Guarded, application: &Application, observed: &Observed, action: Action) -> Snapshotting {
    if others_snapshot(goal, application, observed) {
        return Snapshotting::Wait(StepReason::OthersSnapshot);
    }
    match refused(observed, action) {
        Refused::Try => {}
        Refused::Rest => return Snapshotting::Wait(StepReason::RefusedForNow),
        Refused::Often(error) => return Snapshotting::Impossible(error.to_owned()),
    }
    let attempts = &observed.attempts;
    match (&attempts.rejection, attempts.conflicts_since) {
        (Some(conflict), Some(since)) if is_due(goal, since, conflict.at) => {
            Snapshotting::Impossible(conflict.text.clone())
        }
        (Some(_) | None, _) => Snapshotting::Try,
    }
}

/// Whether a snapshot is asked for now.
enum Snapshotting {
    Try,
    Wait(StepReason),
    /// It cannot be snapshotted, for this reason, so that OnSnapshotFailure applies.
    Impossible(String),
}

/// READY: stopped by this guard, in this invocation or by the marker in one before it; or not running anyway.
fn at_rest(goal: &Guarded, application: &Application, observed: &Observed) -> Step {
    let attempts = &observed.attempts;
    if attempts.stops == 0 && attempts.forced == 0 && application.tag(MARKER) != Some(&goal.marker) {
        return done(GuardOutcome::NotRunning);
    }
    if attempts.forced > 0 || (attempts.stops == 0 && !keeps_state(application)) {
        return done(GuardOutcome::ForceStopped);
    }
    let newest = application.snapshots.iter().max_by_key(|snapshot| snapshot.created);
    match (newest.map(|snapshot| snapshot.status), goal.on_failure) {
        (Some(SnapshotStatus::Creating), _) if newest.is_some_and(|one| !is_overdue(goal, observed, one.created)) => {
            Step::Wait(StepReason::Proving)
        }
        // A stop that was accepted, and whose snapshot turned FAILED: too late for anything but to say so.
        (Some(SnapshotStatus::Failed | SnapshotStatus::Creating), OnSnapshotFailure::Fail) => {
            Step::Refuse(snapshot_failed(application, &own_error(application, newest)))
        }
        (
            Some(SnapshotStatus::Failed | SnapshotStatus::Creating),
            OnSnapshotFailure::ForceStop | OnSnapshotFailure::Continue,
        ) => done(GuardOutcome::ForceStopped),
        (Some(SnapshotStatus::Ready | SnapshotStatus::Deleting) | None, _) => done(GuardOutcome::Stopped),
    }
}

/// Whether the stop of a process before this one was graceful: then there is a snapshot as young as the stop. Where
/// operations cannot be read, nothing says otherwise.
fn keeps_state(application: &Application) -> bool {
    let Some(stop) = application.newest("StopApplication", Timestamp(i64::MIN)) else { return true };
    // The service may call the one or the other the earlier, and in whole seconds.
    let of_the_stop = |snapshot: &Snapshot| stop.started.since(snapshot.created) <= Duration::from_secs(1);
    application.snapshots.iter().any(of_the_stop)
}

/// RUNNING: the marker, then a graceful stop, whose snapshot is the proof.
fn stop(goal: &Guarded, application: &Application, observed: &Observed) -> Step {
    let attempts = &observed.attempts;
    if attempts.forced > 0 {
        return failed(goal, application, observed, "it is RUNNING after a force-stop");
    }
    if attempts.stops == 0 {
        return match before_snapshot(goal, application, observed, Action::StopApplication) {
            Snapshotting::Wait(reason) => Step::Wait(reason),
            Snapshotting::Impossible(error) => failed(goal, application, observed, &error),
            Snapshotting::Try => mark(goal, application, observed)
                .unwrap_or(Step::Call(Call::Stop { force: false }, StepReason::StopKeepsState)),
        };
    }
    if attempts.looks <= UNSEEN_LOOKS {
        return Step::Wait(StepReason::NotSeenYet);
    }
    failed(goal, application, observed, "a graceful stop was accepted and it is RUNNING again")
}

/// RUNNING, and left so: a snapshot that becomes READY is the proof.
fn probe(goal: &Guarded, application: &Application, observed: &Observed) -> Step {
    let attempts = &observed.attempts;
    let proof = application.snapshots.iter().find(|snapshot| snapshot.name == goal.proof);
    match proof.map(|snapshot| snapshot.status) {
        Some(SnapshotStatus::Ready) => proof_snapshots::surplus(application, observed, &goal.proof)
            .map_or(done(GuardOutcome::Probed), |(call, reason)| Step::Call(call, reason)),
        // However long it takes: the job works, and nothing is stopped for it.
        Some(SnapshotStatus::Creating) => Step::Wait(StepReason::Proving),
        Some(SnapshotStatus::Failed | SnapshotStatus::Deleting) => {
            failed(goal, application, observed, &own_error(application, proof))
        }
        None if attempts.snapshots == 0 && attempts.quota.is_some() => {
            let (action, error) = (Action::CreateApplicationSnapshot, attempts.quota.clone().unwrap_or_default());
            proof_snapshots::make_room(application, observed, &goal.proof)
                .map_or(Step::Refuse(Refusal::Rejected { action, error }), |(call, reason)| Step::Call(call, reason))
        }
        None if attempts.snapshots == 0 => {
            match before_snapshot(goal, application, observed, Action::CreateApplicationSnapshot) {
                Snapshotting::Wait(reason) => Step::Wait(reason),
                Snapshotting::Impossible(error) => failed(goal, application, observed, &error),
                Snapshotting::Try => {
                    Step::Call(Call::CreateSnapshot { name: goal.proof.clone() }, StepReason::ProveHealth)
                }
            }
        }
        None if attempts.looks <= UNSEEN_LOOKS => Step::Wait(StepReason::NotSeenYet),
        None => failed(goal, application, observed, "a snapshot was accepted and is not listed"),
    }
}

/// Why the snapshot failed, in the service's own words.
fn own_error(application: &Application, snapshot: Option<&Snapshot>) -> String {
    snapshot.map_or_else(String::new, |one| application.snapshot_error(one, one.created))
}

#[cfg(test)]
mod tests;
