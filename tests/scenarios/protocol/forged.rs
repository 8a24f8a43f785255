//! A caller that may invoke a handler writes any event; during a deployment it would act with the stack's own
//! application. Each forged request stands beside an honest one, which comes to its end.

use local_aws::cloudformation::{Request, RowsOnTheWayBack, Status};
use local_aws::flink::{self, Hold, Status as Flink};
use local_aws::{Modes, lambda};
use project::deployment::{Deployment, NAME};
use serde_json::{Value, json};

use super::rollback::{refusing_once, stopped, stopped_in};
use super::seen::Seen;
use super::stage::{START, begin, settled, template, until};
use crate::stage::application;

const GUARD: &str = "flink-update-guard";
const GROUPS: &str = "flink-property-groups";

/// Sends an event that no caller asked for, and looks at what it was answered and did. The honest request waits
/// meanwhile.
async fn forged(deployment: &Deployment, function: &str, change: impl FnOnce(&mut Value)) -> Seen {
    let world = deployment.world();
    let mut event = {
        let mut state = world.state();
        state.journal.clear();
        state.cloudformation.requests_for("AutoStart").last().unwrap().event.clone()
    };
    let url = format!("{}/cloudformation-custom-resource-response-euwest1/forged", world.settings.endpoint);
    event["RequestId"] = json!("forged");
    event["ResponseURL"] = json!(url);
    event["ServiceToken"] = json!(world.settings.arn("lambda", &format!("function:{function}")));
    change(&mut event);
    let text = |name: &str| event[name].as_str().unwrap_or_default().to_owned();
    let request = Request {
        id: "forged".to_owned(),
        number: usize::MAX,
        stack_id: text("StackId"),
        logical_id: text("LogicalResourceId"),
        request_type: text("RequestType"),
        event: event.clone(),
        response_url: url,
        answer: None,
    };
    world.state().cloudformation.requests.insert("forged".to_owned(), request);
    lambda::invoke(world, function, &event).await.unwrap();
    let state = world.state();
    let seen = Seen::of(&state, &state.cloudformation.requests["forged"]);
    drop(state);
    world.state().cloudformation.requests.remove("forged");
    seen
}

/// A guard that would stop the job by force at once.
fn guard(event: &mut Value) {
    event["RequestType"] = json!("Update");
    event["ResourceType"] = json!("Custom::FlinkUpdateGuard");
    event["LogicalResourceId"] = json!("Unknown");
    event["PhysicalResourceId"] = json!("update-guard/flink-test/Unknown");
    event["ResourceProperties"] = json!({"ServiceToken": "arn", "ApplicationName": NAME, "Mode": "Stop",
        "OnSnapshotFailure": "ForceStop", "StopMinutes": "0"});
    event["OldResourceProperties"] = json!({});
}

/// A deployment whose auto-start waits for a start that lasts.
async fn deploying() -> Deployment {
    let deployment = stopped().await;
    deployment.world().state().flink.hold(NAME, Flink::Starting, Hold::UntilReleased);
    begin(&deployment, "UpdateStack", &template("AutoStart"), &[("OnDelete", "Stop")]);
    until(&deployment, |state| state.flink.applications[NAME].status == Flink::Starting).await;
    deployment
}

/// The honest request comes to its end; `seen` with the stack's.
async fn and_honest(deployment: &Deployment, seen: Seen, ends: Status) -> Seen {
    flink::release(&mut deployment.world().state(), &deployment.world().settings, NAME);
    assert_eq!(settled(deployment).await, ends);
    assert_eq!(application(deployment).status, Flink::Running);
    let honest = Seen::last(deployment, "AutoStart", "Update").await;
    assert_eq!((honest.verdict, honest.puts.as_str()), ("SUCCESS", "200"));
    Seen { stack: honest.stack, ..seen }
}

pub(super) async fn forward() -> Seen {
    let deployment = deploying().await;
    let seen = forged(&deployment, GUARD, guard).await;
    assert!(seen.reason.contains("does not wait for this request: Unknown"), "{}", seen.reason);
    and_honest(&deployment, seen, Status::UpdateComplete).await
}

pub(super) async fn other_type() -> Seen {
    let deployment = deploying().await;
    let seen = forged(&deployment, GUARD, |event| {
        guard(event);
        event["LogicalResourceId"] = json!("AutoStart");
    })
    .await;
    assert!(seen.reason.contains("expected a Custom::FlinkUpdateGuard"), "{}", seen.reason);
    and_honest(&deployment, seen, Status::UpdateComplete).await
}

pub(super) async fn other_properties() -> Seen {
    let deployment = deploying().await;
    let seen = forged(&deployment, START, |event| {
        event["ResourceProperties"]["ConfigurationDigest"] = json!("another");
        event["ResourceProperties"]["StabilizeSeconds"] = json!("0");
    })
    .await;
    assert!(seen.reason.contains("its row has another ConfigurationDigest"), "{}", seen.reason);
    and_honest(&deployment, seen, Status::UpdateComplete).await
}

/// DescribeStacks takes a name, and then no row of the stack's would be recognized.
pub(super) async fn stack_by_name() -> Seen {
    let deployment = deploying().await;
    let seen = forged(&deployment, GUARD, |event| {
        guard(event);
        event["StackId"] = json!(NAME);
    })
    .await;
    assert!(seen.reason.contains("it names the stack flink-test, not arn:"), "{}", seen.reason);
    and_honest(&deployment, seen, Status::UpdateComplete).await
}

