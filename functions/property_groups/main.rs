//! `Custom::FlinkPropertyGroups`: the job reads the stack's own names, and everybody else's groups survive.
//!
//! What it takes: [`PropertyGroups`]. What it decides: `shared::lifecycle`. Deleting it takes only what it gave.

use shared::contract::PropertyGroups;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    functions::serve::<PropertyGroups>().await
}
