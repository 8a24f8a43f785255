//! Log groups and log streams.

use serde_json::{Value, json};

use super::{Desk, Handler, Made, Refused, at_once};
use crate::cloudformation::parameters_as_text;

pub(super) const HANDLERS: &[Handler] = &[
    Handler {
        kind: "AWS::Logs::LogGroup",
        properties: &["KmsKeyId", "LogGroupClass", "LogGroupName", "RetentionInDays", "Tags"],
        required: &[],
        create_only: &["LogGroupName"],
        attributes: &["Arn"],
        create: |desk| {
            let name = desk.name("LogGroupName", 512);
            let mut body = json!({ "logGroupName": name, "tags": desk.tags });
            if let Some(key) = desk.properties.get("KmsKeyId") {
                body["kmsKeyId"] = key.clone();
            }
            desk.call("logs", "CreateLogGroup", &body)?;
            retain(desk, &name)?;
            let arn = desk.arn("logs", &format!("log-group:{name}:*"));
            Ok(Made::new(name, [("Arn", json!(arn))]))
        },
        update: |desk| {
            let name = desk.physical_id.to_owned();
            match desk.properties.get("KmsKeyId").cloned() {
                _ if !desk.has_changed("KmsKeyId") => {}
                Some(key) => {
                    desk.call("logs", "AssociateKmsKey", &json!({ "logGroupName": name, "kmsKeyId": key }))?;
                }
                None => {
                    desk.call("logs", "DisassociateKmsKey", &json!({ "logGroupName": name }))?;
                }
            }
            retain(desk, &name)?;
            Ok(Made::new(name, []))
        },
        delete: |desk| desk.remove("logs", "DeleteLogGroup", &json!({ "logGroupName": desk.physical_id })),
        is_settled: at_once,
    },
    Handler {
        kind: "AWS::Logs::LogStream",
        properties: &["LogGroupName", "LogStreamName"],
        required: &["LogGroupName"],
        create_only: &["LogGroupName", "LogStreamName"],
        attributes: &[],
        create: |desk| {
            let name = desk.name("LogStreamName", 512);
            let body = json!({ "logGroupName": desk.properties["LogGroupName"], "logStreamName": name });
            desk.call("logs", "CreateLogStream", &body)?;
            Ok(Made::new(name, []))
        },
        update: |desk| Ok(Made::new(desk.physical_id, [])),
        delete: |desk| {
            let body = json!({ "logGroupName": desk.properties["LogGroupName"], "logStreamName": desk.physical_id });
            desk.remove("logs", "DeleteLogStream", &body)
        },
        is_settled: at_once,
    },
];

fn retain(desk: &mut Desk<'_>, name: &str) -> Result<(), Refused> {
    match desk.properties.get("RetentionInDays") {
        Some(days) => {
            let days: Option<u64> = parameters_as_text(days).parse().ok();
            desk.call("logs", "PutRetentionPolicy", &json!({ "logGroupName": name, "retentionInDays": days }))?;
        }
        None if desk.old.get("RetentionInDays").is_some_and(|old| *old != Value::Null) => {
            desk.call("logs", "DeleteRetentionPolicy", &json!({ "logGroupName": name }))?;
        }
        None => {}
    }
    Ok(())
}
