//! The replay rule: a force-stop throws away all since the newest READY snapshot, and the job replays it from its
//! source.

use std::time::Duration;

use crate::flink::{Application, OperationStatus, Operations, START};
use crate::lifecycle::MAX_REPLAY_HOURS;
use crate::lifecycle::refusal::Refusal;
use crate::time::Timestamp;

/// How often a force-stop is asked for.
pub(in crate::lifecycle) const MAX_FORCE_STOPS: u8 = 3;
/// The most hours that the tag takes, a year.
const MOST_HOURS: u64 = 8760;

/// The most that a force-stop of `application` may have replayed: `most`, which the application's tag may only lower.
///
/// # Errors
/// `TagUnreadable` when the tag is not a whole number of hours from 1 to 8760: a bound that no one can read allows
/// nothing.
pub fn bound(application: &Application, most: Duration) -> Result<Duration, Refusal> {
    let Some(value) = application.tag(MAX_REPLAY_HOURS) else { return Ok(most) };
    let is_number = value.bytes().all(|byte| byte.is_ascii_digit());
    let hours = value.parse().ok().filter(|hours| is_number && (1..=MOST_HOURS).contains(hours));
    hours.map(|hours| Duration::from_hours(hours).min(most)).ok_or_else(|| Refusal::TagUnreadable {
        application: application.name.clone(),
        key: MAX_REPLAY_HOURS,
        value: value.to_owned(),
    })
}

/// What a force-stop would cost now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replay {
    /// Everything since this snapshot is read again.
    Since {
        /// The snapshot that a start would restore.
        snapshot: String,
        /// How long ago that snapshot was taken.
        age: Duration,
    },
    /// There is no snapshot: state restarts empty, and everything since the first start is read again.
    Empty {
        /// How long ago the first start was.
        age: Duration,
    },
    /// A force-stop would cost more than the bound allows.
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

/// Since when everything would be read again: its newest READY snapshot, or without one its first start.
#[must_use]
pub fn replayed_since(application: &Application) -> Timestamp {
    application.newest_snapshot().map_or_else(|| first_start(application), |snapshot| snapshot.created)
}

/// The first successful start. Its creation stands for it where operations cannot be read, or go further back than what
/// was listed.
fn first_start(application: &Application) -> Timestamp {
    match &application.operations {
        Operations::Listed(_) if application.has_older_operations => application.created,
        Operations::Listed(all) => all
            .iter()
            .rev()
            .find(|operation| operation.kind == START && operation.status == OperationStatus::Successful)
            .map_or(application.created, |operation| operation.started),
        Operations::Unreadable => application.created,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flink::{ApplicationStatus, SnapshotStatus};
    use crate::lifecycle::fixtures::*;

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
    fn the_bound_in_the_tag_is_lowered_or_refused_and_never_guessed() {
        let mut observed = seen(ApplicationStatus::Running);
        let mut of = |value: &str| {
            app(&mut observed).tags.insert(MAX_REPLAY_HOURS.into(), value.into());
            bound(app(&mut observed), BOUND)
        };
        assert_eq!(of("2"), Ok(Duration::from_hours(2)));
        assert_eq!(of("8760"), Ok(BOUND), "it may only lower");
        for value in ["2h", "", " 2", "+2", "-1", "0", "1.5", "8761", "18446744073709551615", "99999999999999999999"] {
            assert!(matches!(of(value), Err(Refusal::TagUnreadable { .. })), "{value}");
        }
        app(&mut observed).tags.clear();
        assert_eq!(bound(app(&mut observed), BOUND), Ok(BOUND));
    }

    #[test]
    fn where_older_operations_are_not_listed_the_first_start_is_unknown_not_young() {
        let mut observed = seen(ApplicationStatus::Running);
        later(&mut observed, Duration::from_hours(30));
        let now = observed.now;
        for _ in 0..50 {
            operation(&mut observed, START, OperationStatus::Successful, None);
        }
        assert!(matches!(replay(app(&mut observed), now, BOUND), Replay::Empty { .. }), "fifty, and no more");
        app(&mut observed).has_older_operations = true;
        assert!(matches!(replay(app(&mut observed), now, BOUND), Replay::Forbidden { .. }));
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
