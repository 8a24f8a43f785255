//! Scenarios over the wire: the real binaries as processes, the committed templates, a local AWS under them.
//!
//! Each test is a sentence that README repeats. Given, when, then; what a scenario waits for is a change of the world, never time.
#![expect(clippy::unwrap_used, reason = "a scenario that cannot go on is a failed scenario")]

mod auto_start;
mod bad_input;
mod guarded;
mod interrupted;
mod property_groups;
mod protocol;
mod readme;
mod rooms;
mod running;
mod spared;
mod stage;
mod swept;
mod unstuck;
mod wired;
