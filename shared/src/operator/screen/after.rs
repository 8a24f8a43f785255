//! A deployment that is done.

use std::time::Duration;

use super::super::job::{Job, job};
use super::super::line::{Colour, age};
use super::super::progress::{Phase, Progress};
use super::super::refused::RefusedSnapshots;
use super::before::labelled;
use super::during::seconds;
use super::removal::stays;
use super::text::{Canvas, Line};
use crate::flink::Application;
use crate::time::Timestamp;

/// What is shown of a deployment that is done; its outputs are the command's result, and not in here.
#[derive(Debug, Clone, Copy)]
pub struct ResultScreen<'a> {
    /// The name of the stack that was deployed.
    pub stack: &'a str,
    /// What the command did, and how long each took, in order; the stack's own operation is called like the stack.
    pub phases: &'a [(String, Duration)],
    /// The stack's operation, which has ended; `None` where nothing had to change.
    pub progress: Option<&'a Progress>,
    /// The stack's applications, as they are now.
    pub applications: &'a [Application],
    /// The snapshot that the job was started from, as auto-start reports it; empty where it was not started anew.
    pub restored: &'a str,
    /// The time of the report.
    pub now: Timestamp,
    /// The commands that come next, one a line.
    pub next: &'a [String],
}

/// The lines: that it is done, where each job runs from, the seconds of each phase, what is left, and the next command.
#[must_use]
pub fn after(model: &ResultScreen, canvas: Canvas) -> Vec<String> {
    let whole = seconds(model.phases.iter().map(|(_, lasts)| *lasts).sum());
    let done = match model.progress {
        Some(_) => format!("{} in {whole}", model.stack),
        None => format!("{} in {whole}: its stack is as it was", model.stack),
    };
    let mut lines = vec![Line::labelled("done").then_coloured(Colour::Green, &done)];
    for application in model.applications {
        let colour = match job(application, &RefusedSnapshots::new(), model.now) {
            Job::Runs => Colour::Green,
            Job::Busy(..) => Colour::Yellow,
            Job::Fails(_)
            | Job::NeverStarted
            | Job::AwaitsFix
            | Job::AwaitsRestart
            | Job::Stopped(_)
            | Job::RolledBack => Colour::Red,
        };
        lines.push(Line::labelled("job").then_coloured(colour, &runs_from(application, model)));
    }
    let each: Vec<String> = model.phases.iter().map(|(name, lasts)| phase(name, *lasts, model)).collect();
    if !each.is_empty() {
        lines.push(Line::labelled("phases").then(&each.join(", ")));
    }
    if let Some(progress) = model.progress {
        for warning in progress.warnings() {
            let text = format!("{} is left: {}", warning.logical_id, warning.reason);
            lines.push(Line::labelled("left").then_coloured(Colour::Yellow, &text));
        }
        lines.extend(stays(progress.kept()));
    }
    lines.extend(labelled("next", model.next.iter().map(String::as_str)));
    canvas.wrap(&lines)
}

/// `orders 2m51s (deployed 2m31s, cleaned up 20s)`.
fn phase(name: &str, lasts: Duration, model: &ResultScreen) -> String {
    let parts = model.progress.filter(|_| name == model.stack).map(|progress| progress.phases(model.now));
    let word = |phase: Phase| match phase {
        Phase::Forward => "deployed",
        Phase::CleanUp | Phase::RollbackCleanUp => "cleaned up",
        Phase::Rollback => "rolled back",
    };
    let parts = parts.filter(|parts| parts.len() > 1).unwrap_or_default();
    let parts: Vec<String> =
        parts.into_iter().map(|(phase, lasts)| format!("{} {}", word(phase), seconds(lasts))).collect();
    let parts = if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) };
    format!("{name} {}{parts}", seconds(lasts))
}

/// `orders is RUNNING, started from s, which is 2 min old; its newest snapshot, t, is 40 s old`.
fn runs_from(application: &Application, model: &ResultScreen) -> String {
    let old = |name: &str| {
        let snapshot = application.snapshots.iter().find(|one| one.name == name)?;
        Some(format!(", which is {} old", age(model.now.since(snapshot.created))))
    };
    let is = format!("{} is {}", application.name, application.status);
    let newest = application.newest_snapshot();
    if let Some(newest) = newest.filter(|newest| newest.name == model.restored) {
        return format!(
            "{is}, started from its newest snapshot, {}{}",
            newest.name,
            old(&newest.name).unwrap_or_default()
        );
    }
    let started = match model.restored {
        "" => String::new(),
        name => format!(", started from {name}{}", old(name).unwrap_or_default()),
    };
    let newest = match newest {
        Some(newest) => {
            format!("its newest snapshot, {}, is {} old", newest.name, age(model.now.since(newest.created)))
        }
        None => "it has no snapshot yet".to_owned(),
    };
    format!("{is}{started}; {newest}")
}
