//! A stack that is deleted: what goes with it, and what stays in the account.

use super::super::deployment::{Removal, removal_command};
use super::super::line::Colour;
use super::super::progress::Kept;
use super::before::{held, labelled};
use super::text::{Canvas, Line};

/// What is shown of a deletion, before its question.
#[derive(Debug, Clone, Copy)]
pub struct RemovalScreen<'a> {
    /// The name of the stack that is deleted.
    pub stack: &'a str,
    /// The stack's status now, as CloudFormation says it.
    pub status: &'a str,
    /// What becomes of each of its resources.
    pub removals: &'a [Removal],
    /// List every resource, not only those that hold something: `-v`.
    pub is_verbose: bool,
}

/// The lines: what goes, with what it holds; how many others; and what stays, with the command that removes it.
#[must_use]
pub fn removing(model: &RemovalScreen, canvas: Canvas) -> Vec<String> {
    let mut lines = vec![Line::of(&format!("{} is {}: it is deleted", model.stack, model.status))];
    let (kept, gone): (Vec<&Removal>, Vec<&Removal>) = model.removals.iter().partition(|one| one.stays);
    let (listed, others): (Vec<&Removal>, Vec<&Removal>) =
        gone.into_iter().partition(|one| model.is_verbose || held(&one.resource_type).is_some());
    let mut goes: Vec<(Option<Colour>, String)> = Vec::new();
    for one in listed {
        let what = held(&one.resource_type).map(|what| format!(": {what} with it")).unwrap_or_default();
        let colour = if what.is_empty() { None } else { Some(Colour::Red) };
        goes.push((colour, format!("- {} ({}) {}{what}", one.logical_id, one.resource_type, one.physical_id)));
    }
    if !others.is_empty() {
        goes.push((None, format!("{} more resources (-v lists them)", others.len())));
    }
    for (at, (colour, text)) in goes.iter().enumerate() {
        let line = Line::labelled(if at == 0 { "goes" } else { "" });
        lines.push(match colour {
            Some(colour) => line.then_coloured(*colour, text),
            None => line.then(text),
        });
    }
    let kept = kept.into_iter().map(|one| Kept {
        logical_id: one.logical_id.clone(),
        resource_type: one.resource_type.clone(),
        physical_id: one.physical_id.clone(),
    });
    lines.extend(stays(&kept.collect::<Vec<_>>()));
    canvas.wrap(&lines)
}

/// What stays in the account after its stack let it go, and how a person removes it.
#[must_use]
pub fn staying(kept: &[Kept], canvas: Canvas) -> Vec<String> {
    canvas.wrap(&stays(kept))
}

pub(super) fn stays(kept: &[Kept]) -> Vec<Line> {
    let mut lines = Vec::new();
    for (at, one) in kept.iter().enumerate() {
        let text = format!("! {} ({}) {} stays in the account", one.logical_id, one.resource_type, one.physical_id);
        lines.push(Line::labelled(if at == 0 { "stays" } else { "" }).then_coloured(Colour::Yellow, &text));
    }
    let commands: Vec<String> =
        kept.iter().filter_map(|one| removal_command(&one.resource_type, &one.physical_id)).collect();
    lines.extend(labelled("by hand", commands.iter().map(String::as_str)));
    lines
}
