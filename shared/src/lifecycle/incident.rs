//! Reading an incident from a stack's own events: what failed first, what blocks the rollback, whether it is ours to touch.

use std::collections::{BTreeMap, BTreeSet};

mod next;
mod restart;
mod sweep;

use super::UNSTICK_TOKEN;
use super::observed::Timestamp;
use super::refusal::Refusal;
use super::status::StackStatus;

pub use next::{Attempted, Next, Settings, Standing, Trigger, next};
pub use restart::left_behind;
use restart::{gate, may_be_left_behind, plain, to_recover};
pub use sweep::{Duty, Glimpse, duty, invokes_for};

/// The stable beginning of the service's text; nothing else of it is matched (`semantics.md` A.12).
pub const SNAPSHOT_FAILURE: &str = "Failed to take snapshot for the application";

const STACK: &str = "AWS::CloudFormation::Stack";
const APPLICATION: &str = "AWS::KinesisAnalyticsV2::Application";
const LOGGING_OPTION: &str = "AWS::KinesisAnalyticsV2::ApplicationCloudWatchLoggingOption";

/// One row of a stack's events.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StackEvent {
    /// Its ID.
    pub id: String,
    /// When.
    pub time: Timestamp,
    /// The stack it belongs to: the root's ARN, or a nested one's.
    pub stack: String,
    /// The resource's logical ID.
    pub logical_id: String,
    /// The resource's physical ID; a stack-level row's is the stack's ARN.
    pub physical_id: String,
    /// The resource's type.
    pub resource_type: String,
    /// The resource's status word; a free string here, since only a few are asked for.
    pub status: String,
    /// Its reason.
    pub reason: String,
    /// The token of the operation it belongs to.
    pub token: String,
    /// The application that a logging option's properties name.
    pub application: Option<String>,
}

/// What stops a rollback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blocker {
    /// The resource's logical ID.
    pub logical_id: String,
    /// Its own reason.
    pub reason: String,
    /// The Flink application concerned, when that is what it is about.
    pub application: Option<String>,
}

/// What the consent tag says; anything else but `dry-run` is no consent.
pub const ENABLED: &str = "enabled";

/// Whether an application may be touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consent {
    /// No tag.
    None,
    /// `dry-run`.
    DryRun,
    /// `enabled`.
    Enabled,
}

impl Consent {
    /// The application's own tag, or else the stack's.
    #[must_use]
    pub fn of(application: Option<&str>, stack: Option<&str>) -> Self {
        match application.or(stack) {
            Some(ENABLED) => Self::Enabled,
            Some("dry-run") => Self::DryRun,
            Some(_) | None => Self::None,
        }
    }
}

/// A stack's events, newest first, its own and its nested stacks', and what is known of the stack.
#[derive(Debug, Clone)]
pub struct Incident {
    /// The root stack's ARN.
    pub stack: String,
    /// The root stack's status.
    pub status: StackStatus,
    /// Whether the stack has a service role of its own, or this function may use its own.
    pub may_continue: bool,
    /// What the stack's own tag says.
    pub consent: Consent,
    /// Newest first.
    pub events: Vec<StackEvent>,
    /// What invoked the unsticker.
    pub trigger: Trigger,
    /// The names of the applications in the root stack's tree; empty while nobody has to know them.
    pub applications: Vec<String>,
    /// What this invocation did so far, in order.
    pub attempted: Vec<Attempted>,
}

/// What to make of an incident.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Assessment {
    /// These applications are to be stopped, then the rollback continued.
    Act {
        /// Their names.
        applications: Vec<String>,
    },
    /// What would be done.
    DryRun {
        /// The applications' names.
        applications: Vec<String>,
    },
    /// It is left to a person.
    Refuse(Refusal),
    /// No tagged application is concerned.
    NotOurs,
    /// The stack is not stuck any more.
    NoLongerStuck,
}

impl Incident {
    /// The rows of the stack operation that is the newest, newest first.
    #[must_use]
    pub fn operation(&self) -> &[StackEvent] {
        let began = self.events.iter().position(|event| self.is_own(event) && event.status == "UPDATE_IN_PROGRESS");
        began.and_then(|index| self.events.get(..=index)).unwrap_or(&self.events)
    }

    fn is_own(&self, event: &StackEvent) -> bool {
        event.resource_type == STACK && event.physical_id == self.stack
    }

    /// The row that began the newest stack operation: its ID is the marker.
    #[must_use]
    pub fn began(&self) -> Option<&StackEvent> {
        self.operation().last()
    }

    /// The newest stack-level row with this status.
    #[must_use]
    pub fn newest(&self, status: StackStatus) -> Option<&StackEvent> {
        self.operation().iter().find(|event| self.is_own(event) && event.status == status.as_str())
    }

