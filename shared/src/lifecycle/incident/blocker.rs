//! What kind of failure a row is: the words of CloudFormation, of its resource handlers and of the services, read once,
//! here.

use crate::flink::Mask;
use crate::stack::types;
use crate::stack::{APPLICATION, LOGGING_OPTION, STACK, StackEvent};

/// The stable beginning of the service's text; nothing else of it is matched (`semantics.md` A.12).
pub const SNAPSHOT_FAILURE: &str = "Failed to take snapshot for the application";

/// A resource that stops a rollback, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blocker {
    /// The logical ID of the resource whose row failed.
    pub logical_id: String,
    /// Its own reason, without property values.
    pub reason: String,
    /// What would let the rollback go on.
    pub kind: BlockerKind,
    /// The Flink application concerned, when that is what it is about.
    pub application: Option<String>,
}

/// What lets a rollback go on past a blocker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum BlockerKind {
    /// The application could not be snapshotted: stopping it.
    Snapshot,
    /// The application was busy, or did not settle in time: waiting for it.
    Busy,
    /// A transient error: continuing the rollback.
    Transient,
    /// Nothing that these handlers do: a person has to look.
    Incurable,
}

/// The sentences with which CloudFormation gives up a resource because another one failed: the whole reason, never a
/// part of it (`semantics.md` C.2).
const CANCELLED: [&str; 3] =
    ["Resource creation cancelled", "Resource update cancelled", "Resource deletion cancelled"];
/// HandlerErrorCodes of a resource that was busy, or did not settle (`semantics.md` H.2).
const BUSY: [&str; 2] = ["ResourceConflict", "NotStabilized"];
/// HandlerErrorCodes of an error that passes on its own (`semantics.md` H.2).
const TRANSIENT: [&str; 4] = ["Throttling", "ServiceInternalError", "ServiceTimeout", "NetworkFailure"];
/// How CloudFormation begins to say that a function did not answer (`semantics.md` E.4).
const UNANSWERED: [&str; 2] = [
    "CloudFormation did not receive a response from your Custom Resource",
    "Custom Resource failed to stabilize in expected time",
];

/// Whether the row is a failure of its resource's own, not one that CloudFormation cancelled because of another.
pub(crate) fn is_failure(event: &StackEvent) -> bool {
    event.status.ends_with("_FAILED") && !CANCELLED.contains(&event.reason.trim().trim_end_matches('.'))
}

impl Blocker {
    /// Reads a row that failed. Its kind is that of the whole reason; people read it without property values.
    pub(super) fn read(event: &StackEvent, mask: &Mask) -> Self {
        let (kind, application) = kind(event);
        Self { logical_id: event.logical_id.clone(), reason: mask.apply(&event.reason), kind, application }
    }
}

fn kind(event: &StackEvent) -> (BlockerKind, Option<String>) {
    let (is_application, is_option) = (event.resource_type == APPLICATION, event.resource_type == LOGGING_OPTION);
    let physical_id = Some(event.physical_id.clone()).filter(|name| is_application && !name.is_empty());
    let own = physical_id.or_else(|| event.application.clone().filter(|_| is_option));
    let is_flink = is_application || is_option;
    if let Some(named) = application_without_snapshot(&event.reason).filter(|_| is_flink) {
        return match own {
            Some(own) if own != named => (BlockerKind::Incurable, None),
            Some(_) | None => (BlockerKind::Snapshot, Some(named)),
        };
    }
    let code = handler_error_code(event).unwrap_or_default();
    if own.is_some() && (BUSY.contains(&code) || event.reason.contains("ResourceInUse")) {
        return (BlockerKind::Busy, own);
    }
    if TRANSIENT.contains(&code) || is_throttled(event) || is_unanswered(event) {
        return (BlockerKind::Transient, None);
    }
    (BlockerKind::Incurable, None)
}

/// The application that the service's snapshot failure names.
pub(crate) fn application_without_snapshot(reason: &str) -> Option<String> {
    let (_, rest) = reason.split_once(SNAPSHOT_FAILURE)?;
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || "_.-".contains(letter);
    let rest = rest.trim_start();
    let name = rest.get(..rest.find(|letter| !is_letter(letter)).unwrap_or(rest.len()))?.trim_end_matches('.');
    (!name.is_empty()).then(|| name.to_owned())
}

fn is_custom(event: &StackEvent) -> bool {
    event.resource_type.starts_with("Custom::") || event.resource_type == types::CUSTOM_RESOURCE
}

/// The HandlerErrorCode in the last parentheses of the reason, which are the resource handler's own. A custom resource
/// has none: all of its reason is its function's.
fn handler_error_code(event: &StackEvent) -> Option<&str> {
    let reason = event.reason.trim_end().trim_end_matches('.').strip_suffix(')')?;
    let (_, last) = reason.rsplit_once('(').filter(|_| !is_custom(event))?;
    last.split(',').find_map(|part| part.trim().strip_prefix("HandlerErrorCode:")).map(str::trim)
}

/// `Rate exceeded`, said by a service: bare, or before its own `(Service: ...)` (`semantics.md` A.11, H.2).
fn is_throttled(event: &StackEvent) -> bool {
    let said = event.reason.split_once("Rate exceeded");
    said.is_some_and(|(before, after)| {
        let before = before.trim_start_matches("Resource handler returned message: \"").trim();
        !is_custom(event) && (before.is_empty() || after.contains("(Service: "))
    })
}

