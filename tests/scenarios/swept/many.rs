//! A sweep that finds more than it can do until the next.

use local_aws::cloudformation::Status;
use local_aws::events::{self, EventFault};
use project::deployment::{Deployment, NAME, jar};
use serde_json::json;

use super::{UNSTICKER, calls, sweep};
use crate::stage::{handlers, running, why, with_jar};

/// Twice the concurrency that is reserved.
fn invoked_by_a_sweep() -> usize {
    2 * project::deployment::unsticker_concurrency()
}

/// The events of so many stacks that are stuck were lost.
async fn stuck(many: usize) -> Deployment {
    let deployment = handlers().await;
    events::inject(deployment.world(), Status::UpdateRollbackFailed, EventFault::Lose);
    let template = Deployment::template_without_guard().to_string();
    for version in ["1", "2"] {
        let key = deployment.upload(&jar(version, &["poison"]));
        deployment.deploy_template(&template, &with_jar(&key), &[("flink-unstick", "dry-run")]).await;
        deployment.record("poison");
    }
    deployment.stack_becomes(Status::UpdateRollbackFailed).await;
    let mut state = deployment.world().state();
    state.lambda.functions.get_mut(UNSTICKER).unwrap().reserved = Some(2);
    let one = state.cloudformation.stack(NAME).unwrap().clone();
    for number in 1..many {
        let mut another = one.clone();
        another.name = format!("{NAME}-{number}");
        another.id = one.id.replace(NAME, &another.name);
        state.cloudformation.stacks.push(another);
    }
    drop(state);
    deployment
}

/// Of more stacks than can be handled until the next sweep the rest is left to it, in turn.
#[tokio::test(flavor = "multi_thread")]
async fn of_more_stacks_than_are_cured_until_the_next_sweep_the_rest_is_left_to_it() {
    let deployment = stuck(invoked_by_a_sweep() + 3).await;
    let swept = sweep(&deployment).await;
    assert_eq!(swept["Actions"].as_array().unwrap().len(), invoked_by_a_sweep(), "{swept}");
    assert!(swept["State"].as_str().unwrap().contains("3 more stacks are stuck"), "{swept}");
    let state = deployment.world().state();
    let invoked = state.lambda.invocations.iter().filter(|one| one.payload["StackName"].is_string()).count();
    assert_eq!(invoked, invoked_by_a_sweep());
}

/// A sweep whose time is up ends, and the next begins with others.
#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_whose_time_is_up_ends_and_leaves_the_rest_to_the_next() {
    let deployment = running().await;
    {
        let mut state = deployment.world().state();
        state.lambda.functions.get_mut(UNSTICKER).unwrap().timeout = 3;
        // The list, and the application's tags: no look at it.
        state.rates.limit("kinesisanalytics", 1.0);
    }
    let swept = sweep(&deployment).await;
    assert_eq!(swept["Outcome"], "Swept", "{}", why(&deployment));
    assert!(swept["State"].as_str().unwrap().contains("flink-test was passed over"), "{swept}");
    let state = deployment.world().state();
    let sweeps = state.lambda.invocations.iter().filter(|one| one.payload == json!({"Sweep": true}));
    assert_eq!(sweeps.count(), 1, "Lambda has nothing to try again");
    drop(state);
    assert!(calls(&deployment).is_empty());
}

/// A sweep that begins without time reads no application and says so.
#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_that_has_no_time_left_looks_at_no_further_application_and_says_so() {
    let deployment = running().await;
    {
        let mut state = deployment.world().state();
        for number in 0..40 {
            let mut another = state.flink.applications[NAME].clone();
            another.name = format!("{NAME}-{number}");
            another.arn = another.arn.replace(NAME, &another.name);
            state.flink.applications.insert(another.name.clone(), another);
        }
        state.lambda.functions.get_mut(UNSTICKER).unwrap().timeout = 3;
        // The list, and a few of these applications: they take what is left.
        state.rates.limit("kinesisanalytics", 1.0);
    }
    let swept = sweep(&deployment).await;
    assert_eq!(swept["Outcome"], "Swept", "{}", why(&deployment));
    assert!(swept["State"].as_str().unwrap().contains("No time was left for "), "{swept}");
}
