//! Every reference that an expression makes, in the order in which it makes them.
//!
//! Two readers: a template, which refuses a reference to nothing, and the configuration digest.

use std::borrow::Cow;

use serde_json::{Value as Json, json};

/// One reference to a logical ID, with the place that it stands in. What only asks for its target builds no expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::template) struct Reference<'a> {
    referent: Referent<'a>,
    /// The branches of `Fn::If` that it stands in, the innermost last: the condition, and whether it holds.
    branches: Vec<(&'a Json, bool)>,
}

/// What a reference is to.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Referent<'a> {
    /// A logical ID or a pseudo parameter; after a dot, an attribute.
    Item(Cow<'a, str>),
    /// The name of an export of another stack.
    Import(&'a Json),
    /// A condition that chooses between two branches.
    Condition(&'a Json),
}

impl Reference<'_> {
    /// What it names; none for what is imported from another stack, or chosen by a condition.
    pub(in crate::template) fn target(&self) -> Option<&str> {
        match &self.referent {
            Referent::Item(name) => Some(name.split_once('.').map_or(name.as_ref(), |(id, _)| id)),
            Referent::Import(_) | Referent::Condition(_) => None,
        }
    }

    /// Whether CloudFormation knows the target without the template.
    pub(in crate::template) fn is_pseudo(&self) -> bool {
        self.target().is_some_and(|target| target.starts_with("AWS::"))
    }

    /// The expression that resolves to it, always to a string.
    pub(in crate::template) fn expression(&self) -> Json {
        let own = match &self.referent {
            Referent::Item(name) => match name.split_once('.') {
                Some((id, attribute)) => json!({"Fn::GetAtt": [id, attribute]}),
                None => json!({"Ref": name}),
            },
            Referent::Import(export) => json!({"Fn::ImportValue": export}),
            Referent::Condition(condition) => json!({"Fn::If": [condition, "then", "else"]}),
        };
        self.branches.iter().rev().fold(own, |expression, (condition, holds)| {
            let (then, otherwise) = if *holds { (expression, "".into()) } else { ("".into(), expression) };
            json!({"Fn::If": [condition, then, otherwise]})
        })
    }
}

/// The references in `json`, each once. One within `Fn::If` counts only while its branch is taken.
pub(in crate::template) fn references(json: &Json) -> Vec<Reference<'_>> {
    let mut walk = ReferenceWalk::default();
    walk.value(json);
    walk.found
}

#[derive(Default)]
struct ReferenceWalk<'a> {
    found: Vec<Reference<'a>>,
    branches: Vec<(&'a Json, bool)>,
}

impl<'a> ReferenceWalk<'a> {
    fn value(&mut self, json: &'a Json) {
        match json {
            Json::Array(items) => items.iter().for_each(|item| self.value(item)),
            Json::Object(members) => {
                for (name, value) in members {
                    match (name.as_str(), value) {
                        ("Ref", Json::String(id)) => self.item(Cow::Borrowed(id)),
                        ("Fn::GetAtt", Json::Array(path)) => {
                            let path: Vec<&str> = path.iter().filter_map(Json::as_str).collect();
                            self.item(Cow::Owned(path.join(".")));
                        }
                        ("Fn::Sub", Json::String(text)) => {
                            placeholders(text).for_each(|name| self.item(Cow::Borrowed(name)));
                        }
                        ("Fn::Sub", Json::Array(parts)) => self.sub(parts),
                        ("Fn::ImportValue", export) => {
                            self.reference(Referent::Import(export));
                            self.value(export);
                        }
                        ("Fn::If", Json::Array(parts)) => self.choice(parts),
                        _ => self.value(value),
                    }
                }
            }
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
        }
    }

    /// The list form: placeholders that are not variables, then what the variables stand for.
    fn sub(&mut self, parts: &'a [Json]) {
        let [Json::String(text), variables] = parts else { return };
        let names = placeholders(text).filter(|name| variables.get(name).is_none());
        names.for_each(|name| self.item(Cow::Borrowed(name)));
        self.value(variables);
    }

    /// Which branch is taken is itself something that an expression depends on.
    fn choice(&mut self, parts: &'a [Json]) {
        let [condition, then, otherwise] = parts else { return };
        self.reference(Referent::Condition(condition));
        for (branch, holds) in [(then, true), (otherwise, false)] {
            self.branches.push((condition, holds));
            self.value(branch);
            self.branches.pop();
        }
    }

    fn item(&mut self, name: Cow<'a, str>) {
        if name != "AWS::NoValue" {
            self.reference(Referent::Item(name));
        }
    }

    fn reference(&mut self, referent: Referent<'a>) {
        let reference = Reference { referent, branches: self.branches.clone() };
        if !self.found.contains(&reference) {
            self.found.push(reference);
        }
    }
}

/// The names between `${` and `}`, without the literal `${!...}`.
fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    let inner = text.split("${").skip(1).filter_map(|rest| rest.split_once('}'));
    inner.map(|(name, _)| name).filter(|name| !name.starts_with('!'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_reference_is_found_once_and_in_order() {
        let json = json!([
            {"Ref": "A"},
            {"Fn::Sub": "${B.Arn}/${!C}/${A}"},
            {"Fn::Sub": ["${D}${E}", {"E": {"Fn::ImportValue": "x"}}]},
            {"Fn::If": ["Is", {"Ref": "F"}, {"Ref": "AWS::NoValue"}]}
        ]);
        let found: Vec<Json> = references(&json).iter().map(Reference::expression).collect();
        let expected = json!([
            {"Ref": "A"}, {"Fn::GetAtt": ["B", "Arn"]}, {"Ref": "D"}, {"Fn::ImportValue": "x"},
            {"Fn::If": ["Is", "then", "else"]}, {"Fn::If": ["Is", {"Ref": "F"}, ""]}
        ]);
        assert_eq!(Json::Array(found), expected);
    }

    #[test]
    fn a_reference_counts_while_each_branch_around_it_is_taken() {
        let inner = json!({"Fn::If": ["Has", {"Ref": "AWS::NoValue"}, {"Ref": "G"}]});
        let json = json!({"Fn::If": ["Is", {"Ref": "F"}, inner]});
        let found: Vec<Json> = references(&json).iter().map(Reference::expression).collect();
        let expected = json!([
            {"Fn::If": ["Is", "then", "else"]},
            {"Fn::If": ["Is", {"Ref": "F"}, ""]},
            {"Fn::If": ["Is", "", {"Fn::If": ["Has", "then", "else"]}]},
            {"Fn::If": ["Is", "", {"Fn::If": ["Has", "", {"Ref": "G"}]}]}
        ]);
        assert_eq!(Json::Array(found), expected);
    }
}
