//! The job inside the application, which the service does not show: what it reads, what it writes, why it restarts.

use local_aws::State;
use project::deployment::NAME;

use super::amounts;
use crate::screen::{Lane, Line, Tone};

/// A line for so many records: the rest is on the terminal's last line.
const STRIDE: usize = 10;

/// What was shown.
#[derive(Debug, Default)]
pub(super) struct Job {
    runs: bool,
    trouble: Option<String>,
    printed: usize,
}

impl Job {
    pub(super) fn news(&mut self, state: &State) -> Vec<Line> {
        let Some(application) = state.flink.applications.get(NAME) else { return Vec::new() };
        let (records, rows) = amounts(state);
        let Some(job) = &application.job else {
            let stopped = std::mem::take(&mut self.runs);
            self.trouble = None;
            return if stopped {
                vec![line(Tone::Quiet, "is gone; records wait in the stream".to_owned())]
            } else {
                Vec::new()
            };
        };
        let mut lines = Vec::new();
        if !std::mem::replace(&mut self.runs, true) {
            let from = application.newest_snapshot().map_or_else(
                || "without a snapshot, from the stream's beginning".to_owned(),
                |snapshot| format!("from snapshot {} at record {}", snapshot.name, snapshot.saved.position),
            );
            lines.push(line(Tone::Plain, format!("version {} runs {from}", job.jar.version)));
        }
        if self.trouble != job.trouble {
            lines.push(match &job.trouble {
                Some(cause) => {
                    line(Tone::Bad, format!("restarts over and over at record {}", job.position)).because(cause)
                }
                None => line(Tone::Good, "is healthy again".to_owned()),
            });
            self.trouble.clone_from(&job.trouble);
        }
        if job.position / STRIDE != self.printed / STRIDE {
            self.printed = job.position;
            let text = format!("{records} records in the stream, {} read, {rows} rows in the table", job.position);
            lines.push(line(Tone::Plain, text));
        }
        lines
    }
}

fn line(tone: Tone, text: String) -> Line {
    Line::new(Lane::Job, tone, text)
}