pub(super) async fn other_physical_id() -> Seen {
    let deployment = deploying().await;
    let seen = forged(&deployment, START, |event| {
        event["PhysicalResourceId"] = json!("auto-start/another/AutoStart");
        event["ResourceProperties"]["ConfigurationDigest"] = json!("another");
    })
    .await;
    assert!(seen.reason.contains("its row has another ConfigurationDigest"), "{}", seen.reason);
    and_honest(&deployment, seen, Status::UpdateComplete).await
}

pub(super) async fn handed_over() -> Seen {
    let deployment = deploying().await;
    let seen = forged(&deployment, GUARD, |event| {
        guard(event);
        event["Handover"] = json!({"Hop": 1, "Status": "UPDATE_IN_PROGRESS", "Row": "", "FirstSeen": 0});
    })
    .await;
    and_honest(&deployment, seen, Status::UpdateComplete).await
}

/// Whatever a row shows of a resource that is brought back, the honest request is worked.
async fn on_the_way_back(function: &str, change: impl Fn(&mut Value)) -> Seen {
    let mut ends = Vec::new();
    for rows_on_the_way_back in [RowsOnTheWayBack::Failed, RowsOnTheWayBack::Restored] {
        // A start on the way back that hangs is ended; the forged request is answered long before that.
        let slow = [("POLL_INTERVAL_MS", "100"), ("REPLY_MARGIN_MS", "2000"), ("STABILIZE_SECONDS", "0")];
        let deployment = stopped_in(Modes { rows_on_the_way_back, ..Modes::default() }, &slow).await;
        refusing_once(&deployment);
        deployment.world().state().flink.hold(NAME, Flink::Starting, Hold::UntilReleased);
        let mut changed = template("AutoStart");
        changed["Resources"]["AutoStart"]["Properties"]["ConfigurationDigest"] = json!("changed");
        begin(&deployment, "UpdateStack", &changed, &[("OnDelete", "Stop")]);
        until(&deployment, |state| {
            let back =
                state.cloudformation.stack(NAME).map(|stack| stack.status) == Some(Status::UpdateRollbackInProgress);
            back && state.flink.applications[NAME].status == Flink::Starting
        })
        .await;
        let seen = forged(&deployment, function, &change).await;
        ends.push(and_honest(&deployment, seen, Status::UpdateRollbackComplete).await);
    }
    assert_eq!(ends[0], ends[1]);
    ends.remove(0)
}

pub(super) async fn way_back() -> Seen {
    on_the_way_back(GUARD, guard).await
}

/// Of the resource that is brought back, as the request that goes on has it, old properties and all.
pub(super) async fn way_back_other_properties() -> Seen {
    on_the_way_back(START, |event| {
        event["ResourceProperties"]["ConfigurationDigest"] = json!("another");
        event["ResourceProperties"]["StabilizeSeconds"] = json!("0");
    })
    .await
}

/// An honest Delete of the groups in the cleanup, and one that no caller asked for.
pub(super) async fn delete_in_the_cleanup() -> Seen {
    let deployment = crate::stage::handlers().await;
    let mut both = template("AutoStart");
    both["Resources"]["PropertyGroups"] = template("PropertyGroups")["Resources"]["PropertyGroups"].clone();
    both["Resources"]["PropertyGroups"]["Properties"]["PropertyGroups"] =
        json!([{"PropertyGroupId": "Ours", "PropertyMap": {"key": "value"}}]);
    both["Resources"]["AutoStart"]["DependsOn"] = json!(["PropertyGroups"]);
    begin(&deployment, "CreateStack", &both, &[]);
    assert_eq!(settled(&deployment).await, Status::CreateComplete);
    {
        let mut state = deployment.world().state();
        state.flink.hold(NAME, Flink::Maintenance, Hold::UntilReleased);
        flink::put_status(&mut state, NAME, Flink::Maintenance);
    }
    both["Resources"].as_object_mut().unwrap().remove("PropertyGroups");
    both["Resources"]["AutoStart"]["DependsOn"] = json!(["LoggingOption"]);
    begin(&deployment, "UpdateStack", &both, &[]);
    until(&deployment, |state| state.cloudformation.requests_for("PropertyGroups").len() == 2).await;
    let seen = forged(&deployment, GROUPS, |event| {
        event["RequestType"] = json!("Delete");
        event["LogicalResourceId"] = json!("Unknown");
        event["PhysicalResourceId"] = json!("property-groups/flink-test/Unknown");
        event["ResourceProperties"] = json!({"ServiceToken": "arn", "ApplicationName": NAME,
            "PropertyGroups": [{"PropertyGroupId": "Ours", "PropertyMap": {"key": "value"}}]});
    })
    .await;
    assert_eq!(application(&deployment).configuration.property("Ours", "key"), Some("value"));
    flink::release(&mut deployment.world().state(), &deployment.world().settings, NAME);
    assert_eq!(settled(&deployment).await, Status::UpdateComplete);
    assert_eq!(application(&deployment).configuration.property("Ours", "key"), None, "the honest one takes it");
    Seen { stack: "UPDATE_COMPLETE".to_owned(), ..seen }
}
