//! Longer than one invocation: the same event goes to the next one, with what may not be forgotten.

use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

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
}
