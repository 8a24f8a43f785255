//! A stack from one status to the next: what is remembered of it, in which order its resources change, and its rows.

pub(super) mod deletion;
pub(super) mod engine;
mod finish;
pub(super) mod handler_call;
pub(crate) mod model;
pub(super) mod nested;
pub(super) mod plan;
pub(super) mod put_back;
pub(super) mod removal;
pub(super) mod rollback;
pub(super) mod rows;
pub(super) mod scheduler;
mod status;
pub(super) mod steps;
