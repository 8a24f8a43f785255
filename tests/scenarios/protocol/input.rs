//! What stands in the event, and where the function stands.

use std::net::TcpListener;

use local_aws::api::{ApiError, Caller};
use local_aws::faults::Fault;
use project::deployment::NAME;
use serde_json::{Value, json};

use super::courier;
use super::seen::Seen;
use super::stage::{START, begin, created, created_from, given_up, handlers_with, settled, template};
use crate::stage::handlers;

/// A Create whose properties CloudFormation sends so.
async fn with_property(name: &str, value: &Value) -> Seen {
    let mut template = template("AutoStart");
    template["Resources"]["AutoStart"]["Properties"][name] = value.clone();
    created_from(&handlers().await, &template).await
}

/// A Create whose event is changed on its way; the Delete after it is CloudFormation's own.
async fn with_create(change: impl Fn(&mut Value) + Send + 'static) -> Seen {
    let deployment = handlers().await;
    courier::alter(&deployment, move |event| {
        if event["RequestType"] == "Create" {
            change(event);
        }
    });
    created(&deployment).await
}

fn says(seen: &Seen, text: &str) {
    assert!(seen.reason.contains(text), "{}", seen.reason);
}

pub(super) async fn unreadable() -> Seen {
    let seen = with_property("StabilizeSeconds", &json!("a while")).await;
    says(&seen, "StabilizeSeconds: expected a whole number from 0 to 3600, found \"a while\"");
    seen
}

pub(super) async fn unreadable_for_later() -> Seen {
    let seen = with_property("OnDelete", &json!("Perhaps")).await;
    says(&seen, "OnDelete: expected Leave, Stop or ForceStop, found \"Perhaps\"");
    seen
}

pub(super) async fn unknown_type() -> Seen {
    let seen = with_create(|event| event["RequestType"] = json!("Replace")).await;
    says(&seen, "RequestType: expected Create, Update or Delete, found \"Replace\"");
    seen
}

pub(super) async fn no_properties() -> Seen {
    let seen = with_create(|event| {
        event.as_object_mut().unwrap().remove("ResourceProperties");
    })
    .await;
    says(&seen, "A property cannot be read: ResourceProperties");
    seen
}

pub(super) async fn wrong_shapes() -> Seen {
    let mut ends = Vec::new();
    for shape in [json!([]), json!("text"), json!(7), json!(null)] {
        let mut seen = with_create(move |event| event["ResourceProperties"] = shape.clone()).await;
        says(&seen, "A property cannot be read: ResourceProperties");
        assert!(!seen.reason.contains("struct"), "a Rust type: {}", seen.reason);
        seen.reason.clear();
        ends.push(seen);
    }
    ends.dedup();
    assert_eq!(ends.len(), 1, "{ends:?}");
    ends.remove(0)
}

pub(super) async fn newer() -> Seen {
    with_property("Tomorrow", &json!({"Word": "x"})).await
}

pub(super) async fn older() -> Seen {
    let deployment = handlers().await;
    courier::alter(&deployment, |event| {
        if event["RequestType"] == "Update" {
            event["OldResourceProperties"] = json!({"RunConfiguration": 7, "Yesterday": ["x"]});
        }
    });
    created(&deployment).await;
    deployment.world().state().journal.clear();
    begin(&deployment, "UpdateStack", &template("AutoStart"), &[("OnDelete", "Stop")]);
    settled(&deployment).await;
    Seen::first(&deployment, "AutoStart", "Update").await
}

pub(super) async fn foreign_host() -> Seen {
    let foreign = TcpListener::bind("127.0.0.1:0").unwrap();
    foreign.set_nonblocking(true).unwrap();
    let url = format!("http://{}/bucket/key?Signature=x", foreign.local_addr().unwrap());
    let deployment = handlers().await;
    courier::alter(&deployment, move |event| {
        if event["RequestType"] == "Create" {
            event["ResponseURL"] = json!(url);
        }
    });
    begin(&deployment, "CreateStack", &template("AutoStart"), &[]);
    let seen = given_up(&deployment).await;
    assert!(foreign.accept().is_err(), "no one may have knocked");
    seen
}

pub(super) async fn no_url() -> Seen {
    let deployment = handlers().await;
    courier::alter(&deployment, |event| {
        if event["RequestType"] == "Create" {
            event.as_object_mut().unwrap().remove("ResponseURL");
        }
    });
    begin(&deployment, "CreateStack", &template("AutoStart"), &[]);
    given_up(&deployment).await
}

