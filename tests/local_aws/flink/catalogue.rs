//! The messages of `SEMANTICS.md` A.12, word for word, each in one place.

use super::status::Status;
use crate::api::ApiError;

pub(super) const INVALID_ARGUMENT: &str = "InvalidArgumentException";
pub(super) const INVALID_REQUEST: &str = "InvalidRequestException";
pub(super) const IN_USE: &str = "ResourceInUseException";
pub(super) const NOT_FOUND: &str = "ResourceNotFoundException";
pub(super) const CONCURRENT: &str = "ConcurrentModificationException";
pub(super) const LIMIT: &str = "LimitExceededException";

/// A.6: HTTP 400, synchronous, one line on the wire.
pub(super) fn snapshot_failure(name: &str) -> ApiError {
    let message = format!(
        "Failed to take snapshot for the application {name} at this moment. The application is currently experiencing \
         downtime. Please check the application's CloudWatch metrics or CloudWatch logs for any possible errors and \
         retry the request. You can also retry the request after disabling the snapshots in the Managed Service for \
         Apache Flink console or by updating the ApplicationSnapshotConfiguration through the AWS SDK"
    );
    ApiError::new("InvalidApplicationConfigurationException", message)
}

pub(super) fn no_application(name: &str) -> ApiError {
    // The text is not documented; nothing may depend on it.
    ApiError::new(NOT_FOUND, format!("Application {name} does not exist"))
}

/// G.3.
pub(super) fn cannot_be_started(status: Status) -> ApiError {
    ApiError::new(IN_USE, format!("Application cannot be started in '{status}' state"))
}

/// A.5.
pub(super) fn cannot_be_stopped(code: &str, status: Status) -> ApiError {
    ApiError::new(code, format!("Application cannot be Stopped in '{status}' state"))
}

/// A.12.
pub(super) fn cannot_be_force_stopped(code: &str, status: Status) -> ApiError {
    ApiError::new(code, format!("You can't force stop an application in '{status}' status"))
}

/// G.23 and the matrix of A.3; the text is not documented.
pub(super) fn in_use(what: &str, status: Status) -> ApiError {
    ApiError::new(IN_USE, format!("Application cannot be {what} in '{status}' state"))
}

/// G.12; the text is not documented.
pub(super) fn stale() -> ApiError {
    let message = "The application was modified since the version or token of this request. Describe it and retry.";
    ApiError::new(CONCURRENT, message)
}

/// A.12, on Create and on an update of the code.
pub(super) fn code_unreachable(key: &str, bucket: &str) -> ApiError {
    let message = format!(
        "Please check the role provided or validity of S3 location you provided. We are unable to get the specified \
         fileKey: {key} in the specified bucket: {bucket}"
    );
    ApiError::new(INVALID_ARGUMENT, message)
}

/// A.4.
pub(super) fn no_such_snapshot_to_restore(snapshot: &str) -> ApiError {
    let message = format!("The snapshot name {snapshot} provided for restore configuration does not exist.");
    ApiError::new(INVALID_ARGUMENT, message)
}

/// A.12, G.27.
pub(super) fn other_create_timestamp(name: &str) -> ApiError {
    let message = format!(
        "The application with name: '{name}' has a different create timestamp than the one you provided. Please call \
         DescribeApplication to fetch valid create timestamp."
    );
    ApiError::new(CONCURRENT, message)
}
