//! S3 buckets and Kinesis streams: what a job reads its code and its records from.

use serde_json::{Value, json};

use super::{Desk, Handler, Made, Refused, at_once};
use crate::cloudformation::parameters_as_text;
use crate::services;

pub(super) const HANDLERS: &[Handler] = &[
    Handler {
        kind: "AWS::S3::Bucket",
        properties: &[
            "BucketEncryption",
            "BucketName",
            "LifecycleConfiguration",
            "OwnershipControls",
            "PublicAccessBlockConfiguration",
            "Tags",
            "VersioningConfiguration",
        ],
        required: &[],
        create_only: &["BucketName"],
        attributes: &["Arn", "DomainName", "RegionalDomainName"],
        create: |desk| {
            let name = desk.name("BucketName", 63).to_lowercase();
            desk.call("s3", "CreateBucket", &json!({ "Bucket": name }))?;
            let arn = format!("arn:aws:s3:::{name}");
            let domain = format!("{name}.s3.amazonaws.com");
            let regional = format!("{name}.s3.{}.amazonaws.com", desk.settings.region);
            Ok(Made::new(
                name,
                [("Arn", json!(arn)), ("DomainName", json!(domain)), ("RegionalDomainName", json!(regional))],
            ))
        },
        update: |desk| Ok(Made::new(desk.physical_id, [])),
        delete: |desk| desk.remove("s3", "DeleteBucket", &json!({ "Bucket": desk.physical_id })),
        is_settled: at_once,
    },
    Handler {
        kind: "AWS::S3::BucketPolicy",
        properties: &["Bucket", "PolicyDocument"],
        required: &["Bucket", "PolicyDocument"],
        create_only: &["Bucket"],
        attributes: &[],
        create: |desk| {
            put_bucket_policy(desk, "s3:PutBucketPolicy")?;
            Ok(Made::new(desk.text("Bucket"), []))
        },
        update: |desk| {
            put_bucket_policy(desk, "s3:PutBucketPolicy")?;
            Ok(Made::new(desk.physical_id, []))
        },
        delete: |desk| put_bucket_policy(desk, "s3:DeleteBucketPolicy"),
        is_settled: at_once,
    },
    Handler {
        kind: "AWS::Kinesis::Stream",
        properties: &["Name", "RetentionPeriodHours", "ShardCount", "StreamEncryption", "StreamModeDetails", "Tags"],
        required: &[],
        create_only: &["Name"],
        attributes: &["Arn"],
        create: |desk| {
            let name = desk.name("Name", 128);
            let mut body = json!({ "StreamName": name, "Tags": desk.tags });
            match desk.properties.get("StreamModeDetails") {
                Some(details) => body["StreamModeDetails"] = details.clone(),
                None => body["ShardCount"] = number(&desk.properties["ShardCount"]),
            }
            desk.call("kinesis", "CreateStream", &body)?;
            configure(desk, &name)?;
            let arn = desk.arn("kinesis", &format!("stream/{name}"));
            Ok(Made::new(name, [("Arn", json!(arn))]))
        },
        update: |desk| {
            let name = desk.physical_id.to_owned();
            configure(desk, &name)?;
            Ok(Made::new(name, []))
        },
        delete: |desk| desk.remove("kinesis", "DeleteStream", &json!({ "StreamName": desk.physical_id })),
        is_settled: at_once,
    },
];

/// Policies of buckets are not evaluated here: the permission to set one is.
fn put_bucket_policy(desk: &mut Desk<'_>, action: &str) -> Result<(), Refused> {
    let arn = format!("arn:aws:s3:::{}", desk.text("Bucket"));
    services::perform(desk.state, desk.caller, action, &arn, desk.properties, |_| Ok(()))
        .map_err(|error| Refused::by_service("S3", &error))
}

fn number(value: &Value) -> Value {
    parameters_as_text(value).parse::<u64>().map_or(json!(1), |number| json!(number))
}

fn configure(desk: &mut Desk<'_>, name: &str) -> Result<(), Refused> {
    let hours = |properties: &Value| {
        properties
            .get("RetentionPeriodHours")
            .and_then(|hours| parameters_as_text(hours).parse::<u64>().ok())
            .unwrap_or(24)
    };
    let (old, new) = (hours(desk.old), hours(desk.properties));
    let body = json!({ "StreamName": name, "RetentionPeriodHours": new });
    if new > old {
        desk.call("kinesis", "IncreaseStreamRetentionPeriod", &body)?;
    }
    if new < old {
        desk.call("kinesis", "DecreaseStreamRetentionPeriod", &body)?;
    }
    let encryption = desk.properties.get("StreamEncryption").cloned();
    if desk.old.get("StreamEncryption") != encryption.as_ref() {
        match encryption {
            Some(mut body) => {
                body["StreamName"] = json!(name);
                desk.call("kinesis", "StartStreamEncryption", &body)?;
            }
            None => {
                desk.call("kinesis", "StopStreamEncryption", &json!({ "StreamName": name }))?;
            }
        }
    }
    Ok(())
}
