//! A template, JSON or YAML, read strictly: what this engine does not know is refused by its name, never ignored.
//!
//! It refuses to know any value: functions stay as they are written until [`intrinsics`] resolves them. Only what
//! `AWS::LanguageExtensions` replaces has to be known before.

mod declared;
mod error;
pub(super) mod exports;
pub(super) mod graph;
pub(super) mod intrinsics;
mod language_extensions;
pub(super) mod parameter_store;
pub(super) mod parameters;
pub(super) mod pattern;
pub(super) mod rules;

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::resources;
use crate::Settings;
use crate::api::ApiResult;
pub(super) use declared::{Declared, DeclaredOutput, Policy};
use declared::{declared, declared_output, text};
pub(crate) use error::invalid;
use parameters::{Given, Parameter};

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
    /// What `AWS::LanguageExtensions` made of the template; `None` without that transform.
    pub processed: Option<Value>,
}

/// What a template's loops are expanded with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Inputs<'a> {
    /// The parameters of the request.
    pub(crate) given: &'a BTreeMap<String, Given>,
    /// Those of the stack as it is.
    pub(crate) previous: &'a BTreeMap<String, Value>,
    pub(crate) settings: &'a Settings,
    pub(crate) stack_name: &'a str,
}

impl Template {
    /// Reads a template, its loops with the defaults of its parameters.
    ///
    /// # Errors
    /// `ValidationError` for everything that is not a template this engine knows.
    pub fn parse(body: &str) -> ApiResult<Self> {
        let (given, previous) = (BTreeMap::new(), BTreeMap::new());
        Self::read(body, Inputs { given: &given, previous: &previous, settings: &Settings::at(""), stack_name: "" })
    }

    /// Reads a template with the values that its loops are expanded with.
    ///
    /// # Errors
    /// As [`Template::parse`].
    pub(crate) fn read(body: &str, inputs: Inputs<'_>) -> ApiResult<Self> {
        let document: Value = if body.trim_start().starts_with('{') {
            serde_json::from_str(body)
                .map_err(|error| invalid(format!("Template format error: JSON not well-formed. ({error})")))?
        } else {
            cloudformation_yaml::parse(body).map_err(|error| invalid(format!("Template format error: {error}")))?
        };
        let template = if language_extensions::is_declared(&document)? {
            let processed = language_extensions::processed(document, inputs)?;
            Self { processed: Some(processed.clone()), ..Self::of(&processed)? }
        } else {
            Self::of(&document)?
        };
        graph::check(&template)?;
        Ok(template)
    }

    /// Of a document without transforms.
    fn of(document: &Value) -> ApiResult<Self> {
        let sections = document.as_object().ok_or_else(|| invalid("Template format error: unsupported structure."))?;
        if let Some(unknown) = sections.keys().find(|key| !SECTIONS.contains(&key.as_str())) {
            return Err(invalid(format!("Invalid template property or properties [{unknown}]")));
        }
        let parameters = declared_parameters(sections)?;
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
        Ok(Self {
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
            processed: None,
        })
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

fn declared_parameters(sections: &Map<String, Value>) -> ApiResult<BTreeMap<String, Parameter>> {
    let declared = section(sections, "Parameters")?;
    declared.iter().map(|(name, value)| Ok((name.clone(), Parameter::parse(name, value)?))).collect()
}

fn section(sections: &Map<String, Value>, name: &str) -> ApiResult<Map<String, Value>> {
    match sections.get(name) {
        None => Ok(Map::new()),
        Some(Value::Object(members)) => Ok(members.clone()),
        Some(_) => Err(invalid(format!("Template format error: {name} must be an object."))),
    }
}
