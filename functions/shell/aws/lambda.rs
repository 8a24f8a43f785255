//! The last act of an invocation whose time is up: the same event to the next one.

use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::InvocationType;
use serde_json::Value;
use std::time::{Duration, Instant};
use tracing::{info, warn};

use super::error::words;
use crate::aws::Aws;
use crate::clock::{dice, instant, sleep};

/// Invokes this function asynchronously with `event`; whether Lambda took it.
pub(crate) async fn hand_over(aws: &Aws, function: &str, event: &Value) -> bool {
    invoke(&client(aws), function, event).await
}

fn client(aws: &Aws) -> aws_sdk_lambda::Client {
    aws_sdk_lambda::Client::from_conf(aws.lambda.clone())
}

async fn invoke(lambda: &aws_sdk_lambda::Client, function: &str, event: &Value) -> bool {
    let invoke = lambda.invoke().function_name(function).invocation_type(InvocationType::Event);
    match invoke.payload(Blob::new(event.to_string())).send().await {
        Ok(_) => {
            info!("handed over to the next invocation");
            true
        }
        Err(error) => {
            warn!(error = words(&error), "could not hand over");
            false
        }
    }
}

/// The longest that one try of several is waited for.
const ATTEMPT: Duration = Duration::from_secs(2);

/// The same, tried again until `until`: the deployment must not fail because one call was throttled, failed or got
/// lost. One that was lost may have been taken; two invocations at work on one request do each other no harm.
pub(crate) async fn hand_over_until(aws: &Aws, function: &str, event: &Value, until: Instant) -> bool {
    let client = client(aws);
    let mut wait = Duration::from_millis(50);
    loop {
        let left = until.saturating_duration_since(instant());
        if let Ok(true) = tokio::time::timeout(left.min(ATTEMPT), invoke(&client, function, event)).await {
            return true;
        }
        let jittered = wait.mul_f64(0.5 + dice());
        if instant() + jittered >= until {
            return false;
        }
        sleep(jittered).await;
        wait = (wait * 2).min(ATTEMPT);
    }
}
