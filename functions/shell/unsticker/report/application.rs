//! What became of one application, and of its state.

use std::time::Duration;

use shared::contract::{ActionTaken, ApplicationReport};
use shared::flink::{Application, ApplicationStatus, Operations, Restore, Snapshot};
use shared::lifecycle::{
    Call, Done, Force, Goal, IncidentSettings, Refusal, Replay, last_start, replay, replayed_since,
};
use shared::time::Timestamp;

use super::text::time;
use crate::clock::now;
use crate::reconcile::{CallHistory, CallRecord};

/// A goal that was driven, with what was done for it.
pub(crate) struct GoalRecord {
    pub(crate) goal: Goal,
    pub(crate) application: Option<String>,
    pub(crate) trail: CallHistory,
    pub(crate) result: Result<Done, Refusal>,
}

/// What was not read yet when a job was stopped is not known here.
pub(super) const LAG: &str = "Consumer lag is not known here: what the job had not read yet comes on top.";

/// Until when nothing is lost of a job that is down.
pub(super) fn deadline(application: &Application, settings: &IncidentSettings) -> String {
    let bound = settings.bound(Some(application)).unwrap_or(settings.max_replay);
    let since = replayed_since(application);
    format!("{}: if it runs again by {}, nothing is lost.", application.name, time(since.plus(bound)))
}

/// What the goals of one application did to it and its state.
pub(super) fn describe(
    name: &str,
    found: Option<&Application>,
    all: &[&GoalRecord],
    settings: &IncidentSettings,
) -> String {
    let mut text = String::new();
    let mut add = |sentence: String| {
        if !sentence.is_empty() {
            text.push_str(&sentence);
            text.push(' ');
        }
    };
    for one in all {
        match &one.goal {
            Goal::Stopped(goal) | Goal::Settled(goal) => add(stopped(name, found, one, goal.force, settings)),
            Goal::Recovered(goal) if goal.prove => add(restarted(name, found, all, goal.since)),
            Goal::Recovered(_)
            | Goal::Unmarked(_)
            | Goal::Running(_)
            | Goal::Properties(_)
            | Goal::Continued(_)
            | Goal::Guarded(_)
            | Goal::Swept(_) => {}
        }
    }
    text
}

/// What was called, with what came of it.
pub(crate) fn actions(trail: &CallHistory) -> Vec<ActionTaken> {
    let action = |made: &CallRecord| ActionTaken {
        call: made.call.to_string(),
        because: made.reason.to_string(),
        refused: made.refused.clone(),
    };
    trail.calls.iter().map(action).collect()
}

/// One application after one goal: how it was found, how it was left, what was done.
pub(crate) fn application(name: &str, trail: &CallHistory) -> ApplicationReport {
    let left = trail.last.as_ref().and_then(|last| last.application.as_ref());
    let snapshot = left.and_then(Application::newest_snapshot);
    ApplicationReport {
        application_name: name.to_owned(),
        found: trail.found.clone().unwrap_or_default(),
        left: left.map_or_else(|| "absent".to_owned(), |application| application.status.to_string()),
        snapshot: snapshot.map(|snapshot| snapshot.name.clone()).unwrap_or_default(),
        snapshot_age_minutes: snapshot.map(|snapshot| minutes(now().since(snapshot.created))),
        log_group: left.and_then(|application| application.log_group.clone()).unwrap_or_default(),
        actions: actions(trail),
    }
}

/// One application after all goals of an incident. The snapshot is the one that its start restored, or else the newest
/// READY one, from which it will resume.
pub(super) fn of_application(name: &str, found: Option<&Application>, all: &[&GoalRecord]) -> ApplicationReport {
    let mut reports = all.iter().map(|one| application(name, &one.trail));
    let Some(mut report) = reports.next() else { return application(name, &CallHistory::default()) };
    for later in reports {
        let mut actions = std::mem::take(&mut report.actions);
        actions.extend(later.actions);
        report = ApplicationReport { found: report.found, actions, ..later };
    }
    if let (Some(found), Some(restore)) = (found, last_restore(all)) {
        let restored = restored(found, restore);
        report.snapshot = restored.map(|snapshot| snapshot.name.clone()).unwrap_or_default();
        report.snapshot_age_minutes = restored.map(|snapshot| minutes(now().since(snapshot.created)));
    }
    report
}

