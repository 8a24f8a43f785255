//! What an SDK error means, decided once, here: look again, a missing permission, or a request that is not taken.

use aws_runtime::retries::classifiers::{THROTTLING_ERRORS, TRANSIENT_ERRORS};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use shared::flink::Mask;
use shared::lifecycle::{Action, Refusal, SNAPSHOT_FAILURE};
use std::error::Error;

/// Why a call did not answer what was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fault {
    /// No information: 5xx, a lost connection. Never a verdict, and whether a call was taken is not known.
    Transient(String),
    /// No information either, but it was not taken: there were too many calls.
    Throttled(String),
    /// The role lacks a permission.
    Denied(Action, String),
    /// The service could not take its snapshot.
    Snapshot(String),
    /// Another caller is changing or has changed it.
    Conflict(String),
    /// What was named does not exist; with the service's own words.
    Missing(String),
    /// A status word that this version does not know.
    UnknownStatus(String),
    /// Anything else that the service answers with a 4xx.
    Rejected(Action, String),
}

/// Credentials that are expired or not known (common errors of the JSON and the query protocol).
const CREDENTIALS: [&str; 7] = [
    "ExpiredToken",
    "ExpiredTokenException",
    "RequestExpired",
    "UnrecognizedClientException",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
];

/// Sorts an SDK error by what a caller can do about it: look again, wait, give up.
pub(crate) fn fault<E>(action: Action, error: &SdkError<E, HttpResponse>) -> Fault
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let status = error.raw_response().map(|response| response.status().as_u16());
    match error {
        SdkError::ServiceError(_) => {
            let service = error.as_service_error();
            let (code, message) = (service.and_then(|error| error.code()), service.and_then(|error| error.message()));
            answered(action, status.unwrap_or_default(), code, message)
        }
        // What cannot be sent will never be.
        SdkError::ConstructionFailure(_) => Fault::Rejected(action, words(error)),
        SdkError::DispatchFailure(failure) if failure.is_user() => Fault::Rejected(action, words(error)),
        SdkError::ResponseError(_) if status.is_some_and(|status| (400..500).contains(&status) && status != 429) => {
            Fault::Rejected(action, words(error))
        }
        // No one there, no time, half an answer; and what a later SDK calls otherwise.
        _ => Fault::Transient(words(error)),
    }
}

/// An error in its own words and those of its causes: no type, no response.
pub(crate) fn words(error: &(dyn Error + 'static)) -> String {
    let mut said: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let text = error.to_string();
        // A cause is often repeated by what wraps it.
        if !text.is_empty() && !said.iter().any(|known| known.contains(&text)) {
            said.push(text);
        }
        next = error.source();
    }
    said.join(": ")
}

/// Reads what a service answered. Codes are matched only where the model names them; of texts only the snapshot
/// failure's stable prefix and the throttling's.
fn answered(action: Action, status: u16, code: Option<&str>, message: Option<&str>) -> Fault {
    let named = code.map_or_else(|| format!("HTTP {status} without a code"), str::to_owned);
    let text = message.map_or_else(|| named.clone(), |message| format!("{named}: {message}"));
    // Whatever a proxy or a load balancer says with a 5xx, it says nothing of the application.
    if status >= 500 || code.is_some_and(|code| TRANSIENT_ERRORS.contains(&code)) {
        return Fault::Transient(text);
    }
    // Not LimitExceededException: for this API it is a quota (`semantics.md` A.11).
    let is_listed = |code: &str| THROTTLING_ERRORS.contains(&code) && code != "LimitExceededException";
    if status == 429 || code.is_some_and(is_listed) || text.contains("Rate exceeded") {
        return Fault::Throttled(text);
    }
    if text.contains(SNAPSHOT_FAILURE) {
        return Fault::Snapshot(text);
    }
    match code.unwrap_or_default() {
        "AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation" => Fault::Denied(action, text),
        "ResourceInUseException" | "ConcurrentModificationException" => Fault::Conflict(text),
        // The status changed between the look and the call: looked at again.
        "InvalidRequestException" if depends_on_status(action) => Fault::Conflict(text),
        "ResourceNotFoundException" => Fault::Missing(text),
        // No policy gives expired credentials back, and no other look.
        code if CREDENTIALS.contains(&code) => Fault::Rejected(action, text),
        // After any other 400 from a stop the status decides, never the code (`semantics.md` A.5).
        _ if action == Action::StopApplication => Fault::Conflict(text),
        _ => Fault::Rejected(action, text),
    }
}

/// Whether the service takes the call in some statuses only.
fn depends_on_status(action: Action) -> bool {
    [Action::StartApplication, Action::StopApplication, Action::CreateApplicationSnapshot, Action::UpdateApplication]
        .contains(&action)
}

