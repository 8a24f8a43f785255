//! The one question, before anything is made.

use std::io::{IsTerminal, stderr, stdin};

use shared::operator::{Consent, Risk};

use super::{Stop, interrupt};
use crate::operate::terminal::{Reply, ask as ask_at_terminal};

/// Asks a person, or finds out that the command may go on without one.
///
/// # Errors
/// [`Stop::Declined`], [`Stop::Interrupted`], and [`Stop::Usage`] where no person can be asked and `--yes` is missing.
pub(super) fn ask(risk: &Risk, question: &str, has_yes: bool) -> Result<(), Stop> {
    if has_yes || (risk.consent == Consent::Harmless && !(stdin().is_terminal() && stderr().is_terminal())) {
        return Ok(());
    }
    match ask_at_terminal(question, &interrupt::flag()) {
        Reply::Line(answer) if risk.is_agreed(&answer) => Ok(()),
        Reply::Line(_) => Err(Stop::Declined),
        Reply::Interrupted => Err(Stop::Interrupted),
        Reply::NoTerminal => Err(Stop::Usage(format!(
            "it {}, and there is no terminal to ask: nothing was changed. Read what changes, and give --yes (make: \
             YES=1) to agree to it",
            risk.phrase()
        ))),
    }
}
