//! The most that a role of an application stack can ever do, whatever its template grants it.
//!
//! Streams and tables of this account and region, its log lines and metrics, the artifact bucket to read from, network interfaces
//! for a job in a VPC, and the key of access, when there is one. A job that needs more widens it here, in `access`, where account
//! owners see it.

use super::arn;
use super::iam::Statement;
use super::kms::{self, Key};
use super::network::INTERFACES;
use super::value::Value;

/// The boundary's statements.
pub(super) fn statements(bucket_arn: &Value, key: &Key) -> [Statement; 7] {
    [
        Statement::allow([
            "kinesis:DeregisterStreamConsumer",
            "kinesis:DescribeStream",
            "kinesis:DescribeStreamConsumer",
            "kinesis:DescribeStreamSummary",
            "kinesis:GetRecords",
            "kinesis:GetShardIterator",
            "kinesis:ListShards",
            "kinesis:ListStreamConsumers",
            "kinesis:PutRecord",
            "kinesis:PutRecords",
            "kinesis:RegisterStreamConsumer",
            "kinesis:SubscribeToShard",
        ])
        .on([arn::regional("kinesis", ["stream/*".into()])]),
        Statement::allow([
            "dynamodb:BatchGetItem",
            "dynamodb:BatchWriteItem",
            "dynamodb:DeleteItem",
            "dynamodb:DescribeTable",
            "dynamodb:GetItem",
            "dynamodb:PutItem",
            "dynamodb:Query",
            "dynamodb:UpdateItem",
        ])
        .on([arn::regional("dynamodb", ["table/*".into()])]),
        Statement::allow(["logs:DescribeLogStreams", "logs:PutLogEvents"])
            .on([arn::regional("logs", ["log-group:*".into()])]),
        // They take no resource.
        Statement::allow(["cloudwatch:PutMetricData", "logs:DescribeLogGroups"]).on(["*".into()]),
        Statement::allow(["s3:GetObject*", "s3:GetBucket*", "s3:List*"])
            .on([bucket_arn.clone(), Value::concat([bucket_arn.clone(), "/*".into()])]),
        Statement::allow(INTERFACES).on(["*".into()]),
        key.statement(kms::USE),
    ]
}
