//! What one invocation already tried: the budgets that every loop of the planner spends.
//!
//! It is memory, not record: a new process starts with an empty one and finds the rest in reality.

mod not_accepted;

use std::collections::{BTreeMap, BTreeSet};

use super::action::Action;
use super::call::Call;
use super::goal::key_change::KeyChange;
use crate::flink::{Application, ApplicationStatus, Operations, SNAPSHOT};
use crate::time::Timestamp;

pub use not_accepted::{Rejected, Rejection, Unanswered};

/// What one invocation already tried.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attempts {
    /// How many starts the service accepted.
    pub starts: u8,
    /// How many stops without Force the service accepted.
    pub stops: u8,
    /// How many stops with Force were asked for, accepted or not.
    pub forced: u8,
    /// How many property updates the service accepted.
    pub updates: u8,
    /// Whether an accepted update restarted a RUNNING application.
    pub restarted: bool,
    /// What accepted updates repaired or replaced.
    pub settled: Vec<KeyChange>,
    /// How many snapshots the service accepted to take.
    pub snapshots: u8,
    /// Snapshots whose deletion was asked for: the service may show them for a while.
    pub deleted: BTreeSet<String>,
    /// How many times the rollback's continuation was accepted.
    pub continued: u8,
    /// How many times a tag was written.
    pub tagged: u8,
    /// How many times a tag was removed.
    pub untagged: u8,
    /// Since when calls meet changes by others; none after a call that was accepted, but for the marker's.
    pub conflicts_since: Option<Timestamp>,
    /// The call whose snapshot the service refused last, with its words; none after a call that was accepted.
    pub refused: Option<(Action, String)>,
    /// How often it did since then.
    pub refusals: u8,
    /// When it did so last.
    pub refused_at: Timestamp,
    /// The service's words, when the quota forbade the last snapshot; none after a call that was accepted.
    pub quota: Option<String>,
    /// The time of the last look.
    pub looked_at: Timestamp,
    /// Calls that were not answered: whether they were taken, the next observation shows.
    pub lost: u8,
    /// The last call, when it was not answered.
    pub unanswered: Option<Unanswered>,
    /// Looks since the last call.
    pub looks: u32,
    /// How the last call was rejected, if it was.
    pub rejection: Option<Rejection>,
    /// Since when it was RUNNING undisturbed as far as the invocation before this one saw it.
    pub steady_before: Option<Timestamp>,
    /// The ID of the newest operation when they were first looked at, empty when there was none: what is newer began
    /// since then.
    pub newest_at_first: Option<String>,
    /// The service's own words when it refused a proving snapshot.
    pub refused_proof: Option<String>,
    /// Since when the status, the version and the newest operation are what they are now.
    pub steady: Option<UnchangedSince>,
}

/// Since when status, version and operations of an application are the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnchangedSince {
    /// Since when, as this invocation saw it.
    pub since: Timestamp,
    /// Whether this invocation saw it move before: otherwise it may have been so for long.
    pub seen_to_move: bool,
    status: ApplicationStatus,
    version: i64,
    operation: Option<(String, Timestamp)>,
}

/// The name of [`Attempts::steady_before`] among what is kept.
const STEADY: &str = "RunningSince";
/// The name of [`Attempts::conflicts_since`] among what is kept.
const CONFLICTS: &str = "ConflictsSince";
/// The name of [`Attempts::newest_at_first`] among what is kept.
const NEWEST: &str = "NewestOperation";

impl Attempts {
    /// With what an invocation before this one kept of the same request.
    #[must_use]
    pub fn after(kept: &BTreeMap<String, String>) -> Self {
        let time = |name: &str| kept.get(name).and_then(|text| text.parse().ok()).map(Timestamp);
        let newest_at_first = kept.get(NEWEST).cloned();
        Self { steady_before: time(STEADY), conflicts_since: time(CONFLICTS), newest_at_first, ..Self::default() }
    }

    /// What the next invocation has to know and no API shows, by name.
    #[must_use]
    pub fn kept(&self) -> BTreeMap<String, String> {
        let running = self.steady.as_ref().filter(|steady| steady.status == ApplicationStatus::Running);
        let times = [(STEADY, running.map(|steady| steady.since)), (CONFLICTS, self.conflicts_since)];
        let times = times.into_iter().filter_map(|(name, time)| Some((name.to_owned(), time?.0.to_string())));
        times.chain(self.newest_at_first.clone().map(|id| (NEWEST.to_owned(), id))).collect()
    }

    /// Notes which operations were not there yet when they were first looked at.
    pub fn note_new(&mut self, operations: &mut Operations) {
        let Operations::Listed(all) = operations else { return };
        let newest = || all.first().map(|operation| operation.id.clone()).unwrap_or_default();
        let known = self.newest_at_first.get_or_insert_with(newest);
        for operation in all.iter_mut().take_while(|operation| operation.id != *known) {
            operation.is_new = true;
        }
    }

