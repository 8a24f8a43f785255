//! Kinesis data streams.

use crate::stack::types;
use serde_json::json;

use super::iam::{Role, Statement};
use super::kms::KmsKey;
use crate::template::cloudformation::resource::Condition;
use crate::template::cloudformation::resource::{Handle, Resource};
use crate::template::cloudformation::value::{Value, pseudo};

/// The type of a resource: `AWS::Kinesis::Stream`.
#[derive(Debug)]
pub enum Stream {}

/// What a reader calls, as CDK's `grantRead` and its Flink construct have it. Not kinesis:ListStreams: it takes no
/// resource, and a job that knows its stream lists none.
const READ: [&str; 5] = [
    "kinesis:DescribeStreamSummary",
    "kinesis:GetRecords",
    "kinesis:GetShardIterator",
    "kinesis:ListShards",
    "kinesis:DescribeStream",
];
/// With enhanced fan-out: these take a consumer, and no stream.
const READ_AS_CONSUMER: [&str; 2] = ["kinesis:SubscribeToShard", "kinesis:DescribeStreamConsumer"];

impl Stream {
    /// On demand: no shards to count. `encryption` is [`Self::encryption`], or `AWS::NoValue` for none.
    #[must_use]
    pub fn on_demand(name: &Value, retention_hours: u32, encryption: &Value) -> Resource<Self> {
        let properties = json!({
            "Name": name,
            "RetentionPeriodHours": retention_hours,
            "StreamEncryption": encryption,
            "StreamModeDetails": {"StreamMode": "ON_DEMAND"},
        });
        Resource::of(types::STREAM, properties)
    }

    /// With a key, by ARN; without one with the service's own, except where regions do not offer that.
    #[must_use]
    pub fn encryption(key: &KmsKey, unencrypted: &Handle<Condition>) -> Value {
        let with = |key: &Value| Value::from(json!({"EncryptionType": "KMS", "KeyId": key}));
        let own = unencrypted.choose(&pseudo::no_value(), &with(&"alias/aws/kinesis".into()));
        key.choose(with, &own)
    }
}

impl Handle<Stream> {
    /// Reading, shared or with enhanced fan-out on a consumer that exists.
    pub fn grant_read(&self, role: &mut Role) {
        role.grant(Statement::allow(READ).on([self.arn()]));
        let consumers = Value::concat([self.arn(), "/consumer/*".into()]);
        role.grant(Statement::allow(READ_AS_CONSUMER).on([consumers]));
    }
}
