//! Template parameters: their declaration and what may be given for them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::invalid;
use crate::api::ApiResult;

const KEYS: [&str; 10] = [
    "AllowedPattern",
    "AllowedValues",
    "ConstraintDescription",
    "Default",
    "Description",
    "MaxLength",
    "MaxValue",
    "MinLength",
    "MinValue",
    "NoEcho",
];

/// A parameter as it is declared.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// What its text is read as.
    pub kind: ParameterKind,
    /// Used when nothing is given.
    pub default: Option<String>,
    /// For people.
    pub description: Option<String>,
    /// Shown as `****`.
    pub no_echo: bool,
    declaration: Value,
}

/// The parameter types that are known here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterKind {
    /// Text.
    String,
    /// A number, kept as text.
    Number,
    /// A list, given with commas.
    CommaDelimitedList,
    /// The name of a parameter in Parameter Store, whose value is fetched.
    SsmString,
}

impl Parameter {
    pub(in crate::cloudformation) fn parse(name: &str, declaration: &Value) -> ApiResult<Self> {
        let kind = match declaration.get("Type").and_then(Value::as_str) {
            Some("String") => ParameterKind::String,
            Some("Number") => ParameterKind::Number,
            Some("CommaDelimitedList") => ParameterKind::CommaDelimitedList,
            Some("AWS::SSM::Parameter::Value<String>") => ParameterKind::SsmString,
            other => {
                let message = format!(
                    "Template format error: Unrecognized parameter type: {} for {name}",
                    other.unwrap_or("None")
                );
                return Err(invalid(message));
            }
        };
        let members = declaration.as_object().cloned().unwrap_or_default();
        if let Some(unknown) = members.keys().find(|key| *key != "Type" && !KEYS.contains(&key.as_str())) {
            return Err(invalid(format!("Invalid template parameter property '{unknown}'")));
        }
        Ok(Self {
            kind,
            default: members.get("Default").map(as_text),
            description: members.get("Description").and_then(Value::as_str).map(str::to_owned),
            no_echo: members.get("NoEcho").is_some_and(|flag| as_text(flag) == "true"),
            declaration: declaration.clone(),
        })
    }

    /// The type as a template names it.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        match self.kind {
            ParameterKind::String => "String",
            ParameterKind::Number => "Number",
            ParameterKind::CommaDelimitedList => "CommaDelimitedList",
            ParameterKind::SsmString => "AWS::SSM::Parameter::Value<String>",
        }
    }

    fn accept(&self, name: &str, given: &str) -> ApiResult<Value> {
        let refuse = |why: String| {
            let text = self
                .declaration
                .get("ConstraintDescription")
                .and_then(Value::as_str)
                .map_or(why, |described| format!("Parameter {name} failed to satisfy constraint: {described}"));
            Err(invalid(text))
        };
        let bound = |key: &str| self.declaration.get(key).map(as_text).and_then(|text| text.parse::<f64>().ok());
        if let Some(allowed) = self.declaration.get("AllowedValues").and_then(Value::as_array)
            && !allowed.iter().any(|each| as_text(each) == given)
        {
            let list: Vec<_> = allowed.iter().map(as_text).collect();
            return refuse(format!("Parameter '{name}' must be one of AllowedValues: [{}]", list.join(", ")));
        }
        if let Some(pattern) = self.declaration.get("AllowedPattern").and_then(Value::as_str) {
            // Of a list, each value has to match
            // (<https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html>,
            // AllowedPattern).
            let values: Vec<&str> = match self.kind {
                ParameterKind::CommaDelimitedList => given.split(',').map(str::trim).collect(),
                ParameterKind::String | ParameterKind::Number | ParameterKind::SsmString => vec![given],
            };
            for value in values {
                if !super::pattern::matches(pattern, value).map_err(invalid)? {
                    return refuse(format!("Parameter '{name}' must match pattern {pattern}"));
                }
            }
        }
        let length = u32::try_from(given.chars().count()).map_or(f64::MAX, f64::from);
        if bound("MinLength").is_some_and(|least| length < least)
            || bound("MaxLength").is_some_and(|most| length > most)
        {
            return refuse(format!("Parameter '{name}' has a length outside its MinLength and MaxLength"));
        }
        match self.kind {
            ParameterKind::String | ParameterKind::SsmString => Ok(json!(given)),
            ParameterKind::Number => {
                let Ok(number) = given.parse::<f64>() else {
                    return refuse(format!("Parameter '{name}' must be a number."));
                };
                if bound("MinValue").is_some_and(|least| number < least) {
                    return refuse(format!("Parameter '{name}' must be a number not less than its MinValue"));
                }
                if bound("MaxValue").is_some_and(|most| number > most) {
                    return refuse(format!("Parameter '{name}' must be a number not greater than its MaxValue"));
                }
                Ok(json!(given))
            }
            ParameterKind::CommaDelimitedList => {
                Ok(given.split(',').map(|each| json!(each.trim())).collect::<Vec<_>>().into())
            }
        }
    }
}

/// What is given for one parameter in a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Given {
    /// A value.
    Value(String),
    /// UsePreviousValue.
    Previous,
}

/// Values for all parameters that a template declares.
///
/// # Errors
/// A parameter without a value, one that the template does not have, or a value that its declaration refuses.
pub(crate) fn values(
    declared: &BTreeMap<String, Parameter>,
    given: &BTreeMap<String, Given>,
    previous: &BTreeMap<String, Value>,
) -> ApiResult<BTreeMap<String, Value>> {
    let unknown: Vec<_> = given.keys().filter(|name| !declared.contains_key(*name)).cloned().collect();
    if !unknown.is_empty() {
        return Err(invalid(format!("Parameters: [{}] do not exist in the template", unknown.join(", "))));
    }
    let mut values = BTreeMap::new();
    let mut missing = Vec::new();
    for (name, parameter) in declared {
        match (given.get(name), &parameter.default) {
            (Some(Given::Value(text)), _) => {
                values.insert(name.clone(), parameter.accept(name, text)?);
            }
            (Some(Given::Previous), _) => match previous.get(name) {
                // Read anew: its type may be another one in this template.
                Some(value) => {
                    values.insert(name.clone(), parameter.accept(name, &as_text(value))?);
                }
                None => missing.push(name.clone()),
            },
            (None, Some(default)) => {
                values.insert(name.clone(), parameter.accept(name, default)?);
            }
            (None, None) => missing.push(name.clone()),
        }
    }
    if !missing.is_empty() {
        return Err(invalid(format!("Parameters: [{}] must have values", missing.join(", "))));
    }
    Ok(values)
}

/// A scalar as the text that CloudFormation makes of it.
pub(crate) fn as_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(as_text).collect::<Vec<_>>().join(","),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => value.to_string(),
    }
}
