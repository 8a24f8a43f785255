//! Alarms and dashboards as CloudFormation would resolve them.

use crate::template::cloudformation::resolved::{ResolvedTemplate, text};
use serde_json::{Value as Json, json};

fn stack(given: &[(&str, &str)]) -> ResolvedTemplate {
    let given: Vec<_> = [("JarKey", "job.jar")].into_iter().chain(given.iter().copied()).collect();
    ResolvedTemplate::with(&crate::template::application().unwrap(), &given).named()
}

fn alarms(stack: &ResolvedTemplate) -> Vec<Json> {
    let all = stack.resources().into_iter().filter(|(_, kind)| kind == "AWS::CloudWatch::Alarm");
    all.map(|(id, _)| stack.properties(&id)).collect()
}

#[test]
fn alarms_watch_the_application_and_notify_the_topic() {
    let topic = "arn:aws:sns:eu-west-1:111122223333:ops";
    let stack = stack(&[("AlarmTopicArn", topic)]);
    let names: Vec<String> = alarms(&stack).iter().map(|alarm| text(&alarm["AlarmName"])).collect();
    let words = ["failed-checkpoints", "downtime", "lag", "restarts"];
    assert_eq!(names.len(), words.len());
    for alarm in alarms(&stack) {
        assert_eq!(alarm["AlarmActions"], json!([topic]));
        let dimensions = [&alarm["Dimensions"], &alarm["Metrics"][1]["MetricStat"]["Metric"]["Dimensions"]];
        assert!(
            dimensions.into_iter().filter_map(Json::as_array).flatten().all(|one| one["Value"] == "flink-test"),
            "{alarm}"
        );
    }
}

#[test]
fn without_a_topic_none_is_notified_and_without_a_dashboard_none_is_drawn() {
    let stack = stack(&[("Dashboard", "false")]);
    assert!(alarms(&stack).iter().all(|alarm| alarm["AlarmActions"] == json!([])));
    assert!(!stack.resources().iter().any(|(id, _)| id == "ApplicationDashboard"));
}

#[test]
fn the_counter_of_restarts_is_the_one_that_the_runtime_has() {
    let counter = |runtime| {
        let stack = stack(&[("RuntimeEnvironment", runtime)]);
        stack.properties("RestartsAlarm")["Metrics"][1]["MetricStat"]["Metric"]["MetricName"].clone()
    };
    assert_eq!((counter("FLINK-1_20"), counter("FLINK-2_2")), (json!("fullRestarts"), json!("numRestarts")));
}

#[test]
fn the_dashboards_body_is_json_in_any_partition_and_its_name_takes_no_dot() {
    let given = [("ApplicationName", "flink-a.b_c")];
    let stack = stack(&given).in_region("aws-cn", "cn-north-1");
    let dashboard = stack.properties("ApplicationDashboard");
    assert_eq!(dashboard["DashboardName"], "flink-a-b_c-cn-north-1");
    let body: Json = serde_json::from_str(dashboard["DashboardBody"].as_str().unwrap()).unwrap();
    let widgets = body["widgets"].as_array().unwrap();
    let kinds: Vec<&str> = widgets.iter().filter_map(|widget| widget["type"].as_str()).collect();
    assert_eq!((kinds.len(), kinds[0], kinds[1], kinds[11]), (12, "text", "alarm", "log"));
    for widget in widgets.iter().filter(|widget| widget["type"] == "metric") {
        assert_eq!(widget["properties"]["region"], "cn-north-1");
    }
}
