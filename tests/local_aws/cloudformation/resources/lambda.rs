//! Lambda's permissions and asynchronous settings as resources.

use serde_json::json;

use super::{Desk, Handler, Made, Refused, at_once};
use crate::api::ApiResult;
use crate::{State, lambda, services, stamp};

pub(super) const HANDLERS: &[Handler] = &[
    Handler {
        kind: "AWS::Lambda::Permission",
        properties: &["Action", "FunctionName", "Principal", "SourceAccount", "SourceArn"],
        required: &["Action", "FunctionName", "Principal"],
        // In the registry every property of a permission is createOnly.
        create_only: &["Action", "FunctionName", "Principal", "SourceAccount", "SourceArn"],
        attributes: &["Id"],
        create: |desk| {
            let id = format!("{}-{}-{}", desk.stack_name, desk.logical_id, stamp::suffix(12));
            let mut body = desk.properties.clone();
            body["StatementId"] = json!(id);
            let settings = desk.settings;
            let name = desk.text("FunctionName").to_owned();
            act(desk, "AddPermission", |state| lambda::add_permission(state, settings, &name, &body).map(|_| ()))?;
            Ok(Made::new(id.clone(), [("Id", json!(id))]))
        },
        update: |desk| Ok(Made::new(desk.physical_id, [])),
        delete: |desk| {
            let (settings, id) = (desk.settings, desk.physical_id);
            let name = desk.text("FunctionName").to_owned();
            act(desk, "RemovePermission", |state| match lambda::remove_permission(state, settings, &name, id) {
                // The function, or the statement, is gone already.
                Err(error) if error.status == 404 => Ok(()),
                other => other,
            })
        },
        is_settled: at_once,
    },
    Handler {
        kind: "AWS::Lambda::EventInvokeConfig",
        properties: &[
            "DestinationConfig",
            "FunctionName",
            "MaximumEventAgeInSeconds",
            "MaximumRetryAttempts",
            "Qualifier",
        ],
        required: &["FunctionName", "Qualifier"],
        create_only: &["FunctionName", "Qualifier"],
        attributes: &[],
        create: |desk| {
            configure(desk)?;
            let id = format!("{}|{}", desk.text("FunctionName"), desk.text("Qualifier"));
            Ok(Made::new(id, []))
        },
        update: |desk| {
            configure(desk)?;
            Ok(Made::new(desk.physical_id, []))
        },
        delete: |desk| {
            let settings = desk.settings;
            let name = desk.text("FunctionName").to_owned();
            act(desk, "DeleteFunctionEventInvokeConfig", |state| {
                match lambda::remove_event_configuration(state, settings, &name) {
                    Err(error) if error.status == 404 => Ok(()),
                    other => other,
                }
            })
        },
        is_settled: at_once,
    },
];

fn configure(desk: &mut Desk<'_>) -> Result<(), Refused> {
    let (settings, body) = (desk.settings, desk.properties.clone());
    let name = desk.text("FunctionName").to_owned();
    act(desk, "PutFunctionEventInvokeConfig", |state| {
        lambda::configure_events(state, settings, &name, &body).map(|_| ())
    })
}

/// One call of Lambda's, with the stack's credentials.
pub(super) fn act<T>(
    desk: &mut Desk<'_>,
    operation: &str,
    change: impl FnOnce(&mut State) -> ApiResult<T>,
) -> Result<T, Refused> {
    let name = lambda::function_name(desk.text("FunctionName")).to_owned();
    let name = if name.is_empty() { desk.physical_id.to_owned() } else { name };
    let arn = desk.arn("lambda", &format!("function:{name}"));
    services::perform(desk.state, desk.caller, &format!("lambda:{operation}"), &arn, desk.properties, change)
        .map_err(|error| Refused::by_service("Lambda", &error))
}
