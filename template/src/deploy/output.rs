//! What is printed, and where: outputs alone on stdout, so that `$(...)` works; all that people read on stderr; with
//! JSON a line for each step on stdout, the last of which is the result.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value as Json, json};
use shared::operator::deployment::{GivenSettings, Values, Verb};
use shared::stack::StackEvent;

/// Where a command prints to.
#[derive(Debug)]
pub(crate) struct Output {
    verb: &'static str,
    json: bool,
    pub(super) verbose: bool,
    /// Whether plain lines are asked for also on a terminal.
    pub(super) is_plain: bool,
}

impl Output {
    pub(super) fn new(verb: Verb, given: &GivenSettings) -> Self {
        let verb = match verb {
            Verb::Deploy => "deploy",
            Verb::Destroy => "destroy",
            Verb::Plan => "plan",
            Verb::Functions => "functions",
            Verb::Handlers => "handlers",
            Verb::Packages => "packages",
        };
        Self { verbose: given.is_on("VERBOSE"), is_plain: given.is_on("PLAIN"), ..Self::of(verb, given.is_on("JSON")) }
    }

    /// Of a command without these settings.
    pub(crate) const fn of(verb: &'static str, json: bool) -> Self {
        Self { verb, json, verbose: false, is_plain: false }
    }

    /// The first line, before anything is asked.
    pub(super) fn head(&self, given: &GivenSettings) {
        let mut line = format!("flink-stack {}  {}  stack {}", env!("CARGO_PKG_VERSION"), self.verb, given.stack());
        let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        for (word, value) in [
            ("region", given.get("REGION").map(str::to_owned).or_else(|| set("AWS_REGION"))),
            ("profile", set("AWS_PROFILE")),
            ("endpoint", set("AWS_ENDPOINT_URL")),
        ] {
            if let Some(value) = value {
                line = format!("{line}  {word} {value}");
            }
        }
        eprintln!("{line}");
        self.emit("version", json!({"version": env!("CARGO_PKG_VERSION"), "stack": given.stack()}));
    }

    /// A step that begins, or what came of it.
    pub(super) fn say(&self, text: &str) {
        eprintln!("==> {text}");
        self.emit("step", json!({"text": text}));
    }

    /// A text of several lines, as it stands.
    pub(super) fn text(text: &str) {
        eprint!("{text}");
        if !text.ends_with('\n') {
            eprintln!();
        }
    }

    /// Lines as they were fitted to the terminal.
    pub(super) fn lines(lines: &[String]) {
        for line in lines {
            Self::text(line);
        }
    }

    /// What is wrong, on a line of its own.
    pub(super) fn problem(&self, text: &str) {
        eprintln!("flink-stack {}: {text}", self.verb);
        self.emit("diagnostic", json!({"severity": "error", "text": text}));
    }

    /// The outputs of a stack.
    pub(super) fn outputs(&self, outputs: &Values) {
        self.emit("outputs", json!({"outputs": outputs}));
        if !self.json {
            for (name, value) in outputs {
                crate::stdout::show(&format!("{name:22} {value}\n"));
            }
        }
    }

    /// A row of CloudFormation's, for programs.
    pub(crate) fn event(&self, row: &StackEvent) {
        self.emit(
            "event",
            json!({"stack": row.stack, "logicalId": row.logical_id, "resourceType": row.resource_type,
                "status": row.status, "reason": row.reason, "eventTime": row.time.0}),
        );
    }

    /// The last line of JSON, with the exit code.
    pub(crate) fn result(&self, code: u8) {
        self.emit("result", json!({"verb": self.verb, "exitCode": code}));
    }

    /// A line of JSON, where that is asked for.
    pub(crate) fn emit(&self, kind: &str, members: Json) {
        if !self.json {
            return;
        }
        let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64());
        let mut line = json!({"type": kind, "schema": 1, "time": seconds});
        if let (Some(line), Json::Object(members)) = (line.as_object_mut(), members) {
            line.extend(members);
        }
        crate::stdout::show(&format!("{line}\n"));
    }
}
