//! SQS queues and their policies.

use serde_json::{Map, Value, json};

use super::{Desk, Handler, Made, Refused, at_once};
use crate::cloudformation::parameters_as_text;

const ATTRIBUTES: [&str; 7] = [
    "DelaySeconds",
    "KmsMasterKeyId",
    "MaximumMessageSize",
    "MessageRetentionPeriod",
    "RedrivePolicy",
    "SqsManagedSseEnabled",
    "VisibilityTimeout",
];

pub(super) const HANDLERS: &[Handler] = &[
    Handler {
        kind: "AWS::SQS::Queue",
        properties: &[
            "DelaySeconds",
            "KmsMasterKeyId",
            "MaximumMessageSize",
            "MessageRetentionPeriod",
            "QueueName",
            "RedrivePolicy",
            "SqsManagedSseEnabled",
            "Tags",
            "VisibilityTimeout",
        ],
        required: &[],
        create_only: &["QueueName"],
        attributes: &["Arn", "QueueName", "QueueUrl"],
        create: |desk| {
            let name = desk.name("QueueName", 80);
            let body = json!({ "QueueName": name, "Attributes": attributes(desk), "tags": desk.tags });
            let reply = desk.call("sqs", "CreateQueue", &body)?;
            let url = reply["QueueUrl"].as_str().unwrap_or_default().to_owned();
            let arn = desk.arn("sqs", &name);
            Ok(Made::new(url.clone(), [("Arn", json!(arn)), ("QueueName", json!(name)), ("QueueUrl", json!(url))]))
        },
        update: |desk| {
            let mut attributes = attributes(desk);
            // An attribute that went is taken away.
            for name in ATTRIBUTES.into_iter().filter(|name| desk.old.get(name).is_some()) {
                if desk.properties.get(name).is_none() {
                    attributes[name] = json!("");
                }
            }
            let body = json!({ "QueueUrl": desk.physical_id, "Attributes": attributes });
            desk.call("sqs", "SetQueueAttributes", &body)?;
            Ok(Made::new(desk.physical_id, []))
        },
        delete: |desk| desk.remove("sqs", "DeleteQueue", &json!({ "QueueUrl": desk.physical_id })),
        is_settled: at_once,
    },
    Handler {
        kind: "AWS::SQS::QueuePolicy",
        properties: &["PolicyDocument", "Queues"],
        required: &["PolicyDocument", "Queues"],
        create_only: &[],
        attributes: &["Id"],
        create: |desk| {
            let id = desk.name("", 64);
            let document = desk.properties["PolicyDocument"].to_string();
            put_policy(desk, &document)?;
            Ok(Made::new(id.clone(), [("Id", json!(id))]))
        },
        update: |desk| {
            let document = desk.properties["PolicyDocument"].to_string();
            put_policy(desk, &document)?;
            Ok(Made::new(desk.physical_id, []))
        },
        delete: |desk| match put_policy(desk, "") {
            // The queue may be gone before its policy.
            Ok(()) | Err(_) => Ok(()),
        },
        is_settled: at_once,
    },
];

fn attributes(desk: &Desk<'_>) -> Value {
    let members = desk.only(&ATTRIBUTES);
    let texts = members.iter().map(|(key, value)| (key.clone(), json!(parameters_as_text(value))));
    Value::Object(texts.collect::<Map<_, _>>())
}

fn put_policy(desk: &mut Desk<'_>, document: &str) -> Result<(), Refused> {
    for queue in desk.properties["Queues"].as_array().cloned().unwrap_or_default() {
        let body = json!({ "QueueUrl": queue, "Attributes": { "Policy": document } });
        desk.call("sqs", "SetQueueAttributes", &body)?;
    }
    Ok(())
}
