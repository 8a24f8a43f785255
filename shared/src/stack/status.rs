//! The status of a stack.

use crate::status_words::status_words;

status_words! {
    /// The status of a stack (`semantics.md` C.1).
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
        for status in StackStatus::ALL {
            assert_eq!(status.as_str().parse(), Ok(*status));
        }
    }

    #[test]
    fn a_stack_that_rolls_back_its_creation_is_being_removed_and_one_that_rolls_back_an_update_is_not() {
        assert!(StackStatus::RollbackInProgress.is_being_removed());
        assert!(!StackStatus::UpdateRollbackInProgress.is_being_removed());
        assert!(StackStatus::UpdateRollbackCompleteCleanupInProgress.is_in_progress());
    }
}
