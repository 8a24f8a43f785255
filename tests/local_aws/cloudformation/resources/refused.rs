//! What a resource's handler was refused, in the words of CloudFormation's rows.

use crate::api::ApiError;
use crate::stamp;

/// Why a handler could not do it, as it will stand in the stack's events.
#[derive(Debug, Clone)]
pub(crate) struct Refused {
    pub(crate) reason: String,
    /// What still exists.
    pub(crate) physical_id: Option<String>,
}

impl Refused {
    pub(crate) fn plain(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), physical_id: None }
    }

    /// A service's error in the words of a registry handler (G.34).
    pub(crate) fn by_service(service: &str, error: &ApiError) -> Self {
        let message = format!(
            "{} (Service: {service}, Status Code: {}, Request ID: {}) (SDK Attempt Count: 1)",
            error.message,
            error.status,
            stamp::uuid()
        );
        Self::by_handler(&message, handler_error_code(&error.code))
    }

    pub(crate) fn by_handler(message: &str, code: &str) -> Self {
        let token = stamp::uuid();
        Self::plain(format!(
            "Resource handler returned message: \"{message}\" (RequestToken: {token}, HandlerErrorCode: {code})"
        ))
    }
}

/// Semantics B.2; which code the snapshot failure gets is unknown, InvalidRequest is assumed.
pub(super) fn handler_error_code(code: &str) -> &'static str {
    match code {
        "ResourceNotFoundException" | "NoSuchEntity" | "NoSuchBucket" | "NotFound" => "NotFound",
        "ResourceInUseException" | "ConcurrentModificationException" | "ResourceConflictException" => {
            "ResourceConflict"
        }
        "EntityAlreadyExists" | "ResourceAlreadyExistsException" | "BucketAlreadyOwnedByYou" => "AlreadyExists",
        "AccessDenied" | "AccessDeniedException" => "AccessDenied",
        "LimitExceededException" => "ServiceLimitExceeded",
        "InternalFailure" | "InternalServerError" | "ServiceUnavailable" | "ServiceUnavailableException" => {
            "ServiceInternalError"
        }
        "RequestTimeout" => "NetworkFailure",
        code if code.starts_with("Invalid") || code.starts_with("Validation") => "InvalidRequest",
        _ => "GeneralServiceException",
    }
}

pub(super) fn title(service: &str) -> &str {
    match service {
        "kinesisanalytics" => "KinesisAnalyticsV2",
        "iam" => "Iam",
        "kinesis" => "Kinesis",
        "dynamodb" => "DynamoDb",
        "logs" => "CloudWatchLogs",
        "s3" => "S3",
        "sqs" => "Sqs",
        "sns" => "Sns",
        "cloudwatch" => "CloudWatch",
        other => other,
    }
}
