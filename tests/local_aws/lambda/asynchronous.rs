//! InvocationType Event: accepted at once, attempted up to three times with the same event and request ID (G.42).

use std::sync::Arc;

use serde_json::Value;

use super::host::attempt;
use super::{Invoked, destinations};
use crate::{World, stamp};

/// Queues an event for a function. The result is its request ID.
pub fn invoke_asynchronously(world: &Arc<World>, name: &str, event: &Value) -> String {
    let request_id = stamp::uuid();
    world.state().lambda.under_way += 1;
    let (world, name, event, id) = (Arc::clone(world), name.to_owned(), event.clone(), request_id.clone());
    tokio::spawn(async move {
        run(&world, &name, &event, &id).await;
        world.state().lambda.under_way -= 1;
    });
    request_id
}

async fn run(world: &Arc<World>, name: &str, event: &Value, request_id: &str) {
    let mut attempts = 0;
    loop {
        let ended = attempt(world, name, event, request_id).await;
        attempts += 1;
        let invoked = ended.unwrap_or_else(|error| Invoked {
            payload: serde_json::json!({ "errorType": error.code, "errorMessage": error.message }),
            error: Some("Unhandled".to_owned()),
        });
        let (retries, delay) = {
            let state = world.state();
            let Some(function) = state.lambda.functions.get(name) else { return };
            let delays = state.lambda.retry_delays;
            (function.retries, delays[(attempts - 1).min(delays.len() - 1)])
        };
        if invoked.error.is_none() || attempts > retries {
            destinations::deliver(world, name, event, request_id, attempts, &invoked);
            return;
        }
        tokio::time::sleep(delay).await;
    }
}
