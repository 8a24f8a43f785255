//! AWS::Events::Rule on the default bus.

use serde_json::{Value, json};

use super::{Desk, Handler, Made, Refused, at_once};
use crate::{events, services};

pub(super) const HANDLERS: &[Handler] = &[Handler {
    kind: "AWS::Events::Rule",
    properties: &[
        "Description",
        "EventBusName",
        "EventPattern",
        "Name",
        "RoleArn",
        "ScheduleExpression",
        "State",
        "Tags",
        "Targets",
    ],
    required: &[],
    create_only: &["EventBusName", "Name"],
    attributes: &["Arn"],
    create: |desk| {
        let name = desk.name("Name", 64);
        let arn = put(desk, &name)?;
        Ok(Made::new(name, [("Arn", json!(arn))]))
    },
    update: |desk| {
        let name = desk.physical_id.to_owned();
        let arn = put(desk, &name)?;
        Ok(Made::new(name, [("Arn", json!(arn))]))
    },
    delete: |desk| {
        let name = desk.physical_id.to_owned();
        let arn = desk.arn("events", &format!("rule/{name}"));
        for (action, is_last) in [("events:RemoveTargets", false), ("events:DeleteRule", true)] {
            services::perform(desk.state, desk.caller, action, &arn, &Value::Null, |state| {
                if is_last {
                    events::delete_rule(state, &name);
                }
                Ok(())
            })
            .map_err(|error| Refused::by_service("EventBridge", &error))?;
        }
        Ok(())
    },
    is_settled: at_once,
}];

fn put(desk: &mut Desk<'_>, name: &str) -> Result<String, Refused> {
    let arn = desk.arn("events", &format!("rule/{name}"));
    let (settings, properties) = (desk.settings, desk.properties.clone());
    let refused = |error| Refused::by_service("EventBridge", &error);
    let made = services::perform(desk.state, desk.caller, "events:PutRule", &arn, &properties, |state| {
        events::put_rule(state, settings, name, &properties)
    });
    let made = made.map_err(refused)?;
    let targets = properties["Targets"].as_array().cloned().unwrap_or_default();
    if targets.is_empty() {
        return Ok(made);
    }
    services::perform(desk.state, desk.caller, "events:PutTargets", &arn, &properties, |state| {
        if let Some(rule) = state.events.rules.get_mut(name) {
            rule.targets.clear();
        }
        events::put_targets(state, name, targets)
    })
    .map_err(refused)?;
    Ok(made)
}
