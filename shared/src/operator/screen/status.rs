//! A stack, its jobs, and what an update would do to them now: one screen of 24 lines.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::super::line::{Colour, age};
use super::super::plan::Plan;
use super::super::progress::Progress;
use super::super::why::{ApplicationSeen, Scene, Verdict, Why};
use super::before::labelled;
use super::during::seconds;
use super::text::{Canvas, Line};
use crate::stack::APPLICATION;
use crate::time::Timestamp;

/// The lines of a terminal as it was always, less one for the prompt.
const LINES: usize = 23;

/// The answer. What `status --json` prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Status {
    /// The version of these names.
    pub schema: u8,
    /// The verdict in one sentence.
    pub sentence: String,
    /// The name of the root stack.
    pub stack: String,
    /// Its status as CloudFormation says it.
    pub status: String,
    /// Whether the stack needs a person.
    pub verdict: Verdict,
    /// What the newest operation is doing, or how it ended and when.
    pub operation: String,
    /// Why it needs a person; empty when it does not.
    pub cause: String,
    /// Its Flink applications, with the newest snapshot and its age.
    pub applications: Vec<ApplicationSeen>,
    /// What an update of the application would do now, in sentences: restart, snapshot, state.
    pub update: Vec<String>,
    /// What a person does, in order.
    pub next: Vec<String>,
}

/// Says how a stack and its jobs are; `plan` is of an update of the application, see [`an_update`].
#[must_use]
pub fn status(scene: &Scene, why: Why, plan: Option<&Plan>) -> Status {
    let operation = newest_operation(scene);
    let findings = plan
        .into_iter()
        .flat_map(|plan| [("restart", &plan.restart), ("snapshot", &plan.snapshot), ("state", &plan.state)]);
    let update = findings.flat_map(|(name, finding)| finding.sentence.lines().map(move |one| format!("{name}: {one}")));
    let update = update.collect();
    let Why { sentence, stack, status, verdict, cause, applications, next, .. } = why;
    let operation = describe_operation(&operation, scene.now, &status);
    Status { schema: 1, sentence, stack, status, verdict, operation, cause, applications, update, next }
}

/// The newest operation on a stack, from its own events.
#[must_use]
pub fn newest_operation(scene: &Scene) -> Progress {
    let events = scene.newest_events();
    let token = events.first().map(|began| began.token.clone()).unwrap_or_default();
    let mut progress = Progress::new(&scene.incident.stack, &token, 0);
    for event in &events {
        progress.apply(event);
    }
    progress
}

fn describe_operation(progress: &Progress, now: Timestamp, status: &str) -> String {
    let lasts = seconds(progress.phases(now).iter().map(|(_, lasts)| *lasts).sum());
    match (progress.ending(), progress.newest()) {
        (Some(_), Some(newest)) => format!("{status} {} ago, after {lasts}", age(now.since(newest))),
        (None, Some(_)) => {
            let working: Vec<String> = progress.working().iter().map(|one| one.logical_id.clone()).collect();
            let working = if working.is_empty() { String::new() } else { format!("; works on {}", working.join(", ")) };
            format!("{status} for {lasts}, {} ended{working}", progress.bar().ended())
        }
        (_, None) => format!("{status}; its events say no more"),
    }
}

/// The template as it would be with another jar: the application changes, and each handler of ours is called.
#[must_use]
pub fn an_update(template: &Json) -> Json {
    let mut updated = template.clone();
    for resource in updated["Resources"].as_object_mut().into_iter().flat_map(|all| all.values_mut()) {
        let kind = resource["Type"].as_str().unwrap_or_default().to_owned();
        let Some(properties) = resource.get_mut("Properties").filter(|one| one.is_object()) else { continue };
        if kind == APPLICATION {
            // What a configuration is that a condition chooses is not seen here; the role is beside it.
            let code = properties.pointer_mut("/ApplicationConfiguration/ApplicationCodeConfiguration");
            match code.filter(|one| one.is_object()) {
                Some(code) => code["CodeContent"] = "another one".into(),
                None => properties["ServiceExecutionRole"] = "another one".into(),
            }
        } else if kind.starts_with("Custom::Flink") && properties.get("ConfigurationDigest").is_some() {
            properties["ConfigurationDigest"] = "another one".into();
        }
    }
    updated
}

impl Status {
    /// One screen: what does not fit is left out, and `why` says it.
    #[must_use]
    pub fn lines(&self, canvas: Canvas) -> Vec<String> {
        let colour = match self.verdict {
            Verdict::Fine => Colour::Green,
            Verdict::InProgress => Colour::Yellow,
            Verdict::Stuck | Verdict::CannotTell => Colour::Red,
        };
        let jobs: Vec<String> = self.applications.iter().map(ApplicationSeen::line).collect();
        let cause = Some(self.cause.as_str()).filter(|cause| !cause.is_empty());
        let mut lines = vec![Line::coloured(colour, &self.sentence)];
        lines.extend(labelled("last", std::iter::once(self.operation.as_str())));
        lines.extend(labelled("cause", cause.into_iter()));
        lines.extend(labelled("job", jobs.iter().map(String::as_str)));
        lines.extend(labelled("update", self.update.iter().map(String::as_str)));
        lines.extend(labelled("next", self.next.iter().map(String::as_str)));
        let mut lines = canvas.wrap(&lines);
        if canvas.width.is_some() && lines.len() > LINES {
            let more = lines.len() - LINES + 1;
            lines.truncate(LINES - 1);
            lines.push(format!("... {more} lines more: make why STACK={}", self.stack));
        }
        lines
    }
}
