//! A deployment while it runs: a bar with what is worked on, or one line for each event.

use std::time::Duration;

use super::super::line::Colour;
use super::super::progress::{Phase, Progress, TimelineStep};
use super::text::{Canvas, Line};
use crate::flink::OperationStatus;
use crate::stack::StackEvent;
use crate::time::Timestamp;

/// At most so many lines stand under the bar, besides the job's own.
const LINES: usize = 6;
/// The longest bar, in cells.
const CELLS: usize = 40;

/// What is drawn while a deployment runs.
#[derive(Debug, Clone, Copy)]
pub struct ProgressScreen<'a> {
    /// How far the operation is.
    pub progress: &'a Progress,
    /// What the handlers do with the job.
    pub timeline: &'a [TimelineStep],
    /// The time of the drawing.
    pub now: Timestamp,
}

/// A duration as it runs: `45s`, `2m10s`, `1h02m`.
#[must_use]
pub fn seconds(lasts: Duration) -> String {
    match lasts.as_secs() {
        seconds @ 0..=59 => format!("{seconds}s"),
        seconds @ 60..=3599 => format!("{}m{:02}s", seconds / 60, seconds % 60),
        seconds => format!("{}h{:02}m", seconds / 3600, seconds % 3600 / 60),
    }
}

/// The time of day in UTC: `12:03:44`.
#[must_use]
pub fn clock(at: Timestamp) -> String {
    let second = at.0.div_euclid(1000).rem_euclid(86_400);
    format!("{:02}:{:02}:{:02}", second / 3600, second % 3600 / 60, second % 60)
}

/// The block that is drawn again and again: the bar, failures, what is worked on, and the job's own steps. No line is
/// wider than the terminal.
#[must_use]
pub fn during(model: &ProgressScreen, canvas: Canvas) -> Vec<String> {
    let mut lines = vec![bar(model, canvas)];
    let failures = model.progress.failures().map(|failure| {
        let text = format!("  x {} {}: {}", failure.logical_id, failure.status, one_line(&failure.reason));
        Line::coloured(Colour::Red, &text)
    });
    let working = model.progress.working().into_iter().map(|one| {
        let lasts = seconds(model.now.since(one.since));
        Line::of(&format!("  > {} {} {lasts}", one.logical_id, one.status))
    });
    let all: Vec<Line> = failures.chain(working).collect();
    let more = all.len().saturating_sub(LINES);
    let shown = if more > 0 { LINES - 1 } else { LINES };
    lines.extend(all.iter().take(shown).cloned());
    if more > 0 {
        lines.push(Line::of(&format!("  and {} more", more + 1)));
    }
    lines.extend(job(model.timeline));
    canvas.cut(&lines)
}

fn bar(model: &ProgressScreen, canvas: Canvas) -> Line {
    let bar = model.progress.bar();
    let phases = model.progress.phases(model.now);
    let is_rollback = bar.phase.is_rollback();
    let ours = phases.iter().filter(|(phase, _)| phase.is_rollback() == is_rollback);
    let lasts = ours.map(|(_, lasts)| *lasts).sum();
    let clean_up = bar.clean_up().map(|(ended, total)| format!("  clean-up {ended} of {total}")).unwrap_or_default();
    let count = format!(" {} of {}  {}{clean_up}", bar.ended(), bar.total(), seconds(lasts));
    let word = if is_rollback { "rolling back " } else { "" };
    let room = canvas.width.unwrap_or(usize::MAX).saturating_sub(word.len() + count.len() + 2);
    let cells = room.min(CELLS);
    let filled = bar.filled(cells);
    let text = format!("{word}[{}{}]{count}", "#".repeat(filled), ".".repeat(cells - filled));
    if is_rollback { Line::coloured(Colour::Yellow, &text) } else { Line::of(&text) }
}

/// The minutes that are the handlers': what was done with the job, and what is.
fn job(timeline: &[TimelineStep]) -> Option<Line> {
    if timeline.is_empty() {
        return None;
    }
    let step = |step: &TimelineStep| {
        let word = match step.status {
            OperationStatus::InProgress => "...",
            OperationStatus::Successful => "",
            OperationStatus::Failed => " FAILED",
            OperationStatus::Cancelled => " cancelled",
        };
        format!("{} {}{word}", step.name, seconds(step.took))
    };
    let steps: Vec<String> = timeline.iter().map(step).collect();
    Some(Line::of(&format!("  job: {}", steps.join(" -> "))))
}

/// The job's own steps that failed, without a terminal, a line each: what the handlers wait for will not come.
#[must_use]
pub fn failed_steps(timeline: &[TimelineStep]) -> Vec<String> {
    let failed = timeline.iter().filter(|step| step.status == OperationStatus::Failed);
    failed.map(|step| format!("job: {} FAILED after {}", step.name, seconds(step.took))).collect()
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// One event without a terminal: `12:03:44 FlinkApplication UPDATE_IN_PROGRESS reason`; no escape code, no carriage
/// return.
#[must_use]
pub fn event_line(event: &StackEvent) -> String {
    let reason = if event.reason.is_empty() { String::new() } else { format!(" {}", one_line(&event.reason)) };
    format!("{} {} {}{reason}", clock(event.time), event.logical_id, event.status)
}

/// Each half minute without an event: what is waited for, and how long.
#[must_use]
pub fn waiting_line(progress: &Progress, now: Timestamp) -> String {
    let word = match progress.phase() {
        Phase::Forward => "waiting for",
        Phase::CleanUp | Phase::RollbackCleanUp => "cleaning up; waiting for",
        Phase::Rollback => "rolling back; waiting for",
    };
    let working = progress.working();
    let what = match working.as_slice() {
        [] => "CloudFormation".to_owned(),
        [one, rest @ ..] => {
            let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
            format!("{} ({} for {}){more}", one.logical_id, one.status, seconds(now.since(one.since)))
        }
    };
    format!("{} {word} {what}", clock(now))
}
