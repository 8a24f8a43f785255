//! Calls that a story may make: committed, because they repeat. No time is asserted.

use crate::figures::Figures;

/// `story | way | calls | of them changes | each action with its calls`, with the typical constants and little state.
const COMMITTED: &str = include_str!("calls.txt");

/// How the calls of a story differ from the committed ones, if they do.
pub(crate) fn difference(figures: &Figures) -> Option<String> {
    let own = line(figures);
    if !figures.way.is_ours() || !figures.rollback_enabled {
        return None;
    }
    let subject = format!("{} | {} | ", figures.story.name(), figures.way);
    let committed = COMMITTED.lines().find(|line| line.starts_with(&subject)).unwrap_or("nothing");
    (committed != own).then(|| format!("calls: played `{own}`, tests/journey/calls.txt has `{committed}`"))
}

/// As it is committed.
pub(crate) fn line(figures: &Figures) -> String {
    let each = figures.calls.iter().map(|(action, many)| {
        let action = action.split_once(':').map_or(action.as_str(), |(_, action)| action);
        format!("{action} {many}")
    });
    let each: Vec<String> = each.collect();
    let (all, changes) = (figures.all_calls(), figures.changes());
    format!("{} | {} | {all} | {changes} | {}", figures.story.name(), figures.way, each.join(", "))
}
