//! The states of the applications of a stack.

use std::time::Duration;

use super::super::super::fixtures::{app, later, seen, snapshot};
use super::super::super::{MARKER, MAX_REPLAY_HOURS, UNSTICK};
use crate::flink::{Application, ApplicationStatus, Operation, OperationStatus, Operations, SnapshotStatus};
use crate::time::Timestamp;

/// An application of the stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ModelState {
    Running,
    /// Its newest snapshot is too old for a force-stop.
    TooOld,
    Ready,
    Gone,
    /// Its own tag says so.
    DryRun,
    /// Its own tag does not count as consent.
    Untagged,
    /// The bound in its tag cannot be read.
    UnreadableBound,
    /// Stopped in this operation, with the marker.
    Marked,
}

pub(super) const STATES: [ModelState; 8] = [
    ModelState::Running,
    ModelState::TooOld,
    ModelState::Ready,
    ModelState::Gone,
    ModelState::DryRun,
    ModelState::Untagged,
    ModelState::UnreadableBound,
    ModelState::Marked,
];

pub(super) fn application(name: &str, state: ModelState) -> Option<Application> {
    let is_down = matches!(state, ModelState::Ready | ModelState::Marked);
    let status = if is_down { ApplicationStatus::Ready } else { ApplicationStatus::Running };
    let mut observed = seen(status);
    snapshot(&mut observed, "old", SnapshotStatus::Ready);
    if state != ModelState::TooOld {
        later(&mut observed, Duration::from_hours(30));
        snapshot(&mut observed, "young", SnapshotStatus::Ready);
    }
    let application = app(&mut observed);
    name.clone_into(&mut application.name);
    let (key, value) = match state {
        ModelState::Gone => return None,
        ModelState::DryRun => (UNSTICK, "dry-run"),
        ModelState::Untagged => (UNSTICK, "no"),
        ModelState::UnreadableBound => (MAX_REPLAY_HOURS, "2h"),
        ModelState::Marked => {
            let kind = "StopApplication".to_owned();
            let (status, started) = (OperationStatus::Successful, Timestamp(5));
            application.operations = Operations::Listed(vec![Operation {
                id: String::new(),
                is_new: false,
                kind,
                status,
                started,
                ended: None,
                error: None,
            }]);
            (MARKER, "stack-0")
        }
        ModelState::Running | ModelState::TooOld | ModelState::Ready => return observed.application,
    };
    application.tags.insert(key.into(), value.into());
    observed.application
}
