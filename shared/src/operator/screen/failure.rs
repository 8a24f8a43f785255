//! A deployment that failed: why, what CloudFormation does now, and what to do next.

use super::super::ending::Ending;
use super::super::line::Colour;
use super::super::progress::{Phase, Progress};
use super::before::labelled;
use super::during::seconds;
use super::text::{Canvas, Line};
use crate::time::Timestamp;

/// What is shown of a failure.
#[derive(Debug, Clone, Copy)]
pub struct FailureReport<'a> {
    /// The name of the stack that failed.
    pub stack: &'a str,
    /// The operation, as far as it is.
    pub progress: &'a Progress,
    /// The time of the report.
    pub now: Timestamp,
    /// The commands that come next, one a line.
    pub next: &'a [String],
}

/// The lines: the first cause with its whole reason, what else failed, what CloudFormation does, and the next command.
#[must_use]
pub fn failure(model: &FailureReport, canvas: Canvas) -> Vec<String> {
    let progress = model.progress;
    let mut lines = Vec::new();
    if let Some(cause) = progress.first_cause() {
        let head = format!("{} {} ({})", cause.logical_id, cause.status, cause.resource_type);
        lines.push(Line::labelled("FAILED").then_coloured(Colour::Red, &head));
        lines.extend(labelled("", cause.reason.lines()));
        let others = progress.failures().filter(|other| *other != cause);
        let others: Vec<String> = others.map(|other| format!("{} {}", other.logical_id, other.status)).collect();
        lines.extend(labelled("then", others.iter().map(String::as_str)));
    } else {
        let text = "no resource says why: CloudFormation's events hold no failure of this operation";
        lines.push(Line::labelled("FAILED").then_coloured(Colour::Red, text));
    }
    for warning in progress.warnings() {
        let text = format!("{} is left: {}", warning.logical_id, warning.reason);
        lines.push(Line::labelled("left").then_coloured(Colour::Yellow, &text));
    }
    lines.push(now(model));
    lines.extend(labelled("next", model.next.iter().map(String::as_str)));
    canvas.wrap(&lines)
}

fn now(model: &FailureReport) -> Line {
    let stack = model.stack;
    let lasts = model.progress.phases(model.now).iter().map(|(_, lasts)| *lasts).sum();
    let lasts = seconds(lasts);
    let (colour, text) = match (model.progress.ending(), model.progress.phase()) {
        (None, Phase::Forward) => {
            (Colour::Yellow, "CloudFormation still works on what had begun, and then rolls back".to_owned())
        }
        (None, Phase::CleanUp) => (Colour::Yellow, "CloudFormation deletes what was replaced".to_owned()),
        (None, Phase::Rollback | Phase::RollbackCleanUp) => {
            (Colour::Yellow, format!("CloudFormation rolls {stack} back to what it was"))
        }
        (Some(Ending::RolledBack), _) => {
            (Colour::Yellow, format!("rolled back after {lasts}: {stack} is what it was before"))
        }
        (Some(Ending::Failed), Phase::Rollback | Phase::RollbackCleanUp) => {
            (Colour::Red, format!("the rollback failed too, after {lasts}: {stack} is stuck"))
        }
        (Some(Ending::Failed), Phase::Forward | Phase::CleanUp) => {
            (Colour::Red, format!("{stack} stays as it failed, after {lasts}: rollback is disabled"))
        }
        (Some(Ending::Done), _) => (Colour::Green, format!("{stack} is done after {lasts}")),
    };
    Line::labelled("now").then_coloured(colour, &text)
}
