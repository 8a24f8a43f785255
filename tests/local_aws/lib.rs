//! The local AWS: enough of CloudFormation, Lambda, EventBridge, IAM and Managed Service for Apache Flink to deploy the
//! committed templates, run the built function binaries as processes, and live through the incident they cure.
//!
//! Everything listens on 127.0.0.1. It shares no code with the planner: each rule is written from the service's own
//! documentation and names its source, so that a mistake in the planner has something to be wrong against.

pub mod api;
pub mod clock;
pub mod cloudformation;
pub mod deployment;
pub mod dispatch;
pub mod dynamodb;
pub mod events;
pub mod faults;
pub mod fleet;
pub mod flink;
pub mod http;
pub mod iam;
pub mod kinesis;
mod kms;
pub mod lambda;
pub mod logs;
pub mod modes;
pub mod queues;
pub mod rates;
mod record;
pub mod s3;
pub mod sequence;
mod services;
pub mod ssm;
mod stamp;
mod start;
pub mod world;

pub use modes::Modes;
pub use start::{LocalAws, Options};
pub use world::{Settings, State, World};
