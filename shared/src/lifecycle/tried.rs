//! What one invocation already tried: the budgets that every loop of the planner spends.
//!
//! It is memory, not record: a new process starts with an empty one and finds the rest in reality.

use std::collections::{BTreeMap, BTreeSet};

use super::action::Action;
use super::call::Call;
use super::observed::{Application, Operations, Timestamp};
use super::properties::Settled;
use super::status::ApplicationStatus;

/// What one invocation already tried.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tried {
    /// Accepted starts.
    pub starts: u8,
    /// Accepted graceful stops.
    pub stops: u8,
    /// Force-stops, accepted or not.
    pub forced: u8,
    /// Accepted updates.
    pub updates: u8,
    /// Whether an accepted update restarted a RUNNING application.
    pub restarted: bool,
    /// What accepted updates repaired or replaced.
    pub settled: Vec<Settled>,
    /// Accepted snapshots.
    pub snapshots: u8,
    /// Snapshots whose deletion was accepted: the service may show them for a while.
    pub deleted: BTreeSet<String>,
    /// Accepted continues.
    pub continued: u8,
    /// Tags written.
    pub tagged: u8,
    /// Tags removed.
    pub untagged: u8,
    /// Calls that met somebody else's change.
    pub conflicts: u8,
    /// Calls that were not answered: whether they were taken, reality tells.
    pub lost: u8,
    /// The last call, when nobody answered it, with what came instead of an answer.
    pub unanswered: Option<(Action, String)>,
    /// Looks since the last call.
    pub looks: u32,
    /// How the last call was rejected, if it was.
    pub rejection: Option<Rejection>,
    /// The first look's time.
    pub began: Option<Timestamp>,
    /// Since when the status, the version and the newest operation are what they are now.
    pub steady: Option<Steady>,
}

/// A call that the service did not accept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// What was called.
    pub action: Action,
    /// How to read the answer.
    pub kind: Rejected,
    /// The service's own words.
    pub text: String,
}

/// How to read a rejection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rejected {
    /// The service could not take its snapshot: the job is not healthy.
    Snapshot,
    /// Somebody else changed or is changing it: look again.
    Conflict,
}

/// Since when nothing moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Steady {
    /// Since when.
    pub since: Timestamp,
    status: ApplicationStatus,
    version: i64,
    operation: Option<(String, Timestamp)>,
}

/// The name of [`Tried::began`] among what is kept.
const BEGAN: &str = "Began";

impl Tried {
    /// With what an invocation before this one kept of the same request.
    #[must_use]
    pub fn after(kept: &BTreeMap<String, String>) -> Self {
        let time = |name: &str| kept.get(name).and_then(|text| text.parse().ok()).map(Timestamp);
        Self { began: time(BEGAN), ..Self::default() }
    }

    /// What the next invocation has to know and reality does not tell, by name.
    #[must_use]
    pub fn kept(&self) -> BTreeMap<String, String> {
        let times = [(BEGAN, self.began)];
        times.into_iter().filter_map(|(name, time)| Some((name.to_owned(), time?.0.to_string()))).collect()
    }

    /// After a look.
    pub fn looked(&mut self, application: Option<&Application>, now: Timestamp) {
        self.looks = self.looks.saturating_add(1);
        self.began.get_or_insert(now);
        let Some(application) = application else {
            self.steady = None;
            return;
        };
        let operation = match &application.operations {
            // Our own snapshot is an operation too; it does not disturb the quiet it is to prove.
            Operations::Listed(all) => all
                .iter()
                .find(|operation| operation.kind != "CreateApplicationSnapshot")
                .map(|operation| (operation.kind.clone(), operation.started)),
            Operations::Unreadable => None,
        };
        let (status, version) = (application.status, application.version);
        let unmoved = self.steady.as_ref().is_some_and(|steady| {
            steady.status == status && steady.version == version && steady.operation == operation
        });
        if !unmoved {
            self.steady = Some(Steady { since: now, status, version, operation });
        }
    }

    /// After a call was accepted.
    pub fn accepted(&mut self, call: &Call) {
        self.looks = 0;
        // Writing or removing the marker does not make what was refused before it come true.
        if !matches!(call, Call::Tag { .. } | Call::Untag { .. }) {
            self.rejection = None;
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
            Call::Start { .. } => &mut self.starts,
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
        if let Call::Stop { force: true } = call {
            self.forced = self.forced.saturating_add(1);
        }
        if kind == Rejected::Conflict {
            self.conflicts = self.conflicts.saturating_add(1);
        }
        self.rejection = Some(Rejection { action: call.action(), kind, text });
    }

    /// After a call that nobody answered: throttled, 5xx, a lost connection.
    pub fn unanswered(&mut self, call: &Call, text: String) {
        self.looks = 0;
        self.lost = self.lost.saturating_add(1);
        self.unanswered = Some((call.action(), text));
    }

    /// The text of the last call's rejection, when it was this action's and for want of a snapshot.
    pub(super) fn refused_snapshot(&self, action: Action) -> Option<&str> {
        self.rejection
            .as_ref()
            .filter(|rejection| rejection.action == action && rejection.kind == Rejected::Snapshot)
            .map(|rejection| rejection.text.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_known_again() {
        let tried = Tried { began: Some(Timestamp(7)), ..Tried::default() };
        assert_eq!(Tried::after(&tried.kept()), tried);
        assert_eq!(Tried::after(&BTreeMap::from([("Tomorrow".into(), "x".into())])), Tried::default());
    }
}
