//! The last act of an invocation whose time is up: the same event to the next one.

use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::InvocationType;
use serde_json::Value;
use tracing::{info, warn};

use crate::aws::Aws;

/// Invokes this function asynchronously with `event`; whether Lambda took it.
pub(crate) async fn hand_over(aws: &Aws, function: &str, event: &Value) -> bool {
    let lambda = aws_sdk_lambda::Client::from_conf(aws.lambda.clone());
    let invoke = lambda.invoke().function_name(function).invocation_type(InvocationType::Event);
    match invoke.payload(Blob::new(event.to_string())).send().await {
        Ok(_) => {
            info!("handed over to the next invocation");
            true
        }
        Err(error) => {
            warn!(error = %aws_smithy_types::error::display::DisplayErrorContext(&error), "could not hand over");
            false
        }
    }
}
