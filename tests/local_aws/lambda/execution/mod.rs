//! Where a function runs: a process for each execution environment, with its own Runtime API.

pub(super) mod concurrency;
pub(super) mod environment;
pub(super) mod host;
pub(super) mod in_test;
pub(super) mod kill;
pub(super) mod output;
pub(super) mod package;
pub(super) mod runtime_api;
pub(super) mod test_invocation;
