//! The committed templates as stacks: what may be chosen, what their roles may do, what a deployment costs.

mod beside;
mod boundary;
mod choices;
mod downtime;
mod enhanced_snapshots;
mod express;
mod flink_2;
pub(crate) mod keys;
mod permissions;
mod released;
mod upgrade;
