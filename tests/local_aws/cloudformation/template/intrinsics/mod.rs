//! Functions and conditions of a template, resolved against what is known now.
//!
//! It refuses to know where values come from: a [`Scope`] says what a name means. An unknown function is an error.

mod syntax;
mod texts;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::Template;
use super::parameters::as_text;
use crate::Settings;
use crate::cloudformation::stack::model::Resource;
use syntax::pair;
pub(crate) use syntax::{Piece, attribute_path, function, pieces};

/// What the names in a template mean at one moment.
#[derive(Debug)]
pub(crate) struct Scope<'a> {
    pub(crate) template: &'a Template,
    pub(crate) parameters: &'a BTreeMap<String, Value>,
    /// Values that stand for the names among the parameters.
    pub(crate) fetched: &'a BTreeMap<String, Value>,
    pub(crate) resources: &'a BTreeMap<String, Resource>,
    pub(crate) exports: &'a BTreeMap<String, String>,
    pub(crate) settings: &'a Settings,
    pub(crate) stack_id: &'a str,
    pub(crate) stack_name: &'a str,
}

/// `None` is AWS::NoValue: the key or list item disappears.
type Resolved = Result<Option<Value>, String>;

impl Scope<'_> {
    /// The value with every function replaced by its result.
    pub(crate) fn resolve(&self, value: &Value) -> Resolved {
        match value {
            Value::Object(members) => {
                if let Some((name, argument)) = function(members) {
                    return self.call(name, argument);
                }
                let mut resolved = Map::new();
                for (key, inner) in members {
                    if let Some(inner) = self.resolve(inner)? {
                        resolved.insert(key.clone(), inner);
                    }
                }
                Ok(Some(Value::Object(resolved)))
            }
            Value::Array(items) => {
                let items: Vec<_> = items.iter().map(|item| self.resolve(item)).collect::<Result<_, _>>()?;
                Ok(Some(items.into_iter().flatten().collect()))
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(Some(value.clone())),
        }
    }

    /// The value as text.
    pub(crate) fn text(&self, value: &Value) -> Result<String, String> {
        match self.resolve(value)? {
            Some(Value::Object(_)) | None => Err("Template validation error: a string is expected".to_owned()),
            Some(resolved) => Ok(as_text(&resolved)),
        }
    }

    /// Whether a condition of the template holds.
    pub(crate) fn holds(&self, name: &str) -> Result<bool, String> {
        match self.template.conditions.get(name) {
            Some(condition) => self.test(condition),
            None => Err(format!("Template format error: Unresolved condition dependency {name}")),
        }
    }

    fn test(&self, condition: &Value) -> Result<bool, String> {
        let members = condition.as_object().ok_or("Template format error: a condition must be a function")?;
        let single = members.iter().next().filter(|_| members.len() == 1);
        let Some((name, argument)) = single else {
            return Err("Template format error: a condition must be one function".to_owned());
        };
        let list = || argument.as_array().cloned().unwrap_or_default();
        match name.as_str() {
            "Condition" => self.holds(argument.as_str().unwrap_or_default()),
            "Fn::Equals" => match list().as_slice() {
                [left, right] => Ok(self.text(left)? == self.text(right)?),
                _ => Err("Template error: every Fn::Equals object requires a list of 2 string parameters.".to_owned()),
            },
            "Fn::And" => list().iter().try_fold(true, |held, each| Ok(self.test(each)? && held)),
            "Fn::Or" => list().iter().try_fold(false, |held, each| Ok(self.test(each)? || held)),
            "Fn::Not" => match list().as_slice() {
                [one] => Ok(!self.test(one)?),
                _ => Err("Template error: every Fn::Not object requires one parameter.".to_owned()),
            },
            other => Err(format!("Template error: {other} is not supported in a condition")),
        }
    }

    fn call(&self, name: &str, argument: &Value) -> Resolved {
        match name {
            "Ref" => self.reference(argument.as_str().unwrap_or_default()),
            "Fn::GetAtt" => {
                let (id, attribute) = attribute_path(argument)?;
                self.attribute(&id, &attribute).map(Some)
            }
            "Fn::Sub" => self.substitute(argument).map(|text| Some(json!(text))),
            "Fn::Join" => self.join(argument),
            "Fn::Select" => self.select(argument),
            "Fn::Split" => {
                let [separator, text] = pair(name, argument)?;
                let (separator, text) = (self.text(&separator)?, self.text(&text)?);
                Ok(Some(text.split(separator.as_str()).map(|part| json!(part)).collect()))
            }
            "Fn::If" => match argument.as_array().map(Vec::as_slice) {
                Some([condition, yes, no]) => {
                    let branch = if self.holds(condition.as_str().unwrap_or_default())? { yes } else { no };
                    self.resolve(branch)
                }
                Some(_) | None => Err("Template error: Fn::If requires a list argument with 3 elements".to_owned()),
            },
            "Fn::ImportValue" => {
                let wanted = self.text(argument)?;
                let value = self.exports.get(&wanted).ok_or_else(|| format!("No export named {wanted} found."))?;
                Ok(Some(json!(value)))
            }
            "Fn::FindInMap" => self.find_in_map(argument),
            "Fn::Length" if self.is_extended() => match self.resolve(argument)? {
                Some(Value::Array(items)) => Ok(Some(json!(items.len()))),
                Some(_) | None => Err("Template error: Fn::Length takes a list".to_owned()),
            },
            "Fn::ToJsonString" if self.is_extended() => {
                Ok(Some(json!(self.resolve(argument)?.unwrap_or_default().to_string())))
            }
            "Fn::Base64" => {
                use base64::Engine as _;
                Ok(Some(json!(base64::engine::general_purpose::STANDARD.encode(self.text(argument)?))))
            }
            other => Err(format!("Template format error: Encountered unsupported function: {other}")),
        }
    }

    fn reference(&self, name: &str) -> Resolved {
        if let Some(value) = self.fetched.get(name).or_else(|| self.parameters.get(name)) {
            return Ok(Some(value.clone()));
        }
        if name == "AWS::NoValue" {
            return Ok(None);
        }
        if let Some(pseudo) = self.pseudo(name) {
            return Ok(Some(pseudo));
        }
        let resource = self.resources.get(name).and_then(|resource| resource.physical_id.clone());
        match resource {
            Some(physical_id) => Ok(Some(json!(physical_id))),
            None => Err(format!(
                "Template format error: Unresolved resource dependencies [{name}] in the Resources block of the template"
            )),
        }
    }

    fn pseudo(&self, name: &str) -> Option<Value> {
        let value = match name {
            "AWS::AccountId" => json!(self.settings.account),
            "AWS::Region" => json!(self.settings.region),
            "AWS::Partition" => json!("aws"),
            "AWS::URLSuffix" => json!("amazonaws.com"),
            "AWS::StackId" => json!(self.stack_id),
            "AWS::StackName" => json!(self.stack_name),
            "AWS::NotificationARNs" => json!([]),
            _ => return None,
        };
        Some(value)
    }

    fn attribute(&self, id: &str, attribute: &str) -> Result<Value, String> {
        let resource = self
            .resources
            .get(id)
            .ok_or_else(|| format!("Template error: instance of Fn::GetAtt references undefined resource {id}"))?;
        let value = resource.attributes.get(attribute).or_else(|| {
            attribute.split('.').try_fold(None, |inner: Option<&Value>, key| match inner {
                None => resource.attributes.get(key).map(Some),
                Some(inner) => inner.get(key).map(Some),
            })?
        });
        let missing = || {
            if crate::cloudformation::resources::is_custom(&resource.kind) {
                let physical_id = resource.physical_id.as_deref().unwrap_or(id);
                return format!(
                    "CustomResource attribute error: Vendor response doesn't contain {attribute} attribute in object {physical_id}"
                );
            }
            format!("Template error: resource {id} does not support attribute type {attribute} in Fn::GetAtt")
        };
        value.cloned().ok_or_else(missing)
    }
}
