//! Where answers are printed.

use std::io::Write;

/// Prints an answer. A reader that has seen enough (`| head`) is not a failure.
pub(crate) fn show(text: &str) {
    let _closed_early = std::io::stdout().write_all(text.as_bytes());
}
