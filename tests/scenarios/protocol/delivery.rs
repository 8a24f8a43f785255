//! How often a request arrives, and what CloudFormation did meanwhile.

use std::time::Duration;

use local_aws::State;
use local_aws::cloudformation::scenario;
use local_aws::flink::{self, Hold, Status as Flink};
use local_aws::lambda::{self, Moment};
use project::deployment::NAME;
use serde_json::{Value, json};

use super::courier;
use super::seen::Seen;
use super::stage::{START, begin, created, created_from, handlers_meeting, running, settled, template, until};
use crate::stage::{application, handlers, mutations};

pub(super) async fn again() -> Seen {
    let deployment = running().await;
    let event = deployment.world().state().cloudformation.requests_for("AutoStart")[0].event.clone();
    let message = lambda::invoke(deployment.world(), START, &event).await.unwrap();
    assert_eq!(message.error, None);
    Seen::first(&deployment, "AutoStart", "Create").await
}

pub(super) async fn late_retry() -> Seen {
    let deployment = handlers().await;
    lambda::kill_at(&mut deployment.world().state(), START, "custom-resource:Respond", Moment::BeforeTheAnswer);
    // Lambda waits a minute; here long enough for CloudFormation to read the answer.
    deployment.world().state().lambda.retry_delays = [Duration::from_secs(1); 2];
    created(&deployment).await
}

fn groups(value: &str) -> Value {
    let mut template = template("PropertyGroups");
    let configuration = &mut template["Resources"]["Application"]["Properties"]["ApplicationConfiguration"];
    configuration.as_object_mut().unwrap().remove("EnvironmentProperties");
    template["Resources"]["PropertyGroups"]["Properties"]["PropertyGroups"] =
        json!([{"PropertyGroupId": "Ours", "PropertyMap": {"key": value}}]);
    template
}

/// It waits for the application to leave MAINTENANCE, and must not write what CloudFormation does not want any more.
pub(super) async fn superseded() -> Seen {
    let deployment = handlers().await;
    begin(&deployment, "CreateStack", &groups("old"), &[]);
    settled(&deployment).await;
    {
        let mut state = deployment.world().state();
        state.flink.hold(NAME, Flink::Maintenance, Hold::UntilReleased);
        flink::put_status(&mut state, NAME, Flink::Maintenance);
        state.journal.clear();
    }
    begin(&deployment, "UpdateStack", &groups("new"), &[]);
    until(&deployment, |state| state.journal.iter().any(|call| call.action.ends_with(":DescribeApplication"))).await;
    scenario::request(deployment.world(), "CancelUpdateStack", [("StackName", NAME)]).unwrap();
    until(&deployment, |state| state.cloudformation.requests_for("PropertyGroups").len() == 3).await;
    flink::release(&mut deployment.world().state(), &deployment.world().settings, NAME);
    settled(&deployment).await;
    let seen = Seen::last(&deployment, "PropertyGroups", "Update").await;
    assert_eq!(application(&deployment).configuration.property("Ours", "key"), Some("old"));
    assert!(mutations(&deployment, "flink-property-groups").is_empty());
    seen
}

fn runs(state: &State) -> bool {
    state.flink.applications.get(NAME).is_some_and(|application| application.status == Flink::Running)
}

/// A sibling fails while the Create waits out its gate (G.46).
pub(super) async fn racing() -> Seen {
    let deployment = handlers_meeting(&[]).await;
    courier::send(&deployment, "flink-property-groups", runs, |event| vec![event]);
    let mut both = template("AutoStart");
    both["Resources"]["AutoStart"]["Properties"]["StabilizeSeconds"] = json!("3600");
    both["Resources"]["PropertyGroups"] = template("PropertyGroups")["Resources"]["PropertyGroups"].clone();
    both["Resources"]["PropertyGroups"]["Properties"]["ConflictPolicy"] = json!("Perhaps");
    let create = created_from(&deployment, &both).await;
    assert_eq!(create.verdict, "none", "no one waits for it: {create:?}");
    let physical_id = {
        let state = deployment.world().state();
        state.cloudformation.requests_for("AutoStart")[1].event["PhysicalResourceId"].as_str().unwrap().to_owned()
    };
    assert!(physical_id.starts_with("flink-test-AutoStart-"), "{physical_id}");
    Seen::first(&deployment, "AutoStart", "Delete").await
}

/// Both wait for the same start; how many of them are done before the stack is, is a matter of moments.
pub(super) async fn at_the_same_moment() -> Seen {
    let deployment = handlers().await;
    courier::send(&deployment, START, |_| true, |event| vec![event.clone(), event]);
    deployment.world().state().flink.hold(NAME, Flink::Starting, Hold::UntilReleased);
    begin(&deployment, "CreateStack", &template("AutoStart"), &[]);
    // Both have looked at the stack, and neither is done.
    until(&deployment, |state| {
        let looks = state.journal.iter().filter(|call| call.action == "cloudformation:ListStackResources").count();
        let status = state.flink.applications.get(NAME).map(|application| application.status);
        looks >= 2 && status == Some(Flink::Starting)
    })
    .await;
    flink::release(&mut deployment.world().state(), &deployment.world().settings, NAME);
    settled(&deployment).await;
    let mut seen = Seen::first(&deployment, "AutoStart", "Create").await;
    assert!(["200", "200 x2"].contains(&seen.puts.as_str()), "{seen:?}");
    "200, once or twice".clone_into(&mut seen.puts);
    seen
}
