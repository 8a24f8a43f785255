//! The shell: everything that waits or touches the network. It decides nothing.
//!
//! ```text
//! serve     events in, one answer out            answer    one custom-resource request to one reply
//! asked     the request's stack                  responder   SUCCESS or FAILED, and the words
//! unsticker one incident, from event to report  drive     look, plan, do, until there is nothing to do
//! sweep     what lost events left, snapshots
//! flink     the only file that knows Flink's SDK stack     the only file that knows CloudFormation's
//! deliver   the PUT of the reply                 handover  longer than one invocation
//! gather    a stack's newest operation            report    what was done, for people
//! http      the one HTTP client under all        roots     its TLS trust roots
//! pace      how long to rest between two looks   operator  what the operator's command reads
//! look      one look at an application, interrupted or not
//! ```

mod answer;
mod asked;
mod aws;
mod deliver;
mod drive;
mod fault;
mod flink;
mod gather;
mod handover;
mod http;
mod look;
mod metric;
mod now;
mod operator;
mod pace;
mod report;
mod responder;
mod roots;
mod serve;
mod stack;
mod sweep;
mod unsticker;

pub use aws::Clients;
pub use operator::{Keys, Met, Operator};
pub use serve::{serve, serve_unsticker};
