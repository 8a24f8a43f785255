//! AWS::KinesisAnalyticsV2::ApplicationCloudWatchLoggingOption: its creation is itself an update of the application
//! (semantics B.3, G.50); on a RUNNING one with the snapshot and restart that come with it.

use serde_json::{Value, json};

use super::flink::{self, SERVICE, describe};
use super::{Desk, Handler, Made, Refused};

pub(super) const HANDLERS: &[Handler] = &[Handler {
    kind: "AWS::KinesisAnalyticsV2::ApplicationCloudWatchLoggingOption",
    properties: &["ApplicationName", "CloudWatchLoggingOption"],
    required: &["ApplicationName", "CloudWatchLoggingOption"],
    create_only: &["ApplicationName"],
    attributes: &[],
    create,
    update,
    delete,
    is_settled,
}];

fn application(desk: &mut Desk<'_>) -> Result<Value, Refused> {
    let name = desk.text("ApplicationName").to_owned();
    let mut at_application = Desk {
        state: desk.state,
        settings: desk.settings,
        caller: desk.caller,
        stack_name: desk.stack_name,
        kind: desk.kind,
        logical_id: desk.logical_id,
        suffix: desk.suffix,
        tags: desk.tags,
        old_tags: desk.old_tags,
        properties: desk.properties,
        old: desk.old,
        physical_id: &name,
    };
    describe(&mut at_application)
}

fn create(desk: &mut Desk<'_>) -> Result<Made, Refused> {
    let detail = application(desk)?;
    let body = json!({
        "ApplicationName": desk.properties["ApplicationName"],
        "ConditionalToken": detail["ConditionalToken"],
        "CloudWatchLoggingOption": desk.properties["CloudWatchLoggingOption"],
    });
    let reply = desk.call(SERVICE, "AddApplicationCloudWatchLoggingOption", &body)?;
    let id = reply["CloudWatchLoggingOptionDescriptions"]
        .as_array()
        .and_then(|options| options.last())
        .and_then(|option| option["CloudWatchLoggingOptionId"].as_str())
        .map(str::to_owned);
    let id = id.unwrap_or_else(|| format!("{}.1", reply["ApplicationVersionId"]));
    Ok(Made::new(id, []))
}

fn update(desk: &mut Desk<'_>) -> Result<Made, Refused> {
    let detail = application(desk)?;
    let body = json!({
        "ApplicationName": desk.properties["ApplicationName"],
        "ConditionalToken": detail["ConditionalToken"],
        "CloudWatchLoggingOptionUpdates": [{
            "CloudWatchLoggingOptionId": desk.physical_id,
            "LogStreamARNUpdate": desk.properties["CloudWatchLoggingOption"]["LogStreamARN"],
        }],
    });
    desk.call(SERVICE, "UpdateApplication", &body)?;
    Ok(Made::new(desk.physical_id, []))
}

fn delete(desk: &mut Desk<'_>) -> Result<(), Refused> {
    let name = desk.properties["ApplicationName"].clone();
    let Some(detail) = flink::found(desk, &name)?.filter(|detail| detail["ApplicationStatus"] != "DELETING") else {
        return Ok(());
    };
    let body = json!({
        "ApplicationName": desk.properties["ApplicationName"],
        "ConditionalToken": detail["ConditionalToken"],
        "CloudWatchLoggingOptionId": desk.physical_id,
    });
    desk.remove(SERVICE, "DeleteApplicationCloudWatchLoggingOption", &body)
}

fn is_settled(desk: &mut Desk<'_>) -> Result<bool, Refused> {
    let name = desk.properties["ApplicationName"].clone();
    flink::is_settled_in(desk, &name, &["READY", "RUNNING", "ROLLED_BACK", "DELETING"])
}
