//! A template, JSON or YAML, read strictly: what this engine does not know is refused by its name, never ignored.
//!
//! It refuses to know any value: functions stay as they are written until [`intrinsics`] resolves them.

pub(super) mod exports;
pub(super) mod graph;
pub(super) mod intrinsics;
pub(super) mod parameters;
pub(super) mod pattern;
pub(super) mod rules;

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::resources;
use crate::api::{ApiError, ApiResult};
use parameters::Parameter;

const SECTIONS: [&str; 9] = [
    "AWSTemplateFormatVersion",
    "Conditions",
    "Description",
    "Mappings",
    "Metadata",
    "Outputs",
    "Parameters",
    "Resources",
    "Rules",
];
const RESOURCE_KEYS: [&str; 7] =
    ["Condition", "DeletionPolicy", "DependsOn", "Metadata", "Properties", "Type", "UpdateReplacePolicy"];

/// A template, parsed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Template {
    /// For people.
    pub description: String,
    /// By name.
    pub parameters: BTreeMap<String, Parameter>,
    /// By name, unevaluated.
    pub conditions: BTreeMap<String, Value>,
    /// By name, unevaluated.
    pub rules: BTreeMap<String, Value>,
    /// For Fn::FindInMap.
    pub mappings: Value,
    /// By logical ID.
    pub resources: BTreeMap<String, Declared>,
    /// By name.
    pub outputs: BTreeMap<String, DeclaredOutput>,
}

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

/// An error of CloudFormation's one kind.
pub(crate) fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::new("ValidationError", message)
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// `ValidationError` for everything that is not a template this engine knows.
    pub fn parse(body: &str) -> ApiResult<Self> {
        let document: Value = if body.trim_start().starts_with('{') {
            serde_json::from_str(body)
                .map_err(|error| invalid(format!("Template format error: JSON not well-formed. ({error})")))?
        } else {
            cloudformation_yaml::parse(body).map_err(|error| invalid(format!("Template format error: {error}")))?
        };
        let sections = document.as_object().ok_or_else(|| invalid("Template format error: unsupported structure."))?;
        if let Some(unknown) = sections.keys().find(|key| !SECTIONS.contains(&key.as_str())) {
            return Err(invalid(format!("Invalid template property or properties [{unknown}]")));
        }
        let parameters = section(sections, "Parameters")?
            .iter()
            .map(|(name, value)| Ok((name.clone(), Parameter::parse(name, value)?)))
            .collect::<ApiResult<_>>()?;
        let resources: BTreeMap<_, _> = section(sections, "Resources")?
            .iter()
            .map(|(id, value)| Ok((id.clone(), declared(id, value)?)))
            .collect::<ApiResult<_>>()?;
        if resources.is_empty() {
            return Err(invalid("Template format error: At least one Resources member must be defined."));
        }
        let unknown: Vec<_> =
            resources.values().filter(|each| !resources::is_known(&each.kind)).map(|each| each.kind.clone()).collect();
        if !unknown.is_empty() {
            let message = format!("Template format error: Unrecognized resource types: [{}]", unknown.join(", "));
            return Err(invalid(message));
        }
        let template = Self {
            description: text(sections.get("Description")).unwrap_or_default(),
            parameters,
            conditions: section(sections, "Conditions")?.into_iter().collect(),
            rules: section(sections, "Rules")?.into_iter().collect(),
            mappings: Value::Object(section(sections, "Mappings")?),
            resources,
            outputs: section(sections, "Outputs")?
                .iter()
                .map(|(name, value)| Ok((name.clone(), declared_output(name, value)?)))
                .collect::<ApiResult<_>>()?,
        };
        graph::check(&template)?;
        Ok(template)
    }

    /// The capability that the template needs, if any.
    #[must_use]
    pub fn capability(&self) -> Option<&'static str> {
        let iam = |each: &&Declared| each.kind.starts_with("AWS::IAM::");
        let named =
            |each: &Declared| ["RoleName", "ManagedPolicyName"].iter().any(|name| each.properties.get(name).is_some());
        let mut iam = self.resources.values().filter(iam).peekable();
        iam.peek()?;
        if iam.any(named) { Some("CAPABILITY_NAMED_IAM") } else { Some("CAPABILITY_IAM") }
    }
}

fn section(sections: &Map<String, Value>, name: &str) -> ApiResult<Map<String, Value>> {
    match sections.get(name) {
        None => Ok(Map::new()),
        Some(Value::Object(members)) => Ok(members.clone()),
        Some(_) => Err(invalid(format!("Template format error: {name} must be an object."))),
    }
}

fn text(value: Option<&Value>) -> Option<String> {
    value.and_then(Value::as_str).map(str::to_owned)
}

fn declared(id: &str, value: &Value) -> ApiResult<Declared> {
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

fn declared_output(name: &str, value: &Value) -> ApiResult<DeclaredOutput> {
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
