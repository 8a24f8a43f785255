//! What was just seen. Already stale when it is read: between two calls reality is looked at again.

use std::time::Duration;

use super::attempts::Attempts;
use crate::flink::Application;
use crate::stack::StackStatus;
use crate::time::Timestamp;

/// How long changes by others are met before giving up, in poll intervals.
const CONFLICT_POLLS: u32 = 120;
/// How long a refused snapshot is tried again, in poll intervals.
const REFUSAL_POLLS: u32 = 18;

/// Everything a step is decided on.
#[derive(Debug, Clone)]
pub struct Observed {
    /// The time of the look.
    pub now: Timestamp,
    /// The application; `None` when it does not exist.
    pub application: Option<Application>,
    /// The stack in whose name this happens.
    pub stack: Stack,
    /// What this invocation already tried.
    pub attempts: Attempts,
    /// The base wait of the polling policy (`POLL_INTERVAL_MS`): every patience that no property sets scales with it.
    pub poll_interval: Duration,
}

impl Observed {
    /// How long changes by others are met before giving up: ten minutes at the default poll interval.
    pub(super) fn conflict_patience(&self) -> Duration {
        self.poll_interval.saturating_mul(CONFLICT_POLLS)
    }

    /// How long a refused snapshot is tried again: 90 s at the default poll interval.
    pub(super) fn refusal_patience(&self) -> Duration {
        self.poll_interval.saturating_mul(REFUSAL_POLLS)
    }
}

/// A stack, as far as a step needs it.
#[derive(Debug, Clone, Default)]
pub struct Stack {
    /// Its status; `None` when nothing here depends on it.
    pub status: Option<StackStatus>,
    /// Whether it is no longer the operation in whose name this happens: then nothing may be changed.
    pub superseded: bool,
    /// How often this project already continued the current rollback, counted from the stack's own events.
    pub continued: u32,
}
