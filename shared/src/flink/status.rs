//! The service's status words as closed enums. A word that AWS adds later is refused at the edge, with the word in it.

use crate::status_words::status_words;

status_words! {
    /// The application's life cycle (`semantics.md` A.2).
    ApplicationStatus {
        Deleting = "DELETING",
        Starting = "STARTING",
        Stopping = "STOPPING",
        Ready = "READY",
        Running = "RUNNING",
        Updating = "UPDATING",
        Autoscaling = "AUTOSCALING",
        ForceStopping = "FORCE_STOPPING",
        RollingBack = "ROLLING_BACK",
        Maintenance = "MAINTENANCE",
        RolledBack = "ROLLED_BACK",
    }
}

status_words! {
    /// The life cycle of a snapshot (`semantics.md` A.2).
    SnapshotStatus { Creating = "CREATING", Ready = "READY", Deleting = "DELETING", Failed = "FAILED", }
}

status_words! {
    /// An operation's (`semantics.md` A.2). Only an operation that is not IN_PROGRESS has an end to be trusted.
    OperationStatus {
        InProgress = "IN_PROGRESS",
        Cancelled = "CANCELLED",
        Successful = "SUCCESSFUL",
        Failed = "FAILED",
    }
}

/// What an application can be asked for in a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApplicationPhase {
    /// Its job runs: it can be stopped and updated.
    Running,
    /// It does not run: it can be started, updated and deleted.
    Ready,
    /// The service took an update back: a person decides what comes next.
    RolledBack,
    /// It passes into another status, and refuses most changes until then.
    Transitional,
    /// It is being deleted, and refuses everything.
    Deleting,
}

impl ApplicationStatus {
    /// The phase that the status belongs to.
    #[must_use]
    pub const fn phase(self) -> ApplicationPhase {
        match self {
            Self::Running => ApplicationPhase::Running,
            Self::Ready => ApplicationPhase::Ready,
            Self::RolledBack => ApplicationPhase::RolledBack,
            Self::Deleting => ApplicationPhase::Deleting,
            Self::Starting
            | Self::Stopping
            | Self::Updating
            | Self::Autoscaling
            | Self::ForceStopping
            | Self::RollingBack
            | Self::Maintenance => ApplicationPhase::Transitional,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::status_words::UnknownWord;

    #[test]
    fn every_word_is_read_back() {
        for status in ApplicationStatus::ALL {
            assert_eq!(status.as_str().parse(), Ok(*status));
        }
    }

    #[test]
    fn a_word_that_is_not_known_yet_is_reported() {
        assert_eq!("HIBERNATING".parse::<ApplicationStatus>(), Err(UnknownWord("HIBERNATING".into())));
    }
}
