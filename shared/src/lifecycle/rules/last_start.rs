//! What the start took from which an application runs: how many attempts, how long, and how old its snapshot was. For
//! metrics; from reality, so that a second delivery says the same.

use std::time::Duration;

use crate::flink::{Application, OperationStatus, Operations, START};
use crate::lifecycle::goals::start::restored_snapshot;
use crate::time::Timestamp;

/// A start, looked back at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastStart {
    /// How many starts there were, failed ones too.
    pub attempts: usize,
    /// From the start's acceptance to RUNNING, by the service's own clock; none while the service does not say when it
    /// ended.
    pub took: Option<Duration>,
    /// How old the restored snapshot was when the start began; none when it began empty.
    pub snapshot_age: Option<Duration>,
}

/// The newest start since then; none when nothing was started, or its operations cannot be read.
#[must_use]
pub fn last_start(application: &Application, since: Timestamp) -> Option<LastStart> {
    let Operations::Listed(all) = &application.operations else { return None };
    let starts: Vec<_> = all.iter().filter(|one| one.kind == START && one.is_since(since)).collect();
    let newest = starts.first().filter(|start| start.status == OperationStatus::Successful)?;
    let restored = restored_snapshot(application);
    let snapshot = application.snapshots.iter().find(|snapshot| snapshot.name == restored);
    Some(LastStart {
        attempts: starts.len(),
        took: newest.ended.map(|ended| ended.since(newest.started)),
        snapshot_age: snapshot.map(|snapshot| newest.started.since(snapshot.created)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flink::{ApplicationStatus, Restore, SnapshotStatus};
    use crate::lifecycle::fixtures::*;

    #[test]
    fn a_second_attempt_is_counted_and_only_its_own_time_and_snapshot_are_reported() {
        let mut observed = seen(ApplicationStatus::Running);
        let began = observed.now;
        snapshot(&mut observed, "s", SnapshotStatus::Ready);
        later(&mut observed, Duration::from_mins(5));
        operation(&mut observed, START, OperationStatus::Failed, Some("no"));
        later(&mut observed, Duration::from_mins(1));
        operation(&mut observed, START, OperationStatus::Successful, None);
        later(&mut observed, Duration::from_secs(40));
        let ended = observed.now;
        app(&mut observed).running_with = Some((Restore::Latest, false));
        let Operations::Listed(all) = &mut app(&mut observed).operations else { panic!() };
        all[0].ended = Some(ended);
        let message = last_start(app(&mut observed), began).unwrap();
        assert_eq!((message.attempts, message.took), (2, Some(Duration::from_secs(40))));
        assert_eq!(message.snapshot_age, Some(Duration::from_mins(6)));
        assert_eq!(last_start(app(&mut observed), ended), None);
    }
}
