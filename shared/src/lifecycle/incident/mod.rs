//! Reading an incident from a stack's own events: what failed first, what blocks the rollback, whether it is ours to
//! touch.

use std::collections::{BTreeMap, BTreeSet};

mod blocker;
mod next;
mod reminder;
mod restart;
mod sweep;

use super::UNSTICK_TOKEN;
use crate::flink::Mask;
use crate::stack::{STACK, StackEvent, StackStatus};
use crate::time::Timestamp;

use blocker::is_nested_stack;
pub use blocker::{Blocker, BlockerKind, SNAPSHOT_FAILURE};
pub(crate) use blocker::{application_without_snapshot, is_failure};
pub use next::{
    GoalResult, IncidentSettings, Next, Reading, Standing, Trigger, UnreadMarker, WouldStop, next, reading,
};
pub use reminder::{Reminder, reminder};
pub use restart::left_behind;
pub use sweep::{Duty, Glimpse, duty, invokes_for};

/// What the consent tag says; anything else but `dry-run` is a refusal.
pub const ENABLED: &str = "enabled";

/// Whether an application may be touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consent {
    /// The stack carries no such tag: it has not opted in.
    None,
    /// The tag says `dry-run`: report what would be done, change nothing.
    DryRun,
    /// The tag says `enabled`: the unsticker may stop, start and continue.
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
    /// The ARN of the root stack, which is the one that can be continued.
    pub stack: String,
    /// The root stack's status when it was described.
    pub status: StackStatus,
    /// Whether the stack has a service role of its own, or this function may use its own.
    pub may_continue: bool,
    /// What the stack's own tag says.
    pub consent: Consent,
    /// The rows of the stack's last operation, newest first.
    pub events: Vec<StackEvent>,
    /// What invoked the unsticker: it decides how much is reported.
    pub trigger: Trigger,
    /// The names of the applications in the root stack's tree; empty while no one has to know them.
    pub applications: Vec<String>,
    /// Whether its tree has a Custom::FlinkUpdateGuard.
    pub is_guarded: bool,
    /// What this invocation did so far, in order.
    pub attempted: Vec<GoalResult>,
    /// The property values that no text for people repeats.
    pub mask: Mask,
}

impl Incident {
    /// The rows of the stack operation that is the newest, newest first.
    #[must_use]
    pub fn operation(&self) -> &[StackEvent] {
        let began = self.events.iter().position(|event| self.is_own(event) && event.status == "UPDATE_IN_PROGRESS");
        began.and_then(|index| self.events.get(..=index)).unwrap_or(&self.events)
    }

    fn is_own(&self, event: &StackEvent) -> bool {
        event.is_of_stack(&self.stack)
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
        self.status.as_str().ends_with("_COMPLETE").then(|| self.newest(self.status)).flatten()
    }

    /// The first failed resource's own reason: the stack's own only lists names.
    #[must_use]
    pub fn cause(&self) -> Option<&StackEvent> {
        self.operation().iter().rev().find(|event| event.resource_type != STACK && is_failure(event))
    }

    /// Its reason, without property values; empty when the events do not say.
    #[must_use]
    pub fn described_cause(&self) -> String {
        self.cause().map_or_else(String::new, |event| self.mask.apply(&event.reason))
    }

    /// Whether the newest stack-level row says that the rollback is in progress.
    fn goes_on(&self) -> bool {
        let newest = self.operation().iter().find(|event| self.is_own(event));
        newest.is_some_and(|row| row.status == StackStatus::UpdateRollbackInProgress.as_str())
    }

    /// What stops the stack now: failures since its rollback last began, or since its update did, the newest of each
    /// resource. A nested stack's rollback begins on its own, before its parent's. A nested stack is none itself where
    /// its own resources say what failed.
    #[must_use]
    pub fn blockers(&self) -> Vec<Blocker> {
        let mut before: BTreeSet<&str> = BTreeSet::new();
        let mut message: BTreeSet<&str> = BTreeSet::new();
        let mut newest: BTreeMap<(&str, &str), &StackEvent> = BTreeMap::new();
        for event in self.operation() {
            let own = event.is_of_stack(&event.stack);
            if own && event.status == StackStatus::UpdateRollbackInProgress.as_str() {
                before.insert(&event.stack);
            } else if !own && event.status.ends_with("_FAILED") && !before.contains(event.stack.as_str()) {
                message.insert(&event.stack);
                if is_failure(event) {
                    newest.entry((&event.stack, &event.logical_id)).or_insert(event);
                }
            }
        }
        let speaks = |event: &&StackEvent| !is_nested_stack(event) || !message.contains(event.physical_id.as_str());
        newest.into_values().filter(speaks).map(|event| Blocker::read(event, &self.mask)).collect()
    }

    /// When this project last continued this operation's rollback.
    #[must_use]
    pub fn last_attempt(&self) -> Option<Timestamp> {
        let began = |event: &&StackEvent| {
            self.is_own(event)
                && event.token.starts_with(UNSTICK_TOKEN)
                && event.status == StackStatus::UpdateRollbackInProgress.as_str()
        };
        self.operation().iter().find(began).map(|event| event.time)
    }

    /// The row with this ID and all that are newer, newest first, whatever operation it belongs to.
    fn since(&self, event: &str) -> Option<(&[StackEvent], &StackEvent)> {
        let index = self.events.iter().position(|row| row.id == event)?;
        Some((self.events.get(..index)?, self.events.get(index)?))
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

#[cfg(test)]
mod tests;
