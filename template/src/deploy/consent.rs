//! The one question, before anything is made.

use std::io::{BufRead, IsTerminal, Write};
use std::sync::mpsc;
use std::time::Duration;

use shared::operator::deployment::Consent;

use super::{Stop, interrupt};

/// Asks a person, or finds out that the deployment may go on without one. `what` begins the question: `Deploy to
/// orders`.
///
/// # Errors
/// [`Stop::Declined`], [`Stop::Interrupted`], and [`Stop::Usage`] where no person can be asked and `--yes` is missing.
pub(super) fn ask(consent: &Consent, what: &str, name: &str, has_yes: bool) -> Result<(), Stop> {
    if has_yes {
        return Ok(());
    }
    let risks = consent.risks.join(", ");
    if !(std::io::stdin().is_terminal() && std::io::stderr().is_terminal()) {
        if !consent.needs_yes {
            return Ok(());
        }
        return Err(Stop::Usage(format!(
            "{what}: it {risks}, and without a terminal no person can be asked. Nothing was changed. Consent with --yes \
             (make: YES=1)"
        )));
    }
    let said = if risks.is_empty() { String::new() } else { format!(" (it {risks})") };
    if consent.needs_name {
        eprint!("{what}{said}? Type {name} to go on: ");
        return if line()? == name { Ok(()) } else { Err(Stop::Declined) };
    }
    eprint!("{what}{said}? [y/N] ");
    if ["y", "yes"].contains(&line()?.to_lowercase().as_str()) { Ok(()) } else { Err(Stop::Declined) }
}

/// A line of the terminal, without spaces around it. The reader is left behind when a signal comes: it ends with the
/// command.
fn line() -> Result<String, Stop> {
    let _unflushed_is_late = std::io::stderr().flush();
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut text = String::new();
        let _end_of_input_is_a_no = std::io::stdin().lock().read_line(&mut text);
        sender.send(text)
    });
    loop {
        match receiver.recv_timeout(Duration::from_millis(50)) {
            Ok(text) => return Ok(text.trim().to_owned()),
            Err(mpsc::RecvTimeoutError::Disconnected) => return Err(Stop::Declined),
            Err(mpsc::RecvTimeoutError::Timeout) => {}
        }
        if let Err(stop) = interrupt::check() {
            eprintln!();
            return Err(stop);
        }
    }
}