impl Fault {
    /// The refusal it ends in where nothing better is known.
    pub(crate) fn refusal(self, action: Action) -> Refusal {
        match self {
            Self::Denied(action, error) => Refusal::Denied { action, error },
            Self::Rejected(action, error) => Refusal::Rejected { action, error },
            Self::UnknownStatus(word) => Refusal::UnknownStatus { word },
            Self::Transient(error)
            | Self::Throttled(error)
            | Self::Snapshot(error)
            | Self::Conflict(error)
            | Self::Missing(error) => Refusal::Rejected { action, error },
        }
    }

    /// The same without property values.
    pub(crate) fn masked(mut self, mask: &Mask) -> Self {
        match &mut self {
            Self::Transient(text)
            | Self::Throttled(text)
            | Self::Denied(_, text)
            | Self::Snapshot(text)
            | Self::Conflict(text)
            | Self::Missing(text)
            | Self::Rejected(_, text) => *text = mask.apply(text),
            Self::UnknownStatus(_) => {}
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_smithy_runtime_api::client::result::ConnectorError;
    use aws_smithy_types::error::metadata::ErrorMetadata;

    type Failed = SdkError<ErrorMetadata, HttpResponse>;

    const START: Action = Action::StartApplication;
    const DESCRIBE: Action = Action::DescribeApplication;

    fn kind(fault: &Fault) -> &'static str {
        match fault {
            Fault::Transient(_) => "passing",
            Fault::Throttled(_) => "throttled",
            Fault::Denied(..) => "denied",
            Fault::Snapshot(_) => "snapshot",
            Fault::Conflict(_) => "conflict",
            Fault::Missing(_) => "missing",
            Fault::UnknownStatus(_) => "unknown status",
            Fault::Rejected(..) => "rejected",
        }
    }

    #[test]
    fn a_code_is_read_as_aws_means_it() {
        const STOP: Action = Action::StopApplication;
        let throttled = ["Throttling", "ThrottlingException", "SlowDown", "EC2ThrottledException"];
        let credentials = ["ExpiredTokenException", "ExpiredToken", "UnrecognizedClientException"];
        let changed = ["ResourceInUseException", "InvalidRequestException"];
        for (expected, action, status, codes) in [
            ("throttled", START, 400, &throttled[..]),
            ("passing", START, 400, &["RequestTimeoutException"]),
            ("passing", START, 503, &["ThrottlingException"]),
            ("passing", START, 500, &["InternalFailure"]),
            ("passing", START, 502, &["AccessDeniedException"]),
            ("throttled", START, 429, &["Whatever"]),
            ("denied", START, 400, &["AccessDeniedException"]),
            ("rejected", START, 400, &["LimitExceededException", "InvalidArgumentException"]),
            ("rejected", START, 403, &credentials),
            ("rejected", STOP, 400, &credentials),
            ("conflict", STOP, 400, &["LimitExceededException", "InvalidArgumentException"]),
            ("conflict", START, 400, &changed),
            ("conflict", Action::CreateApplicationSnapshot, 400, &changed),
            ("conflict", Action::UpdateApplication, 400, &changed),
            ("rejected", DESCRIBE, 400, &["InvalidRequestException"]),
            ("missing", DESCRIBE, 400, &["ResourceNotFoundException"]),
        ] {
            for code in codes {
                let fault = answered(action, status, Some(code), Some("why"));
                assert_eq!(kind(&fault), expected, "{code} {status}");
            }
        }
    }

    #[test]
    fn a_5xx_says_nothing_of_the_application_whatever_stands_in_it() {
        let html = answered(START, 502, None, None);
        assert_eq!(html, Fault::Transient("HTTP 502 without a code".into()));
        let snapshot = answered(START, 503, Some("InvalidRequestException"), Some(SNAPSHOT_FAILURE));
        assert_eq!(kind(&snapshot), "passing");
        assert_eq!(kind(&answered(START, 400, Some("InvalidRequestException"), Some(SNAPSHOT_FAILURE))), "snapshot");
        assert_eq!(kind(&answered(START, 400, Some("InvalidRequestException"), Some("Rate exceeded"))), "throttled");
        assert_eq!(kind(&answered(START, 403, None, None)), "rejected");
    }

    #[test]
    fn what_cannot_be_sent_is_not_tried_again_and_a_lost_connection_is() {
        let built = fault(START, &Failed::construction_failure("ApplicationName is missing"));
        assert_eq!(kind(&built), "rejected", "{built:?}");
        let lost = fault(START, &Failed::dispatch_failure(ConnectorError::io("connection reset".into())));
        let Fault::Transient(text) = lost else { panic!("{lost:?}") };
        assert!(text.contains("connection reset"), "{text}");
        assert!(!text.contains(['{', '(']), "no type of ours or the SDK's: {text}");
    }
}
