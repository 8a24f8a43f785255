//! While a stack goes back: a handler never makes the state that this project cures.

use local_aws::api::{ApiError, Caller};
use local_aws::cloudformation::{Status, scenario};
use local_aws::faults::Fault;
use local_aws::flink::{self, Hold, Status as Flink};
use local_aws::{Modes, Options};
use project::deployment::{Deployment, NAME};
use serde_json::{Value, json};

use super::courier;
use super::seen::Seen;
use super::stage::{START, begin, created, settled, template, timeout, until};
use crate::stage::{QUICK, handlers};

/// A running stack whose application another caller stopped.
pub(super) async fn stopped() -> Deployment {
    stopped_in(Modes::default(), &QUICK).await
}

/// The same where AWS may be another, with functions of this environment.
pub(super) async fn stopped_in(modes: Modes, environment: &[(&str, &str)]) -> Deployment {
    let deployment = Deployment::start(Options { modes, ..Options::default() }, environment).await;
    assert_eq!(created(&deployment).await.stack, "CREATE_COMPLETE");
    let mut state = deployment.world().state();
    flink::put_status(&mut state, NAME, Flink::Ready);
    state.journal.clear();
    drop(state);
    deployment
}

/// The next start meets a quota: the deployment fails, and the way back does not.
pub(super) fn refusing_once(deployment: &Deployment) {
    let mut state = deployment.world().state();
    let role = Caller::Role(state.lambda.functions[START].role_name().to_owned());
    let fault = Fault::Refuse(ApiError::new("LimitExceededException", "The KPU quota of the account is used up"));
    state.faults.inject_for(role, "kinesisanalytics:StartApplication", 1, fault);
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
    {
        let mut state = deployment.world().state();
        state.flink.hold(NAME, Flink::Starting, Hold::UntilReleased);
        // On the way back a start that hangs is force-stopped; what no one can end is waited for until the time is
        // over.
        state.flink.hold(NAME, Flink::ForceStopping, Hold::UntilReleased);
    }
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

/// Nothing can be learned of the stack, so no one knows whether it rolls back: never FAILED for that.
pub(super) async fn throttled() -> Seen {
    let deployment = stopped().await;
    refusing_once(&deployment);
    let mut template = template("AutoStart");
    template["Resources"]["AutoStart"]["Properties"]["ServiceTimeout"] = json!("8");
    begin(&deployment, "UpdateStack", &template, &[("OnDelete", "Stop")]);
    let back = deployment.world().until(|state| {
        let status = state.cloudformation.stack(NAME)?.status;
        (status == Status::UpdateRollbackInProgress).then(|| {
            let role = Caller::Role(state.lambda.functions[START].role_name().to_owned());
            let fault = Fault::Refuse(ApiError::new("Throttling", "Rate exceeded"));
            state.faults.inject_for(role, "cloudformation:*", u32::MAX, fault);
            // On the way back the old template's patience counts: an hour. Hops end it.
            state.lambda.functions.get_mut(START).unwrap().timeout = 2;
        })
    });
    back.await;
    settled(&deployment).await;
    assert!(data(&deployment)["Trouble"].as_str().unwrap().contains("Rate exceeded"), "{}", data(&deployment));
    once_a_delivery(&deployment, "Update", Seen::last(&deployment, "AutoStart", "Update").await)
}

/// What was seen of the last request of this type, whose handler cannot look at the stack.
///
/// Two seconds may end an invocation after its PUT, or after its hand-over; Lambda delivers again, and no look can find
/// the answer. Whatever is fast, no delivery answers twice, and one that was handed over does not answer.
pub(super) fn once_a_delivery(deployment: &Deployment, request_type: &str, mut seen: Seen) -> Seen {
    let state = deployment.world().state();
    let mut requests = state.cloudformation.requests_for("AutoStart");
    requests.retain(|request| request.request_type == request_type);
    let id = requests.last().unwrap().id.as_str();
    let answers = state.cloudformation.puts.iter().filter(|put| put.request_id.as_deref() == Some(id)).count();
    let delivered = state.lambda.invocations.iter().filter(|one| one.payload["RequestId"] == id);
    let deliveries = delivered.filter(|one| one.result["Status"] != "handed over").count();
    assert!((1..=deliveries).contains(&answers), "{answers} answers of {deliveries} deliveries: {seen:?}");
    assert!(seen.puts == "200" || seen.puts == format!("200 x{answers}"), "{seen:?}");
    "200, once a delivery".clone_into(&mut seen.puts);
    seen
}

/// DescribeStacks is denied, and the events show that the stack rolls back.
pub(super) async fn denied() -> Seen {
    let deployment = stopped().await;
    refusing_once(&deployment);
    begin(&deployment, "UpdateStack", &template("AutoStart"), &[("OnDelete", "Stop")]);
    let back = deployment.world().until(|state| {
        let status = state.cloudformation.stack(NAME)?.status;
        (status == Status::UpdateRollbackInProgress).then(|| {
            let role = Caller::Role(state.lambda.functions[START].role_name().to_owned());
            let fault = Fault::Refuse(ApiError::new("AccessDenied", "not authorized"));
            state.faults.inject_for(role, "cloudformation:DescribeStacks", u32::MAX, fault);
        })
    });
    back.await;
    settled(&deployment).await;
    assert!(data(&deployment)["Trouble"].as_str().unwrap().contains("cloudformation:DescribeStacks"));
    Seen::last(&deployment, "AutoStart", "Update").await
}

/// Whatever went wrong before, Fn::GetAtt finds what it asks for.
pub(super) async fn attributes() -> Seen {
    let deployment = stopped().await;
    courier::alter(&deployment, |event| {
        if event["RequestType"] == "Update" {
            event["ResourceProperties"]["OnDelete"] = json!("Perhaps");
        }
    });
    begin(&deployment, "UpdateStack", &template("AutoStart"), &[("OnDelete", "Stop")]);
    settled(&deployment).await;
    let data = data(&deployment);
    for name in ["ApplicationARN", "ApplicationStatus", "ApplicationVersionId", "RestoredSnapshot"] {
        assert!(data[name].is_string(), "{name}: {data}");
    }
    assert!(data["Trouble"].as_str().unwrap().contains("OnDelete: expected"), "{data}");
    Seen::last(&deployment, "AutoStart", "Update").await
}
