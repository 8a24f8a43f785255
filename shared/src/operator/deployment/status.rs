//! What a stack's status means for a deployment: whether it can begin, and how it ended.

use super::super::ending::Ending;
use crate::stack::StackStatus;

/// How a deployment ended that left this status.
#[must_use]
pub fn ending_of(status: &str) -> Ending {
    match status.parse() {
        Ok(StackStatus::CreateComplete | StackStatus::UpdateComplete) => Ending::Done,
        Ok(StackStatus::UpdateRollbackComplete) => Ending::RolledBack,
        _ => Ending::Failed,
    }
}

/// Whether a deployment may begin from this status.
///
/// # Errors
/// A sentence with the status and the next command; `destroy` is the command that deletes the stack.
pub fn may_begin(stack: &str, status: &str, destroy: &str) -> Result<(), String> {
    match status.parse() {
        Ok(StackStatus::RollbackComplete | StackStatus::RollbackFailed | StackStatus::DeleteFailed) => {
            Err(format!("the stack {stack} is {status} and can only be deleted: {destroy}"))
        }
        Ok(StackStatus::UpdateRollbackFailed) => Err(format!(
            "the stack {stack} is {status}; what is done about it: aws logs tail /aws/lambda/flink-rollback-unsticker"
        )),
        Ok(StackStatus::ReviewInProgress) => Ok(()),
        Ok(status) if status.is_in_progress() => Err(format!("the stack {stack} is {status}; wait for it")),
        _ => Ok(()),
    }
}

/// Whether the stack takes an update only with rollback disabled.
#[must_use]
pub fn needs_rollback_disabled(status: &str) -> bool {
    matches!(status.parse(), Ok(StackStatus::CreateFailed | StackStatus::UpdateFailed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deployment_begins_only_from_a_status_that_takes_one() {
        for status in ["CREATE_COMPLETE", "UPDATE_FAILED", "UPDATE_ROLLBACK_COMPLETE", "REVIEW_IN_PROGRESS"] {
            assert_eq!(may_begin("s", status, "d"), Ok(()), "{status}");
        }
        for (status, words) in [
            ("ROLLBACK_COMPLETE", "can only be deleted: destroy it"),
            ("UPDATE_ROLLBACK_FAILED", "flink-rollback-unsticker"),
            ("UPDATE_IN_PROGRESS", "wait for it"),
        ] {
            assert!(may_begin("s", status, "destroy it").unwrap_err().contains(words), "{status}");
        }
    }

    #[test]
    fn the_ending_decides_what_the_command_ends_with() {
        let codes = ["CREATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_FAILED"];
        assert_eq!(codes.map(|status| ending_of(status).exit_code()), [0, 4, 1, 1]);
    }
}
