//! The template as a value: items are added, each returns its handle, and [`Template::render`] writes them down.
//!
//! It knows the sections of a template, and no type of resource.

use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

use super::condition::{Test, conditions_in};
use super::error::Problem;
use super::layout::text_of;
use super::parameter::ParameterOf;
use super::references::references;
use super::resource::Condition;
use super::resource::{Handle, Parameter, Resource};
use super::value::{Value, object};
use crate::contract::{StackTemplate, TEMPLATE_METADATA, VERSION, VERSION_METADATA};

/// A CloudFormation template under construction; [`Template::render`] checks its references.
#[derive(Debug)]
pub struct Template {
    description: String,
    metadata: Json,
    names: BTreeSet<String>,
    parameters: Json,
    rules: Json,
    conditions: Json,
    resources: Json,
    outputs: Json,
}

impl Template {
    /// A template with a description and nothing else.
    #[must_use]
    pub fn described(description: &str) -> Self {
        Self {
            description: description.to_owned(),
            metadata: json!({}),
            names: BTreeSet::new(),
            parameters: json!({}),
            rules: json!({}),
            conditions: json!({}),
            resources: json!({}),
            outputs: json!({}),
        }
    }

    /// Marks it as one that this project deploys: a stack that was made from it is known as ours, and its version is
    /// read from an output.
    #[must_use]
    pub fn identified_as(mut self, template: StackTemplate) -> Self {
        self.metadata[VERSION_METADATA] = VERSION.into();
        self.metadata[TEMPLATE_METADATA] = template.name().into();
        self.output(VERSION_METADATA, "The version of the template.", &VERSION.into());
        self
    }

    /// Shows these parameters under a heading of their own, in CloudFormation's console.
    pub fn parameter_group(&mut self, heading: &str, parameters: &[&str]) {
        let groups = &mut self.metadata["AWS::CloudFormation::Interface"]["ParameterGroups"];
        let mut all = groups.as_array().cloned().unwrap_or_default();
        all.push(json!({"Label": {"default": heading}, "Parameters": parameters}));
        *groups = all.into();
    }

    /// Adds a resource.
    ///
    /// # Errors
    /// A name that is taken, or none.
    pub fn add<K>(&mut self, id: &str, resource: impl Into<Resource<K>>) -> Result<Handle<K>, Problem> {
        self.take(id)?;
        self.resources[id] = resource.into().into_json();
        Ok(Handle::named(id))
    }

    /// Adds a parameter.
    ///
    /// # Errors
    /// A name that is taken, or none.
    pub fn parameter(&mut self, id: &str, parameter: ParameterOf) -> Result<Handle<Parameter>, Problem> {
        self.take(id)?;
        self.parameters[id] = parameter.into_json();
        Ok(Handle::named(id))
    }

    /// Adds a condition.
    ///
    /// # Errors
    /// A name that is taken, or none.
    pub fn condition(&mut self, id: &str, test: impl Into<Test>) -> Result<Handle<Condition>, Problem> {
        self.take(id)?;
        self.conditions[id] = test.into().into_json();
        Ok(Handle::named(id))
    }

    /// Adds a rule: parameters that do not pass are refused with this explanation before anything is created.
    ///
    /// # Errors
    /// A name that is taken, or none.
    pub fn rule(&mut self, id: &str, test: impl Into<Test>, explanation: &str) -> Result<(), Problem> {
        self.take(id)?;
        let assertion = json!({"Assert": test.into().into_json(), "AssertDescription": explanation});
        self.rules[id] = json!({ "Assertions": [assertion] });
        Ok(())
    }

    /// Adds an output, for a person and for the deploy script.
    pub fn output(&mut self, name: &str, description: &str, value: &Value) {
        self.outputs[name] = object([("Description", description.into()), ("Value", value.as_json().clone())]);
    }

    /// Adds an output that other stacks import.
    pub fn export(&mut self, name: &str, description: &str, value: &Value, export: &str) {
        self.output(name, description, value);
        self.outputs[name]["Export"] = json!({"Name": export});
    }

    /// The parameters as they stand in the template, by name.
    pub(in crate::template) fn parameters(&self) -> impl Iterator<Item = (&String, &Json)> {
        self.parameters.as_object().into_iter().flatten()
    }

