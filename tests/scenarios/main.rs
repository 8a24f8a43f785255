//! Scenarios over the wire: the real binaries as processes, the committed templates, a local AWS under them.
//!
//! Each test is a sentence that tests/README.md repeats. Given, when, then; what a scenario waits for is a change of
//! the world, never time.
#![expect(clippy::unwrap_used, reason = "a scenario that cannot go on is a failed scenario")]

mod adopted;
mod auto_start;
mod bad_input;
mod guarded;
mod operator;
mod other_kinds;
mod property_groups;
mod protocol;
mod repository;
mod stacks;
mod stage;
mod swept;
mod unsticker;
