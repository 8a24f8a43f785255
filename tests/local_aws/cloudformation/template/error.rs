//! The refusal of a template, and of most calls.

use crate::api::ApiError;

/// An error of CloudFormation's one kind.
pub(crate) fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::new("ValidationError", message)
}
