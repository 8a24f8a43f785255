//! Amazon Resource Names in any partition. The only place that spells `arn:`.

use crate::template::cloudformation::value::{Value, pseudo};

/// The ARN of something in a region: `arn:<partition>:<service>:<region>:<account>:<resource>`.
#[must_use]
pub fn regional(service: &str, resource: impl IntoIterator<Item = Value>) -> Value {
    let head = [
        "arn:".into(),
        pseudo::partition(),
        format!(":{service}:").into(),
        pseudo::region(),
        ":".into(),
        pseudo::account(),
        ":".into(),
    ];
    Value::concat(head.into_iter().chain(resource))
}

/// The ARN of something that has no region, as IAM's roles and policies.
#[must_use]
pub fn account_wide(service: &str, resource: impl IntoIterator<Item = Value>) -> Value {
    let head = ["arn:".into(), pseudo::partition(), format!(":{service}::").into(), pseudo::account(), ":".into()];
    Value::concat(head.into_iter().chain(resource))
}

/// With neither region nor account: S3's.
#[must_use]
pub fn global(service: &str, resource: impl IntoIterator<Item = Value>) -> Value {
    let head = ["arn:".into(), pseudo::partition(), format!(":{service}:::").into()];
    Value::concat(head.into_iter().chain(resource))
}
