//! A job that these handlers stopped and that does not run loses records once its stream forgets them: when, and when
//! people hear of it.

use std::time::Duration;

use super::super::MARKER;
use crate::flink::{Application, ApplicationStatus};
use crate::lifecycle::goals::snapshots::SWEEP_INTERVAL;
use crate::lifecycle::rules::replay::replayed_since;
use crate::time::Timestamp;

/// How often people are reminded once the bound has passed.
const REMINDER_INTERVAL: Duration = Duration::from_hours(24);

/// What a sweep says of a job that is down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reminder {
    /// Until then nothing is lost, if it is started: the newest READY snapshot plus the bound.
    pub lost_after: Timestamp,
    /// How much would be read again now.
    pub age: Duration,
    /// Whether people hear of it from this sweep: at half the bound, at the bound, and then daily.
    pub is_due: bool,
}

/// What a sweep at `now` says of `application`; none for one that runs, or that none of these handlers stopped. `bound`
/// is the most that may be replayed.
#[must_use]
pub fn reminder(application: &Application, bound: Duration, now: Timestamp) -> Option<Reminder> {
    let is_down = application.status == ApplicationStatus::Ready && application.tag(MARKER).is_some();
    is_down.then(|| {
        let since = replayed_since(application);
        let age = now.since(since);
        Reminder { lost_after: since.plus(bound), age, is_due: is_due(age, bound) }
    })
}

/// Each moment falls into exactly one sweep of the schedule.
fn is_due(age: Duration, bound: Duration) -> bool {
    let falls = |moment: Duration| age.checked_sub(moment).is_some_and(|since| since < SWEEP_INTERVAL);
    let beyond = age
        .checked_sub(bound)
        .is_some_and(|since| since.as_secs() % REMINDER_INTERVAL.as_secs() < SWEEP_INTERVAL.as_secs());
    falls(bound / 2) || beyond
}

#[cfg(test)]
mod tests {
    use super::super::super::fixtures::*;
    use super::*;
    use crate::flink::SnapshotStatus;

    const BOUND: Duration = Duration::from_hours(20);

    fn due_after(minutes: u64) -> bool {
        let mut observed = seen(ApplicationStatus::Ready);
        snapshot(&mut observed, "s", SnapshotStatus::Ready);
        app(&mut observed).tags.insert(MARKER.into(), "awaiting-fix/e".into());
        later(&mut observed, Duration::from_mins(minutes));
        let now = observed.now;
        reminder(app(&mut observed), BOUND, now).unwrap().is_due
    }

    #[test]
    fn people_hear_at_half_the_bound_at_the_bound_and_daily_once_each() {
        let hours = |hours: u64| hours * 60;
        let sweeps: Vec<u64> = (0..hours(80)).step_by(15).filter(|minutes| due_after(*minutes)).collect();
        assert_eq!(sweeps, [hours(10), hours(20), hours(44), hours(68)]);
    }

    #[test]
    fn the_hour_until_which_nothing_is_lost_is_the_snapshots_plus_the_bound() {
        let mut observed = seen(ApplicationStatus::Ready);
        snapshot(&mut observed, "s", SnapshotStatus::Ready);
        let created = observed.now;
        let now = observed.now;
        assert_eq!(reminder(app(&mut observed), BOUND, now), None, "none of these handlers stopped it");
        app(&mut observed).tags.insert(MARKER.into(), "e".into());
        assert_eq!(reminder(app(&mut observed), BOUND, now).unwrap().lost_after, created.plus(BOUND));
        app(&mut observed).status = ApplicationStatus::Running;
        assert_eq!(reminder(app(&mut observed), BOUND, now), None, "it runs");
    }
}
