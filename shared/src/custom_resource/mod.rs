//! CloudFormation's custom-resource protocol as values: the request as it comes, the one reply, and the limits of both.
//!
//! A request that cannot be read still has to be answered, so the envelope is tolerant: only a ResponseURL is needed.
//! What the properties mean is the contract's business, not this module's.

mod handover;
mod put;
mod reply;
mod request;
mod response_url;
pub mod verdict;

pub use handover::Handover;
pub use put::PutResult;
pub use reply::{LIMIT, Reply, ReplyStatus};
pub use request::{LONGEST_ID, Request, RequestType};
pub use response_url::{NotCloudFormations, ResponseUrl};
