//! The resource types of CloudFormation that more than one file names.

#![expect(missing_docs, reason = "the name of a resource type says what it is")]

pub const CUSTOM_RESOURCE: &str = "AWS::CloudFormation::CustomResource";
pub const STACK: &str = "AWS::CloudFormation::Stack";
pub const ALARM: &str = "AWS::CloudWatch::Alarm";
pub const DASHBOARD: &str = "AWS::CloudWatch::Dashboard";
pub const TABLE: &str = "AWS::DynamoDB::Table";
pub const RULE: &str = "AWS::Events::Rule";
pub const MANAGED_POLICY: &str = "AWS::IAM::ManagedPolicy";
pub const IAM_POLICY: &str = "AWS::IAM::Policy";
pub const ROLE: &str = "AWS::IAM::Role";
pub const KMS_KEY: &str = "AWS::KMS::Key";
pub const STREAM: &str = "AWS::Kinesis::Stream";
pub const APPLICATION: &str = "AWS::KinesisAnalyticsV2::Application";
pub const LOGGING_OPTION: &str = "AWS::KinesisAnalyticsV2::ApplicationCloudWatchLoggingOption";
pub const EVENT_INVOKE_CONFIG: &str = "AWS::Lambda::EventInvokeConfig";
pub const LAMBDA_FUNCTION: &str = "AWS::Lambda::Function";
pub const LAMBDA_PERMISSION: &str = "AWS::Lambda::Permission";
pub const LOG_GROUP: &str = "AWS::Logs::LogGroup";
pub const LOG_STREAM: &str = "AWS::Logs::LogStream";
pub const BUCKET: &str = "AWS::S3::Bucket";
pub const BUCKET_POLICY: &str = "AWS::S3::BucketPolicy";
pub const SUBSCRIPTION: &str = "AWS::SNS::Subscription";
pub const TOPIC: &str = "AWS::SNS::Topic";
pub const TOPIC_POLICY: &str = "AWS::SNS::TopicPolicy";
pub const QUEUE: &str = "AWS::SQS::Queue";
pub const QUEUE_POLICY: &str = "AWS::SQS::QueuePolicy";
