//! The clock of Flink's control plane, which need not be CloudFormation's.

use serde::Deserialize;

use crate::clock;

/// How Flink shows time. No source says that two services agree to the millisecond.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub enum FlinkClock {
    /// Milliseconds, as everybody here.
    #[default]
    Exact,
    /// Whole seconds.
    WholeSeconds,
    /// Two seconds behind CloudFormation.
    TwoSecondsBehind,
}

impl FlinkClock {
    /// Now, in epoch seconds.
    pub(super) fn now(self) -> f64 {
        match self {
            Self::Exact => clock::now(),
            Self::WholeSeconds => clock::now().floor(),
            Self::TwoSecondsBehind => clock::now() - 2.0,
        }
    }
}
