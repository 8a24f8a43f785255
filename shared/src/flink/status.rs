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
    /// A snapshot's (`semantics.md` A.2).
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
