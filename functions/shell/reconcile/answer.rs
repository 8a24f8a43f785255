//! What a call's answer means for the calls after it.

use shared::lifecycle::{Action, Attempts, Call, Goal, Refusal, Rejected};

use crate::aws::error::Fault;

/// How the service's refusal begins when there are as many snapshots as its quota allows (`semantics.md` A.7).
const QUOTA: &str = "LimitExceededException";

/// How a call was answered.
pub(super) enum CallOutcome {
    /// The service took it, and a look shows it sooner or later.
    Accepted,
    /// It did not, in its own words, and another step may follow.
    Refused(String),
    /// It was not taken, because there were too many calls: what was seen before it is gone on from.
    Throttled(String),
    /// Whether it was taken is not known: the next look shows it.
    Lost(String),
}

impl CallOutcome {
    /// What came instead of an acceptance.
    pub(super) fn into_text(self) -> Option<String> {
        match self {
            Self::Accepted => None,
            Self::Refused(text) | Self::Throttled(text) | Self::Lost(text) => Some(text),
        }
    }
}

/// Notes the answer among the attempts.
///
/// # Errors
/// The refusal that the goal ends in: no further call would do.
pub(super) fn remember(
    attempts: &mut Attempts,
    goal: &Goal,
    call: &Call,
    result: Result<(), Fault>,
) -> Result<CallOutcome, Refusal> {
    let (kind, text) = match result {
        Ok(()) => {
            attempts.accepted(call);
            return Ok(CallOutcome::Accepted);
        }
        // Housekeeping fails no deployment; the sweep says what it could not delete.
        Err(fault) if matches!(call, Call::DeleteSnapshot { .. }) && !matches!(goal, Goal::Swept(_)) => {
            (Rejected::Conflict, fault.refusal(call.action()).to_string())
        }
        Err(Fault::Rejected(Action::CreateApplicationSnapshot, text)) if text.starts_with(QUOTA) => {
            (Rejected::Quota, text)
        }
        Err(Fault::Snapshot(text)) => (Rejected::Snapshot, text),
        Err(Fault::Conflict(text) | Fault::Missing(text)) => (Rejected::Conflict, text),
        Err(Fault::Throttled(text)) => {
            attempts.throttled(call, text.clone());
            return Ok(CallOutcome::Throttled(text));
        }
        Err(Fault::Transient(text)) => {
            attempts.unanswered(call, text.clone());
            return Ok(CallOutcome::Lost(text));
        }
        Err(fault @ (Fault::Denied(..) | Fault::Rejected(..) | Fault::UnknownStatus(_))) => {
            return Err(fault.refusal(call.action()));
        }
    };
    attempts.rejected(call, kind, text.clone());
    Ok(CallOutcome::Refused(text))
}
