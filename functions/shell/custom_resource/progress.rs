//! How far the work on a request is, for when a call holds it up.

use shared::custom_resource::Handover;

use crate::backoff::Pace;
use crate::reconcile::CallHistory;

/// How far the work on a request is: what is left of it when the watchdog ends it.
pub(crate) struct RequestProgress {
    pub(super) pace: Pace,
    /// What the next invocation has to know, but for what the calls showed.
    pub(super) first: Handover,
    pub(super) trail: CallHistory,
}

impl RequestProgress {
    pub(crate) fn at(pace: Pace) -> Self {
        Self { pace, first: Handover::default(), trail: CallHistory::default() }
    }
}
