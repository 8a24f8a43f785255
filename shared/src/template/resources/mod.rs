//! Typed resources of the services that the templates use, one file a service, and their ARNs.

pub mod alarms;
pub mod arn;
pub mod dashboard;
pub mod dynamodb;
pub mod events;
pub mod flink;
pub mod iam;
pub mod kinesis;
pub mod kms;
pub mod lambda;
pub mod logs;
pub mod messaging;
pub mod s3;
pub(super) mod vpc;
