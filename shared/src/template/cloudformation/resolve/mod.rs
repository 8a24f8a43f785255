//! Resolves a template's parameters, conditions and intrinsic functions, as far as they are known before a deployment.
//!
//! A value that is not known becomes a token in the text: `=` a value that stays the same while its text does (an
//! attribute, an import), `+` a value of a resource that this deployment creates or replaces, `?` a value that only the
//! deployment decides, with the reason. [`compare`] compares values with tokens, and never takes them for equal where
//! they may differ.

mod compare;
mod conditions;
mod functions;
mod parameters;
#[cfg(test)]
mod tests;
mod transforms;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};

pub use compare::{Difference, compare, open_reasons};
pub(crate) use conditions::EITHER;
pub use parameters::{pseudo_parameters, values};
pub use transforms::open_transforms;

/// A template with what is known about its stack.
#[derive(Debug, Clone, Copy)]
pub struct Resolver<'a> {
    /// The template, as it was written.
    pub template: &'a Json,
    /// What `Ref` of each parameter is: a text, a list, or a token; see [`values`].
    pub parameters: &'a BTreeMap<String, Json>,
    /// Pseudo parameters that are known; see [`pseudo_parameters`].
    pub pseudo: &'a BTreeMap<String, String>,
    /// What `Ref` of each resource is now.
    pub physical: &'a BTreeMap<String, String>,
    /// Resources that the deployment creates or replaces: whatever refers to them changes too.
    pub renewed: &'a BTreeSet<String>,
    /// Resources whose attributes the deployment may change: custom resources and nested stacks.
    pub volatile: &'a BTreeSet<String>,
}

const BEGIN: char = '\u{e000}';
const END: char = '\u{e001}';
/// The beginning of a token of which nothing can be said.
const OPEN: &str = "\u{e000}?";
/// The beginning of a token of something new.
const NEW: &str = "\u{e000}+";

/// The text in the place of a value that is not known.
fn token(kind: char, what: &str) -> String {
    format!("{BEGIN}{kind}{what}{END}")
}

/// The token of a value that only the deployment decides.
fn open(reason: &str) -> Json {
    token('?', reason).into()
}

/// Whether a text has no token in it.
#[must_use]
pub fn is_known(text: &str) -> bool {
    !text.contains(BEGIN)
}

/// Whether a text holds a value that only the deployment decides.
pub(crate) fn is_open(text: &str) -> bool {
    text.contains(OPEN)
}

/// Whether a text holds a value of a resource that the deployment creates or replaces.
fn is_new(text: &str) -> bool {
    text.contains(NEW)
}

/// A text that does not distinguish a resource that the deployment creates or replaces from one that stays.
pub(crate) fn as_kept(text: &str) -> String {
    text.replace(NEW, "\u{e000}=")
}

/// A text with other words in the place of its tokens, which are given without their kind.
pub(crate) fn known(text: &str, word: impl Fn(&str) -> String) -> String {
    let mut parts = text.split([BEGIN, END]);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.enumerate().fold(first, |whole, (at, part)| match at % 2 {
        0 => whole + &word(part.get(1..).unwrap_or_default()),
        _ => whole + part,
    })
}

/// Why a text is not known before the deployment; empty when it is.
#[must_use]
pub fn reasons(text: &str) -> Vec<String> {
    let parts = text.split(OPEN).skip(1);
    parts.map(|part| part.split([BEGIN, END]).next().unwrap_or_default().to_owned()).collect()
}

/// Whether a dynamic reference names a parameter of Parameter Store without a version: one that has a version never
/// changes.
fn reads_newest_of_ssm(text: &str) -> bool {
    let references = text.split("{{resolve:ssm:").skip(1).filter_map(|rest| rest.split("}}").next());
    let is_version = |(_, version): (&str, &str)| version.bytes().all(|byte| byte.is_ascii_digit());
    references.into_iter().any(|reference| !reference.rsplit_once(':').is_some_and(is_version))
}

/// A scalar as CloudFormation hands it on: a text, whatever its type was.
#[must_use]
pub fn text(json: &Json) -> String {
    json.as_str().map_or_else(|| json.to_string(), str::to_owned)
}

/// All scalars as texts: CloudFormation hands `true` and `"true"` on alike.
fn as_texts(json: Json) -> Json {
    match json {
        Json::Bool(_) | Json::Number(_) => json.to_string().into(),
        Json::Array(items) => items.into_iter().map(as_texts).collect(),
        Json::Object(members) => members.into_iter().map(|(key, value)| (key, as_texts(value))).collect(),
        Json::Null | Json::String(_) => json,
    }
}

impl Resolver<'_> {
    /// A resource's properties, all scalars as texts.
    #[must_use]
    pub fn properties(&self, id: &str) -> Map<String, Json> {
        match self.resolve(&self.template["Resources"][id]["Properties"]).map(as_texts) {
            Some(Json::Object(properties)) => properties,
            Some(Json::String(whole)) => Map::from_iter([("Properties".to_owned(), Json::String(whole))]),
            Some(_) | None => Map::new(),
        }
    }

    /// The same, with both branches of each `Fn::If` that cannot be decided: an object with the one member [`EITHER`],
    /// a list.
    pub(crate) fn properties_with_branches(&self, id: &str) -> Map<String, Json> {
        match self.resolve(&self.branches(&self.template["Resources"][id]["Properties"])).map(as_texts) {
            Some(Json::Object(properties)) => properties,
            Some(_) | None => Map::new(),
        }
    }

    /// Whether a resource's Condition holds; `None` when only the deployment decides.
    #[must_use]
    pub fn exists(&self, id: &str) -> Option<bool> {
        match self.template["Resources"][id]["Condition"].as_str() {
            Some(condition) => self.holds(condition),
            None => Some(true),
        }
    }

    /// An expression's value; `None` is `AWS::NoValue`.
    #[must_use]
    pub fn resolve(&self, json: &Json) -> Option<Json> {
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
            Json::String(text) if reads_newest_of_ssm(text) => {
                open("a dynamic reference is read from Parameter Store at the deployment")
            }
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => json.clone(),
        })
    }

    /// The value of a `Ref` to a parameter, a pseudo parameter or a resource.
    #[must_use]
    pub fn reference(&self, id: &str) -> Json {
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

    /// The value of `Fn::GetAtt` of `Id.Attribute`.
    fn attribute(&self, path: &str) -> Json {
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
