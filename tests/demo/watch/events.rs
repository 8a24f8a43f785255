//! What EventBridge carries: the stack's events to the function, the function's reports to the people.

use local_aws::State;
use project::deployment::NAME;
use serde_json::Value;

use crate::screen::{Lane, Line, Tone};

/// What was shown.
#[derive(Debug, Default)]
pub(super) struct Events {
    emitted: usize,
    published: usize,
}

impl Events {
    pub(super) fn news(&mut self, state: &State) -> Vec<Line> {
        let emitted = state.events.emitted.iter().skip(self.emitted).filter_map(invokes_unsticker);
        let mut lines: Vec<Line> = emitted.map(|text| line(Lane::Events, text)).collect();
        self.emitted = state.events.emitted.len();
        let published = reports(state).skip(self.published).count();
        for report in reports(state).skip(self.published) {
            let outcome = report["Outcome"].as_str().unwrap_or_default();
            lines.push(line(Lane::Report, format!("to the incident topic: {outcome}")));
        }
        self.published += published;
        lines
    }
}

fn line(lane: Lane, text: String) -> Line {
    Line::new(lane, Tone::Plain, text)
}

/// The stack events that the handlers' rule asks for.
fn invokes_unsticker(event: &Value) -> Option<String> {
    let stack = event["detail"]["stack-id"].as_str()?.split('/').nth(1)?;
    let status = event["detail"]["status-details"]["status"].as_str()?;
    let wanted = ["UPDATE_ROLLBACK_FAILED", "UPDATE_ROLLBACK_COMPLETE"].contains(&status);
    (stack == NAME && wanted).then(|| format!("EventBridge carries {status} of {stack}"))
}

/// The incident reports that were mailed, oldest first.
pub(crate) fn reports(state: &State) -> impl Iterator<Item = Value> {
    project::deployment::reports(state).map(|(_, report)| report)
}
