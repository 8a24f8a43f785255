//! What a rule's target may say (EventBridge API reference, Target). What nothing here acts on is refused: a test would
//! take it for honoured.

use serde_json::Value;

use crate::api::{ApiError, ApiResult};

const KNOWN: [&str; 7] = ["Arn", "DeadLetterConfig", "Id", "Input", "InputPath", "InputTransformer", "RetryPolicy"];

/// Whether a target can be kept.
///
/// # Errors
/// ValidationException.
pub(super) fn check(target: &Value) -> ApiResult<()> {
    let invalid = |message: String| Err(ApiError::new("ValidationException", message));
    let members = target.as_object().cloned().unwrap_or_default();
    if let Some(unknown) = members.keys().find(|name| !KNOWN.contains(&name.as_str())) {
        return invalid(format!(
            "The local AWS does not know the member {unknown} of a target, only: {}",
            KNOWN.join(", ")
        ));
    }
    for required in ["Arn", "Id"] {
        if !target[required].is_string() {
            return invalid(format!("{required} of a target must be a string"));
        }
    }
    if ["Input", "InputPath", "InputTransformer"].iter().filter(|one| members.contains_key(**one)).count() > 1 {
        return invalid("Only one of Input, InputPath, or InputTransformer must be provided for a target.".to_owned());
    }
    let is_queue = |arn: &Value| arn.as_str().is_some_and(|arn| arn.split(':').nth(2) == Some("sqs"));
    for (member, inner) in [("DeadLetterConfig", &["Arn"][..]), ("RetryPolicy", &RETRIES.map(|(name, ..)| name))] {
        let found = target[member].as_object().cloned().unwrap_or_default();
        if let Some(unknown) = found.keys().find(|name| !inner.contains(&name.as_str())) {
            return invalid(format!("{unknown} is not a member of {member}"));
        }
    }
    if members.contains_key("DeadLetterConfig") && !is_queue(&target["DeadLetterConfig"]["Arn"]) {
        return invalid("The dead-letter queue of a target must be the ARN of a queue".to_owned());
    }
    for (name, least, most) in RETRIES {
        let value = &target["RetryPolicy"][name];
        let number = value.as_u64().or_else(|| value.as_str()?.parse().ok());
        if !value.is_null() && !number.is_some_and(|number| (least..=most).contains(&number)) {
            return invalid(format!("{name} must be between {least} and {most}, not {value}"));
        }
    }
    Ok(())
}

/// Nothing that fails here is tried again: a missing permission and a missing target never are.
const RETRIES: [(&str, u64, u64); 2] = [("MaximumEventAgeInSeconds", 60, 86_400), ("MaximumRetryAttempts", 0, 185)];

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::check;

    #[test]
    fn a_target_says_nothing_that_nothing_acts_on() {
        let with = |member: &str, value: Value| {
            let mut target = json!({ "Arn": "arn:aws:lambda:r:1:function:f", "Id": "t" });
            target[member] = value;
            check(&target).err().map(|error| error.message).unwrap_or_default()
        };
        let queue = "arn:aws:sqs:eu-west-1:111122223333:dead";
        assert_eq!(with("DeadLetterConfig", json!({ "Arn": queue })), "");
        assert_eq!(with("RetryPolicy", json!({ "MaximumRetryAttempts": 0 })), "");
        for (member, value, said) in [
            ("KinesisParameters", json!({}), "KinesisParameters"),
            ("DeadLetterConfig", json!({ "QueueArn": queue }), "QueueArn"),
            ("DeadLetterConfig", json!({}), "the ARN of a queue"),
            ("DeadLetterConfig", json!({ "Arn": "arn:aws:sns:eu-west-1:1:t" }), "the ARN of a queue"),
            ("RetryPolicy", json!({ "MaximumRetries": 1 }), "MaximumRetries"),
            ("RetryPolicy", json!({ "MaximumEventAgeInSeconds": 30 }), "between 60 and 86400"),
            ("Id", json!(null), "Id of a target"),
        ] {
            let message = with(member, value.clone());
            assert!(message.contains(said), "{member} {value}: {message}");
        }
    }
}
