//! Which rows of a stack's list of resources are the stack's own.

/// Whether a stack owns what a row of its resources names. What was deleted or kept is another's by now; and where creation failed because
/// the thing already existed, it is whoever created it that owns it.
#[must_use]
pub fn is_owned(status: &str, reason: &str) -> bool {
    if status == "CREATE_FAILED" {
        let reason = reason.to_ascii_lowercase();
        return !reason.contains("already exists") && !reason.contains("handlererrorcode: alreadyexists");
    }
    !["DELETE_COMPLETE", "DELETE_SKIPPED"].contains(&status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_gone_kept_or_somebody_elses_is_not_owned() {
        assert!(is_owned("CREATE_COMPLETE", "") && is_owned("UPDATE_FAILED", "") && is_owned("DELETE_FAILED", ""));
        assert!(!is_owned("DELETE_COMPLETE", "") && !is_owned("DELETE_SKIPPED", ""));
        assert!(is_owned("CREATE_FAILED", "the job could not be created"));
        for text in
            ["Application already exists.", "x Already Exists", "(RequestToken: 0, HandlerErrorCode: AlreadyExists)"]
        {
            assert!(!is_owned("CREATE_FAILED", text), "{text}");
        }
    }
}
