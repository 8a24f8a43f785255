//! `flink-rollback-unsticker`: from the event to the report. What an incident needs is the core's decision.

mod incident;

use std::time::Instant;

use serde_json::Value;
use shared::contract::{Invocation, Outcome, Report};
use shared::lifecycle::{Action, Refusal, Trigger};
use tracing::info;

use crate::aws::Aws;
use crate::fault::Fault;
use crate::now::now;
use crate::pace::Pace;
use crate::report as message;
use crate::sweep::sweep;

/// Why there is no report. Lambda then delivers the event again, and what is unfinished is finished.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unfinished {
    /// The event is none of the three.
    #[error("{0}")]
    Unknown(String),
    /// A transient error that did not pass in time.
    #[error("nothing could be learned: {0}")]
    Passing(String),
    /// The deadline.
    #[error("no time is left; the next delivery or the sweep goes on from here")]
    OutOfTime,
}

/// Why an incident is not gone on with.
pub(crate) enum Halt {
    Unfinished(Unfinished),
    /// It cannot even be looked at.
    Refused(Refusal),
}

impl From<Unfinished> for Halt {
    fn from(unfinished: Unfinished) -> Self {
        Self::Unfinished(unfinished)
    }
}

/// Reads until there is an answer. A transient error is tried again: a delivery that gave up at the first throttled call would be one
/// of three, and a region's stacks get stuck together. Any other error is reported to a person.
pub(crate) async fn learned<T>(
    aws: &Aws,
    until: Instant,
    action: Action,
    mut look: impl AsyncFnMut() -> Result<T, Fault>,
) -> Result<T, Halt> {
    let mut pace = Pace::new(&aws.environment, until);
    loop {
        match look().await {
            Ok(answer) => return Ok(answer),
            Err(Fault::Passing(error)) => {
                info!(?action, error, "looked and learned nothing");
                pace.back_off().await.map_err(|_| Unfinished::Passing(error))?;
            }
            Err(fault) => return Err(Halt::Refused(fault.refusal(action))),
        }
    }
}

/// Handles one event; `function` is this function's own name.
pub(crate) async fn handle(aws: &Aws, event: &Value, function: &str, until: Instant) -> Result<Report, Unfinished> {
    let invocation = Invocation::read(event).map_err(Unfinished::Unknown)?;
    let (name, trigger) = match &invocation {
        Invocation::Sweep => ("", None),
        Invocation::StackStatusChange { stack_id, .. } => (stack_id.as_str(), Some(Trigger::Event)),
        Invocation::Operator { stack_name } => (stack_name.as_str(), Some(Trigger::Operator)),
        Invocation::Found { stack_id } => (stack_id.as_str(), Some(Trigger::Sweep)),
    };
    let ended = match trigger {
        None => sweep(aws, function, until).await.map(|report| (report, None)),
        Some(trigger) => incident::handle(aws, name, trigger, until).await,
    };
    let (mut report, rests_since) = match ended {
        Ok(ended) => ended,
        Err(Halt::Refused(refusal)) => (message::refused(message::blank(Outcome::Refused, name), &refusal), None),
        Err(Halt::Unfinished(unfinished)) => return Err(unfinished),
    };
    report.notify = report.recipients(&invocation, rests_since, now());
    Ok(report)
}