/// A resource of these handlers whose function did not answer in time.
fn is_unanswered(event: &StackEvent) -> bool {
    event.resource_type.starts_with("Custom::Flink") && UNANSWERED.iter().any(|text| event.reason.starts_with(text))
}

/// Whether the row is about a nested stack, as a resource of its parent.
pub(super) fn is_nested_stack(event: &StackEvent) -> bool {
    event.resource_type == STACK && event.physical_id != event.stack
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(resource_type: &str, reason: &str) -> StackEvent {
        StackEvent {
            resource_type: resource_type.into(),
            physical_id: "app".into(),
            status: "UPDATE_FAILED".into(),
            reason: reason.into(),
            ..StackEvent::default()
        }
    }

    fn read(event: &StackEvent) -> Blocker {
        Blocker::read(event, &Mask::default())
    }

    fn kind_of(resource_type: &str, reason: &str) -> BlockerKind {
        read(&event(resource_type, reason)).kind
    }

    fn by_handler(message: &str, code: &str) -> String {
        format!("Resource handler returned message: \"{message}\" (RequestToken: 0, HandlerErrorCode: {code})")
    }

    const TABLE: &str = "AWS::DynamoDB::Table";
    const SEED: &str = "Custom::Seed";

    #[test]
    fn a_snapshot_failure_is_of_the_application_that_its_text_names() {
        let text = |name: &str| by_handler(&format!("{SNAPSHOT_FAILURE} {name} at this moment."), "InvalidRequest");
        let own = read(&event(APPLICATION, &text("app")));
        assert_eq!((own.kind, own.application.as_deref()), (BlockerKind::Snapshot, Some("app")));
        assert_eq!(kind_of(APPLICATION, &text("app-2")), BlockerKind::Incurable, "another application's");
        let mut option = event(LOGGING_OPTION, &text("app.v1"));
        assert_eq!(read(&option).application.as_deref(), Some("app.v1"), "its properties are not known");
        option.application = Some("app".into());
        assert_eq!(read(&option).kind, BlockerKind::Incurable);
        assert_eq!(kind_of(SEED, &text("app")), BlockerKind::Incurable, "whatever a custom resource says");
    }

    #[test]
    fn a_busy_application_is_waited_for_and_no_other_busy_resource() {
        for code in BUSY {
            assert_eq!(kind_of(APPLICATION, &by_handler("not yet", code)), BlockerKind::Busy, "{code}");
            assert_eq!(kind_of(TABLE, &by_handler("not yet", code)), BlockerKind::Incurable, "{code}");
        }
        let old = "Application is UPDATING (Service: KinesisAnalyticsV2; Error Code: ResourceInUseException)";
        assert_eq!(kind_of(APPLICATION, old), BlockerKind::Busy);
    }

    #[test]
    fn a_transient_error_of_any_resource_is_continued_over() {
        for code in TRANSIENT {
            assert_eq!(kind_of(TABLE, &by_handler("try again", code)), BlockerKind::Transient, "{code}");
            assert_eq!(kind_of(APPLICATION, &by_handler("try again", code)), BlockerKind::Transient, "{code}");
        }
        for text in [
            "Rate exceeded",
            "Rate exceeded (Service: AmazonDynamoDBv2; Status Code: 400; Error Code: ThrottlingException)",
            &by_handler("Rate exceeded (Service: KinesisAnalyticsV2, Status Code: 400)", "GeneralServiceException"),
        ] {
            assert_eq!(kind_of(TABLE, text), BlockerKind::Transient, "{text}");
        }
        let silent = "CloudFormation did not receive a response from your Custom Resource. Please check your logs";
        assert_eq!(kind_of("Custom::FlinkUpdateGuard", silent), BlockerKind::Transient);
        assert_eq!(kind_of(SEED, silent), BlockerKind::Incurable, "a function that is not ours");
    }

    #[test]
    fn what_only_looks_transient_is_a_persons() {
        for text in [
            "Received response status [FAILED] from custom resource. Message returned: Rate exceeded (Service: Lambda)",
            "Received response status [FAILED] from custom resource. Message returned: x (HandlerErrorCode: Throttling)",
        ] {
            assert_eq!(kind_of(SEED, text), BlockerKind::Incurable, "{text}");
        }
        let quoted = by_handler("said (HandlerErrorCode: Throttling) before", "InvalidRequest");
        assert_eq!(kind_of(TABLE, &quoted), BlockerKind::Incurable);
        let unfinished = format!("{} and more", by_handler("x", "Throttling"));
        assert_eq!(kind_of(TABLE, &unfinished), BlockerKind::Incurable);
        assert_eq!(kind_of(TABLE, "The alarm says Rate exceeded"), BlockerKind::Incurable);
    }

    #[test]
    fn only_cloudformations_own_sentences_are_cancellations() {
        for text in CANCELLED {
            assert!(!is_failure(&event(TABLE, text)), "{text}");
        }
        for text in ["Transaction cancelled, please refer cancellation reasons", "Resource update cancelled by x", ""] {
            assert!(is_failure(&event(TABLE, text)), "{text}");
        }
    }
}
