//! DynamoDB tables.

use crate::stack::types;
use serde_json::json;

use super::iam::{Role, Statement};
use super::kms::KmsKey;
use crate::template::cloudformation::resource::{Handle, Resource};
use crate::template::cloudformation::value::{Value, pseudo};

/// The type of a resource: `AWS::DynamoDB::Table`.
#[derive(Debug)]
pub enum Table {}

/// What a writer calls, as CDK's `grantWriteData` has it.
const WRITE: [&str; 5] = [
    "dynamodb:BatchWriteItem",
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
    "dynamodb:DeleteItem",
    "dynamodb:DescribeTable",
];

impl Table {
    /// Paid per request, with string keys; items leave when the `ttl` attribute says so.
    #[must_use]
    pub fn pay_per_request(name: &Value, partition_key: &str, sort_key: &str, ttl: &str) -> Resource<Self> {
        let properties = json!({
            "TableName": name,
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [
                {"AttributeName": partition_key, "AttributeType": "S"},
                {"AttributeName": sort_key, "AttributeType": "S"},
            ],
            "KeySchema": [
                {"AttributeName": partition_key, "KeyType": "HASH"},
                {"AttributeName": sort_key, "KeyType": "RANGE"},
            ],
            "TimeToLiveSpecification": {"AttributeName": ttl, "Enabled": true},
        });
        Resource::of(types::TABLE, properties)
    }

    /// `SSESpecification` with a key; without one DynamoDB encrypts with its own.
    #[must_use]
    pub fn encryption(key: &KmsKey) -> Value {
        let with = |key: &Value| json!({"SSEEnabled": true, "SSEType": "KMS", "KMSMasterKeyId": key}).into();
        key.choose(with, &pseudo::no_value())
    }
}

impl Handle<Table> {
    /// Grants a role to write items, and not to read them.
    pub fn grant_write(&self, role: &mut Role) {
        role.grant(Statement::allow(WRITE).on([self.arn()]));
    }
}
