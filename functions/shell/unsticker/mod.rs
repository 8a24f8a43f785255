//! `flink-rollback-unsticker`: from the event to the report. What an incident needs is the core's decision.

mod incident;
pub(crate) mod read_incident;
pub(crate) mod report;
pub(crate) mod sweep;

use std::time::Instant;

use serde_json::Value;
use shared::contract::{Invocation, Outcome, Report};
use shared::lifecycle::Trigger;

use crate::aws::Aws;
use crate::clock::now;
use read_incident::{IncidentError, NoReport};
use report as message;
use sweep::sweep;

/// Handles one event; `function` is this function's own name.
pub(crate) async fn handle(aws: &Aws, event: &Value, function: &str, until: Instant) -> Result<Report, NoReport> {
    let invocation = Invocation::read(event).map_err(NoReport::Unknown)?;
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
        Err(IncidentError::Refused(refusal)) => {
            (message::refused(message::blank(Outcome::Refused, name), &refusal), None)
        }
        Err(IncidentError::NoReport(unfinished)) => return Err(unfinished),
    };
    report.notify = report.recipients(&invocation, rests_since, now());
    Ok(report)
}
