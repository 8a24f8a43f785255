//! The local AWS: enough of CloudFormation, Lambda, EventBridge, IAM and Managed Service for Apache Flink to deploy a
//! stack, run its functions as processes, and meet what goes wrong on the way: an update that fails, a way back that
//! fails too, a job that loops.
//!
//! Everything listens on 127.0.0.1. It knows the stacks of no project: each rule is written from the service's own
//! documentation and names its source, so that a mistake in what is tested has something to be wrong against.

pub mod api;
pub mod cloudformation;
pub mod data;
pub mod events;
pub mod flink;
pub mod http;
pub mod iam;
pub mod lambda;
pub mod world;

pub use api::dispatch;
use api::services;
pub use data::{alarms, dynamodb, kinesis, kms, logs, queues, s3, ssm, topics};
pub use world::{LocalAws, Modes, Options, PATIENCE, Settings, State, World};
pub use world::{clock, durations, faults, modes, rates, virtual_time};
use world::{record, stamp};
