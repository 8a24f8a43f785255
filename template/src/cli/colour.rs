//! Colours, as `--color` and the environment say.

use std::sync::OnceLock;

use clap::ValueEnum;
use shared::operator::{ColourChoice, ColourFlag, Style};

/// What `--color` takes; NO_COLOR is stronger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColourMode {
    /// On a terminal that takes escape codes
    Auto,
    /// Wherever it is written to
    Always,
    /// Nowhere, not even on a terminal
    Never,
}

/// Of this run: the command line is read once, before anything is written.
static GIVEN: OnceLock<ColourMode> = OnceLock::new();

/// Keeps what the command line said.
pub(crate) fn choose(given: ColourMode) {
    let _first = GIVEN.set(given);
}

/// Of a stream that is a terminal, or not.
pub(crate) fn style_of(is_terminal: bool) -> Style {
    let variable = |name| std::env::var(name).ok();
    let flag = match GIVEN.get().copied().unwrap_or(ColourMode::Auto) {
        ColourMode::Auto => None,
        ColourMode::Always => Some(ColourFlag::Always),
        ColourMode::Never => Some(ColourFlag::Never),
    };
    let (no_color, clicolor_force, term) = (variable("NO_COLOR"), variable("CLICOLOR_FORCE"), variable("TERM"));
    let choice = ColourChoice {
        no_color: no_color.as_deref(),
        flag,
        clicolor_force: clicolor_force.as_deref(),
        is_terminal,
        term: term.as_deref(),
    };
    choice.style()
}
