//! What an incident owes to an application of its stack: a start, the removal of a marker that counts no more, or
//! nothing.

use super::super::{AWAITING_FIX, MARKER};
use super::Incident;
use super::next::{State, state};
use crate::flink::{Application, ApplicationKind, ApplicationStatus, OperationStatus, Operations, START};
use crate::stack::{StackEvent, StackStatus};
use crate::time::Timestamp;

const STOP: &str = "StopApplication";

/// By how much Flink's clock may be behind CloudFormation's: it shows whole seconds, and two services' clocks differ.
const CLOCK_SKEW_MILLIS: i64 = 5000;

/// The letters of an event's ID that tokens and snapshot names take.
pub(super) fn sanitize_token(event_id: &str) -> String {
    event_id.chars().filter(|letter| letter.is_ascii_alphanumeric() || *letter == '-').collect()
}

/// The name of the snapshot that proves a recovered job.
pub(super) fn proof_snapshot_name(event_id: &str) -> String {
    format!("flink-handlers-gate-{}", sanitize_token(event_id))
}

/// What is owed to an application now that the stack operation is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owed {
    /// Nothing: none of these handlers stopped it, or it waits for a fix.
    Nothing,
    /// It is started, or if it runs proven.
    Start,
    /// Its marker is removed: a person stopped it since, or no one ever did.
    Unmark,
}

/// What is owed to `application`: it carries the marker, or CloudFormation erased it and the application's own history
/// shows it.
pub(super) fn owed(incident: &Incident, application: &Application) -> Owed {
    // People start a notebook when they work in it, and none of these handlers ever stops one for an update.
    if application.kind() != ApplicationKind::Flink {
        return Owed::Nothing;
    }
    let status = application.status;
    let (is_ready, is_running) = (status == ApplicationStatus::Ready, status == ApplicationStatus::Running);
    // An update that succeeded has its auto-start; without one, who stopped it is not who starts it.
    let is_rolled_back = incident.status == StackStatus::UpdateRollbackComplete;
    let Some(marker) = application.tag(MARKER) else {
        let is_stopped = match (&application.operations, incident.began()) {
            (_, None) => false,
            // Whatever it is now: auto-start may have started the old code on the way back, which answers SUCCESS there
            // even if the job loops.
            (Operations::Listed(_), Some(_)) => {
                stopped_within(incident, application) || failed_within(incident, application)
            }
            (Operations::Unreadable, Some(_)) => is_ready && incident.continued() > 0,
        };
        return if is_rolled_back && is_stopped { Owed::Start } else { Owed::Nothing };
    };
    if let Some(event) = marker.strip_prefix(AWAITING_FIX) {
        return if is_running { awaiting(incident, application, event) } else { Owed::Nothing };
    }
    match counts(incident, application, marker) {
        Counts::Yes if is_ready || is_rolled_back => Owed::Start,
        Counts::Yes | Counts::No if is_running => Owed::Unmark,
        Counts::No if is_ready => Owed::Unmark,
        Counts::Unknown if is_running => Owed::Unmark,
        Counts::Yes | Counts::No | Counts::Unknown => Owed::Nothing,
    }
}

/// Whether a marker still stands for a stop that these handlers made.
enum Counts {
    Yes,
    /// No caller stopped it since the row that the marker names, or a person did after that operation.
    No,
    /// The row, or the operations of an application that an older operation stopped, cannot be read.
    Unknown,
}

/// A marker counts while the newest stop began between the row that it names and that operation's `*_COMPLETE` row.
/// UPDATE_FAILED and UPDATE_ROLLBACK_FAILED end no operation.
fn counts(incident: &Incident, application: &Application, event: &str) -> Counts {
    if application.operations == Operations::Unreadable {
        let is_this = incident.began().is_some_and(|began| began.id == event);
        return if is_this { Counts::Yes } else { Counts::Unknown };
    }
    let Some((newer, row)) = incident.since(event) else { return Counts::Unknown };
    let Some(stop) = application.newest(STOP, Timestamp(i64::MIN)) else { return Counts::No };
    let ended = newer.iter().rev().find(|later| later.is_of_stack(&row.stack) && later.status.ends_with("_COMPLETE"));
    let is_before = stop.started.0 + CLOCK_SKEW_MILLIS < row.time.0;
    let is_after = ended.is_some_and(|ended| stop.started > ended.time);
    if is_before || is_after { Counts::No } else { Counts::Yes }
}

