//! Stands between CloudFormation and a function: delivers an event when it is time, as often and as changed as a
//! scenario wants.

use std::sync::Arc;

use local_aws::{State, lambda};
use project::deployment::Deployment;
use serde_json::Value;
use tokio::task::JoinSet;

/// Delivers `change` of each event to `function`, all at the same moment, as soon as the world is `ready`.
pub(super) fn send(
    deployment: &Deployment,
    function: &str,
    ready: fn(&State) -> bool,
    change: impl Fn(Value) -> Vec<Value> + Send + 'static,
) {
    let world = Arc::clone(deployment.world());
    let itself = format!("{function}-itself");
    let mut real = world.state().lambda.functions.remove(function).unwrap();
    let mut events = lambda::in_test(&world, function);
    world.state().lambda.functions.get_mut(function).unwrap().role.clone_from(&real.role);
    real.name.clone_from(&itself);
    world.state().lambda.functions.insert(itself.clone(), real);
    tokio::spawn(async move {
        while let Some(invocation) = events.recv().await {
            world.until(|state| ready(state).then_some(())).await;
            let mut deliveries = JoinSet::new();
            for event in change(invocation.event.clone()) {
                let (world, itself) = (Arc::clone(&world), itself.clone());
                deliveries.spawn(async move { lambda::invoke(&world, &itself, &event).await.unwrap().payload });
            }
            let message = deliveries.join_all().await;
            invocation.succeed(message.into());
        }
    });
}

/// The same, only with an event that is changed in place, at once.
pub(super) fn alter(deployment: &Deployment, change: impl Fn(&mut Value) + Send + 'static) {
    send(
        deployment,
        super::stage::START,
        |_| true,
        move |mut event| {
            change(&mut event);
            vec![event]
        },
    );
}
