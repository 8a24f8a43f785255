//! How long one invocation works on a request, and whether another one goes on.

use serde_json::Value;
use std::time::Duration;

use super::super::handover::Handover;
use super::super::request::Request;

/// How long before CloudFormation's own patience ends the last invocation answers.
const BEFORE_TIMEOUT: Duration = Duration::from_mins(2);
/// What the PUT of an answer leaves of an invocation.
const LAST_SECOND: Duration = Duration::from_secs(1);

/// The ends of one invocation, from its beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schedule {
    /// The work ends on its own.
    pub work: Duration,
    /// No hand-over is tried any more: the answer is next.
    pub hand_over: Duration,
    /// Work that a call holds up is ended.
    pub watchdog: Duration,
    /// The last PUT of the answer has begun.
    pub put: Duration,
}

impl Schedule {
    /// Of an invocation with so much time `left`, of which the answer gets `margin`: at most half, or a margin longer
    /// than the timeout would leave no time to work.
    #[must_use]
    pub fn of(left: Duration, margin: Duration) -> Self {
        let margin = margin.min(left / 2);
        let work = left.saturating_sub(margin);
        let watchdog = work + margin / 2;
        Self {
            work,
            hand_over: watchdog.saturating_sub(margin / 16),
            watchdog,
            put: left.checked_sub(LAST_SECOND).unwrap_or(left),
        }
    }
}

/// How long CloudFormation waits for the answer to a request of this `age`, less what the last answer takes; a short
/// ServiceTimeout is not used up by that.
#[must_use]
pub fn patience(request: &Request, age: Duration) -> Duration {
    let whole = request.service_timeout();
    whole.saturating_sub(BEFORE_TIMEOUT.min(whole / 4)).saturating_sub(age)
}

/// How long a row that may be late is looked for, in base waits of the polling policy: a minute with the default of
/// five seconds.
const LATE_ROW: u32 = 12;

/// Whether rows were looked for long enough: for a minute since the request was first seen, which scales with the
/// polling policy's base, and as often as the policy looks in that time. On a slow machine a few looks last longer.
#[must_use]
pub fn is_patient(since_first_seen: Duration, looks: u32, poll_interval: Duration) -> bool {
    since_first_seen >= poll_interval * LATE_ROW && looks >= LATE_ROW
}

/// The event with which another invocation goes on when the time of this one is up; `None` when it has to answer: it
/// was handed over often enough, or CloudFormation's patience ends (`is_last`).
#[must_use]
pub fn next_hop(handover: &Handover, event: &Value, is_last: bool) -> Option<Value> {
    if is_last { None } else { handover.next(event) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn an_invocation_keeps_time_for_its_answer_and_never_all_of_it() {
        for (left, margin, work, watchdog, put) in [(900, 15, 885_000, 892_500, 899), (3, 15, 1500, 2250, 2)] {
            let schedule = Schedule::of(seconds(left), seconds(margin));
            let [work, watchdog] = [work, watchdog].map(Duration::from_millis);
            assert_eq!((schedule.work, schedule.watchdog, schedule.put), (work, watchdog, seconds(put)));
            assert!(work < schedule.hand_over && schedule.hand_over < watchdog, "{schedule:?}");
        }
    }

    #[test]
    fn the_last_answer_comes_before_cloudformations_patience_ends() {
        for (timeout, age, left) in [("3600", 0, 3480), ("3600", 3000, 480), ("3600", 4000, 0), ("8", 0, 6)] {
            let event = json!({"ResponseURL": "u", "ResourceProperties": {"ServiceTimeout": timeout}});
            assert_eq!(patience(&Request::read(&event).unwrap(), seconds(age)), seconds(left), "{timeout} {age}");
        }
    }

    #[test]
    fn it_is_handed_over_while_another_caller_waits_and_six_times_at_most() {
        let hop = |hop, is_last| next_hop(&Handover { hop, ..Handover::default() }, &json!({}), is_last).is_some();
        assert_eq!([hop(0, false), hop(5, false), hop(6, false), hop(0, true)], [true, true, false, false]);
    }

    #[test]
    fn a_late_row_is_looked_for_for_a_minute() {
        let base = seconds(5);
        assert_eq!([59, 60].map(|age| is_patient(seconds(age), 12, base)), [false, true]);
        assert_eq!([11, 12].map(|looks| is_patient(seconds(600), looks, base)), [false, true]);
        assert!(is_patient(Duration::from_millis(120), 12, Duration::from_millis(10)));
    }
}
