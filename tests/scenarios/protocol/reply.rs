//! The reply on the wire: one PUT for each request, as CloudFormation wants it.

use local_aws::cloudformation::Status;
use project::deployment::{Deployment, jar};
use serde_json::{Value, json};

use crate::stage::{application, handlers, running, with_jar};

/// Each request is answered once, without a content type, in at most 4,096 bytes.
#[tokio::test(flavor = "multi_thread")]
async fn each_request_is_answered_once_without_a_content_type() {
    let deployment = running().await;
    let state = deployment.world().state();
    let puts = &state.cloudformation.puts;
    assert_eq!((puts.len(), state.cloudformation.requests.len()), (3, 3), "guard, property groups, auto-start");
    for put in puts {
        assert!(put.body.len() <= 4096);
        assert_eq!(put.status, 200, "{put:?}");
    }
}

/// No log line holds a ResponseURL or a property's value.
#[tokio::test(flavor = "multi_thread")]
async fn no_log_line_holds_a_response_url_or_a_propertys_value() {
    let deployment = handlers().await;
    let mut template = Deployment::template_without_guard();
    let groups = &mut template["Resources"]["PropertyGroups"]["Properties"]["PropertyGroups"];
    groups[0]["PropertyMap"]["password"] = json!("hunter2");
    let key = deployment.upload(&jar("1", &[]));
    let status = deployment.deploy_template(&template.to_string(), &with_jar(&key), &[]).await;
    assert_eq!(status, Status::CreateComplete);
    assert_eq!(
        application(&deployment).configuration.property("FlinkApplicationProperties", "password"),
        Some("hunter2")
    );
    let state = deployment.world().state();
    // The last line of a request is there: none is still on its way.
    for function in ["flink-auto-start", "flink-property-groups"] {
        let last = state.lambda.logs.iter().rfind(|line| line.function == function);
        assert!(last.is_some_and(|last| last.line.contains(r#""message":"answered""#)), "{}", state.history());
    }
    let puts = state.cloudformation.puts.iter().map(|put| &put.body);
    for text in state.lambda.logs.iter().map(|line| &line.line).chain(puts) {
        assert!(!text.contains("Signature") && !text.contains("hunter2"), "{text}");
    }
}

/// Each request leaves its time, its calls and what was restored as CloudWatch metrics (namespace FlinkStackHandlers).
#[tokio::test(flavor = "multi_thread")]
async fn each_request_leaves_its_time_its_calls_and_what_was_restored_as_metrics() {
    let deployment = running().await;
    let state = deployment.world().state();
    let lines = state.lambda.logs.iter().filter(|line| line.function == "flink-auto-start");
    let metrics: Vec<Value> = lines
        .filter_map(|line| serde_json::from_str(&line.line).ok())
        .filter(|line: &Value| !line["_aws"].is_null())
        .collect();
    let [metric, start] = metrics.as_slice() else { panic!("{metrics:?}") };
    let named = |line: &Value| line["_aws"]["CloudWatchMetrics"][0]["Dimensions"].clone();
    assert_eq!((named(metric), named(start)), (json!([["FunctionName"]]), json!([["ApplicationName"]])));
    assert_eq!((&start["ApplicationName"], &start["Starts"]), (&json!("flink-test"), &json!(1)));
    assert!(start["TimeToRunning"].as_u64().is_some(), "{start}");
    assert_eq!(start.get("RestoredSnapshotAge"), None, "it began empty");
    assert_eq!(metric["_aws"]["CloudWatchMetrics"][0]["Namespace"], "FlinkStackHandlers");
    assert_eq!(
        (&metric["FunctionName"], &metric["Calls"], &metric["Failed"]),
        (&json!("flink-auto-start"), &json!(1), &json!(0))
    );
    assert!(metric["TimeToAnswer"].as_u64().is_some(), "{metric}");
    assert_eq!((&metric["ApplicationStatus"], &metric["RestoredSnapshot"]), (&json!("RUNNING"), &json!("")));
}
