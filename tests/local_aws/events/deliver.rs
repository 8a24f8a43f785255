//! From a matching rule to its targets: the input is transformed, the permission is checked, the target is called.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::Undelivered;
use crate::services::{self, Publisher};
use crate::{World, lambda};

pub(super) fn to_targets(world: &Arc<World>, rule: &str, event: &Value) {
    let (arn, targets) = {
        let state = world.state();
        let Some(rule) = state.events.rules.get(rule) else { return };
        (rule.arn.clone(), rule.targets.clone())
    };
    for target in targets {
        let input = input(&target, event, &arn);
        let target_arn = target["Arn"].as_str().unwrap_or_default();
        if let Err(code) = hand_over(world, &arn, target_arn, &input) {
            dead_letter(world, rule, &arn, &target, input, code);
        }
    }
}

fn hand_over(world: &Arc<World>, rule_arn: &str, target: &str, input: &Value) -> Result<(), &'static str> {
    match target.split(':').nth(2) {
        Some("lambda") => {
            let name = lambda::function_name(target);
            {
                let state = world.state();
                let function = state.lambda.functions.get(name).ok_or("RESOURCE_NOT_FOUND")?;
                // No permission is not retried: D.2.
                if !lambda::allows(function, "events.amazonaws.com", rule_arn, &world.settings.account) {
                    return Err("NO_PERMISSIONS");
                }
            }
            lambda::invoke_asynchronously(world, name, input);
            Ok(())
        }
        Some("sqs") => {
            if !services::queue_allows(&world.state(), target, "events.amazonaws.com", rule_arn) {
                return Err("NO_PERMISSIONS");
            }
            services::send(&mut world.state(), target, &input.to_string(), BTreeMap::new());
            Ok(())
        }
        Some("sns") => {
            let text = input.as_str().map_or_else(|| input.to_string(), str::to_owned);
            // The topic's own policy decides, without any context (EventBridge guide, resource-based policies).
            let publisher = Publisher { service: "events.amazonaws.com", source: None };
            services::publish_as(&mut world.state(), publisher, target, &text).map_err(|_| "NO_PERMISSIONS")
        }
        Some("logs") => Ok(()),
        Some(_) | None => Err("INVALID_PARAMETER"),
    }
}

fn dead_letter(world: &Arc<World>, rule: &str, rule_arn: &str, target: &Value, event: Value, code: &str) {
    let target_arn = target["Arn"].as_str().unwrap_or_default().to_owned();
    let mut state = world.state();
    // The queue's own policy decides (EventBridge guide, dead-letter queues): without it the event is lost.
    if let Some(queue) = target["DeadLetterConfig"]["Arn"].as_str()
        && services::queue_allows(&state, queue, "events.amazonaws.com", rule_arn)
    {
        let said = [
            ("ERROR_CODE", code),
            ("ERROR_MESSAGE", "the target did not take the event"),
            ("RULE_ARN", rule_arn),
            ("TARGET_ARN", &target_arn),
            // Nothing that fails here is tried again (EventBridge guide, rule-dlq).
            ("RETRY_ATTEMPTS", "0"),
        ];
        let attributes = said.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        services::send(&mut state, queue, &event.to_string(), attributes);
    }
    state.events.undelivered.push(Undelivered {
        rule: rule.to_owned(),
        target: target_arn,
        code: code.to_owned(),
        event,
    });
}

/// Input, InputPath, InputTransformer, or the event itself.
fn input(target: &Value, event: &Value, rule_arn: &str) -> Value {
    if let Some(constant) = target["Input"].as_str() {
        return serde_json::from_str(constant).unwrap_or_else(|_| json!(constant));
    }
    if let Some(path) = target["InputPath"].as_str() {
        return at_path(event, path).cloned().unwrap_or_default();
    }
    let Some(template) = target["InputTransformer"]["InputTemplate"].as_str() else { return event.clone() };
    let mut text = template.replace("<aws.events.rule-arn>", rule_arn);
    if text.contains("<aws.events.event.json>") {
        text = text.replace("<aws.events.event.json>", &event.to_string());
    }
    if text.contains("<aws.events.event>") {
        text = text.replace("<aws.events.event>", &event.to_string());
    }
    let paths = target["InputTransformer"]["InputPathsMap"].as_object().cloned().unwrap_or_default();
    for (name, path) in &paths {
        let value = path.as_str().and_then(|path| at_path(event, path)).cloned().unwrap_or_default();
        let shown = match &value {
            // A string stands without quotes where the template already quotes it.
            Value::String(text) => text.clone(),
            Value::Null => String::new(),
            Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
        };
        text = text.replace(&format!("<{name}>"), &shown);
    }
    serde_json::from_str(&text).unwrap_or_else(|_| json!(text.trim_matches('"')))
}

fn at_path<'a>(event: &'a Value, path: &str) -> Option<&'a Value> {
    let keys = path.trim_start_matches('$').split('.').filter(|key| !key.is_empty());
    keys.into_iter().try_fold(event, |inner, key| match key.split_once('[') {
        Some((name, index)) => inner.get(name)?.get(index.trim_end_matches(']').parse::<usize>().ok()?),
        None => inner.get(key),
    })
}
