//! Longer than one invocation: the same event goes to the next one, with what may not be forgotten.

use serde_json::{Value, json};

/// What one invocation hands to the next inside the event.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Handover {
    /// How often it was handed over; 0 for CloudFormation's own event.
    pub hop: u64,
    /// The stack's status when the request was first seen.
    pub status: String,
    /// The event ID of the resource's row when the request was first seen.
    pub row: String,
}

/// The member of the event.
const MEMBER: &str = "Handover";

impl Handover {
    /// The most that a request is handed over: far below Lambda's own loop protection at about sixteen (`semantics.md` F).
    pub const MOST: u64 = 6;

    /// Reads it from an event; `None` on CloudFormation's own.
    #[must_use]
    pub fn read(event: &Value) -> Option<Self> {
        let member = event.get(MEMBER)?;
        let text = |name: &str| member.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        Some(Self { hop: member.get("Hop").and_then(Value::as_u64)?, status: text("Status"), row: text("Row") })
    }

    /// The event for the next invocation; `None` when it was handed over often enough.
    #[must_use]
    pub fn next(&self, event: &Value) -> Option<Value> {
        if self.hop >= Self::MOST {
            return None;
        }
        let mut event = event.clone();
        event
            .as_object_mut()?
            .insert(MEMBER.to_owned(), json!({"Hop": self.hop + 1, "Status": self.status, "Row": self.row}));
        Some(event)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_handed_over_is_read_again_with_one_hop_more() {
        let first = Handover { hop: 0, status: "UPDATE_IN_PROGRESS".into(), row: "r".into() };
        let event = first.next(&json!({"RequestId": "1"})).unwrap();
        assert_eq!(event["RequestId"], "1");
        assert_eq!(Handover::read(&event), Some(Handover { hop: 1, ..first }));
    }

    #[test]
    fn it_ends() {
        let mut event = json!({});
        let mut hops = 0;
        while let Some(next) = Handover::read(&event).unwrap_or_default().next(&event) {
            event = next;
            hops += 1;
        }
        assert_eq!(hops, Handover::MOST);
    }
}
