//! What may be said of a queue (SQS API reference, SetQueueAttributes). Nothing unknown is kept, and nothing malformed.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::api::{ApiError, ApiResult, string_map};
use crate::iam::Policy;

/// Attributes that are numbers, with their bounds.
const NUMBERS: [(&str, u64, u64); 4] = [
    ("DelaySeconds", 0, 900),
    ("MaximumMessageSize", 1_024, 1_048_576),
    ("MessageRetentionPeriod", 60, 1_209_600),
    ("VisibilityTimeout", 0, 43_200),
];

/// Where a message goes that was received too often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Redrive {
    /// The dead-letter queue's name.
    pub(super) to: String,
    /// After so many receptions.
    pub(super) after: u64,
}

/// Sets them; an empty text takes an attribute away.
///
/// # Errors
/// InvalidAttributeName, InvalidAttributeValue.
pub(super) fn set(attributes: &mut BTreeMap<String, String>, given: &Value) -> ApiResult<()> {
    let given = string_map(given);
    for (name, value) in &given {
        check(name, value)?;
    }
    attributes.extend(given);
    attributes.retain(|_, value| !value.is_empty());
    Ok(())
}

fn check(name: &str, value: &str) -> ApiResult<()> {
    let is_fit = match name {
        _ if value.is_empty() => return known(name),
        "KmsMasterKeyId" => true,
        "Policy" => Policy::parse(&Value::String(value.to_owned())).is_ok(),
        "RedrivePolicy" => redrive(value).is_some(),
        "SqsManagedSseEnabled" => ["true", "false"].contains(&value),
        number => {
            known(number)?;
            let bounds = NUMBERS.iter().find(|(known, ..)| *known == number);
            let value = value.parse::<u64>().ok();
            bounds.zip(value).is_some_and(|((_, least, most), value)| (*least..=*most).contains(&value))
        }
    };
    let refused = || ApiError::new("InvalidAttributeValue", format!("Invalid value for the parameter {name}."));
    is_fit.then_some(()).ok_or_else(refused)
}

fn known(name: &str) -> ApiResult<()> {
    let is_known = NUMBERS.iter().any(|(known, ..)| *known == name)
        || ["KmsMasterKeyId", "Policy", "RedrivePolicy", "SqsManagedSseEnabled"].contains(&name);
    let unknown = || ApiError::new("InvalidAttributeName", format!("Unknown Attribute {name}."));
    is_known.then_some(()).ok_or_else(unknown)
}

/// `{"deadLetterTargetArn": .., "maxReceiveCount": ..}`, and nothing else.
pub(super) fn redrive(policy: &str) -> Option<Redrive> {
    let policy: BTreeMap<String, Value> = serde_json::from_str(policy).ok()?;
    let (target, count) = (policy.get("deadLetterTargetArn")?.as_str()?, policy.get("maxReceiveCount")?);
    let after = count.as_u64().or_else(|| count.as_str()?.parse().ok()).filter(|count| (1..=1000).contains(count))?;
    let to = target.strip_prefix("arn:").and_then(|_| target.rsplit(':').next())?.to_owned();
    (policy.len() == 2).then_some(Redrive { to, after })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};

    use super::set;

    fn code(name: &str, value: &str) -> Option<String> {
        set(&mut BTreeMap::new(), &json!({ name: value })).err().map(|error| error.code)
    }

    #[test]
    fn an_attribute_that_is_none_and_a_value_that_does_not_fit_are_refused() {
        let redrive = |members: &Value| code("RedrivePolicy", &members.to_string());
        let to = "arn:aws:sqs:eu-west-1:111122223333:dead";
        assert_eq!(redrive(&json!({ "deadLetterTargetArn": to, "maxReceiveCount": 3 })), None);
        assert_eq!(redrive(&json!({ "deadLetterTargetArn": to, "maxReceiveCount": "3" })), None);
        for wrong in [
            json!({ "deadLetterTargetArn": to }),
            json!({ "deadLetterTargetArn": to, "maxReceiveCount": 0 }),
            json!({ "deadLetterTargetArn": "dead", "maxReceiveCount": 3 }),
            json!({ "deadLetterTargetArn": to, "maxReceiveCount": 3, "maxRecieveCount": 3 }),
        ] {
            assert_eq!(redrive(&wrong).as_deref(), Some("InvalidAttributeValue"), "{wrong}");
        }
        assert_eq!(code("MessageRetentionPeriod", "59").as_deref(), Some("InvalidAttributeValue"));
        assert_eq!(code("Policy", "{}").as_deref(), Some("InvalidAttributeValue"));
        assert_eq!(code("SqsManagedSseEnabled", "yes").as_deref(), Some("InvalidAttributeValue"));
        assert_eq!(code("FifoQueue", "true").as_deref(), Some("InvalidAttributeName"));
        assert_eq!(code("FifoQueue", "").as_deref(), Some("InvalidAttributeName"));
        assert_eq!(code("Policy", ""), None);
    }
}
