//! Which applications an incident leaves to be started again, or to be stopped after all.

use super::super::observed::{Application, Operations, START};
use super::super::status::{ApplicationStatus, OperationStatus, SnapshotStatus, StackStatus};
use super::super::{AWAITING_FIX, MARKER};
use super::Incident;

const STOP: &str = "StopApplication";

/// The letters of an event's ID that tokens and snapshot names take.
#[must_use]
pub(super) fn plain(event_id: &str) -> String {
    event_id.chars().filter(|letter| letter.is_ascii_alphanumeric() || *letter == '-').collect()
}

/// The name of the snapshot that proves a recovered job.
#[must_use]
pub(super) fn gate(event_id: &str) -> String {
    format!("flink-handlers-gate-{}", plain(event_id))
}

/// Whether `application` was stopped for this incident and is to be started now that the stack operation is over: it carries the
/// marker, or CloudFormation erased it and the application's own history tells.
#[must_use]
pub(super) fn to_recover(incident: &Incident, application: &Application) -> bool {
    let is_ready = application.status == ApplicationStatus::Ready;
    match application.tag(MARKER) {
        Some(marker) => match marker.strip_prefix(AWAITING_FIX) {
            Some(event) => still_runs(application, event),
            // An update that succeeded has its auto-start; without one, who stopped it is not who starts it.
            None if incident.status == StackStatus::UpdateComplete => is_ready,
            None => !is_left_over(incident, application),
        },
        None if incident.status == StackStatus::UpdateComplete => false,
        None => match (&application.operations, incident.began()) {
            (_, None) => false,
            // Whatever it is now: auto-start may have started the old code on the way back, which answers SUCCESS there even if the
            // job loops.
            (Operations::Listed(_), Some(_)) => stopped_within(incident, application),
            (Operations::Unreadable, Some(_)) => is_ready && incident.continued() > 0,
        },
    }
}

/// Whether an application and the events of its stack, in these statuses, have to be read to know if it was left behind: as [`left_behind`]
/// decides, with less known.
#[must_use]
pub(super) fn may_be_left_behind(stack: StackStatus, application: Option<ApplicationStatus>, is_marked: bool) -> bool {
    let may_be_stopped = application.is_none_or(|status| status == ApplicationStatus::Ready);
    (stack == StackStatus::UpdateRollbackComplete && (is_marked || may_be_stopped))
        || (stack == StackStatus::UpdateComplete && is_marked)
}

/// Whether the sweep finds that nobody finished with `application`. An erased marker is made up for once: an application that was started
/// since, or whose history cannot be read, may have been stopped by a person, and a person's stop is left alone.
#[must_use]
pub fn left_behind(incident: &Incident, application: &Application) -> bool {
    let Some(ended) = incident.ended() else { return false };
    let is_told = application.tag(MARKER).is_some()
        || (application.status == ApplicationStatus::Ready
            && application.operations != Operations::Unreadable
            && application.newest(START, ended.time).is_none_or(|start| start.status == OperationStatus::Failed));
    is_told && to_recover(incident, application)
}

/// It runs, and nobody stopped it: the marker is of a stop that never came.
fn is_left_over(incident: &Incident, application: &Application) -> bool {
    let stopped = match (&application.operations, incident.began()) {
        (Operations::Listed(_), Some(began)) => application.newest(STOP, began.time).is_some(),
        (Operations::Listed(_) | Operations::Unreadable, _) => true,
    };
    application.status == ApplicationStatus::Running && !stopped
}

/// Its newest stop began inside the stack operation: one that came later is a person's.
fn stopped_within(incident: &Incident, application: &Application) -> bool {
    let Some(began) = incident.began() else { return false };
    let Some(stop) = application.newest(STOP, began.time) else { return false };
    incident.ended().is_none_or(|ended| stop.started <= ended.time)
}

/// It was given up, and the process died before the stop: the snapshot that disproved it is newer than its start. One that a person
/// started since is left alone.
fn still_runs(application: &Application, event: &str) -> bool {
    let disproved = application.snapshots.iter().find(|snapshot| snapshot.name == gate(event));
    let disproved = disproved.filter(|snapshot| snapshot.status == SnapshotStatus::Failed);
    let start = application.newest(START, super::Timestamp(i64::MIN));
    application.status == ApplicationStatus::Running
        && disproved.is_some_and(|proof| start.is_some_and(|start| start.started < proof.created))
}
