//! The core of flink-stack-handlers: values in, values out.
//!
//! ```text
//! operator -> template -> contract -> lifecycle, custom_resource -> flink, stack
//! ```
//!
//! * [`flink`] and [`stack`]: what the service and CloudFormation say, as values. The ground floor.
//! * [`lifecycle`]: what is the next step from what was just observed. The only place that decides.
//! * [`custom_resource`]: CloudFormation's custom-resource protocol as values: request envelope, reply, limits.
//! * [`contract`]: what two programs must agree on, each name once: properties, attributes, environment, tags, events.
//! * [`template`]: the CloudFormation generator.
//! * [`operator`]: what a person asks of a stack: why it is stuck, what a deployment will do.
//!
//! What is deliberately absent: nothing here is `async`, reads a clock, an environment variable or a file, or knows an
//! SDK. Time is an argument, reality is an argument ([`lifecycle::Observed`]), and the answer is one
//! [`lifecycle::Step`].
#![warn(clippy::wildcard_enum_match_arm)]

pub mod contract;
pub mod custom_resource;
pub mod flink;
pub mod lifecycle;
pub mod operator;
pub mod stack;
mod status_words;
pub mod template;
pub mod time;

pub use status_words::UnknownWord;
