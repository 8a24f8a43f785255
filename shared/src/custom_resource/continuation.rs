//! Longer than one invocation: how long this one works on a request, and what it hands to the next one with the event.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::request::Request;

/// What one invocation hands to the next inside the event.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Handover {
    /// How often it was handed over; 0 for CloudFormation's own event.
    pub hop: u64,
    /// The stack's status when the request was first seen.
    pub status: String,
    /// The event ID of the resource's row when the request was first seen.
    pub row: String,
    /// When the request was first seen, in milliseconds since 1970: the hop clock where the stack's events cannot be
    /// read.
    pub first_seen: Option<i64>,
    /// What the planner knows of the past and no API shows, by name (`Attempts::kept` in `lifecycle`).
    pub kept: BTreeMap<String, String>,
}

/// The member of the event.
const MEMBER: &str = "Handover";

impl Handover {
    /// The most that a request is handed over: far below Lambda's own loop protection at about sixteen (`semantics.md`
    /// F).
    pub const MAX_HOPS: u64 = 6;

    /// Reads it from an event; `None` on CloudFormation's own.
    #[must_use]
    pub fn read(event: &Value) -> Option<Self> {
        let member = event.get(MEMBER)?;
        let text = |name: &str| member.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let kept = member.get("Kept").and_then(Value::as_object).into_iter().flatten();
        Some(Self {
            hop: member.get("Hop").and_then(Value::as_u64)?,
            status: text("Status"),
            row: text("Row"),
            first_seen: member.get("FirstSeen").and_then(Value::as_i64),
            kept: kept.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect(),
        })
    }

    /// The event for the next invocation; `None` when it was handed over often enough.
    #[must_use]
    pub fn next(&self, event: &Value) -> Option<Value> {
        if self.hop >= Self::MAX_HOPS {
            return None;
        }
        let mut event = event.clone();
        let mut member = Map::from_iter([
            ("Hop".to_owned(), json!(self.hop + 1)),
            ("Status".to_owned(), json!(self.status)),
            ("Row".to_owned(), json!(self.row)),
            ("Kept".to_owned(), json!(self.kept)),
        ]);
        member.extend(self.first_seen.map(|first_seen| ("FirstSeen".to_owned(), json!(first_seen))));
        event.as_object_mut()?.insert(MEMBER.to_owned(), Value::Object(member));
        Some(event)
    }
}

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
    /// Work that the watchdog ended is handed over no more.
    pub late_hand_over: Duration,
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
            late_hand_over: watchdog + margin / 4,
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

    #[test]
    fn what_is_handed_over_is_read_again_with_one_hop_more() {
        let first = Handover {
            hop: 0,
            status: "UPDATE_IN_PROGRESS".into(),
            row: "r".into(),
            first_seen: Some(7),
            kept: BTreeMap::from([("Began".into(), "5".into())]),
        };
        let event = first.next(&json!({"RequestId": "1"})).unwrap();
        assert_eq!(event["RequestId"], "1");
        assert_eq!(Handover::read(&event), Some(Handover { hop: 1, ..first }));
    }

    #[test]
    fn one_of_an_older_version_is_read() {
        let event = json!({"Handover": {"Hop": 2, "Status": "UPDATE_IN_PROGRESS", "Row": "r"}});
        let read = Handover::read(&event).unwrap();
        assert_eq!((read.hop, read.first_seen, read.kept.len()), (2, None, 0));
    }

    #[test]
    fn it_ends() {
        let mut event = json!({});
        let mut hops = 0;
        while let Some(next) = Handover::read(&event).unwrap_or_default().next(&event) {
            event = next;
            hops += 1;
        }
        assert_eq!(hops, Handover::MAX_HOPS);
    }

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn an_invocation_keeps_time_for_its_answer_and_never_all_of_it() {
        for (left, margin, work, watchdog, put) in [(900, 15, 885_000, 892_500, 899), (3, 15, 1500, 2250, 2)] {
            let left = seconds(left);
            let schedule = Schedule::of(left, seconds(margin));
            let [work, watchdog] = [work, watchdog].map(Duration::from_millis);
            assert_eq!((schedule.work, schedule.watchdog, schedule.put), (work, watchdog, seconds(put)));
            assert!(work < schedule.hand_over && schedule.hand_over < watchdog, "{schedule:?}");
            assert!(watchdog < schedule.late_hand_over && schedule.late_hand_over < left, "{schedule:?}");
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
