//! The examples of adoption that other programs write templates from, through the journeys of
//! `tests/scenarios/adopted`.
//!
//! `make adoption` synthesizes them with the programs' own pinned versions and runs this; `cargo test` alone does not.
#![expect(clippy::unwrap_used, reason = "a scenario that cannot go on is a failed scenario")]

#[path = "../scenarios/adopted/mod.rs"]
mod adopted;
mod cdk;
mod sam;

use std::fs;
use std::path::PathBuf;

/// Where `make adoption` writes.
fn folder() -> PathBuf {
    std::env::var_os("ADOPTION").expect("ADOPTION is the folder that `make adoption` writes: run that").into()
}

/// A file that it wrote.
fn synthesized(name: &str) -> String {
    let path = folder().join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
