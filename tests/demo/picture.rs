//! The picture of the incident that README shows: what this very run recorded.

use std::{env, fs};

use local_aws::deployment::NAME;
use local_aws::{State, sequence};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/demo/incident.mmd");

/// Whether the file shows what happened since a moment; with `--picture` it is made so.
pub(crate) fn is_shown(state: &State, since: f64) -> Option<()> {
    let seen = sequence::of_stack(state, NAME, since);
    if env::args().any(|argument| argument == "--picture") {
        fs::write(FILE, &seen).ok()?;
    }
    (fs::read_to_string(FILE).ok()? == seen).then_some(())
}
