//! While a stack goes back: a handler never makes the state that this project cures.

use local_aws::api::{ApiError, Caller};
use local_aws::cloudformation::scenario;
use local_aws::deployment::{Deployment, NAME};
use local_aws::faults::Fault;
use local_aws::flink::{self, Hold, Status as Flink};
use serde_json::Value;

use super::seen::Seen;
use super::stage::{START, begin, created, running, settled, template, timeout, until};
use crate::stage::handlers;

/// A running stack whose application somebody stopped.
async fn stopped() -> Deployment {
    let deployment = running().await;
    let mut state = deployment.world().state();
    flink::put_status(&mut state, NAME, Flink::Ready);
    state.journal.clear();
    drop(state);
    deployment
}

/// What the last answer says for people.
fn data(deployment: &Deployment) -> Value {
    let state = deployment.world().state();
    let body: Value = serde_json::from_str(&state.cloudformation.puts.last().unwrap().body).unwrap();
    body["Data"].clone()
}

pub(super) async fn refused() -> Seen {
    let deployment = stopped().await;
    {
        let mut state = deployment.world().state();
        let role = Caller::Role(state.lambda.functions[START].role_name().to_owned());
        let fault = Fault::Refuse(ApiError::new("LimitExceededException", "The KPU quota of the account is used up"));
        state.faults.inject_for(role, "kinesisanalytics:StartApplication", u32::MAX, fault);
    }
    begin(&deployment, "UpdateStack", &template("AutoStart"), &[("OnDelete", "Stop")]);
    settled(&deployment).await;
    assert_eq!(Seen::first(&deployment, "AutoStart", "Update").await.verdict, "FAILED");
    assert!(data(&deployment)["Trouble"].as_str().unwrap().contains("KPU quota"), "{}", data(&deployment));
    Seen::last(&deployment, "AutoStart", "Update").await
}

pub(super) async fn late() -> Seen {
    let deployment = stopped().await;
    timeout(&deployment, 3);
    deployment.world().state().flink.hold(NAME, Flink::Starting, Hold::UntilReleased);
    begin(&deployment, "UpdateStack", &template("AutoStart"), &[("OnDelete", "Stop")]);
    let is_starting = |status: Flink| status == Flink::Starting;
    until(&deployment, |state| is_starting(state.flink.applications[NAME].status)).await;
    scenario::request(deployment.world(), "CancelUpdateStack", [("StackName", NAME)]).unwrap();
    settled(&deployment).await;
    assert!(data(&deployment)["Trouble"].as_str().unwrap().contains("No time is left"), "{}", data(&deployment));
    Seen::last(&deployment, "AutoStart", "Update").await
}

pub(super) async fn after_failed_create() -> Seen {
    let deployment = handlers().await;
    deployment.world().state().flink.fail_next_start(NAME, "the entry point class could not be loaded");
    assert_eq!(created(&deployment).await.verdict, "FAILED");
    Seen::first(&deployment, "AutoStart", "Delete").await
}
