//! Reads of an incident, tried again until AWS answers or the time is up.

use std::time::Instant;

use shared::lifecycle::{Action, Refusal};
use tracing::info;

use crate::aws::Aws;
use crate::aws::error::Fault;
use crate::backoff::Pace;

/// Why there is no report. Lambda then delivers the event again, and what is unfinished is finished.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unfinished {
    /// The event is none of the three.
    #[error("{0}")]
    Unknown(String),
    /// A transient error that did not pass in time.
    #[error("nothing could be learned: {0}")]
    Passing(String),
    /// The invocation's deadline came first.
    #[error("no time is left; the next delivery or the sweep goes on from here")]
    OutOfTime,
}

/// Why an incident is not gone on with.
pub(crate) enum IncidentError {
    Unfinished(Unfinished),
    /// It cannot even be looked at.
    Refused(Refusal),
}

impl From<Unfinished> for IncidentError {
    fn from(unfinished: Unfinished) -> Self {
        Self::Unfinished(unfinished)
    }
}

/// Reads until there is an answer. A transient error is tried again: a delivery that gave up at the first throttled
/// call would be one of three, and a region's stacks get stuck together. Any other error is reported to a person.
pub(crate) async fn learned<T>(
    aws: &Aws,
    until: Instant,
    action: Action,
    mut look: impl AsyncFnMut() -> Result<T, Fault>,
) -> Result<T, IncidentError> {
    let mut pace = Pace::new(&aws.environment, until);
    loop {
        match look().await {
            Ok(answer) => return Ok(answer),
            Err(Fault::Passing(error)) => {
                info!(?action, error, "looked and learned nothing");
                pace.back_off().await.map_err(|_| Unfinished::Passing(error))?;
            }
            Err(fault) => return Err(IncidentError::Refused(fault.refusal(action))),
        }
    }
}