    /// The row with which the operation ended, when the stack rests in one that did not leave it stuck.
    #[must_use]
    pub fn ended(&self) -> Option<&StackEvent> {
        let rests = [StackStatus::UpdateComplete, StackStatus::UpdateRollbackComplete].contains(&self.status);
        rests.then(|| self.newest(self.status)).flatten()
    }

    /// The first failed resource's own reason: the stack's own only lists names.
    #[must_use]
    pub fn cause(&self) -> Option<&StackEvent> {
        self.operation().iter().rev().find(|event| is_failure(event))
    }

    /// What stops the rollback now: failures since it last began, the newest of each resource. A nested stack's rollback begins by
    /// itself, before its parent's.
    #[must_use]
    pub fn blockers(&self) -> Vec<Blocker> {
        let mut before: BTreeSet<&str> = BTreeSet::new();
        let mut newest: BTreeMap<(&str, &str), &StackEvent> = BTreeMap::new();
        for event in self.operation() {
            let own = event.resource_type == STACK && event.physical_id == event.stack;
            if own && event.status == StackStatus::UpdateRollbackInProgress.as_str() {
                before.insert(&event.stack);
            } else if is_failure(event) && !before.contains(event.stack.as_str()) {
                newest.entry((&event.stack, &event.logical_id)).or_insert(event);
            }
        }
        newest
            .into_values()
            .map(|event| Blocker {
                logical_id: event.logical_id.clone(),
                reason: event.reason.clone(),
                application: flink_application(event),
            })
            .collect()
    }

    /// How often this project continued this operation's rollback.
    #[must_use]
    pub fn continued(&self) -> u32 {
        let tokens: BTreeSet<&str> = self
            .operation()
            .iter()
            .filter(|event| self.is_own(event) && event.token.starts_with(UNSTICK_TOKEN))
            .map(|event| event.token.as_str())
            .collect();
        u32::try_from(tokens.len()).unwrap_or(u32::MAX)
    }
}

/// A failure of its own: neither a cancelled sibling nor a nested stack, whose children say it themselves.
fn is_failure(event: &StackEvent) -> bool {
    event.status.ends_with("_FAILED") && event.resource_type != STACK && !event.reason.contains("cancelled")
}

/// The application whose snapshot failed, when that is what the row says.
fn flink_application(event: &StackEvent) -> Option<String> {
    if !event.reason.contains(SNAPSHOT_FAILURE) {
        return None;
    }
    match event.resource_type.as_str() {
        APPLICATION => Some(event.physical_id.clone()),
        LOGGING_OPTION => event.application.clone(),
        _ => None,
    }
}

/// What to make of a stack in UPDATE_ROLLBACK_FAILED: act only if *all* that blocks it are snapshot failures of applications
/// that opted in. `consent` is asked for each application of a blocker.
fn assess(incident: &Incident, consent: impl Fn(&str) -> Consent) -> Assessment {
    if incident.status != StackStatus::UpdateRollbackFailed {
        return Assessment::NoLongerStuck;
    }
    let blockers = incident.blockers();
    let mut applications: Vec<String> = blockers.iter().filter_map(|blocker| blocker.application.clone()).collect();
    applications.sort();
    applications.dedup();
    // Whoever opted in is told of every blocker, whatever it is.
    let tagged = applications.iter().any(|application| consent(application) != Consent::None);
    if !tagged && incident.consent == Consent::None {
        return Assessment::NotOurs;
    }
    if let Some(other) = blockers.iter().find(|blocker| blocker.application.is_none()) {
        let (resource, reason) = (other.logical_id.clone(), other.reason.clone());
        return Assessment::Refuse(Refusal::OtherBlocker { resource, reason });
    }
    if applications.is_empty() {
        let reason = "its events do not say what failed".to_owned();
        return Assessment::Refuse(Refusal::OtherBlocker { resource: incident.stack.clone(), reason });
    }
    if let Some(untagged) = applications.iter().find(|application| consent(application) == Consent::None) {
        return Assessment::Refuse(Refusal::NotTagged { application: untagged.clone() });
    }
    // Consent on the applications alone: their jobs could be stopped, and the rollback not continued.
    if incident.consent == Consent::None {
        return Assessment::Refuse(Refusal::StackNotTagged);
    }
    if !incident.may_continue {
        return Assessment::Refuse(Refusal::NoServiceRole);
    }
    let dry_run = applications.iter().any(|application| consent(application) == Consent::DryRun);
    if dry_run || incident.consent == Consent::DryRun {
        return Assessment::DryRun { applications };
    }
    Assessment::Act { applications }
}

#[cfg(test)]
mod tests;
