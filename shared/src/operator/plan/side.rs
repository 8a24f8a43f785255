//! The resources of one side of the comparison, resolved.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};

use super::resolve::{Resolver, text};

/// Transforms that give the same for the same template; what they make is compared as it is written.
const TRANSFORMS: [&str; 2] = ["AWS::Serverless-2016-10-31", "AWS::LanguageExtensions"];

/// The resources of one side.
#[derive(Default)]
pub(super) struct Side {
    /// Logical IDs and types of what is there.
    pub(super) kinds: BTreeMap<String, String>,
    /// Their properties, resolved.
    pub(super) properties: BTreeMap<String, Map<String, Json>>,
    /// What `Ref` of each gives.
    pub(super) references: BTreeMap<String, Json>,
    /// Those of which nobody can say whether they are there, and why.
    pub(super) uncertain: BTreeMap<String, String>,
}

impl Side {
    /// As the stack is: what it has, whatever its conditions say now.
    pub(super) fn before(side: &Resolver, physical: &BTreeMap<String, String>) -> Self {
        let mut found = Self::default();
        for id in logical_ids(side.template).filter(|id| physical.contains_key(*id)) {
            found.insert(side, id);
        }
        found
    }

    /// As the deployment wants it.
    pub(super) fn after(side: &Resolver, before: &Self) -> Self {
        let mut found = Self::default();
        for id in logical_ids(side.template) {
            match side.exists(id) {
                Some(true) => found.insert(side, id),
                Some(false) => {}
                None => {
                    let condition = text(&side.template["Resources"][id]["Condition"]);
                    found.uncertain.insert(id.clone(), format!("the condition {condition} cannot be decided"));
                    if before.kinds.contains_key(id) {
                        found.insert(side, id);
                    }
                }
            }
        }
        found
    }

    fn insert(&mut self, side: &Resolver, id: &str) {
        let kind = side.template["Resources"][id]["Type"].as_str().unwrap_or_default();
        self.kinds.insert(id.to_owned(), kind.to_owned());
        self.properties.insert(id.to_owned(), side.properties(id));
        self.references.insert(id.to_owned(), side.reference(id));
    }
}

fn logical_ids(template: &Json) -> impl Iterator<Item = &String> {
    let resources = template["Resources"].as_object();
    resources.into_iter().flatten().filter(|(_, resource)| resource.is_object()).map(|(id, _)| id)
}

/// Macros of which nobody knows what they make of a template.
pub(super) fn transforms(old: &Json, new: &Json) -> BTreeSet<String> {
    let of = |template: &Json| -> Vec<String> {
        match &template["Transform"] {
            Json::Array(all) => all.iter().map(text).collect(),
            Json::Null => Vec::new(),
            one @ (Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Object(_)) => vec![text(one)],
        }
    };
    let all = of(old).into_iter().chain(of(new)).filter(|name| !TRANSFORMS.contains(&name.as_str()));
    let mut open: BTreeSet<String> =
        all.map(|name| format!("the transform {name} changes the template at the deployment")).collect();
    if old["Globals"] != new["Globals"] && *old != Json::Null {
        open.insert("Globals differ, and SAM writes them into its resources".to_owned());
    }
    let loops = [old, new].iter().any(|template| template.to_string().contains("Fn::ForEach"));
    if loops && old != new {
        open.insert("Fn::ForEach is expanded at the deployment".to_owned());
    }
    open
}
