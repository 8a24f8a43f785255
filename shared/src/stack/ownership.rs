//! Which rows of a stack's list of resources are the stack's own.

/// Whether a stack owns what a row of its resources names. What was deleted or kept is another's by now. What could not
/// be created or imported names whatever had the name already: its handler gives the name that was asked for, whatever
/// went wrong. The same of a replacement that met such a thing.
#[must_use]
pub fn is_owned(status: &str, reason: &str) -> bool {
    if status == "UPDATE_FAILED" {
        let reason = reason.to_ascii_lowercase();
        return !reason.contains("already exists") && !reason.contains("handlererrorcode: alreadyexists");
    }
    !["DELETE_COMPLETE", "DELETE_SKIPPED", "CREATE_FAILED", "IMPORT_FAILED"].contains(&status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_gone_kept_or_another_callers_is_not_owned() {
        for status in ["CREATE_COMPLETE", "UPDATE_IN_PROGRESS", "UPDATE_FAILED", "DELETE_FAILED", "IMPORT_COMPLETE"] {
            assert!(is_owned(status, ""), "{status}");
        }
        for status in ["DELETE_COMPLETE", "DELETE_SKIPPED", "CREATE_FAILED", "IMPORT_FAILED"] {
            assert!(!is_owned(status, "whatever it says"), "{status}");
        }
        for text in
            ["Application already exists.", "x Already Exists", "(RequestToken: 0, HandlerErrorCode: AlreadyExists)"]
        {
            assert!(!is_owned("UPDATE_FAILED", text), "{text}");
        }
    }
}
