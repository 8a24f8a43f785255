//! `Custom::FlinkAutoStart`, line by line: what it finds, what it restores, what it tells, what it leaves behind.

mod clocks;
mod fell_back;
mod gate;
mod on_delete;
mod operations;
mod races;
mod renaming;
mod restore;
mod statuses;
mod stuck;
mod throttled;
mod waiting;
