//! For tests: a rendered template with its parameters chosen, resolved by [`Resolver`], with words in the place of what
//! only the deployment knows.

use crate::stack::types;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

use super::document::Template;
use super::resolve::{Resolver, known, pseudo_parameters, values};

pub(in crate::template) use super::resolve::text;

/// A template with its parameters chosen.
pub(in crate::template) struct ResolvedTemplate {
    pub(in crate::template) template: Json,
    pub(in crate::template) parameters: BTreeMap<String, String>,
    /// What `Ref` of a resource is, where it is more than its logical ID.
    pub(in crate::template) names: BTreeMap<String, Json>,
    /// The partition that the stack is in: `aws`, `aws-cn`, `aws-us-gov`.
    pub(in crate::template) partition: &'static str,
    pub(in crate::template) region: &'static str,
}

impl ResolvedTemplate {
    /// With every default, and `given` over them.
    pub(in crate::template) fn with(template: &Template, given: &[(&str, &str)]) -> Self {
        let template: Json = serde_json::from_str(&template.render().unwrap()).unwrap();
        Self::of(template, given)
    }

    pub(in crate::template) fn of(template: Json, given: &[(&str, &str)]) -> Self {
        let declared = template["Parameters"].as_object().cloned().unwrap_or_default();
        let defaults = declared.iter().map(|(id, parameter)| (id.clone(), text(&parameter["Default"])));
        let given = given.iter().map(|(id, value)| ((*id).to_owned(), (*value).to_owned()));
        let parameters = defaults.chain(given).collect();
        Self { template, parameters, names: BTreeMap::new(), partition: "aws", region: "eu-west-1" }
    }

    /// Resources that a property names are referred to by that name.
    pub(in crate::template) fn named(mut self) -> Self {
        let property = [
            (types::STREAM, "Name"),
            (types::TABLE, "TableName"),
            (types::LOG_GROUP, "LogGroupName"),
            (types::APPLICATION, "ApplicationName"),
        ];
        for (id, resource) in self.template["Resources"].as_object().unwrap() {
            for (_, property) in property.iter().filter(|(kind, _)| resource["Type"] == **kind) {
                self.names.insert(id.clone(), resource["Properties"][property].clone());
            }
        }
        self
    }

    /// The same template, resolved for another partition and region.
    pub(in crate::template) fn in_region(self, partition: &'static str, region: &'static str) -> Self {
        Self { partition, region, ..self }
    }

    /// The resources whose conditions hold, with their types.
    pub(in crate::template) fn resources(&self) -> Vec<(String, String)> {
        let all = self.template["Resources"].as_object().unwrap().iter();
        let exists = |id: &str| self.ask(&self.names(), |resolver| resolver.exists(id).unwrap());
        all.filter(|(id, _)| exists(id)).map(|(id, resource)| (id.clone(), text(&resource["Type"]))).collect()
    }

    /// A resource's properties with everything resolved that can be.
    pub(in crate::template) fn properties(&self, id: &str) -> Json {
        self.resolve(&self.template["Resources"][id]["Properties"]).unwrap()
    }

    /// `None` is `AWS::NoValue`. An attribute, which only the deployment knows, reads `<name>.<attribute>`.
    pub(in crate::template) fn resolve(&self, json: &Json) -> Option<Json> {
        let names = self.names();
        self.ask(&names, |resolver| resolver.resolve(json)).map(|json| plain(json, &names))
    }

    fn ask<T>(&self, physical: &BTreeMap<String, String>, question: impl FnOnce(&Resolver) -> T) -> T {
        let arn = format!("arn:{}:cloudformation:{}:111122223333:stack/stack/1", self.partition, self.region);
        question(&Resolver {
            template: &self.template,
            parameters: &values(&self.template, &self.parameters, None, false),
            pseudo: &pseudo_parameters("stack", self.region, Some(&arn)),
            physical,
            renewed: &BTreeSet::new(),
            volatile: &BTreeSet::new(),
        })
    }

    /// What `Ref` of each resource is: its name where one is given, else its logical ID.
    fn names(&self) -> BTreeMap<String, String> {
        let mut names: BTreeMap<String, String> =
            self.template["Resources"].as_object().unwrap().keys().map(|id| (id.clone(), id.clone())).collect();
        for (id, name) in &self.names {
            let name = self.ask(&BTreeMap::new(), |resolver| resolver.resolve(name)).unwrap();
            names.insert(id.clone(), text(&name));
        }
        names
    }
}

/// With words in the place of tokens.
fn plain(json: Json, names: &BTreeMap<String, String>) -> Json {
    match json {
        Json::String(text) => known(&text, |token| {
            let export = token.strip_prefix("Fn::ImportValue ").and_then(|name| serde_json::from_str(name).ok());
            let attribute = token.split_once('.').and_then(|(id, name)| Some(format!("{}.{name}", names.get(id)?)));
            export.or(attribute).unwrap_or_else(|| token.replace(['"', '\\'], ""))
        })
        .into(),
        Json::Array(items) => items.into_iter().map(|item| plain(item, names)).collect(),
        Json::Object(members) => members.into_iter().map(|(key, value)| (key, plain(value, names))).collect(),
        Json::Null | Json::Bool(_) | Json::Number(_) => json,
    }
}
