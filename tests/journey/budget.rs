//! Calls that a story may make: committed, because they repeat. No time is asserted.

use crate::figures::Figures;

/// `story | way | calls | of them changes`, with the typical constants and little state.
const COMMITTED: &str = include_str!("calls.txt");

/// How the calls of a story differ from the committed ones, if they do.
pub(crate) fn difference(figures: &Figures) -> Option<String> {
    let own = line(figures);
    let subject = format!("{} | {} | ", figures.story.name(), figures.way);
    let committed = COMMITTED.lines().find(|line| line.starts_with(&subject))?;
    (committed != own).then(|| format!("calls: played `{own}`, tests/journey/calls.txt has `{committed}`"))
}

fn line(figures: &Figures) -> String {
    format!("{} | {} | {} | {}", figures.story.name(), figures.way, figures.all_calls(), figures.changes())
}
