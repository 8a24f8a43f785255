//! What an incident needs next: one goal for one application, or a report. Pure: the shell drives the goal, records how
//! it ended in [`Incident::attempted`], and asks again.

mod at_rest;
mod standing;
mod stuck;
mod update_failed;

use std::time::Duration;

use super::super::goal::{Done, Goal};
use super::super::refusal::Refusal;
use super::super::{MARKER, UNSTICK};
use super::{Consent, Incident};
use crate::flink::Application;
use crate::lifecycle::rules::replay::bound;
use crate::stack::StackStatus;
use crate::time::Timestamp;

pub use standing::{Standing, WouldStop};

/// The bounds within which the unsticker works; the deployment sets them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IncidentSettings {
    /// The most that a force-stop may have replayed; an application's tag may lower it.
    pub max_replay: Duration,
    /// How long a graceful stop, or a busy status, is waited for before force.
    pub stop_patience: Duration,
    /// How long a start in recovery may take before the job counts as failing again.
    pub start_patience: Duration,
    /// How long a recovered job must stay RUNNING before a snapshot proves it.
    pub stabilize: Duration,
}

impl Default for IncidentSettings {
    /// What a deployment sets by default.
    fn default() -> Self {
        Self {
            max_replay: Duration::from_hours(20),
            stop_patience: Duration::from_mins(10),
            start_patience: Duration::from_mins(20),
            stabilize: Duration::from_mins(1),
        }
    }
}

impl IncidentSettings {
    /// The most that a force-stop of `application` may have replayed.
    ///
    /// # Errors
    /// `TagUnreadable` when its tag is not a number of hours: nothing is guessed.
    pub fn bound(&self, application: Option<&Application>) -> Result<Duration, Refusal> {
        application.map_or(Ok(self.max_replay), |application| bound(application, self.max_replay))
    }
}

/// What invoked the unsticker for a stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trigger {
    /// A stack's status changed. The stack itself may have gone on since.
    Event,
    /// A sweep found the stack unfinished.
    Sweep,
    /// A person named the stack.
    Operator,
}

/// A goal that this invocation drove, and how it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoalResult {
    /// The application; none for the stack's own rollback.
    pub application: Option<String>,
    /// What the goal ended in, or why it was not reached.
    pub result: Result<Done, Refusal>,
}

/// What an incident needs next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// This goal is to be driven.
    Reach {
        /// The goal that is to be reached now.
        goal: Goal,
        /// The application's name; none for a goal about the stack alone.
        application: Option<String>,
    },
    /// Nothing more can be done now: how the stack and each application concerned stand.
    Report(Vec<Standing>),
}

/// What of a stack has to be read before [`next`] can decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// Nothing: the description says all.
    Nothing,
    /// The list of its resources, and the rest only if it has a guard of ours.
    Guarded,
    /// Resources, events and the applications concerned.
    Everything,
}

/// What has to be read of a stack in this status. Consent comes first: of a stack without it nothing but the
/// description is read, except after a rollback, when a guard of ours may have stopped a job that no caller starts.
#[must_use]
pub fn reading(status: StackStatus, consent: Consent) -> Reading {
    match (state(status), consent) {
        (State::Other, _) | (State::Stuck | State::UpdateFailed, Consent::None) => Reading::Nothing,
        (State::AtRest, Consent::None) if status == StackStatus::UpdateRollbackComplete => Reading::Guarded,
        (State::AtRest, Consent::None) => Reading::Nothing,
        (State::Stuck | State::AtRest | State::UpdateFailed, Consent::DryRun | Consent::Enabled) => Reading::Everything,
    }
}

/// The next goal for `incident`, or how it stands. `applications` are those of [`Incident::concerned`] that exist, as
/// they were before anything was done.
#[must_use]
pub fn next(incident: &Incident, applications: &[Application], settings: &IncidentSettings, now: Timestamp) -> Next {
    match (state(incident.status), incident.consent) {
        (State::AtRest, Consent::None) => at_rest::untagged(incident, applications),
        (State::Stuck | State::UpdateFailed | State::Other, Consent::None) => report(Standing::NotOurs),
        (State::Stuck, Consent::DryRun | Consent::Enabled) => stuck::next(incident, applications, settings, now),
        (State::AtRest, Consent::DryRun | Consent::Enabled) => at_rest::next(incident, applications, settings, now),
        (State::UpdateFailed, Consent::DryRun | Consent::Enabled) => {
            update_failed::next(incident, applications, settings, now)
        }
        (State::Other, Consent::DryRun | Consent::Enabled) => report(Standing::NothingStuck),
    }
}

