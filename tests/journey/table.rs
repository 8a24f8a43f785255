//! The table that a run prints.

use crate::constants::{self, Constants};
use crate::figures::Figures;
use crate::paper::{self, Sum};

/// What stands above the columns.
pub(crate) const HEAD: &str = "\
| story | way | RollbackEnabled | down | replayed | end | own | snapshots | calls (stack / changes) | paper | floor |
|---|---|---|---|---|---|---|---|---|---|---|";

/// A line for each cell.
pub(crate) fn line(figures: &Figures) -> String {
    let Figures { story, way, down, replayed, end, own, snapshots, constants, .. } = figures;
    let sum = |sum: Option<Sum>| sum.map_or_else(|| "-".to_owned(), |sum| format!("{:.0}, {:.0}", sum.down, sum.end));
    format!(
        "| {} | {way} | {} | {down:.0} | {replayed:.0} | {end:.0} | {} | {snapshots} | {} ({} / {}) | {} | {} |",
        story.name(),
        if figures.rollback_enabled { "on" } else { "off" },
        if way.is_ours() { format!("{own:.0}") } else { "-".to_owned() },
        figures.all_calls(),
        figures.stack_looks(),
        figures.changes(),
        sum(paper::sum(*story, *way, constants)),
        sum(Some(paper::floor(*story, constants))),
    )
}

/// What the lines below are about.
pub(crate) fn title(constants: &Constants) -> String {
    format!("\n{} constants, {} GB of state, seconds\n", constants::name(constants.level), constants.gigabytes)
}

/// How a story that was played differs from its sum on paper, if it does.
pub(crate) fn difference(figures: &Figures) -> Option<String> {
    let sum = paper::sum(figures.story, figures.way, &figures.constants)?;
    let agrees = paper::agrees(figures.down, sum.down) && paper::agrees(figures.end, sum.end);
    (!agrees).then(|| {
        format!(
            "{}, {}: played {:.0} without processing and {:.0} to the end, on paper {:.0} and {:.0}",
            figures.story.name(),
            figures.way,
            figures.down,
            figures.end,
            sum.down,
            sum.end
        )
    })
}