pub(super) async fn bad_environment() -> Seen {
    let seen = created(&handlers_with("POLL_INTERVAL_MS", "soon").await).await;
    says(&seen, "POLL_INTERVAL_MS: expected a whole number");
    seen
}

pub(super) async fn not_owned() -> Seen {
    let seen = with_property("ApplicationName", &json!("flink-another caller-elses")).await;
    says(&seen, "The application is not this stack's: flink-another caller-elses.");
    seen
}

pub(super) async fn denied() -> Seen {
    let deployment = handlers().await;
    {
        let mut state = deployment.world().state();
        let role = Caller::Role(state.lambda.functions[START].role_name().to_owned());
        let error = ApiError::new("AccessDenied", "User is not authorized to perform: cloudformation:DescribeStacks");
        state.faults.inject_for(role, "cloudformation:DescribeStacks", u32::MAX, Fault::Refuse(error));
    }
    let seen = created(&deployment).await;
    says(&seen, "cloudformation:DescribeStacks");
    seen
}

/// A Create whose application does not start, with the service's word for it.
async fn with_error(error: &str) -> Seen {
    let deployment = handlers().await;
    deployment.world().state().flink.fail_next_start(NAME, error);
    created(&deployment).await
}

pub(super) async fn oversize() -> Seen {
    let seen = with_error(&format!("{}\nCaused by: the cause", "long ".repeat(1800))).await;
    says(&seen, " [...] Caused by: the cause");
    seen
}

pub(super) async fn non_ascii() -> Seen {
    let seen = with_error(&"é🦀\u{1}\"\\".repeat(1000)).await;
    says(&seen, "é🦀\u{1}\"\\");
    says(&seen, " [...]");
    seen
}

pub(super) async fn one_line() -> Seen {
    let frames: Vec<_> =
        (0..40).map(|step| format!(" at org.apache.flink.Step{step}.handle(Step{step}.java:{step})")).collect();
    let frames = frames.concat();
    let seen = with_error(&format!(
        "Could not execute application.{frames} Caused by: The main method caused an error{frames} Caused by: \
         java.lang.NullPointerException: stream.name is not given{frames}"
    ))
    .await;
    says(
        &seen,
        "Could not execute application. Caused by: The main method caused an error Caused by: \
                 java.lang.NullPointerException: stream.name is not given",
    );
    seen
}

/// A value of the application's own groups: masked in what CloudFormation shows and in the log, unless the request
/// names it anyway.
pub(super) async fn secret() -> Seen {
    const SECRET: &str = "hunter2-hunter2";
    let deployment = handlers().await;
    let mut template = template("AutoStart");
    template["Resources"]["Application"]["Properties"]["ApplicationConfiguration"]["EnvironmentProperties"] = json!({"PropertyGroups": [{"PropertyGroupId": "Ours",
            "PropertyMap": {"password": SECRET, "flag": "true", "application": NAME}}]});
    let error = format!("true: {NAME} cannot log in with {SECRET}; not {SECRET}-2.");
    deployment.world().state().flink.fail_next_start(NAME, &error);
    let seen = created_from(&deployment, &template).await;
    says(&seen, &format!("true: {NAME} cannot log in with ***; not {SECRET}-2."));
    let state = deployment.world().state();
    assert!(!state.lambda.logs.iter().any(|line| line.line.contains(&format!("with {SECRET}"))));
    drop(state);
    seen
}

pub(super) async fn longest_data() -> Seen {
    let ids: Vec<String> = (0..50).map(|number| format!("{number:g>50}")).collect();
    let mut template = template("PropertyGroups");
    template["Resources"]["PropertyGroups"]["Properties"]["PropertyGroups"] =
        ids.iter().map(|id| json!({"PropertyGroupId": id, "PropertyMap": {"key": "value"}})).collect();
    let configuration = &mut template["Resources"]["Application"]["Properties"]["ApplicationConfiguration"];
    configuration.as_object_mut().unwrap().remove("EnvironmentProperties");
    template["Outputs"] = json!({"Ids": {"Value": {"Fn::GetAtt": ["PropertyGroups", "PropertyGroupIds"]}}});
    let deployment = handlers().await;
    begin(&deployment, "CreateStack", &template, &[]);
    settled(&deployment).await;
    let seen = Seen::first(&deployment, "PropertyGroups", "Create").await;
    let state = deployment.world().state();
    assert_eq!(state.cloudformation.stack(NAME).unwrap().outputs[0].value, ids.join(","), "whole");
    seen
}
