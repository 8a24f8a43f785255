//! Kinesis data streams.

use serde_json::json;

use super::condition::Condition;
use super::iam::{Role, Statement};
use super::resource::{Handle, Resource};
use super::value::{Value, pseudo};

/// A data stream.
#[derive(Debug)]
pub enum Stream {}

/// What a reader calls, as CDK's `grantRead` and its Flink construct have it.
const READ: [&str; 8] = [
    "kinesis:DescribeStreamSummary",
    "kinesis:GetRecords",
    "kinesis:GetShardIterator",
    "kinesis:ListShards",
    "kinesis:SubscribeToShard",
    "kinesis:DescribeStream",
    "kinesis:ListStreams",
    "kinesis:DescribeStreamConsumer",
];

impl Stream {
    /// On demand: no shards to count. Encrypted with the service's own key, except where regions do not offer that.
    #[must_use]
    pub fn on_demand(name: &Value, retention_hours: u32, unencrypted: &Handle<Condition>) -> Resource<Self> {
        let encryption = Value::from(json!({"EncryptionType": "KMS", "KeyId": "alias/aws/kinesis"}));
        let properties = json!({
            "Name": name,
            "RetentionPeriodHours": retention_hours,
            "StreamEncryption": unencrypted.choose(&pseudo::no_value(), &encryption),
            "StreamModeDetails": {"StreamMode": "ON_DEMAND"},
        });
        Resource::of("AWS::Kinesis::Stream", properties)
    }
}

impl Handle<Stream> {
    /// Reading, shared or with enhanced fan-out on a consumer that exists.
    pub fn grant_read(&self, role: &mut Role) {
        role.grant(Statement::allow(READ).on([self.arn()]));
    }
}
