//! InvocationType Event: accepted at once and queued; attempted up to three times with the same event and request ID
//! (G.42).
//!
//! An event that is throttled goes back to the queue and is no attempt: it waits from a second up to five minutes,
//! longer each time, until it is too old (Lambda guide, invocation-async-error-handling: six hours unless configured).

pub(super) mod destinations;

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::execution::host::attempt;
use super::{Invoked, Lambda};
use crate::api::ApiError;
use crate::{World, clock, stamp, virtual_time};
use destinations::Condition;

/// MaximumEventAgeInSeconds unless configured.
const LONGEST_AGE: u64 = 21_600;

/// Queues an event for a function. The result is its request ID.
pub fn invoke_asynchronously(world: &Arc<World>, name: &str, event: &Value) -> String {
    let request_id = stamp::uuid();
    world.state().lambda.begin(event);
    let (world, name, event, id) = (Arc::clone(world), name.to_owned(), event.clone(), request_id.clone());
    tokio::spawn(async move {
        run(&world, &name, &event, &id).await;
        world.state().lambda.end(&event);
    });
    request_id
}

async fn run(world: &Arc<World>, name: &str, event: &Value, request_id: &str) {
    let queued = clock::now();
    let mut attempts = 0;
    let mut throttled = 0;
    loop {
        let (invoked, wait, is_last) = match attempt(world, name, event, request_id).await {
            Err(error) if error.status == 429 => {
                throttled += 1;
                (failed(&error), backoff(&world.state().lambda, throttled), false)
            }
            ended => {
                attempts += 1;
                let state = world.state();
                let Some(function) = state.lambda.functions.get(name) else { return };
                let delays = state.lambda.retry_delays;
                let wait = delays[(attempts - 1).min(delays.len() - 1)];
                (ended.unwrap_or_else(|error| failed(&error)), wait, attempts > function.retries)
            }
        };
        let is_old =
            clock::now() - queued + wait.as_secs_f64() > longest_age(&world.state().lambda, name).as_secs_f64();
        let condition = match (invoked.error.is_none(), is_last, is_old) {
            (true, _, _) => Condition::Success,
            (false, true, _) => Condition::RetriesExhausted,
            (false, false, true) => Condition::EventAgeExceeded,
            (false, false, false) => {
                virtual_time::rest(wait).await;
                continue;
            }
        };
        destinations::deliver(world, name, event, request_id, attempts, &invoked, condition);
        return;
    }
}

fn failed(error: &ApiError) -> Invoked {
    let payload = json!({ "errorType": error.code, "errorMessage": error.message });
    Invoked { payload, error: Some("Unhandled".to_owned()) }
}

/// Twice as long each time. The guide says nothing of jitter; without it every waiting event would come back at the
/// same moment.
fn backoff(lambda: &Lambda, throttled: u32) -> Duration {
    let [first, longest] = lambda.throttle_delays;
    let wait = first.saturating_mul(2_u32.saturating_pow(throttled - 1)).min(longest);
    wait.mul_f64(0.5 + 0.5 * stamp::fraction())
}

fn longest_age(lambda: &Lambda, name: &str) -> Duration {
    let configured = lambda.functions.get(name).and_then(|function| function.event_age);
    lambda.second.saturating_mul(u32::try_from(configured.unwrap_or(LONGEST_AGE)).unwrap_or(u32::MAX))
}
