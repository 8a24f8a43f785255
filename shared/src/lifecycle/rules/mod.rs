//! Rules that several goals share: what a start restores, when a job is healthy, when a force-stop is allowed.

pub(super) mod health;
pub(super) mod last_start;
pub(super) mod proof_snapshots;
pub(super) mod refused_snapshot;
pub(super) mod replay;
pub(super) mod restore;
pub(super) mod snapshot_mode;
pub(super) mod update_rolled_back;
