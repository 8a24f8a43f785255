//! What a sweep of the account's region owes to one application, and to one stack that is stuck.

use super::Consent;
use super::restart::may_be_left_behind;
use crate::flink::ApplicationStatus;
use crate::stack::StackStatus;

/// What a sweep knows of an application from lists and tags alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Glimpse {
    /// Its status in the account's list; none for a word that this version does not know.
    pub status: Option<ApplicationStatus>,
    /// Whether it carries the marker.
    pub is_marked: bool,
    /// The status of the root stack that it belongs to.
    pub stack: StackStatus,
    /// What the root stack's tag allows.
    pub consent: Consent,
    /// Whether this sweep already invoked the unsticker for that stack.
    pub is_invoked: bool,
    /// Whether this sweep may invoke the unsticker once more.
    pub may_invoke: bool,
}

/// What a sweep owes to an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duty {
    /// Nothing is owed in this sweep; the next one looks again.
    Nothing,
    /// The unsticker is invoked for its stack.
    Invoke,
    /// Application and events are read, and [`super::left_behind`] decides; if it was not, its snapshots are looked
    /// after.
    Examine,
    /// Its snapshots are looked after.
    Snapshots,
}

/// What a sweep owes to an application that opted in, or carries the marker.
#[must_use]
pub fn duty(glimpse: &Glimpse) -> Duty {
    if glimpse.is_invoked {
        return Duty::Nothing;
    }
    if glimpse.consent == Consent::None {
        return untagged(*glimpse);
    }
    if glimpse.stack == StackStatus::UpdateRollbackFailed {
        // Without a turn in this sweep its stack has one in a later sweep; until then its snapshots cannot be taken.
        return if glimpse.may_invoke { Duty::Invoke } else { Duty::Nothing };
    }
    let may_be_left = may_be_left_behind(glimpse.stack, glimpse.status, glimpse.is_marked);
    if glimpse.may_invoke && may_be_left { Duty::Examine } else { Duty::Snapshots }
}

/// A stack that has not opted in: a person is notified of what its guard stopped and no caller started.
fn untagged(glimpse: Glimpse) -> Duty {
    let is_down = glimpse.status == Some(ApplicationStatus::Ready) && glimpse.is_marked;
    let is_owed = is_down && glimpse.stack == StackStatus::UpdateRollbackComplete;
    if is_owed && glimpse.may_invoke { Duty::Invoke } else { Duty::Nothing }
}

/// Whether a sweep invokes the unsticker for a stuck stack that carries this consent itself.
#[must_use]
pub fn invokes_for(consent: Consent) -> bool {
    match consent {
        Consent::None => false,
        Consent::DryRun | Consent::Enabled => true,
    }
}
