//! `Custom::FlinkUpdateGuard`: no update finds a job that it cannot snapshot, so neither the deployment nor its
//! rollback gets stuck.
//!
//! What it takes: [`UpdateGuard`]. What it decides: `shared::lifecycle`. Deleting it does nothing.

use shared::contract::UpdateGuard;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    functions::serve::<UpdateGuard>().await
}
