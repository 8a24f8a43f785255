//! What an application's operations and snapshots say of what was done to it.

use crate::flink::{Application, Operation, OperationStatus, Operations, SNAPSHOT, START, Snapshot, SnapshotStatus};
use crate::time::Timestamp;

impl Operation {
    /// Whether it began at `since`, a time of another service's clock, or later. One that goes on may have begun a
    /// little before that by its own clock; one that has ended by then was another request's.
    pub(crate) fn is_since(&self, since: Timestamp) -> bool {
        let goes_on = self.status == OperationStatus::InProgress;
        self.is_new || self.started >= since || (goes_on && self.started >= since.less_skew())
    }
}

impl Application {
    /// The newest READY snapshot: what a start restores by default; none where there is no such snapshot.
    #[must_use]
    pub fn newest_snapshot(&self) -> Option<&Snapshot> {
        self.snapshots.iter().filter(|snapshot| snapshot.status == SnapshotStatus::Ready).max_by_key(|s| s.created)
    }

    /// The value of one of the application's tags.
    #[must_use]
    pub fn tag(&self, key: &str) -> Option<&str> {
        self.tags.get(key).map(String::as_str)
    }

    /// The newest operation, if it has not ended.
    pub(crate) fn in_progress(&self) -> Option<&Operation> {
        match &self.operations {
            Operations::Listed(all) => all.first().filter(|newest| newest.status == OperationStatus::InProgress),
            Operations::Unreadable => None,
        }
    }

    /// Since when it is busy, and no earlier than `since`: its newest operation's start; where that one has ended, its
    /// end, because the status is read first and the operation can end between the two calls. `since` where operations
    /// cannot be read.
    pub(crate) fn busy_since(&self, since: Timestamp) -> Timestamp {
        let newest = match &self.operations {
            Operations::Listed(all) => all.first(),
            Operations::Unreadable => None,
        };
        newest.map_or(since, |operation| operation.ended.unwrap_or(operation.started).max(since))
    }

    /// The youngest snapshot that is being taken, other than the one named `own`.
    pub(crate) fn creating(&self, own: Option<&str>) -> Option<&Snapshot> {
        let others = |one: &&Snapshot| one.status == SnapshotStatus::Creating && Some(one.name.as_str()) != own;
        self.snapshots.iter().filter(others).max_by_key(|one| one.created)
    }

    /// Whether an update was taken at `since` or later, whatever became of it. The two services' clocks may differ by
    /// seconds.
    pub(crate) fn was_updated_since(&self, since: Timestamp) -> bool {
        self.version_created >= since.less_skew() || self.newest("UpdateApplication", since).is_some()
    }

    /// How many starts ended like this that began at `since` or later.
    pub(crate) fn ended_starts(&self, status: OperationStatus, since: Timestamp) -> usize {
        let ended = |one: &&Operation| one.kind == START && one.status == status && one.is_since(since);
        match &self.operations {
            Operations::Listed(all) => all.iter().filter(ended).count(),
            Operations::Unreadable => 0,
        }
    }

    /// How many starts failed that began at `since` or later.
    pub(crate) fn failed_starts(&self, since: Timestamp) -> usize {
        self.ended_starts(OperationStatus::Failed, since)
    }

    /// The newest start's own error text.
    pub(crate) fn start_error(&self) -> Option<String> {
        self.newest(START, Timestamp(i64::MIN)).and_then(|operation| operation.error.clone())
    }

    /// The newest operation of this kind that began at `since` or later.
    pub(crate) fn newest(&self, kind: &str, since: Timestamp) -> Option<&Operation> {
        match &self.operations {
            Operations::Listed(all) => all.iter().find(|operation| operation.kind == kind && operation.is_since(since)),
            Operations::Unreadable => None,
        }
    }

    /// Why this snapshot is not READY, in the service's own words: the error of the newest snapshot operation that
    /// began at `since` or later.
    pub(crate) fn snapshot_error(&self, snapshot: &Snapshot, since: Timestamp) -> String {
        let error = self.newest(SNAPSHOT, since).and_then(|operation| operation.error.clone());
        error.unwrap_or_else(|| format!("snapshot {} is {}", snapshot.name, snapshot.status))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_is_the_requests_by_what_was_there_before_and_not_by_two_clocks() {
        let of = |started, status, is_new| {
            let kind = START.to_owned();
            Operation { id: "1".into(), is_new, kind, status, started: Timestamp(started), ended: None, error: None }
        };
        let since = Timestamp(10_500);
        // Whole seconds, or a clock two seconds behind: what is new is the request's own, and so is what goes on.
        for started in [10_000, 8600] {
            assert!(of(started, OperationStatus::Failed, true).is_since(since));
            assert!(of(started, OperationStatus::InProgress, false).is_since(since));
            assert!(!of(started, OperationStatus::Failed, false).is_since(since), "another request's");
        }
        assert!(of(10_500, OperationStatus::Failed, false).is_since(since));
        assert!(!of(1000, OperationStatus::InProgress, false).is_since(since));
    }
}
