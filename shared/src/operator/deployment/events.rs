//! The rows of an operation as they come: which are ours, how a line says one, and what failed first.

use crate::stack::StackEvent;

/// CloudFormation's words for a resource that was cancelled because another one failed: never the cause.
const CANCELLED: [&str; 3] =
    ["Resource creation cancelled", "Resource update cancelled", "Resource deletion cancelled"];

/// Whether a row belongs to the operation that was started with this token. Rows of nested stacks and of a service that
/// gives none carry no token: they stand after the newest row from before.
#[must_use]
pub fn is_of_operation(event: &StackEvent, token: &str) -> bool {
    event.token.is_empty() || event.token == token
}

/// A row as a plain line, `12:03:44 Nested/Topic CREATE_FAILED reason`. The time is UTC; `below` names the nested
/// stack.
#[must_use]
pub fn line(event: &StackEvent, below: &str) -> String {
    let seconds = event.time.0.div_euclid(1000).rem_euclid(86_400);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let reason = event.reason.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = format!("{hours:02}:{minutes:02}:{seconds:02} {below}{} {} {reason}", event.logical_id, event.status);
    line.trim_end().to_owned()
}

/// The row that failed first and was not cancelled for another one; of rows with the same reason, the one of the
/// deepest stack. `events` are in any order.
#[must_use]
pub fn first_cause(events: &[StackEvent]) -> Option<&StackEvent> {
    let is_cause = |event: &&StackEvent| {
        event.status.ends_with("_FAILED") && !CANCELLED.iter().any(|words| event.reason.starts_with(words))
    };
    // A nested stack's own row repeats what failed in it, later.
    let own = |event: &StackEvent| event.resource_type == "AWS::CloudFormation::Stack";
    let causes: Vec<&StackEvent> = events.iter().filter(is_cause).collect();
    let of_resources = causes.iter().copied().filter(|event| !own(event)).min_by_key(|event| event.time.0);
    of_resources.or_else(|| causes.into_iter().min_by_key(|event| event.time.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Timestamp;

    fn event(seconds: i64, id: &str, kind: &str, status: &str, reason: &str) -> StackEvent {
        StackEvent {
            time: Timestamp(seconds * 1000),
            logical_id: id.into(),
            resource_type: kind.into(),
            status: status.into(),
            reason: reason.into(),
            ..StackEvent::default()
        }
    }

    #[test]
    fn a_row_is_a_line_with_its_time_and_its_reason() {
        let row = event(86_400 + 43_424, "Topic", "AWS::SNS::Topic", "CREATE_FAILED", "Rate\n exceeded");
        assert_eq!(line(&row, "Nested/"), "12:03:44 Nested/Topic CREATE_FAILED Rate exceeded");
        assert_eq!(line(&event(0, "A", "", "CREATE_COMPLETE", ""), ""), "00:00:00 A CREATE_COMPLETE");
    }

    #[test]
    fn the_cause_is_what_failed_first_and_was_not_cancelled() {
        let stack = "AWS::CloudFormation::Stack";
        let events = [
            event(4, "orders", stack, "ROLLBACK_FAILED", "The following resource(s) failed to delete"),
            event(3, "Table", "AWS::DynamoDB::Table", "CREATE_FAILED", "Resource creation cancelled"),
            event(2, "Nested", stack, "CREATE_FAILED", "Embedded stack was not successfully created"),
            event(2, "Queue", "AWS::SQS::Queue", "CREATE_FAILED", "already exists"),
            event(1, "Role", "AWS::IAM::Role", "CREATE_COMPLETE", ""),
        ];
        assert_eq!(first_cause(&events).map(|event| event.logical_id.as_str()), Some("Queue"));
        assert_eq!(first_cause(&events[..1]).map(|event| event.logical_id.as_str()), Some("orders"));
        assert_eq!(first_cause(&events[4..]), None);
    }

    #[test]
    fn a_row_of_another_operation_is_not_ours() {
        let with = |token: &str| StackEvent { token: token.into(), ..StackEvent::default() };
        assert!(is_of_operation(&with("a"), "a") && is_of_operation(&with(""), "a"));
        assert!(!is_of_operation(&with("b"), "a"));
    }
}