/// RUNNING, and given up. If no caller stopped it since that operation ended, the process died before its stop: it is
/// proven once more. Otherwise a person started it, and the marker is over.
fn awaiting(incident: &Incident, application: &Application, event: &str) -> Owed {
    let Some((_, row)) = incident.since(event) else { return Owed::Unmark };
    match application.operations {
        Operations::Listed(_) if application.newest(STOP, row.time).is_none() => Owed::Start,
        Operations::Listed(_) | Operations::Unreadable => Owed::Unmark,
    }
}

/// Whether an application and the events of its stack, in these statuses, have to be read to know if it was left
/// behind: as [`left_behind`] decides, with less known.
pub(super) fn may_be_left_behind(stack: StackStatus, application: Option<ApplicationStatus>, is_marked: bool) -> bool {
    let may_be_stopped = application.is_none_or(|status| status == ApplicationStatus::Ready);
    match state(stack) {
        State::AtRest if stack == StackStatus::UpdateRollbackComplete => is_marked || may_be_stopped,
        State::AtRest => is_marked,
        State::Stuck | State::UpdateFailed | State::Other => false,
    }
}

/// Whether the sweep finds that no one finished with `application`. An erased marker is made up for once: an
/// application that was started since, or whose history cannot be read, may have been stopped by a person, and a
/// person's stop is left alone.
#[must_use]
pub fn left_behind(incident: &Incident, application: &Application) -> bool {
    let Some(ended) = incident.ended() else { return false };
    let is_known = application.tag(MARKER).is_some()
        || (application.status == ApplicationStatus::Ready
            && application.operations != Operations::Unreadable
            && application.newest(START, ended.time).is_none_or(|start| start.status == OperationStatus::Failed));
    is_known && owed(incident, application) != Owed::Nothing
}

/// Its newest stop began inside the stack operation: one that came later is a person's. A stop that Flink's clock puts
/// before the operation counts only where something of the operation stops applications at all.
fn stopped_within(incident: &Incident, application: &Application) -> bool {
    let Some(began) = incident.began() else { return false };
    let stops = incident.continued() > 0
        || incident.operation().iter().any(|row: &StackEvent| row.resource_type == "Custom::FlinkUpdateGuard");
    let skew = if stops { CLOCK_SKEW_MILLIS } else { 0 };
    let Some(stop) = application.newest(STOP, Timestamp(began.time.0 - skew)) else { return false };
    incident.ended().is_none_or(|ended| stop.started <= ended.time)
}

/// An update of this operation failed and left a running job READY (`semantics.md` G.21), and no one has touched it
/// since. The guard's probe leaves no marker, and a rollback of an adoption calls no auto-start: it is a resource of
/// that very deployment.
fn failed_within(incident: &Incident, application: &Application) -> bool {
    let (Operations::Listed(all), Some(began)) = (&application.operations, incident.began()) else { return false };
    let failed = all.iter().position(|one| {
        one.kind == "UpdateApplication" && one.status == OperationStatus::Failed && one.started >= began.time
    });
    let Some(failed) = failed else { return false };
    let is_its = |kind: &str| [START, STOP].contains(&kind);
    let is_untouched = all.iter().take(failed).all(|later| !is_its(&later.kind));
    let before = all.iter().skip(failed).find(|earlier| is_its(&earlier.kind));
    let ran = before.is_some_and(|one| one.kind == START && one.status == OperationStatus::Successful);
    application.status == ApplicationStatus::Ready && is_untouched && ran
}
