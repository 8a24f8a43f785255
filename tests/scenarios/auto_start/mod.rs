//! `Custom::FlinkAutoStart`, line by line: what it finds, what it restores, what it reports, what it leaves behind.

mod clocks;
mod gate;
mod on_delete;
mod operations;
mod races;
mod renaming;
mod restore;
mod running;
mod statuses;
mod stuck;
mod throttled;
mod update_rolled_back;
mod waiting;
