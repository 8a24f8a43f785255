//! Calls that the service did not accept, and calls that were not answered.

use crate::lifecycle::action::Action;
use crate::time::Timestamp;

/// A call that the service did not accept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// The operation that was called.
    pub action: Action,
    /// How to read the answer.
    pub kind: Rejected,
    /// The service's own words, which may repeat a property's value.
    pub text: String,
    /// The time of the look before the call.
    pub at: Timestamp,
}

/// How to read a rejection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rejected {
    /// The service could not take its snapshot: the job is not healthy.
    Snapshot,
    /// Another caller changed or is changing it: look again.
    Conflict,
    /// There are as many of them as the quota allows.
    Quota,
}

/// A call that was not answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unanswered {
    /// The operation that was called.
    pub action: Action,
    /// What came instead of an answer.
    pub error: String,
    /// Whether it may have been taken: not when it was throttled.
    pub may_be_taken: bool,
}
