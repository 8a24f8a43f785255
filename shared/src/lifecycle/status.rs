//! The services' status words as closed enums. A word that AWS adds tomorrow is refused at the edge, with the word in it.

use std::fmt;
use std::str::FromStr;

/// A status word that this version does not know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct UnknownWord(pub String);

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[expect(missing_docs, reason = "the variants are the service's own words")]
        pub enum $name { $($variant,)* }

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The service's word.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }

        impl FromStr for $name {
            type Err = UnknownWord;
            fn from_str(word: &str) -> Result<Self, UnknownWord> {
                Self::ALL.iter().copied().find(|known| known.as_str() == word).ok_or_else(|| UnknownWord(word.to_owned()))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(self.as_str())
            }
        }
    };
}

words! {
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

words! {
    /// A snapshot's (`semantics.md` A.2).
    SnapshotStatus { Creating = "CREATING", Ready = "READY", Deleting = "DELETING", Failed = "FAILED", }
}

words! {
    /// An operation's (`semantics.md` A.2). Only an operation that is not IN_PROGRESS has an end to be trusted.
    OperationStatus {
        InProgress = "IN_PROGRESS",
        Cancelled = "CANCELLED",
        Successful = "SUCCESSFUL",
        Failed = "FAILED",
    }
}

words! {
    /// A stack's (`semantics.md` C.1).
    StackStatus {
        CreateInProgress = "CREATE_IN_PROGRESS",
        CreateFailed = "CREATE_FAILED",
        CreateComplete = "CREATE_COMPLETE",
        RollbackInProgress = "ROLLBACK_IN_PROGRESS",
        RollbackFailed = "ROLLBACK_FAILED",
        RollbackComplete = "ROLLBACK_COMPLETE",
        DeleteInProgress = "DELETE_IN_PROGRESS",
        DeleteFailed = "DELETE_FAILED",
        DeleteComplete = "DELETE_COMPLETE",
        UpdateInProgress = "UPDATE_IN_PROGRESS",
        UpdateCompleteCleanupInProgress = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
        UpdateComplete = "UPDATE_COMPLETE",
        UpdateFailed = "UPDATE_FAILED",
        UpdateRollbackInProgress = "UPDATE_ROLLBACK_IN_PROGRESS",
        UpdateRollbackFailed = "UPDATE_ROLLBACK_FAILED",
        UpdateRollbackCompleteCleanupInProgress = "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
        UpdateRollbackComplete = "UPDATE_ROLLBACK_COMPLETE",
        ReviewInProgress = "REVIEW_IN_PROGRESS",
        ImportInProgress = "IMPORT_IN_PROGRESS",
        ImportComplete = "IMPORT_COMPLETE",
        ImportRollbackInProgress = "IMPORT_ROLLBACK_IN_PROGRESS",
        ImportRollbackFailed = "IMPORT_ROLLBACK_FAILED",
        ImportRollbackComplete = "IMPORT_ROLLBACK_COMPLETE",
    }
}

impl StackStatus {
    /// Whether the stack rolls back to what it was.
    #[must_use]
    pub const fn is_rolling_back(self) -> bool {
        matches!(
            self,
            Self::RollbackInProgress
                | Self::UpdateRollbackInProgress
                | Self::UpdateRollbackCompleteCleanupInProgress
                | Self::ImportRollbackInProgress
        )
    }

    /// Whether the stack itself goes: it is being deleted, or its creation is rolled back.
    #[must_use]
    pub const fn is_being_removed(self) -> bool {
        matches!(self, Self::DeleteInProgress | Self::RollbackInProgress)
    }

    /// Whether CloudFormation works on it now. An event from nowhere cannot make that true.
    #[must_use]
    pub fn is_in_progress(self) -> bool {
        self.as_str().ends_with("_IN_PROGRESS")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_read_back() {
        for status in ApplicationStatus::ALL {
            assert_eq!(status.as_str().parse(), Ok(*status));
        }
        for status in StackStatus::ALL {
            assert_eq!(status.as_str().parse(), Ok(*status));
        }
    }

    #[test]
    fn a_word_that_is_not_known_yet_is_reported() {
        assert_eq!("HIBERNATING".parse::<ApplicationStatus>(), Err(UnknownWord("HIBERNATING".into())));
    }

    #[test]
    fn a_stack_that_rolls_back_its_creation_is_being_removed_and_one_that_rolls_back_an_update_is_not() {
        assert!(StackStatus::RollbackInProgress.is_being_removed());
        assert!(!StackStatus::UpdateRollbackInProgress.is_being_removed());
        assert!(StackStatus::UpdateRollbackCompleteCleanupInProgress.is_in_progress());
    }
}