/// What the last accepted start restored; none when nothing was started.
fn last_restore<'a>(all: &[&'a GoalRecord]) -> Option<&'a Restore> {
    let calls = all.iter().rev().flat_map(|one| one.trail.calls.iter().rev()).filter(|made| made.refused.is_none());
    let mut starts =
        calls.filter_map(|made| if let Call::Start { restore, .. } = &made.call { Some(restore) } else { None });
    starts.next()
}

/// The snapshot that a start restored; none for empty state.
fn restored<'a>(found: &'a Application, restore: &Restore) -> Option<&'a Snapshot> {
    match restore {
        Restore::Latest => found.newest_snapshot(),
        Restore::Custom(name) => found.snapshots.iter().find(|one| one.name == *name),
        Restore::Skip => None,
    }
}

/// What a stop threw away: a graceful one nothing.
fn stopped(
    name: &str,
    found: Option<&Application>,
    taken: &GoalRecord,
    force: Force,
    settings: &IncidentSettings,
) -> String {
    let accepted = |force: bool| {
        let stop = Call::Stop { force };
        taken.trail.calls.iter().any(|made| made.refused.is_none() && made.call == stop)
    };
    match (&taken.result, found) {
        (Ok(Done::NotRunning), _) => {
            format!("{name}: it was READY and these handlers did not stop it: it is left stopped.")
        }
        (Ok(Done::Settled), _) => format!("{name}: it came to rest, so it was not stopped."),
        (Ok(_), Some(found)) if accepted(true) => {
            let bound = if let Force::UnderReplayRule(bound) = force { bound } else { settings.max_replay };
            let cost = match replay(found, now(), bound) {
                Replay::Since { snapshot, age } => {
                    format!("what came after snapshot {snapshot} ({} minutes) is replayed.", minutes(age))
                }
                Replay::Empty { age } => {
                    format!("there was no snapshot; state restarts empty and {} minutes are replayed.", minutes(age))
                }
                Replay::Forbidden { why } => format!("{why}."),
            };
            format!("{name}: {cost} {LAG} {}", deadline(found, settings))
        }
        (Ok(_), _) if accepted(false) => format!("{name}: no state was thrown away."),
        (Ok(Done::Stopped), Some(found)) => format!("{name}: it was stopped before. {}", deadline(found, settings)),
        (Ok(_) | Err(_), _) => String::new(),
    }
}

/// What a restart resumed from, which is what it read again.
fn restarted(name: &str, found: Option<&Application>, all: &[&GoalRecord], since: Timestamp) -> String {
    let left = all.iter().rev().find_map(|one| one.trail.last.as_ref()?.application.as_ref());
    let (Some(found), Some(left)) = (found, left) else { return String::new() };
    let Some(restore) = last_restore(all) else {
        let ran = found.status != ApplicationStatus::Ready;
        return if ran { format!("{name}: it had been started already.") } else { String::new() };
    };
    let restored = restored(found, restore);
    let from = restored.map_or_else(|| "empty".to_owned(), |snapshot| format!("from snapshot {}", snapshot.name));
    let is_started = left.operations == Operations::Unreadable || last_start(left, since).is_some();
    if !is_started {
        return format!("{name}: a start {from} failed.");
    }
    match restored {
        Some(snapshot) => format!(
            "{name}: restarted {from}; what came after it ({} minutes) was read and written again. {LAG}",
            minutes(now().since(snapshot.created))
        ),
        None => format!("{name}: restarted {from}; everything in the stream was read and written again."),
    }
}

pub(super) fn minutes(age: Duration) -> u64 {
    age.as_secs() / 60
}
