//! A deployment that is done.

use super::super::line::{Colour, age};
use super::super::progress::{Phase, Progress};
use super::before::labelled;
use super::during::seconds;
use super::text::{Canvas, Line};
use crate::flink::Application;
use crate::time::Timestamp;

/// What is shown of a deployment that is done; its outputs are the command's result, and not in here.
#[derive(Debug, Clone, Copy)]
pub struct After<'a> {
    /// The name of the stack that was deployed.
    pub stack: &'a str,
    /// The operation, which has ended.
    pub progress: &'a Progress,
    /// The stack's applications, as they are now.
    pub applications: &'a [Application],
    /// The time of the report.
    pub now: Timestamp,
    /// The commands that come next, one a line.
    pub next: &'a [String],
}

/// The lines: that it is done, where each job runs from, the seconds of each phase, and the next command.
#[must_use]
pub fn after(model: &After, canvas: Canvas) -> Vec<String> {
    let phases = model.progress.phases(model.now);
    let whole = seconds(phases.iter().map(|(_, lasts)| *lasts).sum());
    let mut lines = vec![Line::labelled("done").then_coloured(Colour::Green, &format!("{} in {whole}", model.stack))];
    let jobs: Vec<String> = model.applications.iter().map(|one| runs_from(one, model.now)).collect();
    lines.extend(labelled("job", jobs.iter().map(String::as_str)));
    let word = |phase: &Phase| match phase {
        Phase::Forward => "deployed",
        Phase::CleanUp | Phase::RollbackCleanUp => "cleaned up",
        Phase::Rollback => "rolled back",
    };
    let each: Vec<String> =
        phases.iter().map(|(phase, lasts)| format!("{} in {}", word(phase), seconds(*lasts))).collect();
    if each.len() > 1 {
        lines.push(Line::labelled("phases").then(&each.join(", ")));
    }
    for warning in model.progress.warnings() {
        let text = format!("{} is left: {}", warning.logical_id, warning.reason);
        lines.push(Line::labelled("left").then_coloured(Colour::Yellow, &text));
    }
    lines.extend(labelled("next", model.next.iter().map(String::as_str)));
    canvas.wrap(&lines)
}

/// `orders is RUNNING; its newest snapshot, s, is 40 s old`.
fn runs_from(application: &Application, now: Timestamp) -> String {
    let newest = match application.newest_snapshot() {
        Some(newest) => format!("its newest snapshot, {}, is {} old", newest.name, age(now.since(newest.created))),
        None => "it has no snapshot yet".to_owned(),
    };
    format!("{} is {}; {newest}", application.name, application.status)
}
