//! A template with its parameters filled in, as far as that is known before a deployment: enough to say which properties differ. What only
//! CloudFormation knows (an attribute, an import) stays a marker in angle brackets, the same on both sides unless its resource is new.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};

/// One side of the comparison.
pub(super) struct Resolver<'a> {
    pub(super) template: &'a Json,
    pub(super) parameters: &'a BTreeMap<String, String>,
    /// What CloudFormation knows without being told: `AWS::Region`, `AWS::AccountId`, `AWS::Partition`.
    pub(super) pseudo: &'a BTreeMap<String, String>,
    /// What `Ref` of a resource is now.
    pub(super) physical: &'a BTreeMap<String, String>,
    /// Resources that this side has anew: whatever refers to them changes too.
    pub(super) renewed: &'a BTreeSet<String>,
}

/// Whether a text is known to the last letter.
pub(super) fn is_known(text: &str) -> bool {
    !text.contains('<')
}

impl Resolver<'_> {
    /// A resource's properties, scalars as texts: CloudFormation hands `true` and `"true"` on alike.
    pub(super) fn properties(&self, id: &str) -> Map<String, Json> {
        let declared = &self.template["Resources"][id]["Properties"];
        match self.resolve(declared) {
            Some(Json::Object(properties)) => properties,
            Some(_) | None => Map::new(),
        }
    }

    /// `None` is `AWS::NoValue`.
    fn resolve(&self, json: &Json) -> Option<Json> {
        Some(match json {
            Json::Object(members) => match members.iter().next() {
                Some((name, argument)) if members.len() == 1 && (name == "Ref" || name.starts_with("Fn::")) => {
                    return self.intrinsic(name, argument);
                }
                _ => Json::Object(
                    members.iter().filter_map(|(key, value)| Some((key.clone(), self.resolve(value)?))).collect(),
                ),
            },
            Json::Array(items) => items.iter().filter_map(|item| self.resolve(item)).collect(),
            Json::Bool(_) | Json::Number(_) => json.to_string().into(),
            Json::Null | Json::String(_) => json.clone(),
        })
    }

    fn intrinsic(&self, name: &str, argument: &Json) -> Option<Json> {
        let resolved = match (name, argument) {
            ("Ref", Json::String(id)) if id == "AWS::NoValue" => return None,
            ("Ref", Json::String(id)) => self.reference(id),
            ("Fn::GetAtt", Json::Array(path)) => self.attribute(&path.iter().map(text).collect::<Vec<_>>().join(".")),
            ("Fn::GetAtt", Json::String(path)) => self.attribute(path),
            ("Fn::ImportValue", import) => format!("<import {}>", text(&self.resolve(import)?)),
            ("Fn::Join", Json::Array(parts)) => {
                let listed = parts.get(1).and_then(|parts| self.resolve(parts)).unwrap_or_default();
                let texts: Vec<String> = listed.as_array().into_iter().flatten().map(text).collect();
                texts.join(&parts.first().map(text).unwrap_or_default())
            }
            ("Fn::Sub", Json::String(pattern)) => self.substituted(pattern, &Map::new()),
            ("Fn::Sub", Json::Array(parts)) => {
                let variables = parts.get(1).and_then(Json::as_object).cloned().unwrap_or_default();
                self.substituted(&parts.first().map(text).unwrap_or_default(), &variables)
            }
            ("Fn::If", Json::Array(parts)) => {
                let holds = parts.first().is_some_and(|name| self.holds(&self.template["Conditions"][text(name)]));
                return self.resolve(parts.get(if holds { 1 } else { 2 })?);
            }
            // A function that our templates do not use: compared as it is written, with its arguments resolved.
            (other, argument) => format!("<{other} {}>", self.resolve(argument).unwrap_or_default()),
        };
        Some(Json::String(resolved))
    }

    fn reference(&self, id: &str) -> String {
        let known = self.parameters.get(id).or_else(|| self.pseudo.get(id));
        let physical = || self.physical.get(id).filter(|_| !self.renewed.contains(id));
        known.or_else(physical).cloned().unwrap_or_else(|| self.marker(id))
    }

    fn attribute(&self, path: &str) -> String {
        self.marker(path)
    }

    fn marker(&self, path: &str) -> String {
        let id = path.split('.').next().unwrap_or(path);
        if self.renewed.contains(id) { format!("<new {path}>") } else { format!("<{path}>") }
    }

    fn substituted(&self, pattern: &str, variables: &Map<String, Json>) -> String {
        let mut pieces = pattern.split("${");
        let mut whole = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            let (name, rest) = piece.split_once('}').unwrap_or((piece, ""));
            let value = match (variables.get(name), name.strip_prefix('!')) {
                (Some(value), _) => self.resolve(value).as_ref().map(text).unwrap_or_default(),
                (None, Some(literal)) => format!("${{{literal}}}"),
                (None, None) if name.contains('.') => self.attribute(name),
                (None, None) => self.reference(name),
            };
            whole = whole + &value + rest;
        }
        whole
    }

    fn holds(&self, condition: &Json) -> bool {
        let Some((name, argument)) = condition.as_object().and_then(|members| members.iter().next()) else {
            return false;
        };
        let each = || argument.as_array().into_iter().flatten();
        match name.as_str() {
            "Fn::Equals" => {
                let sides: Vec<Option<Json>> = each().map(|side| self.resolve(side)).collect();
                sides.first() == sides.get(1)
            }
            "Fn::Or" => each().any(|one| self.holds(one)),
            "Fn::And" => each().all(|one| self.holds(one)),
            "Fn::Not" => !each().any(|one| self.holds(one)),
            "Condition" => self.holds(&self.template["Conditions"][text(argument)]),
            _ => false,
        }
    }
}

/// A scalar as CloudFormation hands it on.
pub(super) fn text(json: &Json) -> String {
    json.as_str().map_or_else(|| json.to_string(), str::to_owned)
}
