//! What a deployment changes, before it is asked about.

use super::super::line::Colour;
use super::super::permissions::PermissionChange;
use super::super::plan::{Effect, Outlook, Plan};
use super::risk::loses_state;
use super::table;
use super::text::{Canvas, Line};
use crate::stack::APPLICATION;
use crate::stack::types;

/// What is shown before the question.
#[derive(Debug, Clone, Copy)]
pub struct QuestionScreen<'a> {
    /// What the deployment would do.
    pub plan: &'a Plan,
    /// What it changes in who may do what.
    pub permissions: &'a [PermissionChange],
    /// List every resource, not only how many: `-v`.
    pub is_verbose: bool,
}

/// The lines: job and state first, then what is replaced or deleted, permissions, property keys, and the rest as
/// counts.
#[must_use]
pub fn before(model: &QuestionScreen, canvas: Canvas) -> Vec<String> {
    let plan = model.plan;
    let mut lines = vec![Line::of(&plan.sentence)];
    let findings = [("restart", &plan.restart), ("snapshot", &plan.snapshot), ("state", &plan.state)];
    // A stack without an application, access for example, has no job to speak of.
    if findings.iter().any(|(_, finding)| !finding.sentence.is_empty()) {
        lines.push(job(plan));
    }
    if plan.outlook != Outlook::Nothing {
        for (label, finding) in findings.into_iter().filter(|(_, finding)| !finding.sentence.is_empty()) {
            lines.extend(labelled(label, finding.sentence.lines()));
        }
    }
    lines.extend(losses(plan));
    lines.extend(table::lines(model.permissions, canvas));
    lines.extend(labelled("keys", plan.properties.iter().map(String::as_str)));
    lines.extend(labelled("drift", plan.drift.iter().map(String::as_str)));
    lines.extend(rest(plan, model.is_verbose));
    lines.extend(labelled("unknown", plan.unknown.iter().map(String::as_str)));
    lines.extend(labelled("next", plan.next.iter().map(String::as_str)));
    canvas.wrap(&lines)
}

/// A label once, and a text a line.
pub(super) fn labelled<'a>(label: &str, texts: impl Iterator<Item = &'a str>) -> Vec<Line> {
    texts.enumerate().map(|(at, text)| Line::labelled(if at == 0 { label } else { "" }).then(text)).collect()
}

/// The verdict on job and state, in one line.
pub(super) fn job(plan: &Plan) -> Line {
    let worst = plan.restart.outlook.max(plan.snapshot.outlook).max(plan.state.outlook);
    let (colour, words) = match (plan.outlook, worst) {
        (Outlook::Nothing, _) => (Colour::Green, "runs on: nothing changes"),
        (Outlook::Fails, _) => (Colour::Red, "REFUSED: this deployment does not go through"),
        (_, Outlook::Fails) => (Colour::Red, "REFUSED: its job would fail"),
        _ if loses_state(plan) => (Colour::Red, "LOSES STATE"),
        (_, Outlook::AtRisk) => (Colour::Yellow, "keeps its state, and reads a part again"),
        (_, Outlook::CannotTell) => (Colour::Yellow, "cannot tell what becomes of it"),
        _ if plan.status.is_empty() => (Colour::Green, "starts for the first time"),
        _ if plan.restarts > 0 => (Colour::Green, "restarts, and keeps its state"),
        (Outlook::GoesThrough | Outlook::CannotTell | Outlook::AtRisk, Outlook::Nothing | Outlook::GoesThrough) => {
            (Colour::Green, "runs on")
        }
    };
    Line::labelled("job").then_coloured(colour, words)
}

/// What is replaced or deleted, with what is lost by it.
fn losses(plan: &Plan) -> Vec<Line> {
    let line = |sign: &str, id: &str, words: String| {
        Line::labelled("").then_coloured(Colour::Red, &format!("{sign} {id} {words}"))
    };
    let of = |effect: Effect| plan.changes.iter().filter(move |one| one.effect == effect);
    let replaced = of(Effect::Replace).map(|one| {
        let by = one.properties.join(", ");
        let words = format!("({}) is REPLACED, by {by}: {}", one.resource_type, lost(&one.resource_type));
        line("-/+", &one.logical_id, words)
    });
    let removed = of(Effect::Remove).map(|one| {
        line("-", &one.logical_id, format!("({}) is DELETED: {}", one.resource_type, lost(&one.resource_type)))
    });
    let left = of(Effect::Leave).map(|one| {
        let words = format!("! {} ({}) leaves the stack and stays in the account", one.logical_id, one.resource_type);
        Line::labelled("").then_coloured(Colour::Yellow, &words)
    });
    let mut lines: Vec<Line> = replaced.chain(removed).chain(left).collect();
    if let Some(first) = lines.first_mut() {
        *first = std::mem::take(first).relabelled("loses");
    }
    lines
}

/// What goes with a resource of this type that is replaced or removed.
fn lost(resource_type: &str) -> String {
    match resource_type {
        types::BUCKET => "its objects go with the old one, or it is not empty and stays".to_owned(),
        types::KMS_KEY => "what it encrypted cannot be read after its deletion".to_owned(),
        other => format!("{} with the old one", held(other).unwrap_or("what it holds goes")),
    }
}

/// What a resource of this type holds, and that it goes; `None` where nothing is known of it.
pub(super) fn held(resource_type: &str) -> Option<&'static str> {
    Some(match resource_type {
        APPLICATION => "the job's state and its snapshots go",
        types::TABLE => "its items go",
        types::STREAM => "its records go",
        types::BUCKET => "its objects go",
        types::LOG_GROUP | types::LOG_STREAM => "its log events go",
        types::QUEUE => "its messages go",
        types::KMS_KEY => "the way to read what it encrypted goes",
        _ => return None,
    })
}

/// What else changes: counts, or with `-v` each.
fn rest(plan: &Plan, is_verbose: bool) -> Vec<Line> {
    let of = |effect: Effect| plan.changes.iter().filter(move |one| one.effect == effect);
    let kinds =
        [(Effect::Add, "+", "added"), (Effect::Modify, "~", "changed"), (Effect::Unknown, "?", "perhaps changed")];
    if is_verbose {
        let each = kinds.iter().flat_map(|(effect, sign, word)| {
            of(*effect).map(move |one| {
                let by =
                    if one.properties.is_empty() { String::new() } else { format!(": {}", one.properties.join(", ")) };
                format!("{sign} {} ({}) is {word}{by}", one.logical_id, one.resource_type)
            })
        });
        let each: Vec<String> = each.collect();
        return labelled("resources", each.iter().map(String::as_str));
    }
    let counts: Vec<String> = kinds
        .iter()
        .map(|(effect, _, word)| (of(*effect).count(), word))
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    let by = if plan.parameters.is_empty() { String::new() } else { format!(", by {}", plan.parameters.join(", ")) };
    let text = format!("{}{by} (-v lists them)", counts.join(", "));
    let lines = if counts.is_empty() { None } else { Some(text.as_str()) };
    labelled("resources", lines.into_iter())
}
