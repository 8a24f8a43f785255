//! One file for each goal: its `next` decides the next step toward it from what was just observed.

pub(super) mod continue_rollback;
pub(super) mod guard;
pub(super) mod other_kinds;
pub(super) mod properties;
pub(super) mod recover;
pub(super) mod settle;
pub(super) mod snapshots;
pub(super) mod start;
pub(super) mod stop;
pub(super) mod unmark;
