//! The pictures of an incident that README shows: what this very run recorded. `--picture FILE` makes them anew.

use std::{env, fs};

use local_aws::State;
use project::deployment::NAME;
use project::sequence;
use regex_lite::{Captures, Regex};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/demo/incident.mmd");

/// The file for the recorded lines, when pictures are to be made.
fn wanted() -> Option<String> {
    env::args().skip_while(|argument| argument != "--picture").nth(1)
}

/// Whether the file shows what happened since a moment; with `--picture` it is made so.
pub(crate) fn is_shown(state: &State, since: f64) -> Option<()> {
    let seen = sequence::of_stack(state, NAME, since);
    if wanted().is_some() {
        fs::write(FILE, &seen).ok()?;
    }
    (fs::read_to_string(FILE).ok()? == seen).then_some(())
}

/// Writes the lines of a recorded story, with ANSI colours, for `make picture`.
pub(crate) fn write(lines: &[String]) {
    if let Some(file) = wanted()
        && let Err(error) = fs::write(&file, masked(&lines.join("\n")))
    {
        eprintln!("demo: {file}: {error}");
    }
}

/// The text with an `x` for each character of an ID or a time: they differ from run to run, and the picture does not.
fn masked(text: &str) -> String {
    let differs = Regex::new(r"[0-9a-f]{8}…|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}Z").expect("a pattern");
    let crossed = |found: &Captures| {
        let hide = |letter: char| if letter.is_ascii_digit() || letter.is_ascii_lowercase() { 'x' } else { letter };
        found[0].chars().map(hide).collect::<String>()
    };
    differs.replace_all(text, crossed).into_owned()
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn what_differs_from_run_to_run_is_crossed_out() {
        let text = "gate-93a99c8b… by 2026-11-29T14:57Z, version 2";
        assert_eq!(masked(text), "gate-xxxxxxxx… by xxxx-xx-xxTxx:xxZ, version 2");
    }
}
