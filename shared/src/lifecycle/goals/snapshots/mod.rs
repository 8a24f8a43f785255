//! Toward [`Goal::Swept`](crate::lifecycle::Goal::Swept): a snapshot that is young enough to replay from, and not ever
//! more of ours. Nothing is waited for: how a snapshot ends, the next sweep sees, so that a sweep that dies leaves
//! nothing undone.

use std::time::Duration;

use crate::flink::{
    Application, ApplicationPhase, ApplicationStatus, OperationStatus, Operations, START, Snapshot, SnapshotStatus,
};
use crate::lifecycle::action::Action;
use crate::lifecycle::call::Call;
use crate::lifecycle::goal::{Done, Swept};
use crate::lifecycle::incident::Consent;
use crate::lifecycle::observed::Observed;
use crate::lifecycle::reason::StepReason;
use crate::lifecycle::refusal::Refusal;
use crate::lifecycle::{SNAPSHOT_HOURS, Step, UNSTICK};
use crate::stack::StackStatus;
use crate::time::Timestamp;

/// How often the schedule sweeps.
pub const SWEEP_INTERVAL: Duration = Duration::from_mins(15);
/// How the names of this project's own snapshots begin; no other is ever deleted.
const OURS: [&str; 3] = ["flink-handlers-guard-", "flink-handlers-gate-", "flink-handlers-sweep-"];
/// How the names of the sweep's snapshots begin.
const SWEEPS: &str = "flink-handlers-sweep-";
/// A snapshot that failed is tried again after so long, since each attempt disturbs a job that has trouble enough; and
/// people are notified again.
const RETRY_FAILED_AFTER: Duration = Duration::from_hours(1);
/// The most hours that the tag takes, a year.
const MOST_HOURS: u64 = 8760;

/// The next step toward a swept application.
pub(in crate::lifecycle) fn next(goal: &Swept, observed: &Observed) -> Step {
    let Some(application) = &observed.application else { return Step::Done(Done::Gone) };
    match application.status.phase() {
        ApplicationPhase::Deleting => return Step::Done(Done::Gone),
        ApplicationPhase::Ready | ApplicationPhase::Running => {}
        ApplicationPhase::Transitional | ApplicationPhase::RolledBack => return Step::Done(Done::Swept),
    }
    if observed.stack.status.is_some_and(StackStatus::is_in_progress) {
        return Step::Done(Done::LeftToDeployment);
    }
    let step = prune(goal, application, observed).unwrap_or_else(|| keep_young(goal, application, observed));
    match (Consent::of(application.tag(UNSTICK), None), step) {
        (Consent::None, _) => Step::Done(Done::Swept),
        (Consent::DryRun, Step::Call(call, reason)) => Step::Done(Done::Would { call, reason }),
        (Consent::DryRun | Consent::Enabled, step) => step,
    }
}

/// What cannot be restored goes first, then the oldest.
fn prune(goal: &Swept, application: &Application, observed: &Observed) -> Option<Step> {
    let newest = application.newest_snapshot().map(|snapshot| &snapshot.name);
    let attempt = last_attempt(application).filter(|last| last.status == SnapshotStatus::Failed).map(|last| &last.name);
    let ours = |snapshot: &&Snapshot| OURS.iter().any(|prefix| snapshot.name.starts_with(prefix));
    let mut ours: Vec<&Snapshot> = application
        .snapshots
        .iter()
        .filter(ours)
        .filter(|snapshot| matches!(snapshot.status, SnapshotStatus::Ready | SnapshotStatus::Failed))
        .filter(|snapshot| !observed.attempts.deleted.contains(&snapshot.name))
        .collect();
    let more = ours.len().checked_sub(goal.keep).filter(|more| *more > 0)?;
    ours.sort_by_key(|snapshot| (snapshot.status == SnapshotStatus::Ready, snapshot.created));
    // The newest READY one is what a restart resumes from; an attempt that failed is what the next sweep knows of it.
    let spared = |snapshot: &&&Snapshot| Some(&snapshot.name) == newest || Some(&snapshot.name) == attempt;
    let old = ours.iter().take(more).find(|snapshot| !spared(snapshot))?;
    Some(Step::Call(Call::DeleteSnapshot { name: old.name.clone(), created: old.created }, StepReason::MoreThanKept))
}

fn keep_young(goal: &Swept, application: &Application, observed: &Observed) -> Step {
    let most = match most_age(application) {
        Ok(Some(most)) if application.status == ApplicationStatus::Running => most,
        Ok(_) => return Step::Done(Done::Swept),
        Err(refusal) => return Step::Refuse(refusal),
    };
    let failed = |error: &str| {
        Step::Refuse(Refusal::SnapshotFailed { application: application.name.clone(), error: error.to_owned() })
    };
    if let Some(error) = observed.attempts.refused_snapshot(Action::CreateApplicationSnapshot) {
        return failed(error);
    }
    if let Some(error) = &observed.attempts.quota {
        return Step::Refuse(Refusal::Rejected { action: Action::CreateApplicationSnapshot, error: error.clone() });
    }
    if let Some(last) = failed_last(application).filter(|last| observed.now.since(last.created) < RETRY_FAILED_AFTER) {
        return failed(&application.snapshot_error(last, Timestamp(i64::MIN)));
    }
    // One is being made, or another sweep of this minute was first.
    let is_taken = |one: &Snapshot| one.status == SnapshotStatus::Creating || one.name == goal.snapshot;
    let is_taken = application.snapshots.iter().any(is_taken);
    if observed.attempts.snapshots == 0 && !is_taken && is_due(application, observed.now, most) {
        return Step::Call(Call::CreateSnapshot { name: goal.snapshot.clone() }, StepReason::SnapshotTooOld);
    }
    Step::Done(Done::Swept)
}

