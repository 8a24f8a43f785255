//! `Custom::FlinkAutoStart`, line by line: what it finds, what it restores, what it tells, what it leaves behind.

mod operations;
mod races;
mod restore;
mod statuses;
mod throttled;
mod waiting;
