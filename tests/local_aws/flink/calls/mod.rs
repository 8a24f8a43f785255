//! The calls that change an application or its snapshots, one file each.

pub(super) mod change;
pub(super) mod create;
pub(super) mod delete;
pub(super) mod describe;
pub(super) mod logging;
pub(super) mod maintenance;
pub(super) mod rollback;
pub(super) mod snapshots;
pub(super) mod start;
pub(super) mod stop;
pub(super) mod tags;
pub(super) mod update;
