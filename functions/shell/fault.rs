//! What an SDK error means, told once, here: look again, a missing permission, or a request that is not taken.

use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::display::DisplayErrorContext;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use shared::lifecycle::{Action, Refusal, SNAPSHOT_FAILURE};
use std::error::Error;

/// Why a call did not answer what was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fault {
    /// No information: throttled, 5xx, a lost connection. Never a verdict.
    Passing(String),
    /// The role lacks a permission.
    Denied(Action, String),
    /// The service could not take its snapshot.
    Snapshot(String),
    /// Somebody else is changing or has changed it.
    Conflict(String),
    /// It does not exist.
    Missing(String),
    /// A status word that this version does not know.
    UnknownStatus(String),
    /// Anything else that the service answers with a 4xx.
    Rejected(Action, String),
}

/// Reads an SDK error. Codes are matched only where the model names them; of texts only the snapshot failure's stable prefix.
pub(crate) fn fault<E, R>(action: Action, error: &SdkError<E, R>) -> Fault
where
    E: ProvideErrorMetadata + Error + 'static,
    R: std::fmt::Debug,
{
    let Some(service) = error.as_service_error() else {
        return Fault::Passing(DisplayErrorContext(error).to_string());
    };
    let code = service.code().unwrap_or("an error without a code");
    let text = service.message().map_or_else(|| code.to_owned(), |message| format!("{code}: {message}"));
    if text.contains(SNAPSHOT_FAILURE) {
        return Fault::Snapshot(text);
    }
    match code {
        // Not LimitExceededException: for this API it is a quota (`semantics.md` A.11).
        "ThrottlingException"
        | "Throttling"
        | "TooManyRequestsException"
        | "RequestLimitExceeded"
        | "InternalFailure"
        | "InternalServerError"
        | "InternalError"
        | "ServiceUnavailable"
        | "ServiceUnavailableException"
        | "RequestTimeout" => Fault::Passing(text),
        _ if text.contains("Rate exceeded") => Fault::Passing(text),
        "AccessDenied"
        | "AccessDeniedException"
        | "UnrecognizedClientException"
        | "ExpiredTokenException"
        | "UnauthorizedOperation" => Fault::Denied(action, text),
        "ResourceInUseException" | "ConcurrentModificationException" => Fault::Conflict(text),
        "ResourceNotFoundException" => Fault::Missing(text),
        _ => Fault::Rejected(action, text),
    }
}

impl Fault {
    /// The refusal it ends in where nothing better is known.
    pub(crate) fn refusal(self, action: Action) -> Refusal {
        match self {
            Self::Denied(action, error) => Refusal::Denied { action, error },
            Self::Rejected(action, error) => Refusal::Rejected { action, error },
            Self::UnknownStatus(word) => Refusal::UnknownStatus { word },
            Self::Passing(error) | Self::Snapshot(error) | Self::Conflict(error) | Self::Missing(error) => {
                Refusal::Rejected { action, error }
            }
        }
    }
}
