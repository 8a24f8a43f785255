//! CloudFormation's custom-resource protocol as values: the request as it comes, the one reply, and the limits of both.
//!
//! A request that cannot be read still has to be answered, so the envelope is tolerant: only a ResponseURL is needed.
//! What the properties mean is the contract's business, not this module's.

mod continuation;
mod reply;
mod request;
mod response_url;
pub mod verdict;

pub use continuation::{Handover, Schedule, is_patient, next_hop, patience};
pub use reply::{LIMIT, PutResult, Reply, ReplyStatus};
pub use request::{LONGEST_ID, Request, RequestType};
pub use response_url::{NotCloudFormations, ResponseUrl};
