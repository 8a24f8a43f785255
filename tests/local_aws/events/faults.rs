//! What can happen to an event between CloudFormation and a rule (semantics D.2).

use serde::Deserialize;

use super::Events;
use crate::cloudformation::Status;

/// Trouble for one event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum EventFault {
    /// Delivered twice, with the same ID.
    Duplicate,
    /// Never delivered.
    Lose,
    /// Kept until [`super::release`], which delivers newest first.
    Hold,
}

pub(super) fn take(events: &mut Events, status: Status) -> Option<EventFault> {
    let index = events.faults.iter().position(|(wanted, _)| *wanted == status)?;
    Some(events.faults.remove(index).1)
}