    /// The template's JSON: byte for byte the same for the same template.
    ///
    /// # Errors
    /// A reference to something that is not in the template: a handle of another one, or a slip in hand-written JSON.
    pub fn render(&self) -> Result<String, Problem> {
        for (from, body) in [&self.resources, &self.outputs, &self.conditions, &self.rules]
            .into_iter()
            .filter_map(Json::as_object)
            .flatten()
        {
            for reference in references(body) {
                self.check(from, reference.is_pseudo(), reference.target())?;
            }
            let mut conditions = Vec::new();
            conditions_in(body, &mut conditions);
            if let Some(to) = conditions.into_iter().find(|to| self.conditions.get(to).is_none()) {
                return Err(Problem::DanglingReference { from: from.clone(), to: to.to_owned() });
            }
            for id in body.get("DependsOn").and_then(Json::as_array).into_iter().flatten() {
                self.check(from, false, id.as_str())?;
            }
        }
        let (version, description) = (Json::from("2010-09-09"), Json::from(self.description.as_str()));
        let sections = [
            ("AWSTemplateFormatVersion", &version),
            ("Conditions", &self.conditions),
            ("Description", &description),
            ("Metadata", &self.metadata),
            ("Outputs", &self.outputs),
            ("Parameters", &self.parameters),
            ("Resources", &self.resources),
            ("Rules", &self.rules),
        ];
        let given = |section: &Json| section.as_object().is_none_or(|members| !members.is_empty());
        Ok(text_of(sections.into_iter().filter(|(_, section)| given(section))) + "\n")
    }

    fn take(&mut self, id: &str) -> Result<(), Problem> {
        if id.is_empty() || id.len() > 255 || !id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(Problem::NotALogicalId(id.to_owned()));
        }
        if self.names.insert(id.to_owned()) { Ok(()) } else { Err(Problem::DuplicateLogicalId(id.to_owned())) }
    }

    fn check(&self, from: &str, pseudo: bool, target: Option<&str>) -> Result<(), Problem> {
        match target {
            Some(to) if !pseudo && self.resources.get(to).is_none() && self.parameters.get(to).is_none() => {
                Err(Problem::DanglingReference { from: from.to_owned(), to: to.to_owned() })
            }
            _ => Ok(()),
        }
    }
}

/// With every map in the order of its keys, whatever order this build of serde_json keeps.
pub(in crate::template) fn sorted(json: Json) -> Json {
    match json {
        Json::Object(members) => {
            let members: BTreeMap<String, Json> =
                members.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            Json::Object(members.into_iter().collect())
        }
        Json::Array(items) => Json::Array(items.into_iter().map(sorted).collect()),
        scalar @ (Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_)) => scalar,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue() -> Resource {
        Resource::of("AWS::SQS::Queue", json!({}))
    }

    #[test]
    fn a_logical_id_used_twice_is_refused_with_its_name() {
        let mut template = Template::described("t");
        template.add("Queue", queue()).unwrap();
        assert_eq!(template.add("Queue", queue()).unwrap_err(), Problem::DuplicateLogicalId("Queue".into()));
    }

    #[test]
    fn a_name_that_cloudformation_refuses_is_refused_here() {
        let mut template = Template::described("t");
        assert!(matches!(template.add("dead-letters", queue()), Err(Problem::NotALogicalId(_))));
    }

    #[test]
    fn a_handle_of_another_template_is_found_out() {
        let other = Template::described("other").add("Queue", queue()).unwrap();
        let mut template = Template::described("t");
        template.output("QueueArn", "the queue", &other.arn());
        let problem = template.render().unwrap_err();
        assert_eq!(problem, Problem::DanglingReference { from: "QueueArn".into(), to: "Queue".into() });
    }

    #[test]
    fn the_same_template_is_the_same_bytes_and_ends_with_a_line_end() {
        let mut template = Template::described("t");
        let first = template.add("First", queue()).unwrap();
        template.add("Second", queue().after(&first)).unwrap();
        let text = template.render().unwrap();
        assert_eq!(text, template.render().unwrap());
        assert!(text.ends_with("}\n"));
        assert!(text.find("\"First\"") < text.find("\"Second\""));
    }
}
