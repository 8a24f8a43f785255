//! Event patterns: exact values, prefix, suffix, anything-but, exists, equals-ignore-case, wildcard. A pattern with
//! another matcher is refused when it is given, so that none matches nothing unnoticed.

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

/// Why a pattern is none, or has a matcher that is not known here.
pub(crate) fn check(pattern: &Value) -> Result<(), String> {
    let members = pattern.as_object().filter(|members| !members.is_empty());
    let members = members.ok_or_else(|| format!("{pattern} is not an object with members"))?;
    members.iter().try_for_each(|(key, wanted)| match wanted {
        Value::Array(patterns) if key == "$or" => patterns.iter().try_for_each(check),
        Value::Object(_) => check(wanted),
        Value::Array(alternatives) if !alternatives.is_empty() => alternatives.iter().try_for_each(check_one),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Err(format!("\"{key}\" must be an object or an array that is not empty"))
        }
    })
}

fn check_one(alternative: &Value) -> Result<(), String> {
    let Some(members) = alternative.as_object() else {
        let is_value = !alternative.is_array();
        return is_value.then_some(()).ok_or_else(|| "an array stands in an array".to_owned());
    };
    let mut members = members.iter();
    let (Some((matcher, argument)), None) = (members.next(), members.next()) else {
        return Err(format!("{alternative} must have one match type"));
    };
    match (matcher.as_str(), argument) {
        ("exists", Value::Bool(_))
        | ("prefix" | "suffix" | "equals-ignore-case" | "wildcard", Value::String(_))
        | ("anything-but", Value::String(_) | Value::Number(_)) => Ok(()),
        ("anything-but", Value::Object(_)) => check_one(argument),
        ("anything-but", Value::Array(unwanted)) if !unwanted.is_empty() => Ok(()),
        ("numeric" | "cidr", _) => Err(format!("the local AWS does not know the match type {matcher}")),
        _ => Err(format!("Unrecognized match type {matcher}, or a value that it does not take: {argument}")),
    }
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
