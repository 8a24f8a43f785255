//! The eleven statuses, and how long a transient one is held.

use std::fmt;
use std::time::Duration;

use crate::clock;

/// ApplicationStatus (`SEMANTICS.md` A.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// Being deleted.
    Deleting,
    /// Being started.
    Starting,
    /// Being stopped with a snapshot.
    Stopping,
    /// At rest.
    Ready,
    /// A job exists; whether it is healthy is another question.
    Running,
    /// Being updated.
    Updating,
    /// The service changes the parallelism.
    Autoscaling,
    /// Being stopped without a snapshot.
    ForceStopping,
    /// Going back to the previous version.
    RollingBack,
    /// The service patches.
    Maintenance,
    /// Rolled back while not running.
    RolledBack,
}

impl Status {
    /// Every status, for walks.
    pub const ALL: [Self; 11] = [
        Self::Deleting,
        Self::Starting,
        Self::Stopping,
        Self::Ready,
        Self::Running,
        Self::Updating,
        Self::Autoscaling,
        Self::ForceStopping,
        Self::RollingBack,
        Self::Maintenance,
        Self::RolledBack,
    ];
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Deleting => "DELETING",
            Self::Starting => "STARTING",
            Self::Stopping => "STOPPING",
            Self::Ready => "READY",
            Self::Running => "RUNNING",
            Self::Updating => "UPDATING",
            Self::Autoscaling => "AUTOSCALING",
            Self::ForceStopping => "FORCE_STOPPING",
            Self::RollingBack => "ROLLING_BACK",
            Self::Maintenance => "MAINTENANCE",
            Self::RolledBack => "ROLLED_BACK",
        })
    }
}

/// How long a transient status lasts once it is entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// DescribeApplication shows it so many times. 0: it is over before a caller sees it.
    Looks(u32),
    /// For a demo that people watch.
    For(Duration),
    /// Until [`release`](super::release).
    UntilReleased,
}

impl Default for Hold {
    fn default() -> Self {
        Self::Looks(1)
    }
}

/// What is left of a hold.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Left {
    Looks(u32),
    /// Epoch seconds.
    Until(f64),
    Released,
}

impl Left {
    pub(super) fn of(hold: Hold) -> Self {
        match hold {
            Hold::Looks(looks) => Self::Looks(looks),
            Hold::For(duration) => Self::Until(clock::now() + duration.as_secs_f64()),
            Hold::UntilReleased => Self::Released,
        }
    }

    pub(super) fn is_over(self) -> bool {
        match self {
            Self::Looks(looks) => looks == 0,
            Self::Until(moment) => clock::now() >= moment,
            Self::Released => false,
        }
    }

    /// A caller looked.
    pub(super) fn look(&mut self) {
        if let Self::Looks(looks) = self {
            *looks = looks.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Hold, Left};

    #[test]
    fn a_hold_ends_by_looks_by_time_or_never() {
        let mut looks = Left::of(Hold::Looks(1));
        assert!(!looks.is_over());
        looks.look();
        assert!(looks.is_over());
        assert!(Left::of(Hold::For(Duration::ZERO)).is_over());
        let mut held = Left::of(Hold::UntilReleased);
        held.look();
        assert!(!held.is_over());
    }
}
