//! A resource and an output as a template declares them.

use serde_json::{Map, Value};

use super::invalid;
use crate::api::ApiResult;

const RESOURCE_KEYS: [&str; 7] =
    ["Condition", "DeletionPolicy", "DependsOn", "Metadata", "Properties", "Type", "UpdateReplacePolicy"];

/// A resource as it is declared.
#[derive(Debug, Clone, PartialEq)]
pub struct Declared {
    /// `AWS::Kinesis::Stream`.
    pub kind: String,
    /// Unresolved.
    pub properties: Value,
    /// Explicit dependencies.
    pub depends_on: Vec<String>,
    /// The condition's name.
    pub condition: Option<String>,
    /// On deletion of the stack, or removal from the template.
    pub deletion_policy: Policy,
    /// On replacement.
    pub replace_policy: Policy,
}

/// DeletionPolicy and UpdateReplacePolicy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// The default.
    Delete,
    /// Left, even when its creation is rolled back.
    Retain,
    /// Left, except when its creation is rolled back.
    RetainExceptOnCreate,
}

/// An output as it is declared.
#[derive(Debug, Clone, PartialEq)]
pub struct DeclaredOutput {
    /// Unresolved.
    pub value: Value,
    /// For people.
    pub description: Option<String>,
    /// Unresolved export name.
    pub export: Option<Value>,
    /// The condition's name.
    pub condition: Option<String>,
}

pub(super) fn text(value: Option<&Value>) -> Option<String> {
    value.and_then(Value::as_str).map(str::to_owned)
}

pub(super) fn declared(id: &str, value: &Value) -> ApiResult<Declared> {
    if id.is_empty() || !id.chars().all(|letter| letter.is_ascii_alphanumeric()) {
        return Err(invalid(format!("Template format error: Resource name {id} is non alphanumeric.")));
    }
    let members = value
        .as_object()
        .ok_or_else(|| invalid(format!("Template format error: [/Resources/{id}] resource definition is malformed")))?;
    if let Some(unknown) = members.keys().find(|key| !RESOURCE_KEYS.contains(&key.as_str())) {
        return Err(invalid(format!("Invalid template resource property '{unknown}'")));
    }
    let kind = text(members.get("Type")).ok_or_else(|| {
        invalid(format!("Template format error: [/Resources/{id}] Every Resources object must contain a Type member."))
    })?;
    let depends_on = match members.get("DependsOn") {
        None => Vec::new(),
        Some(Value::String(one)) => vec![one.clone()],
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Some(_) => return Err(invalid("Template format error: DependsOn must be a string or list of strings.")),
    };
    Ok(Declared {
        kind,
        properties: members.get("Properties").cloned().unwrap_or_else(|| Value::Object(Map::new())),
        depends_on,
        condition: text(members.get("Condition")),
        deletion_policy: policy(members.get("DeletionPolicy"))?,
        replace_policy: policy(members.get("UpdateReplacePolicy"))?,
    })
}

fn policy(value: Option<&Value>) -> ApiResult<Policy> {
    match value.map(Value::as_str) {
        None | Some(Some("Delete")) => Ok(Policy::Delete),
        Some(Some("Retain")) => Ok(Policy::Retain),
        Some(Some("RetainExceptOnCreate")) => Ok(Policy::RetainExceptOnCreate),
        Some(other) => {
            let message =
                format!("Template error: DeletionPolicy {} is not supported", other.unwrap_or("(not a string)"));
            Err(invalid(message))
        }
    }
}

pub(super) fn declared_output(name: &str, value: &Value) -> ApiResult<DeclaredOutput> {
    let inner = value.get("Value").ok_or_else(|| {
        invalid(format!("Template format error: Every Outputs member must contain a Value object: {name}"))
    })?;
    Ok(DeclaredOutput {
        value: inner.clone(),
        description: text(value.get("Description")),
        export: value.pointer("/Export/Name").cloned(),
        condition: text(value.get("Condition")),
    })
}
