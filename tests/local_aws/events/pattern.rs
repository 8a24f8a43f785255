//! Event patterns: exact values, prefix, suffix, anything-but, exists. Any other matcher matches nothing.

use serde_json::Value;

/// Whether an event matches a pattern: every key of the pattern must, each by any of its alternatives.
pub(crate) fn matches(pattern: &Value, event: &Value) -> bool {
    let Some(members) = pattern.as_object() else { return false };
    members.iter().all(|(key, wanted)| match wanted {
        // Any of the patterns in the list (EventBridge guide, content filtering; SNS guide, OR operator).
        Value::Array(patterns) if key == "$or" => patterns.iter().any(|pattern| matches(pattern, event)),
        Value::Object(_) => event.get(key).is_some_and(|inner| matches(wanted, inner)),
        Value::Array(alternatives) => {
            let found = event.get(key);
            let values: Vec<&Value> = match found {
                Some(Value::Array(items)) => items.iter().collect(),
                Some(value) => vec![value],
                None => Vec::new(),
            };
            alternatives.iter().any(|alternative| any(alternative, &values))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    })
}

fn any(alternative: &Value, values: &[&Value]) -> bool {
    match alternative.get("exists") {
        Some(Value::Bool(wanted)) => *wanted != values.is_empty(),
        Some(_) => false,
        None => values.iter().any(|value| one(alternative, value)),
    }
}

fn one(alternative: &Value, value: &Value) -> bool {
    let Some((matcher, argument)) = alternative.as_object().and_then(|members| members.iter().next()) else {
        return alternative == value;
    };
    let text = value.as_str().unwrap_or_default();
    match (matcher.as_str(), argument) {
        ("prefix", Value::String(prefix)) => text.starts_with(prefix),
        ("suffix", Value::String(suffix)) => text.ends_with(suffix),
        ("anything-but", Value::Object(_)) => !one(argument, value),
        ("anything-but", Value::Array(unwanted)) => !unwanted.contains(value),
        ("anything-but", unwanted) => unwanted != value,
        ("equals-ignore-case", Value::String(wanted)) => text.eq_ignore_ascii_case(wanted),
        ("wildcard", Value::String(pattern)) => crate::services::wildcard(pattern, text),
        _ => false,
    }
}
