//! The planner: from a goal and what was just observed, the one next step.

mod action;
mod values;

pub use action::{Action, Scope};
pub use values::{ConflictPolicy, OnDelete, Restore, RestoreType};
