//! `flink-rollback-unsticker` when many stacks get stuck together and the API's rate is limited. `make fleet` is the
//! same at a region's size.

use std::sync::Arc;

use local_aws::api::{ApiError, Caller};
use local_aws::events;
use local_aws::faults::Fault;
use project::fleet;

use crate::stage::{handlers, why};

const UNSTICKER: &str = "flink-rollback-unsticker";

/// Stacks that get stuck at the same moment all recover under a limited API rate.
#[tokio::test(flavor = "multi_thread")]
async fn five_stuck_stacks_at_once_are_all_cured_under_a_limited_rate() {
    let deployment = handlers().await;
    let stacks = fleet::names(5);
    fleet::get_stuck(&deployment, &stacks).await.unwrap();
    let world = deployment.world();
    let before = {
        let mut state = world.state();
        for service in ["kinesisanalytics", "cloudformation"] {
            state.rates.limit(service, 50.0);
        }
        let unsticker = state.lambda.functions.get_mut(UNSTICKER).unwrap();
        unsticker.reserved = Some(2);
        // However slow the machine is, the rate is felt.
        let role = Caller::Role(unsticker.role_name().to_owned());
        state.faults.inject_for(role, "*", 40, Fault::Refuse(ApiError::throttled()));
        state.journal.len()
    };
    let relief = tokio::spawn(fleet::cause_passes(Arc::clone(world), before));
    events::release(world);
    let is_over = |state: &local_aws::State| {
        let cured = stacks.iter().all(|stack| fleet::is_cured(state, stack));
        // Two events for each stack: then no other caller will cure it.
        let attempts = state.lambda.invocations.iter().filter(|one| one.function == UNSTICKER).count();
        fleet::is_idle(state, &stacks) && (cured || !fleet::lost(state).is_empty() || attempts >= 2 * stacks.len())
    };
    world.until(|state| is_over(state).then_some(())).await;
    relief.abort();
    let not_cured = stacks.iter().find(|stack| !fleet::is_cured(&world.state(), stack));
    assert_eq!(not_cured, None, "{}", why(&deployment));
    let (lost, forbidden, throttled) = {
        let state = world.state();
        let calls: Vec<_> = fleet::calls_of(&state, UNSTICKER, before).cloned().collect();
        let throttled = calls.iter().filter(|call| fleet::is_throttled(call)).count();
        (fleet::lost(&state), calls.into_iter().filter(fleet::is_forbidden).collect::<Vec<_>>(), throttled)
    };
    assert_eq!(lost, Vec::<String>::new());
    assert!(forbidden.is_empty(), "{forbidden:?}");
    assert!(throttled >= 40, "{throttled}");
}
