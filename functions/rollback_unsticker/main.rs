//! A stack in UPDATE_ROLLBACK_FAILED, because its job could not be snapshotted, gets itself out: the job is stopped,
//! the rollback continued, the job started again and proven healthy, or left stopped for a fix.
//!
//! What invokes it: `shared::contract::Invocation`. What it decides: `shared::lifecycle`. It touches what carries the
//! tag and nothing else.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    functions::serve_unsticker().await
}
