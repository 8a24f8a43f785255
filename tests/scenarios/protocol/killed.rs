//! The process dies at a call, Lambda delivers the event again, and the end is the same.

use std::collections::BTreeSet;

use local_aws::api::Caller;
use local_aws::lambda::{Moment, kill_at};
use project::deployment::Deployment;

use super::seen::Seen;
use super::stage::{START, created, running};
use crate::stage::handlers;

/// Every call that a Create makes.
fn calls_of_a_create(deployment: &Deployment) -> BTreeSet<String> {
    let state = deployment.world().state();
    let role = Caller::Role(state.lambda.functions[START].role_name().to_owned());
    state.journal.iter().filter(|call| call.caller == role).map(|call| call.action.clone()).collect()
}

async fn killed(action: &str, moment: Moment) -> Seen {
    let deployment = handlers().await;
    kill_at(&mut deployment.world().state(), START, action, moment);
    let seen = created(&deployment).await;
    let state = deployment.world().state();
    let attempts = state.lambda.invocations.iter().filter(|each| each.function == START).count();
    assert_eq!(attempts, 2, "{action}: one was killed, one ended well");
    seen
}

/// The one end of all of them.
async fn at_each_call(moment: Moment) -> Seen {
    let mut ends = Vec::new();
    for action in calls_of_a_create(&running().await) {
        ends.push((killed(&action, moment).await, action));
    }
    assert!(ends.len() > 5, "{ends:?}");
    let (seen, _) = ends.first().unwrap();
    assert!(ends.iter().all(|(end, _)| end == seen), "{ends:#?}");
    seen.clone()
}

pub(super) async fn before_each_call() -> Seen {
    at_each_call(Moment::BeforeTheCall).await
}

pub(super) async fn after_each_call() -> Seen {
    at_each_call(Moment::BeforeTheAnswer).await
}

pub(super) async fn before_the_answer() -> Seen {
    killed("custom-resource:Respond", Moment::BeforeTheCall).await
}
