//! A template with its parameters filled in, as far as that is known before a deployment: enough to say which properties differ.
//!
//! What is not known is a [`token`] in the text: `=` a value that is what it was while its text is the same (an attribute, an import), `+`
//! one of a resource that this deployment makes anew, `?` one of which nothing can be said, with the reason. What holds tokens is compared
//! by [`super::compare`], and never taken for equal where it may differ.

mod conditions;
mod functions;
mod parameters;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};

pub(super) use parameters::values;

/// One side of the comparison.
pub(super) struct Resolver<'a> {
    pub(super) template: &'a Json,
    /// Of each parameter what `Ref` gives: a text, a list, or a token.
    pub(super) parameters: &'a BTreeMap<String, Json>,
    /// What CloudFormation knows by itself: `AWS::Region`, `AWS::AccountId`, `AWS::Partition`, ...
    pub(super) pseudo: &'a BTreeMap<String, String>,
    /// What `Ref` of a resource is now.
    pub(super) physical: &'a BTreeMap<String, String>,
    /// Resources that this side has anew: whatever refers to them changes too.
    pub(super) renewed: &'a BTreeSet<String>,
    /// Resources whose attributes may be others after this deployment: custom resources and nested stacks that it calls.
    pub(super) volatile: &'a BTreeSet<String>,
}

const BEGIN: char = '\u{e000}';
const END: char = '\u{e001}';
/// The beginning of a token of which nothing can be said.
const OPEN: &str = "\u{e000}?";
/// The beginning of a token of something new.
const NEW: &str = "\u{e000}+";

/// What stands for a value that is not known.
pub(super) fn token(kind: char, what: &str) -> String {
    format!("{BEGIN}{kind}{what}{END}")
}

/// A value of which nothing can be said, with the reason.
pub(super) fn open(reason: &str) -> Json {
    token('?', reason).into()
}

/// Whether a text is known to the last letter.
pub(super) fn is_known(text: &str) -> bool {
    !text.contains(BEGIN)
}

/// Whether a text holds something of which nothing can be said.
pub(super) fn is_open(text: &str) -> bool {
    text.contains(OPEN)
}

/// Whether a text holds something that this deployment makes.
pub(super) fn is_new(text: &str) -> bool {
    text.contains(NEW)
}

/// The reasons in a text why nothing can be said of it.
pub(super) fn reasons(text: &str) -> Vec<String> {
    let parts = text.split(OPEN).skip(1);
    parts.map(|part| part.split([BEGIN, END]).next().unwrap_or_default().to_owned()).collect()
}

/// A scalar as CloudFormation hands it on.
pub(super) fn text(json: &Json) -> String {
    json.as_str().map_or_else(|| json.to_string(), str::to_owned)
}

impl Resolver<'_> {
    /// A resource's properties, scalars as texts: CloudFormation hands `true` and `"true"` on alike.
    pub(super) fn properties(&self, id: &str) -> Map<String, Json> {
        match self.resolve(&self.template["Resources"][id]["Properties"]) {
            Some(Json::Object(properties)) => properties,
            Some(Json::String(whole)) => Map::from_iter([("Properties".to_owned(), Json::String(whole))]),
            Some(_) | None => Map::new(),
        }
    }

    /// Whether a resource is there on this side, as far as its Condition says; `None` when that cannot be decided.
    pub(super) fn exists(&self, id: &str) -> Option<bool> {
        match self.template["Resources"][id]["Condition"].as_str() {
            Some(condition) => self.condition(condition, 0),
            None => Some(true),
        }
    }

    /// `None` is `AWS::NoValue`.
    pub(super) fn resolve(&self, json: &Json) -> Option<Json> {
        Some(match json {
            Json::Object(members) => match members.iter().next() {
                Some((name, argument)) if members.len() == 1 && (name == "Ref" || name.starts_with("Fn::")) => {
                    return self.call(name, argument);
                }
                _ => Json::Object(
                    members.iter().filter_map(|(key, value)| Some((key.clone(), self.resolve(value)?))).collect(),
                ),
            },
            Json::Array(items) => items.iter().filter_map(|item| self.resolve(item)).collect(),
            Json::Bool(_) | Json::Number(_) => json.to_string().into(),
            Json::String(text) if text.contains("{{resolve:ssm:") => {
                open("a dynamic reference is read from Parameter Store at the deployment")
            }
            Json::Null | Json::String(_) => json.clone(),
        })
    }

    /// What `Ref` of a name is.
    pub(super) fn reference(&self, id: &str) -> Json {
        if let Some(value) = self.parameters.get(id) {
            return value.clone();
        }
        if let Some(pseudo) = self.pseudo.get(id) {
            return pseudo.clone().into();
        }
        if self.renewed.contains(id) {
            return token('+', id).into();
        }
        if self.volatile.contains(id) && !self.is_flink(id) {
            return open(&format!("{id} may get another physical ID"));
        }
        match self.physical.get(id) {
            Some(physical) => physical.clone().into(),
            None if id.starts_with("AWS::") => token('=', id).into(),
            None => open(&format!("{id} is not in the stack")),
        }
    }

    /// Our own handlers keep the physical ID of a resource.
    fn is_flink(&self, id: &str) -> bool {
        self.template["Resources"][id]["Type"].as_str().is_some_and(|kind| kind.starts_with("Custom::Flink"))
    }

    /// What `Fn::GetAtt` of `Id.Attribute` is.
    pub(super) fn attribute(&self, path: &str) -> Json {
        let id = path.split('.').next().unwrap_or(path);
        if self.renewed.contains(id) {
            return token('+', path).into();
        }
        if self.volatile.contains(id) {
            return open(&format!("{path} may change with {id}"));
        }
        token('=', path).into()
    }
}
