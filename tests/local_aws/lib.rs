//! The local AWS: enough of CloudFormation, Lambda, EventBridge, IAM and Managed Service for Apache Flink to deploy the
//! committed templates, run the built function binaries as processes, and live through the incident they cure.
//!
//! Everything listens on 127.0.0.1. It shares no code with the planner: each rule is written from the service's own
//! documentation and names its source, so that a mistake in the planner has something to be wrong against.

pub mod api;
pub mod cloudformation;
pub mod data;
pub mod dispatch;
pub mod events;
pub mod flink;
pub mod http;
pub mod iam;
pub mod lambda;
mod services;
pub mod world;

// This project's own stacks on it, and what it recorded of them: no rule of AWS is in there.
#[path = "../project/deployment/mod.rs"]
pub mod deployment;
#[path = "../project/fleet.rs"]
pub mod fleet;
#[path = "../project/sequence.rs"]
pub mod sequence;

use data::kms;
pub use data::{dynamodb, kinesis, logs, queues, s3, ssm, topics};
pub use world::{LocalAws, Modes, Options, Settings, State, World};
pub use world::{clock, faults, modes, rates};
use world::{record, stamp};
