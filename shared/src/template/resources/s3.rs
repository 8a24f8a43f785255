//! S3 buckets: the one that `access` makes, and the one that an application stack imports.

use crate::stack::types;
use serde_json::json;

use super::arn;
use super::iam::{Role, Statement, document};
use crate::template::cloudformation::resource::{Handle, Resource};
use crate::template::cloudformation::value::Value;

/// The type of a resource: `AWS::S3::Bucket`.
#[derive(Debug)]
pub enum Bucket {}

impl Bucket {
    /// For artifacts: private, encrypted, owner's only; an upload that was broken off leaves in a week. Not versioned,
    /// since what is put there is named by the digest of its content.
    #[must_use]
    pub fn for_artifacts() -> Resource<Self> {
        let properties = json!({
            "BucketEncryption": {
                "ServerSideEncryptionConfiguration": [{"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}],
            },
            "LifecycleConfiguration": {
                "Rules": [{"Status": "Enabled", "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}}],
            },
            "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
            "PublicAccessBlockConfiguration": {
                "BlockPublicAcls": true,
                "BlockPublicPolicy": true,
                "IgnorePublicAcls": true,
                "RestrictPublicBuckets": true,
            },
        });
        Resource::of(types::BUCKET, properties)
    }
}

impl Handle<Bucket> {
    /// Refuses everything that does not come over TLS.
    #[must_use]
    pub fn tls_only(&self) -> Resource {
        let everything = [self.arn(), Value::concat([self.arn(), "/*".into()])];
        let plain =
            Statement::deny(["s3:*"]).to("*").on(everything).only_if("Bool", "aws:SecureTransport", &"false".into());
        let properties = json!({"Bucket": self.reference(), "PolicyDocument": document([plain])});
        Resource::of(types::BUCKET_POLICY, properties)
    }
}

/// One object of a bucket that another stack owns.
#[derive(Debug)]
pub struct S3Object {
    /// The name of the bucket that the object is in.
    pub bucket: Value,
    /// The key of the object, without a leading slash.
    pub key: Value,
}

impl S3Object {
    /// The ARN of the bucket that the object is in.
    #[must_use]
    pub fn bucket_arn(&self) -> Value {
        arn::global("s3", [self.bucket.clone()])
    }

    /// Reading its bucket, as CDK's `grantRead` of an asset has it. Not the key alone: new code is a new key, so every
    /// deployment would change the role in the moment before the application reads with it, and IAM takes seconds to
    /// agree.
    pub fn grant_read_bucket(&self, role: &mut Role) {
        let objects = arn::global("s3", [self.bucket.clone(), "/*".into()]);
        let read = Statement::allow(["s3:GetObject*", "s3:GetBucket*", "s3:List*"]);
        role.grant(read.on([self.bucket_arn(), objects]));
    }
}
