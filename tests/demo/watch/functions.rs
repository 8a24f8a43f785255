//! What the functions are called for, and each of their steps, from their own logs.

use std::collections::BTreeMap;

use local_aws::State;
use serde_json::Value;

use crate::screen::{Lane, Line, Tone};

/// What was shown.
#[derive(Debug, Default)]
pub(super) struct Functions {
    requests: usize,
    lines: usize,
    /// The last step of each function: a wait is shown once, however often it is decided.
    last: BTreeMap<String, String>,
}

impl Functions {
    pub(super) fn news(&mut self, state: &State) -> Vec<Line> {
        let mut requests: Vec<_> = state.cloudformation.requests.values().collect();
        requests.sort_by_key(|request| request.number);
        let mut lines = Vec::new();
        for request in requests.iter().skip(self.requests) {
            let token = request.event["ResourceProperties"]["ServiceToken"].as_str().unwrap_or_default();
            let function = token.rsplit(':').next().unwrap_or_default();
            let text = format!("{function} ← CloudFormation: {} {}", request.request_type, request.logical_id);
            lines.push(Line { lane: Lane::Function, tone: Tone::Plain, text });
        }
        self.requests = requests.len();
        for line in state.lambda.logs.iter().skip(self.lines) {
            if let Some((tone, text)) = self.told(&line.function, &line.line) {
                let text = format!("{} {text}", line.function);
                lines.push(Line { lane: Lane::Function, tone, text });
            }
        }
        self.lines = state.lambda.logs.len();
        lines
    }

    /// A line of a log, if a person should see it.
    fn told(&mut self, function: &str, line: &str) -> Option<(Tone, String)> {
        let Ok(line) = serde_json::from_str::<Value>(line) else { return Some((Tone::Bad, line.to_owned())) };
        let field = |name: &str| line["fields"][name].as_str().unwrap_or_default();
        let told = match (field("message"), field("step")) {
            ("woken", _) => (Tone::Plain, format!("← EventBridge: the stack is {}", field("told"))),
            ("step", "done") => (Tone::Good, format!("done: {}", reached(field("goal")))),
            ("step", "refuse") => (Tone::Bad, format!("refuses: {}", field("because"))),
            ("step", "wait") => (Tone::Quiet, format!("waits: {}", field("because"))),
            ("step", call) => (Tone::Plain, format!("calls {call}, because {}", field("because"))),
            (message, _) if line["level"] != "INFO" => (Tone::Bad, message.to_owned()),
            _ => return None,
        };
        let is_new = self.last.get(function) != Some(&told.1);
        self.last.insert(function.to_owned(), told.1.clone());
        is_new.then_some(told)
    }
}

fn reached(goal: &str) -> &'static str {
    match goal {
        "Running" => "the application runs",
        "Stopped" => "the application is stopped",
        "Properties" => "the application has the stack's names",
        "Continued" => "the rollback goes on",
        "Recovered" => "the application is as the rollback left it, or better",
        _ => "the goal is reached",
    }
}
