//! `Custom::FlinkAutoStart`: when the stack settles, its application is RUNNING, or the stack says why not.
//!
//! What it takes: [`AutoStart`]. What it decides: `shared::lifecycle`. Deleting it leaves the application alone unless
//! OnDelete says otherwise.

use shared::contract::AutoStart;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    functions::serve::<AutoStart>().await
}
