//! This project's own stacks on the local AWS, which knows nothing of them: for scenarios, demo, fleet and replay.

pub mod deployment;
pub mod fleet;
pub mod sequence;