/// What the tag asks for.
fn most_age(application: &Application) -> Result<Option<Duration>, Refusal> {
    let Some(value) = application.tag(SNAPSHOT_HOURS) else { return Ok(None) };
    let hours = value.parse().ok().filter(|hours| (1..=MOST_HOURS).contains(hours));
    hours.map(Duration::from_hours).map(Some).ok_or_else(|| Refusal::TagUnreadable {
        application: application.name.clone(),
        key: SNAPSHOT_HOURS,
        value: value.to_owned(),
    })
}

/// Whether its newest READY snapshot is too old, or it has run for so long without one. A job that was only just
/// started restores, and is given one sweep's time.
fn is_due(application: &Application, now: Timestamp, most: Duration) -> bool {
    let runs = now.since(runs_since(application));
    match application.newest_snapshot() {
        Some(newest) => now.since(newest.created) >= most && runs >= SWEEP_INTERVAL,
        None => runs >= most,
    }
}

/// Since when its snapshot is due.
fn due_since(application: &Application) -> Option<Timestamp> {
    let most = most_age(application).ok()??;
    let runs = runs_since(application);
    let due = application
        .newest_snapshot()
        .map_or_else(|| runs.plus(most), |newest| newest.created.plus(most).max(runs.plus(SWEEP_INTERVAL)));
    let again = last_attempt(application).map(|last| last.created.plus(RETRY_FAILED_AFTER));
    Some(again.map_or(due, |again| again.max(due)))
}

/// Its newest start or update that succeeded; where operations cannot be read, its version's time.
fn runs_since(application: &Application) -> Timestamp {
    let Operations::Listed(all) = &application.operations else { return application.version_created };
    let began = |one: &&crate::flink::Operation| {
        [START, "UpdateApplication"].contains(&one.kind.as_str()) && one.status == OperationStatus::Successful
    };
    all.iter().find(began).map_or(application.created, |one| one.started)
}

fn last_attempt(application: &Application) -> Option<&Snapshot> {
    let attempts = application.snapshots.iter().filter(|snapshot| snapshot.name.starts_with(SWEEPS));
    attempts.max_by_key(|snapshot| snapshot.created)
}

/// The sweep's last attempt, when it failed and nothing since says that the job is another or well again.
fn failed_last(application: &Application) -> Option<&Snapshot> {
    let last = last_attempt(application)?;
    let newest = application.newest_snapshot().map(|newest| newest.created);
    let since = newest.max(Some(runs_since(application)));
    (last.status == SnapshotStatus::Failed && Some(last.created) > since).then_some(last)
}

/// In which order a sweep goes through `all`, when it finishes with at least `many` of them: each begins where the one
/// before may have ended, so that each has its turn although those before it stay as they are. All keep the order in
/// which they are given.
#[must_use]
pub fn in_turn<T>(all: impl IntoIterator<Item = T>, many: usize, now: Timestamp) -> Vec<T> {
    let mut all: Vec<T> = all.into_iter().collect();
    if all.len() > many {
        let sweep = now.since(Timestamp(0)).as_secs() / SWEEP_INTERVAL.as_secs();
        let begun = usize::try_from(sweep).unwrap_or_default().wrapping_mul(many) % all.len();
        all.rotate_left(begun);
    }
    all
}

/// Whether people hear from a sweep of what began at `since`: when it is new, and then once an hour. A little more than
/// one sweep is new, so that a schedule that is late loses nothing.
#[must_use]
pub fn is_reminder_due(since: Timestamp, now: Timestamp) -> bool {
    let age = now.since(since);
    is_new(age) || age.as_secs() % RETRY_FAILED_AFTER.as_secs() < SWEEP_INTERVAL.as_secs()
}

/// Whether something of this age began since the sweep before: a little more than one sweep, so that a late schedule
/// loses nothing.
#[must_use]
pub fn is_new(age: Duration) -> bool {
    age < SWEEP_INTERVAL + SWEEP_INTERVAL / 2
}

/// Whether people hear of a refusal in this sweep.
#[must_use]
pub fn is_news(refusal: &Refusal, observed: &Observed) -> bool {
    let Refusal::SnapshotFailed { .. } = refusal else {
        // Since when it is so is not known: once an hour by the clock.
        return is_reminder_due(Timestamp(0), observed.now);
    };
    if let Some(last) = observed.application.as_ref().and_then(failed_last) {
        // Each attempt is reported once: by the sweep after the one that made it.
        return observed.attempts.snapshots == 0 && is_new(observed.now.since(last.created));
    }
    // A refused one leaves nothing behind but that it is due: reported when it first is, and then once an hour.
    let due = observed.application.as_ref().and_then(due_since);
    is_reminder_due(due.unwrap_or_default(), observed.now)
}

#[cfg(test)]
mod tests;