fn report(standing: Standing) -> Next {
    Next::Report(vec![standing])
}

/// What a stack's status asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// The rollback failed: the stack takes nothing but its continuation.
    Stuck,
    /// The operation is over: what was stopped for it is to run again.
    AtRest,
    /// The update failed with rollback disabled.
    UpdateFailed,
    /// It asks for nothing, or an operation is in progress.
    Other,
}

pub(super) const fn state(status: StackStatus) -> State {
    match status {
        StackStatus::UpdateRollbackFailed => State::Stuck,
        StackStatus::UpdateFailed => State::UpdateFailed,
        StackStatus::UpdateRollbackComplete
        | StackStatus::UpdateComplete
        | StackStatus::CreateComplete
        | StackStatus::ImportComplete
        | StackStatus::ImportRollbackComplete => State::AtRest,
        StackStatus::CreateInProgress
        | StackStatus::CreateFailed
        | StackStatus::RollbackInProgress
        | StackStatus::RollbackFailed
        | StackStatus::RollbackComplete
        | StackStatus::DeleteInProgress
        | StackStatus::DeleteFailed
        | StackStatus::DeleteComplete
        | StackStatus::UpdateInProgress
        | StackStatus::UpdateCompleteCleanupInProgress
        | StackStatus::UpdateRollbackInProgress
        | StackStatus::UpdateRollbackCompleteCleanupInProgress
        | StackStatus::ReviewInProgress
        | StackStatus::ImportInProgress
        | StackStatus::ImportRollbackInProgress
        | StackStatus::ImportRollbackFailed => State::Other,
    }
}

impl Incident {
    /// The applications that have to be observed before [`next`] can decide: only such as the root stack's own tree
    /// holds.
    #[must_use]
    pub fn concerned(&self) -> Vec<String> {
        match state(self.status) {
            State::Stuck | State::UpdateFailed => {
                let mut names: Vec<String> = self.blockers().into_iter().filter_map(|one| one.application).collect();
                names.retain(|name| self.applications.contains(name));
                names.sort();
                names.dedup();
                names
            }
            State::AtRest => self.applications.clone(),
            State::Other => Vec::new(),
        }
    }

    /// What stops the stack, for people: each resource with its own reason.
    #[must_use]
    pub fn described_blockers(&self) -> Vec<String> {
        match state(self.status) {
            State::Stuck | State::UpdateFailed => {
                self.blockers().iter().map(|blocker| format!("{}: {}", blocker.logical_id, blocker.reason)).collect()
            }
            State::AtRest | State::Other => Vec::new(),
        }
    }

    /// The IDs of rows that markers of these applications name and that were not read yet, each with the stack it
    /// belongs to when the application says so.
    #[must_use]
    pub fn unread_markers(&self, applications: &[Application]) -> Vec<UnreadMarker> {
        let unread = |application: &Application| {
            let marker = application.tag(MARKER)?;
            let event = marker.strip_prefix(super::super::AWAITING_FIX).unwrap_or(marker);
            let is_read = self.events.iter().any(|row| row.id == event);
            let stack = application.tag(super::super::STACK_ID).unwrap_or(&self.stack);
            (!is_read).then(|| UnreadMarker { stack: stack.to_owned(), event: event.to_owned() })
        };
        applications.iter().filter_map(unread).collect()
    }

    /// How the goals for this application, or for the stack, ended in this invocation, in order.
    fn results(&self, application: Option<&str>) -> Vec<&Result<Done, Refusal>> {
        let of = |one: &&GoalResult| one.application.as_deref() == application;
        self.attempted.iter().filter(of).map(|one| &one.result).collect()
    }
}

/// A row that a marker names, in the stack whose events have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadMarker {
    /// The ARN of the stack in whose events the row stands.
    pub stack: String,
    /// The ID of the row, as the marker has it.
    pub event: String,
}

fn named<'a>(applications: &'a [Application], name: &str) -> Option<&'a Application> {
    applications.iter().find(|one| one.name == name)
}

/// The application's own tag; the stack's goes for one that has none, or is gone.
fn consent(incident: &Incident, application: Option<&Application>) -> Consent {
    let own = application.and_then(|application| application.tag(UNSTICK));
    match own {
        Some(own) if incident.consent == Consent::Enabled => Consent::of(Some(own), None),
        // A stack in dry run is one, whatever its applications say.
        Some(own) if Consent::of(Some(own), None) == Consent::None => Consent::None,
        Some(_) | None => incident.consent,
    }
}
