//! A wait that is longer than one invocation, and one that is longer than CloudFormation's own patience.

use local_aws::Modes;
use local_aws::cloudformation::Status;
use local_aws::flink::{self, Hold, Status as Flink};
use local_aws::modes::DeleteOfRunning;
use project::deployment::{Deployment, NAME, jar};
use serde_json::json;

use crate::stage::{application, handlers, handlers_where, is_logged, is_reported, starts, why, with_jar};

const HANDED_OVER: &str = "handed over to the next invocation";

fn hold_starting(deployment: &Deployment, seconds: u64) {
    let mut state = deployment.world().state();
    state.flink.hold(NAME, Flink::Starting, Hold::UntilReleased);
    state.lambda.functions.get_mut("flink-auto-start").unwrap().timeout = seconds;
}

/// A wait longer than one invocation is handed over to the next, and answered once.
#[tokio::test(flavor = "multi_thread")]
async fn a_wait_longer_than_one_invocation_is_handed_over_and_answered_once() {
    let deployment = handlers().await;
    hold_starting(&deployment, 3);
    let key = deployment.upload(&jar("1", &[]));
    let world = deployment.world();
    let released = world.until(|state| {
        let handed = state
            .lambda
            .logs
            .iter()
            .any(|line| line.line.contains(HANDED_OVER) || line.line.contains("answered FAILED"));
        handed.then(|| flink::release(state, &world.settings, NAME))
    });
    let parameters = with_jar(&key);
    let (status, ()) = tokio::join!(deployment.deploy_unguarded(&parameters), released);
    assert_eq!(status, Status::CreateComplete, "{}", why(&deployment));
    assert_eq!(application(&deployment).status, Flink::Running);
    assert!(is_logged(&deployment, "the application is STARTING, which passes"), "{}", why(&deployment));
    assert_eq!(starts(&deployment).len(), 1, "the second invocation starts nothing");
    let state = world.state();
    let invoked = state.lambda.invocations.iter().filter(|one| one.function == "flink-auto-start");
    let request = &state.cloudformation.requests_for("AutoStart")[0].id;
    let puts = state.cloudformation.puts.iter().filter(|put| put.request_id.as_ref() == Some(request));
    assert!(invoked.count() >= 2, "handed over once, on a slow machine more often");
    assert_eq!(puts.count(), 1, "one answer, by a later invocation");
}

/// A wait longer than CloudFormation's ServiceTimeout is reported before that ends.
#[tokio::test(flavor = "multi_thread")]
async fn a_wait_longer_than_cloudformations_patience_is_reported_before_it_ends() {
    // OnDelete is Leave: the creation rolls back to the end only if the running application can be deleted.
    let deployment = handlers_where(Modes { delete_of_running: DeleteOfRunning::Accepted, ..Modes::default() }).await;
    hold_starting(&deployment, 900);
    let key = deployment.upload(&jar("1", &[]));
    let mut template = Deployment::template_without_guard();
    template["Resources"]["AutoStart"]["Properties"]["ServiceTimeout"] = json!("8");
    let world = deployment.world();
    let released = world.until(|state| {
        let message = state.lambda.logs.iter().any(|line| line.line.contains("No time is left"));
        message.then(|| flink::release(state, &world.settings, NAME))
    });
    let (template, parameters) = (template.to_string(), with_jar(&key));
    let (status, ()) = tokio::join!(deployment.deploy_template(&template, &parameters, &[]), released);
    assert_eq!(status, Status::RollbackComplete, "{}", why(&deployment));
    assert!(
        is_reported(&deployment, "No time is left: the application is STARTING, which passes"),
        "{}",
        why(&deployment)
    );
    assert!(!is_logged(&deployment, HANDED_OVER), "no one would wait for the answer");
}
