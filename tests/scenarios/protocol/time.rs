//! Longer than one invocation, longer than all of them, and not at the first look.

use local_aws::api::{ApiError, Caller};
use local_aws::deployment::NAME;
use local_aws::faults::Fault;
use local_aws::flink::{self, Hold, Status as Flink};

use super::seen::Seen;
use super::stage::{START, begin, created, created_from, settled, template, timeout, until};
use crate::stage::handlers;

pub(super) async fn handed_over() -> Seen {
    let deployment = handlers().await;
    timeout(&deployment, 3);
    deployment.world().state().flink.hold(NAME, Flink::Starting, Hold::UntilReleased);
    begin(&deployment, "CreateStack", &template("AutoStart"), &[]);
    until(&deployment, |state| state.lambda.invocations.iter().any(|each| each.function == START)).await;
    flink::release(&mut deployment.world().state(), &deployment.world().settings, NAME);
    settled(&deployment).await;
    Seen::first(&deployment, "AutoStart", "Create").await
}

pub(super) async fn deadline() -> Seen {
    let deployment = handlers().await;
    timeout(&deployment, 3);
    deployment.world().state().flink.hold(NAME, Flink::Starting, Hold::UntilReleased);
    begin(&deployment, "CreateStack", &template("AutoStart"), &[]);
    until(&deployment, |state| state.cloudformation.puts.len() == 1).await;
    flink::release(&mut deployment.world().state(), &deployment.world().settings, NAME);
    settled(&deployment).await;
    let seen = Seen::first(&deployment, "AutoStart", "Create").await;
    assert!(seen.reason.contains("No time is left") && seen.reason.contains("STARTING"), "{}", seen.reason);
    seen
}

/// It waits as long as CloudFormation does, less what an answer takes.
pub(super) async fn impatient() -> Seen {
    let deployment = handlers().await;
    deployment.world().state().flink.hold(NAME, Flink::Starting, Hold::Looks(5));
    let mut template = template("AutoStart");
    template["Resources"]["AutoStart"]["Properties"]["ServiceTimeout"] = serde_json::json!("60");
    let seen = created_from(&deployment, &template).await;
    assert_eq!(seen.verdict, "SUCCESS", "{}", seen.reason);
    seen
}

pub(super) async fn throttled() -> Seen {
    let deployment = handlers().await;
    {
        let mut state = deployment.world().state();
        let role = Caller::Role(state.lambda.functions[START].role_name().to_owned());
        let fault = Fault::Refuse(ApiError::new("Throttling", "Rate exceeded"));
        state.faults.inject_for(role, "cloudformation:*", 3, fault);
    }
    created(&deployment).await
}
