//! The one question, before anything is made.

use std::io::{IsTerminal, stderr, stdin};

use shared::operator::{ConsentNeeded, Risk};

use super::{Stop, interrupt};
use crate::operate::terminal::{TerminalReply, ask as ask_at_terminal};

/// Asks a person, or finds out that the command may go on without one.
///
/// # Errors
/// [`Stop::Declined`], [`Stop::Interrupted`], and [`Stop::Usage`] where no person can be asked and `--yes` is missing.
pub(super) fn ask(risk: &Risk, question: &str, has_yes: bool) -> Result<(), Stop> {
    if has_yes || (risk.consent == ConsentNeeded::Harmless && !(stdin().is_terminal() && stderr().is_terminal())) {
        return Ok(());
    }
    match ask_at_terminal(question, &interrupt::flag()) {
        TerminalReply::Line(answer) if risk.is_agreed(&answer) => Ok(()),
        TerminalReply::Line(_) => Err(Stop::Declined),
        TerminalReply::Interrupted => Err(Stop::Interrupted),
        TerminalReply::NoTerminal => Err(Stop::Usage(format!(
            "it {}, and there is no terminal to ask: nothing was changed. Read what changes, and give --yes (make: \
             YES=1) to agree to it",
            risk.phrase()
        ))),
    }
}
