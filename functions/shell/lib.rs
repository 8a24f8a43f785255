//! The shell: everything that waits or touches the network. It decides nothing.
//!
//! ```text
//! serve            between Lambda's runtime and the handlers: events in, one answer or report out
//! custom_resource  one request to one answer: handle, request_stack (looks), respond (words), deliver (the PUT)
//! unsticker        an event to a report: incident, sweep, read_incident, report
//! reconcile        the only loop: observe, plan, do, until there is nothing to do
//! observe          one look at an application, interrupted or not
//! backoff          how long to rest between two looks, up to the deadline
//! aws              the clients; flink and cloudformation are the only files that know the two SDKs
//! inspect          what the operator's command reads
//! metrics, clock   lines of the embedded metric format; the time
//! ```

mod aws;
mod backoff;
mod clock;
mod custom_resource;
mod inspect;
mod metrics;
mod observe;
mod reconcile;
mod serve;
mod unsticker;

pub use aws::lambda::{LambdaClient, LambdaError};
pub use aws::signed::{Signed, SignedResponse};
pub use aws::{Clients, credentials, variable};
pub use inspect::{DeployedState, Operator};
pub use serve::{serve, serve_unsticker};
