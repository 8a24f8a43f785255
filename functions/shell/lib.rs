//! The shell: everything that waits or touches the network. It decides nothing.
//!
//! ```text
//! serve     events in, one answer out            answer    one custom-resource request to one reply
//! unstick   the incident, step by step           drive     look, plan, do, until there is nothing to do
//! flink     the only file that knows Flink's SDK stack     the only file that knows CloudFormation's
//! deliver   the PUT of the reply                 http      the one HTTP client under everything
//! ```

mod answer;
mod aws;
mod deliver;
mod drive;
mod fault;
mod flink;
mod http;
mod pace;
mod serve;
mod stack;
mod unstick;

pub use serve::{serve, serve_unsticker};
