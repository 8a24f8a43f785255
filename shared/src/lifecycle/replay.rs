//! The replay rule: a force-stop throws away all since the newest READY snapshot, and the job replays it from its source.

use std::time::Duration;

use super::observed::{Application, Operations, Timestamp};
use super::status::OperationStatus;

/// What a force-stop would cost now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replay {
    /// Everything since this snapshot is read again.
    Since {
        /// The snapshot.
        snapshot: String,
        /// Its age.
        age: Duration,
    },
    /// There is no snapshot: state restarts empty, and everything since the first start is read again.
    Empty {
        /// How long ago the first start was.
        age: Duration,
    },
    /// More than the bound.
    Forbidden {
        /// The rule with its figures.
        why: String,
    },
}

/// What a force-stop of `application` would cost at `now`, with at most `bound` to be replayed.
#[must_use]
pub fn replay(application: &Application, now: Timestamp, bound: Duration) -> Replay {
    let hours = bound.as_secs() / 3600;
    if let Some(snapshot) = application.newest_snapshot() {
        let age = now.since(snapshot.created);
        return if age < bound {
            Replay::Since { snapshot: snapshot.name.clone(), age }
        } else {
            let why = format!(
                "its newest READY snapshot, {}, is {} hours old and at most {hours} hours may be replayed",
                snapshot.name,
                age.as_secs() / 3600
            );
            Replay::Forbidden { why }
        };
    }
    let age = now.since(first_start(application));
    if age < bound {
        Replay::Empty { age }
    } else {
        let why = format!(
            "it has no READY snapshot, it has run for {} hours and at most {hours} hours may be replayed",
            age.as_secs() / 3600
        );
        Replay::Forbidden { why }
    }
}

/// The first successful start; its creation stands for it where operations cannot be read.
fn first_start(application: &Application) -> Timestamp {
    match &application.operations {
        Operations::Listed(all) => all
            .iter()
            .rev()
            .find(|operation| operation.kind == "StartApplication" && operation.status == OperationStatus::Successful)
            .map_or(application.created, |operation| operation.started),
        Operations::Unreadable => application.created,
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::super::status::{ApplicationStatus, SnapshotStatus};
    use super::*;

    const BOUND: Duration = Duration::from_hours(20);

    #[test]
    fn a_young_snapshot_may_be_replayed_from() {
        let mut observed = seen(ApplicationStatus::Running);
        snapshot(&mut observed, "s", SnapshotStatus::Ready);
        later(&mut observed, Duration::from_hours(1));
        let now = observed.now;
        let cost = replay(app(&mut observed), now, BOUND);
        assert_eq!(cost, Replay::Since { snapshot: "s".into(), age: Duration::from_hours(1) });
    }

    #[test]
    fn an_old_snapshot_forbids_force_and_says_the_figures() {
        let mut observed = seen(ApplicationStatus::Running);
        snapshot(&mut observed, "s", SnapshotStatus::Ready);
        later(&mut observed, Duration::from_hours(21));
        let now = observed.now;
        let Replay::Forbidden { why } = replay(app(&mut observed), now, BOUND) else { panic!() };
        assert_eq!(why, "its newest READY snapshot, s, is 21 hours old and at most 20 hours may be replayed");
    }

    #[test]
    fn a_failed_snapshot_is_none() {
        let mut observed = seen(ApplicationStatus::Running);
        snapshot(&mut observed, "s", SnapshotStatus::Failed);
        let now = observed.now;
        assert!(matches!(replay(app(&mut observed), now, BOUND), Replay::Empty { .. }));
    }

    #[test]
    fn without_a_snapshot_the_first_start_is_the_age() {
        let mut observed = seen(ApplicationStatus::Running);
        app(&mut observed).operations = Operations::Unreadable;
        later(&mut observed, Duration::from_hours(30));
        let now = observed.now;
        assert!(matches!(replay(app(&mut observed), now, BOUND), Replay::Forbidden { .. }));
    }
}
