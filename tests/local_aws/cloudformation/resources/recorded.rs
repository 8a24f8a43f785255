//! Types that nothing in this world acts on: they exist, have a name and an ARN, and that is all.

use serde_json::{Value, json};

use super::{Desk, Handler, Made, Refused, at_once};
use crate::stamp;

pub(super) const HANDLERS: &[Handler] = &[
    Handler {
        kind: "AWS::CloudWatch::Alarm",
        properties: &[
            "ActionsEnabled",
            "AlarmActions",
            "AlarmDescription",
            "AlarmName",
            "ComparisonOperator",
            "DatapointsToAlarm",
            "Dimensions",
            "EvaluationPeriods",
            "ExtendedStatistic",
            "InsufficientDataActions",
            "MetricName",
            "Metrics",
            "Namespace",
            "OKActions",
            "Period",
            "Statistic",
            "Tags",
            "Threshold",
            "TreatMissingData",
            "Unit",
        ],
        required: &["ComparisonOperator", "EvaluationPeriods"],
        create_only: &["AlarmName"],
        attributes: &["Arn"],
        create: |desk| put_alarm(desk, desk.name("AlarmName", 255)),
        update: |desk| put_alarm(desk, desk.physical_id.to_owned()),
        delete: |desk| desk.remove("cloudwatch", "DeleteAlarms", &json!({ "AlarmNames": [desk.physical_id] })),
        is_settled: at_once,
    },
    Handler {
        kind: "AWS::CloudWatch::Dashboard",
        properties: &["DashboardBody", "DashboardName", "Tags"],
        required: &["DashboardBody"],
        create_only: &["DashboardName"],
        attributes: &[],
        create: |desk| {
            put_dashboard(desk)?;
            Ok(Made::new(desk.name("DashboardName", 255), []))
        },
        update: |desk| {
            put_dashboard(desk)?;
            Ok(Made::new(desk.physical_id, []))
        },
        delete: |desk| dashboard(desk, "cloudwatch:DeleteDashboards"),
        is_settled: at_once,
    },
    // What the CDK CLI adds to each template: it is neither read nor made.
    Handler {
        kind: "AWS::CDK::Metadata",
        properties: &["Analytics"],
        required: &[],
        create_only: &[],
        attributes: &[],
        create: |_| Ok(Made::new(stamp::uuid(), [])),
        update: |desk| Ok(Made::new(desk.physical_id, [])),
        delete: |_| Ok(()),
        is_settled: at_once,
    },
    Handler {
        kind: "AWS::CloudFormation::WaitConditionHandle",
        properties: &[],
        required: &[],
        create_only: &[],
        attributes: &[],
        create: |desk| {
            let url = format!(
                "{}/cloudformation-waitcondition/{}/{}",
                desk.settings.endpoint, desk.stack_name, desk.logical_id
            );
            Ok(Made::new(url, []))
        },
        update: |desk| Ok(Made::new(desk.physical_id, [])),
        delete: |_| Ok(()),
        is_settled: at_once,
    },
];

fn put_alarm(desk: &mut Desk<'_>, name: String) -> Result<Made, Refused> {
    let mut body = desk.properties.clone();
    body["AlarmName"] = json!(name);
    desk.call("cloudwatch", "PutMetricAlarm", &body)?;
    let arn = desk.arn("cloudwatch", &format!("alarm:{name}"));
    Ok(Made::new(name, [("Arn", json!(arn))]))
}

/// A body that is not JSON, or a name with other characters than these, is refused:
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html>.
fn put_dashboard(desk: &mut Desk<'_>) -> Result<(), Refused> {
    dashboard(desk, "cloudwatch:PutDashboard")?;
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
    let body: Result<Value, _> = serde_json::from_str(desk.text("DashboardBody"));
    let has_widgets = body.is_ok_and(|body| body["widgets"].is_array());
    if desk.text("DashboardName").chars().all(is_name) && has_widgets {
        return Ok(());
    }
    Err(Refused::by_handler("The dashboard's name or body is invalid", "InvalidRequest"))
}

fn dashboard(desk: &mut Desk<'_>, action: &str) -> Result<(), Refused> {
    let name = if desk.physical_id.is_empty() { desk.name("DashboardName", 255) } else { desk.physical_id.to_owned() };
    let arn = format!("arn:aws:cloudwatch::{}:dashboard/{name}", desk.settings.account);
    crate::services::perform(desk.state, desk.caller, action, &arn, desk.properties, |_| Ok(()))
        .map_err(|error| Refused::by_service("CloudWatch", &error))
}
