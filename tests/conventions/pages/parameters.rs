//! The parameters of a committed template: what CloudFormation shows and refuses, as the page lists it.

use std::fs;

use serde_json::Value;

use super::{path, table};
use crate::files::File;

pub(super) fn of_application(_: &[File]) -> String {
    of("application")
}

pub(super) fn of_access(_: &[File]) -> String {
    of("access")
}

pub(super) fn of_functions(_: &[File]) -> String {
    of("functions")
}

pub(super) fn of_handlers(_: &[File]) -> String {
    of("handlers")
}

fn of(template: &str) -> String {
    let text = fs::read_to_string(path(&format!("template/{template}.template.json"))).unwrap();
    let template: Value = serde_json::from_str(&text).unwrap();
    let parameters = template["Parameters"].as_object().unwrap();
    table(
        &["parameter", "meaning", "takes", "default"],
        parameters.iter().map(|(name, parameter)| {
            let meaning = parameter["Description"].as_str().unwrap().to_owned();
            vec![name.clone(), meaning, takes(parameter), default(parameter)]
        }),
    )
}

/// What its value may be.
fn takes(parameter: &Value) -> String {
    let lengths = match (&parameter["MinLength"], &parameter["MaxLength"]) {
        (Value::Null, _) | (_, Value::Null) => String::new(),
        (least, most) => format!("; {least} to {most} characters"),
    };
    if let Some(words) = parameter["AllowedValues"].as_array() {
        words.iter().map(plain).collect::<Vec<_>>().join(", ")
    } else if let Some(explanation) = parameter["ConstraintDescription"].as_str() {
        format!("{explanation}{lengths}")
    } else if let (Some(least), Some(most)) = (parameter["MinValue"].as_u64(), parameter["MaxValue"].as_u64()) {
        format!("{least} to {most}")
    } else {
        lengths.trim_start_matches("; ").to_owned()
    }
}

fn default(parameter: &Value) -> String {
    match parameter.get("Default").map(plain) {
        None => "required".to_owned(),
        Some(empty) if empty.is_empty() => "none".to_owned(),
        Some(value) => value,
    }
}

/// A string without its quotes.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
