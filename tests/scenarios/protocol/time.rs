//! Longer than one invocation, longer than all of them, and not at the first look.

use local_aws::api::{ApiError, Caller};
use local_aws::faults::Fault;
use local_aws::flink::{self, Hold, Status as Flink};
use project::deployment::NAME;

use super::rollback::once_a_delivery;
use super::seen::Seen;
use super::stage::{
    START, begin, created, created_from, handlers_meeting, handlers_with, settled, template, timeout, until,
};
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
    let deployment = handlers_meeting(&[]).await;
    timeout(&deployment, 3);
    deployment.world().state().flink.hold(NAME, Flink::Starting, Hold::UntilReleased);
    begin(&deployment, "CreateStack", &template("AutoStart"), &[]);
    until(&deployment, |state| !state.cloudformation.puts.is_empty()).await;
    flink::release(&mut deployment.world().state(), &deployment.world().settings, NAME);
    settled(&deployment).await;
    let seen = Seen::first(&deployment, "AutoStart", "Create").await;
    assert!(seen.reason.contains("No time is left") && seen.reason.contains("STARTING"), "{}", seen.reason);
    seen
}

/// The invocation whose call hangs does not decide: the next one has a connection of its own.
pub(super) async fn hanging_call() -> Seen {
    let deployment = handlers().await;
    timeout(&deployment, 3);
    deployment.world().state().faults.held.push("DescribeApplication".to_owned());
    begin(&deployment, "CreateStack", &template("AutoStart"), &[]);
    until(&deployment, |state| state.lambda.invocations.iter().any(|each| each.function == START)).await;
    deployment.world().state().faults.held.clear();
    settled(&deployment).await;
    Seen::first(&deployment, "AutoStart", "Create").await
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

pub(super) async fn throttled_throughout() -> Seen {
    let deployment = handlers().await;
    timeout(&deployment, 2);
    {
        let mut state = deployment.world().state();
        let role = Caller::Role(state.lambda.functions[START].role_name().to_owned());
        let fault = Fault::Refuse(ApiError::new("Throttling", "Rate exceeded"));
        state.faults.inject_for(role, "cloudformation:*", u32::MAX, fault);
    }
    begin(&deployment, "CreateStack", &template("AutoStart"), &[]);
    until(&deployment, |state| !state.cloudformation.puts.is_empty()).await;
    deployment.world().state().faults.clear();
    settled(&deployment).await;
    let seen = Seen::first(&deployment, "AutoStart", "Create").await;
    assert!(seen.reason.contains("Throttling: Rate exceeded"), "{}", seen.reason);
    once_a_delivery(&deployment, "Create", seen)
}

/// One call that fails must not fail the deployment, and a hand-over is no failure in the metrics either.
pub(super) async fn hand_over_again() -> Seen {
    let deployment = handlers_with("REPLY_MARGIN_MS", "10000").await;
    timeout(&deployment, 12);
    {
        let mut state = deployment.world().state();
        state.flink.hold(NAME, Flink::Starting, Hold::UntilReleased);
        let role = Caller::Role(state.lambda.functions[START].role_name().to_owned());
        let throttled = ApiError::with_status(429, "TooManyRequestsException", "Rate Exceeded.");
        let failed = ApiError::with_status(500, "ServiceException", "The service encountered an internal error.");
        for fault in [Fault::Refuse(throttled), Fault::Refuse(failed), Fault::LoseReply] {
            state.faults.inject_for(role.clone(), "lambda:InvokeFunction", 1, fault);
        }
    }
    begin(&deployment, "CreateStack", &template("AutoStart"), &[]);
    let is_over = |line: &str| line.contains("handed over to the next invocation") || line.contains("answered FAILED");
    until(&deployment, |state| state.lambda.logs.iter().any(|line| is_over(&line.line))).await;
    let is_measured = |line: &str| line.contains("TimeToAnswer") || line.contains("\"Failed\"");
    assert!(!deployment.world().state().lambda.logs.iter().any(|line| is_measured(&line.line)));
    flink::release(&mut deployment.world().state(), &deployment.world().settings, NAME);
    settled(&deployment).await;
    let mut seen = Seen::first(&deployment, "AutoStart", "Create").await;
    // A hand-over whose reply was lost was taken: two invocations are at work, and the second may find the answer
    // given.
    assert!(["200", "200 x2"].contains(&seen.puts.as_str()), "{seen:?}");
    "200, once or twice".clone_into(&mut seen.puts);
    seen
}

/// Without rows the clock is the first look's, and hops do not wind it up again.
pub(super) async fn hop_clock() -> Seen {
    // The rollback deletes the application that the start was accepted for.
    let deployment = handlers_meeting(&[]).await;
    timeout(&deployment, 3);
    {
        let mut state = deployment.world().state();
        state.flink.hold(NAME, Flink::Starting, Hold::UntilReleased);
        let role = Caller::Role(state.lambda.functions[START].role_name().to_owned());
        let denied = Fault::Refuse(ApiError::new("AccessDenied", "not authorized"));
        state.faults.inject_for(role, "cloudformation:DescribeStackEvents", u32::MAX, denied);
    }
    let mut template = template("AutoStart");
    template["Resources"]["AutoStart"]["Properties"]["ServiceTimeout"] = serde_json::json!("6");
    begin(&deployment, "CreateStack", &template, &[]);
    until(&deployment, |state| !state.cloudformation.puts.is_empty()).await;
    flink::release(&mut deployment.world().state(), &deployment.world().settings, NAME);
    settled(&deployment).await;
    let seen = Seen::first(&deployment, "AutoStart", "Create").await;
    assert!(seen.reason.contains("No time is left"), "{}", seen.reason);
    seen
}
