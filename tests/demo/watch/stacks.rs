//! The rows of the stacks' events: every one that says how a stack stands, and those of our resources that say an end.

use std::collections::BTreeMap;

use local_aws::State;
use local_aws::cloudformation::{Stack, StackEvent};
use project::deployment::NAME;

use super::made;
use crate::screen::{Lane, Line, Tone};

/// How many rows of each stack were shown.
#[derive(Debug, Default)]
pub(super) struct Stacks {
    shown: BTreeMap<String, usize>,
}

impl Stacks {
    pub(super) fn news(&mut self, state: &State) -> Vec<Line> {
        let mut lines = Vec::new();
        for stack in &state.cloudformation.stacks {
            let shown = self.shown.entry(stack.id.clone()).or_default();
            lines.extend(stack.events.iter().skip(*shown).filter_map(|row| line(stack, row)));
            *shown = stack.events.len();
        }
        lines
    }
}

fn line(stack: &Stack, row: &StackEvent) -> Option<Line> {
    let status = row.status.as_str();
    let tone = tone(status);
    if row.kind == "AWS::CloudFormation::Stack" {
        let size = if status == "CREATE_COMPLETE" { format!(", {} resources", made(stack)) } else { String::new() };
        return Some(Line::new(Lane::Stack, tone, format!("{}  {status}{size}", stack.name)));
    }
    // Access and handlers are shown as a whole: their thirty resources are not what this is about.
    if stack.name != NAME || status.ends_with("_IN_PROGRESS") {
        return None;
    }
    let kind = if row.kind.starts_with("Custom::") { format!("  {}", row.kind) } else { String::new() };
    let line = Line::new(Lane::Resource, tone, format!("{status}  {}{kind}", row.logical_id));
    Some(if tone == Tone::Bad { line.because(&row.reason) } else { line })
}

fn tone(status: &str) -> Tone {
    if status.ends_with("FAILED") || status.ends_with("ROLLBACK_IN_PROGRESS") {
        Tone::Bad
    } else if status.ends_with("_COMPLETE") {
        Tone::Good
    } else {
        Tone::Plain
    }
}
