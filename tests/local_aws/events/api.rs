//! EventBridge's JSON API, as far as rules, targets and PutEvents go.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Rule, emit, schedule, target};
use crate::api::{ApiError, ApiResult, Caller};
use crate::{Settings, State, World, services};

/// Answers one call to the `AWSEvents` target.
///
/// # Errors
/// EventBridge's own, as JSON.
pub fn json(world: &Arc<World>, caller: &Caller, operation: &str, body: &Value) -> ApiResult {
    let name = body["Name"].as_str().or(body["Rule"].as_str()).unwrap_or_default().to_owned();
    let arn = match operation {
        "PutEvents" => bus_arn(&world.settings),
        _ => rule_arn(&world.settings, &name),
    };
    let action = format!("events:{operation}");
    let (result, entries) = {
        let mut state = world.state();
        let result = services::perform(&mut state, caller, &action, &arn, body, |state| {
            answer(state, &world.settings, operation, &name, body)
        });
        let entries =
            if operation == "PutEvents" && result.is_ok() { body["Entries"].as_array().cloned() } else { None };
        (result, entries)
    };
    for entry in entries.into_iter().flatten() {
        let text = |key: &str| entry[key].as_str().unwrap_or_default().to_owned();
        let detail = serde_json::from_str(&text("Detail")).unwrap_or_else(|_| json!({}));
        let resources = entry.get("Resources").cloned().unwrap_or_else(|| json!([]));
        emit(world, &text("Source"), &text("DetailType"), &detail, &resources);
    }
    result
}

fn answer(state: &mut State, settings: &Settings, operation: &str, name: &str, body: &Value) -> ApiResult {
    match operation {
        "PutEvents" => {
            let count = body["Entries"].as_array().map(Vec::len).unwrap_or_default();
            let ids: Vec<_> = (0..count).map(|_| json!({ "EventId": crate::stamp::uuid() })).collect();
            Ok(json!({ "FailedEntryCount": 0, "Entries": ids }))
        }
        "PutRule" => Ok(json!({ "RuleArn": put_rule(state, settings, name, body)? })),
        "PutTargets" => {
            put_targets(state, name, body["Targets"].as_array().cloned().unwrap_or_default())?;
            Ok(json!({ "FailedEntryCount": 0, "FailedEntries": [] }))
        }
        "RemoveTargets" => {
            let ids = body["Ids"].as_array().cloned().unwrap_or_default();
            if let Some(rule) = state.events.rules.get_mut(name) {
                rule.targets.retain(|target| !ids.contains(&target["Id"]));
            }
            Ok(json!({ "FailedEntryCount": 0, "FailedEntries": [] }))
        }
        "DeleteRule" => {
            delete_rule(state, name);
            Ok(json!({}))
        }
        "DescribeRule" => state.events.rules.get(name).map(|rule| described(name, rule)).ok_or_else(|| missing(name)),
        "ListRules" => {
            let rules: Vec<_> = state.events.rules.iter().map(|(name, rule)| described(name, rule)).collect();
            Ok(json!({ "Rules": rules }))
        }
        "ListTargetsByRule" => {
            let rule = state.events.rules.get(name).ok_or_else(|| missing(name))?;
            Ok(json!({ "Targets": rule.targets }))
        }
        "EnableRule" | "DisableRule" => {
            state.events.rules.get_mut(name).ok_or_else(|| missing(name))?.is_enabled = operation == "EnableRule";
            Ok(json!({}))
        }
        "DescribeEventBus" => Ok(json!({ "Name": "default", "Arn": bus_arn(settings) })),
        other => Err(ApiError::new("UnknownOperationException", format!("events:{other}"))),
    }
}

/// Creates or changes a rule. The result is its ARN.
///
/// # Errors
/// InvalidEventPatternException, and ValidationException for a schedule that is none, or without either.
pub(crate) fn put_rule(state: &mut State, settings: &Settings, name: &str, body: &Value) -> ApiResult<String> {
    let unreadable = |reason: String| {
        ApiError::new("InvalidEventPatternException", format!("Event pattern is not valid. Reason: {reason}"))
    };
    let pattern = match &body["EventPattern"] {
        Value::String(text) => {
            Some(serde_json::from_str::<Value>(text).map_err(|error| unreadable(error.to_string()))?)
        }
        Value::Null => None,
        pattern => Some(pattern.clone()),
    };
    pattern.as_ref().map_or(Ok(()), super::check).map_err(unreadable)?;
    let invalid = |message: &str| ApiError::new("ValidationException", message);
    match body["ScheduleExpression"].as_str() {
        Some(expression) if !schedule::is_valid(expression) => {
            return Err(invalid("Parameter ScheduleExpression is not valid."));
        }
        None if pattern.is_none() => {
            return Err(invalid("Parameter(s) EventPattern or ScheduleExpression must be specified."));
        }
        Some(_) | None => {}
    }
    let rule = state.events.rules.entry(name.to_owned()).or_default();
    *rule = Rule {
        arn: rule_arn(settings, name),
        pattern,
        schedule: body["ScheduleExpression"].as_str().map(str::to_owned),
        is_enabled: body["State"] != "DISABLED",
        targets: std::mem::take(&mut rule.targets),
        description: body["Description"].as_str().unwrap_or_default().to_owned(),
    };
    Ok(rule.arn.clone())
}

/// Adds targets, or replaces those with the same ID.
///
/// # Errors
/// ResourceNotFoundException, and ValidationException for what is not known here.
pub(crate) fn put_targets(state: &mut State, name: &str, targets: Vec<Value>) -> ApiResult<()> {
    targets.iter().try_for_each(target::check)?;
    let rule = state.events.rules.get_mut(name).ok_or_else(|| missing(name))?;
    rule.targets.retain(|old| !targets.iter().any(|new| new["Id"] == old["Id"]));
    rule.targets.extend(targets);
    Ok(())
}

/// Deletes a rule and its targets.
pub(crate) fn delete_rule(state: &mut State, name: &str) {
    state.events.rules.remove(name);
}

fn described(name: &str, rule: &Rule) -> Value {
    let mut shown = json!({
        "Name": name,
        "Arn": rule.arn,
        "State": if rule.is_enabled { "ENABLED" } else { "DISABLED" },
        "EventBusName": "default",
        "Description": rule.description,
    });
    if let Some(pattern) = &rule.pattern {
        shown["EventPattern"] = json!(pattern.to_string());
    }
    if let Some(schedule) = &rule.schedule {
        shown["ScheduleExpression"] = json!(schedule);
    }
    shown
}

fn missing(name: &str) -> ApiError {
    ApiError::new("ResourceNotFoundException", format!("Rule {name} does not exist on EventBus default."))
}

fn rule_arn(settings: &Settings, name: &str) -> String {
    format!("arn:aws:events:{}:{}:rule/{name}", settings.region, settings.account)
}

fn bus_arn(settings: &Settings) -> String {
    format!("arn:aws:events:{}:{}:event-bus/default", settings.region, settings.account)
}
