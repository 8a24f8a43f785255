//! Services that keep data, as far as stacks, functions and jobs use them: their state in memory, their calls, their
//! errors.

pub mod alarms;
pub mod dynamodb;
pub mod kinesis;
pub mod kms;
pub mod logs;
mod queue_attributes;
pub mod queues;
pub mod s3;
pub mod ssm;
pub mod topics;