    /// Notes a look: how many there were since the last call, and whether anything moved.
    pub fn looked(&mut self, application: Option<&Application>, now: Timestamp) {
        self.looks = self.looks.saturating_add(1);
        self.looked_at = now;
        let Some(application) = application else {
            self.steady = None;
            return;
        };
        let operation = match &application.operations {
            // Our own snapshot is an operation too; it does not disturb the quiet it is to prove.
            Operations::Listed(all) => all
                .iter()
                .find(|operation| operation.kind != SNAPSHOT)
                .map(|operation| (operation.kind.clone(), operation.started)),
            Operations::Unreadable => None,
        };
        let (status, version) = (application.status, application.version);
        let unmoved = self.steady.as_ref().is_some_and(|steady| {
            steady.status == status && steady.version == version && steady.operation == operation
        });
        if !unmoved {
            let seen_to_move = self.steady.is_some();
            // Between two invocations nothing becomes RUNNING again: what the one before saw goes on.
            let before = self.steady_before.filter(|_| !seen_to_move && status == ApplicationStatus::Running);
            let since = before.unwrap_or(now);
            self.steady = Some(UnchangedSince { since, seen_to_move, status, version, operation });
        }
    }

    /// After a call was accepted.
    pub fn accepted(&mut self, call: &Call) {
        self.looks = 0;
        // Writing or removing the marker does not make what was refused before it come true.
        if !matches!(call, Call::Tag { .. } | Call::Untag { .. }) {
            self.rejection = None;
            self.refusals = 0;
            self.refused = None;
            self.quota = None;
            self.conflicts_since = None;
        }
        self.unanswered = None;
        if let Call::UpdateProperties { restart, settled, .. } = call {
            self.restarted |= restart.is_some();
            self.settled.extend(settled.iter().cloned());
        }
        if let Call::DeleteSnapshot { name, .. } = call {
            self.deleted.insert(name.clone());
        }
        let budget = match call {
            Call::Start { .. } | Call::StartNotebook => &mut self.starts,
            Call::Stop { force: false } => &mut self.stops,
            Call::Stop { force: true } => &mut self.forced,
            Call::CreateSnapshot { .. } => &mut self.snapshots,
            Call::UpdateProperties { .. } => &mut self.updates,
            Call::Tag { .. } => &mut self.tagged,
            Call::Untag { .. } => &mut self.untagged,
            Call::ContinueRollback { .. } => &mut self.continued,
            Call::DeleteSnapshot { .. } => return,
        };
        *budget = budget.saturating_add(1);
    }

    /// After a call was rejected.
    pub fn rejected(&mut self, call: &Call, kind: Rejected, text: String) {
        self.looks = 0;
        self.unanswered = None;
        // Housekeeping that is not possible now is left to the next time.
        if let Call::DeleteSnapshot { name, .. } = call {
            self.deleted.insert(name.clone());
            return;
        }
        let is_forced = matches!(call, Call::Stop { force: true });
        self.forced = self.forced.saturating_add(u8::from(is_forced));
        if kind == Rejected::Snapshot && call.action() == Action::CreateApplicationSnapshot {
            self.refused_proof = Some(text.clone());
        }
        match kind {
            // A force-stop has a budget of its own.
            Rejected::Conflict if is_forced => {}
            Rejected::Conflict => {
                self.conflicts_since.get_or_insert(self.looked_at);
            }
            Rejected::Quota => self.quota = Some(text.clone()),
            Rejected::Snapshot => {
                self.refusals = self.refusals.saturating_add(1);
                self.refused_at = self.looked_at;
                self.refused = Some((call.action(), text.clone()));
            }
        }
        self.rejection = Some(Rejection { action: call.action(), kind, text, at: self.looked_at });
    }

    /// After a call that no caller answered: 5xx, a lost connection.
    pub fn unanswered(&mut self, call: &Call, text: String) {
        self.looks = 0;
        self.lost(call, text, true);
    }

    /// After a call that was throttled: it was not taken, and what was seen before it is as true as it was.
    pub fn throttled(&mut self, call: &Call, text: String) {
        self.lost(call, text, false);
    }

    fn lost(&mut self, call: &Call, error: String, may_be_taken: bool) {
        if let Call::DeleteSnapshot { name, .. } = call {
            self.deleted.insert(name.clone());
            return;
        }
        self.lost = self.lost.saturating_add(1);
        // One before it may still have been.
        let before = self.unanswered.as_ref().filter(|one| one.action == call.action());
        let may_be_taken = may_be_taken || before.is_some_and(|one| one.may_be_taken);
        self.unanswered = Some(Unanswered { action: call.action(), error, may_be_taken });
    }

    /// The service's words, when it last refused the snapshot of this action.
    pub(super) fn refused_snapshot(&self, action: Action) -> Option<&str> {
        self.refused.as_ref().filter(|(refused, _)| *refused == action).map(|(_, text)| text.as_str())
    }
}

#[cfg(test)]
mod tests;
