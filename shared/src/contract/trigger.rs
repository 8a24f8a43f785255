//! What invokes the unsticker, and the EventBridge pattern that lets it through: one definition for both.

use aws_lambda_events::event::eventbridge::EventBridgeEvent;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The statuses on which the unsticker is called (`semantics.md` D.1).
const STATUSES: [&str; 3] = ["UPDATE_ROLLBACK_FAILED", "UPDATE_ROLLBACK_COMPLETE", "UPDATE_FAILED"];
const SOURCE: &str = "aws.cloudformation";
const DETAIL_TYPE: &str = "CloudFormation Stack Status Change";

/// The event pattern of the rule.
#[must_use]
pub fn pattern() -> Value {
    json!({
        "source": [SOURCE],
        "detail-type": [DETAIL_TYPE],
        "detail": {"status-details": {"status": STATUSES}}
    })
}

/// The `detail` of a stack status change, as far as it is read (SEMANTICS.md D.1).
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
struct StatusChangeDetail {
    stack_id: String,
    status_details: StatusDetails,
}

#[derive(Deserialize, Serialize)]
struct StatusDetails {
    status: String,
}

/// Why the unsticker was called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Invocation {
    /// A stack's status changed: its ID and the status it had then.
    StackStatusChange {
        /// The stack's ARN, as the event's `detail.stack-id` has it.
        stack_id: String,
        /// The status in the event; the stack itself is looked at again.
        status: String,
    },
    /// The schedule of the handlers stack: the whole region is looked at.
    Sweep,
    /// A sweep found this stack unfinished.
    Found {
        /// The stack's ARN, as the sweep found it.
        stack_id: String,
    },
    /// A person named a stack.
    Operator {
        /// A name or an ARN.
        stack_name: String,
    },
}

impl Invocation {
    /// The event with which the sweep invokes the unsticker for one stack: an operator's, that says whose it is.
    #[must_use]
    pub fn found(stack_id: &str) -> Value {
        json!({"StackName": stack_id, "Sweep": true})
    }

    /// Reads an event, whatever its shape.
    ///
    /// # Errors
    /// What it takes, when it is none of the three.
    pub fn read(event: &Value) -> Result<Self, String> {
        let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str).filter(|text| !text.is_empty());
        let sweep = event.get("Sweep") == Some(&Value::Bool(true));
        match text("/StackName") {
            Some(stack_id) if sweep => return Ok(Self::Found { stack_id: stack_id.to_owned() }),
            Some(stack_name) => return Ok(Self::Operator { stack_name: stack_name.to_owned() }),
            None if sweep => return Ok(Self::Sweep),
            None => {}
        }
        match EventBridgeEvent::<StatusChangeDetail>::deserialize(event) {
            Ok(EventBridgeEvent { detail_type, detail: StatusChangeDetail { stack_id, status_details }, .. })
                if detail_type == DETAIL_TYPE && !stack_id.is_empty() && !status_details.status.is_empty() =>
            {
                Ok(Self::StackStatusChange { stack_id, status: status_details.status })
            }
            Ok(_) | Err(_) => Err(format!(
                "the event is not one this function knows; expected a \"{DETAIL_TYPE}\" event with detail.stack-id and \
                 detail.status-details.status, {{\"Sweep\": true}}, or {{\"StackName\": \"...\"}}"
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As EventBridge sends it: the envelope of its user guide.
    fn change(stack_id: &str) -> Value {
        json!({
            "version": "0", "id": "e1", "detail-type": DETAIL_TYPE, "source": SOURCE, "account": "111122223333",
            "time": "2026-11-28T10:00:00Z", "region": "eu-west-1", "resources": [stack_id],
            "detail": {
                "stack-id": stack_id, "client-request-token": "",
                "status-details": {"status": "UPDATE_ROLLBACK_FAILED", "status-reason": ""},
            }
        })
    }

    #[test]
    fn the_events_are_distinguished() {
        let (stack_id, status) = ("arn:s".to_owned(), "UPDATE_ROLLBACK_FAILED".to_owned());
        assert_eq!(Invocation::read(&change("arn:s")), Ok(Invocation::StackStatusChange { stack_id, status }));
        assert_eq!(Invocation::read(&json!({"Sweep": true})), Ok(Invocation::Sweep));
        assert_eq!(Invocation::read(&Invocation::found("arn:s")), Ok(Invocation::Found { stack_id: "arn:s".into() }));
        assert_eq!(Invocation::read(&json!({"StackName": "s"})), Ok(Invocation::Operator { stack_name: "s".into() }));
    }

    #[test]
    fn anything_else_is_refused_with_what_it_takes() {
        let mut other = change("arn:s");
        other["detail-type"] = json!("CloudFormation Resource Status Change");
        let mut no_status = change("arn:s");
        no_status["detail"]["status-details"] = json!({});
        let none = [json!({}), json!([]), json!({"StackName": ""}), json!({"Sweep": "true"})];
        for event in none.into_iter().chain([other, no_status, change("")]) {
            assert!(Invocation::read(&event).unwrap_err().contains("StackName"));
        }
    }
}
