//! What the functions are called for, and each of their steps, from their own logs.

use std::collections::{BTreeMap, BTreeSet};

use local_aws::State;
use serde_json::Value;

use crate::screen::{Lane, Line, Tone};

/// What was shown.
#[derive(Debug, Default)]
pub(super) struct Functions {
    deployed: BTreeSet<String>,
    requests: usize,
    lines: usize,
    /// The last step of each function: a wait is shown once, however often it is decided.
    last: BTreeMap<String, String>,
}

impl Functions {
    pub(super) fn news(&mut self, state: &State) -> Vec<Line> {
        let mut lines = Vec::new();
        for function in state.lambda.functions.keys() {
            if self.deployed.insert(function.clone()) {
                lines.push(Line::new(Lane::Function, Tone::Good, format!("{function} is deployed")));
            }
        }
        let mut requests: Vec<_> = state.cloudformation.requests.values().collect();
        requests.sort_by_key(|request| request.number);
        for request in requests.iter().skip(self.requests) {
            let token = request.event["ResourceProperties"]["ServiceToken"].as_str().unwrap_or_default();
            let function = token.rsplit(':').next().unwrap_or_default();
            let text = format!("{function} ← CloudFormation: {} {}", request.request_type, request.logical_id);
            lines.push(Line::new(Lane::Function, Tone::Plain, text));
        }
        self.requests = requests.len();
        for line in state.lambda.logs.iter().skip(self.lines) {
            let shown = shown_line(&line.line).filter(|shown| self.last.get(&line.function) != Some(&shown.text));
            if let Some(shown) = shown {
                self.last.insert(line.function.clone(), shown.text.clone());
                lines.push(Line { text: format!("{} {}", line.function, shown.text), ..shown });
            }
        }
        self.lines = state.lambda.logs.len();
        lines
    }
}

/// A line of a log, if a person should see it.
fn shown_line(line: &str) -> Option<Line> {
    let of = |tone, text: String| Line::new(Lane::Function, tone, text);
    let Ok(line) = serde_json::from_str::<Value>(line) else { return Some(of(Tone::Bad, line.to_owned())) };
    let field = |name: &str| line["fields"][name].as_str().unwrap_or_default();
    let because = field("because");
    Some(match (field("message"), field("step")) {
        ("invoked", _) => of(Tone::Plain, format!("← EventBridge: {}", field("status"))),
        ("step", "done") => of(Tone::Plain, format!("done: {}", reached(field("goal")))),
        ("step", "refuse") => of(Tone::Bad, format!("refuses: {because}")),
        ("step", "wait") => of(Tone::Quiet, format!("waits: {because}")),
        ("step", call) => of(Tone::Plain, format!("calls {call}")).because(format!("because {because}")),
        (message, _) if !message.is_empty() && line["level"] != "INFO" => of(Tone::Bad, message.to_owned()),
        _ => return None,
    })
}

fn reached(goal: &str) -> &'static str {
    match goal {
        "Running" => "the application runs",
        "Stopped" => "the application is stopped",
        "Properties" => "the application has the stack's names",
        "Continued" => "the rollback goes on",
        "Guarded" => "the application takes the update",
        "Recovered" => "nothing is left to do; the report follows",
        _ => "the goal is reached",
    }
}
