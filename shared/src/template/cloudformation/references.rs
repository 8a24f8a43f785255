//! Every reference that an expression makes, in the order in which it makes them.
//!
//! Two readers: a template, which refuses a reference to nothing, and the configuration digest.

use serde_json::{Value as Json, json};

/// One reference to a logical ID, with the place that it stands in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::template) struct Reference {
    /// What it names; none for what is imported from another stack, or chosen by a condition.
    pub(in crate::template) target: Option<String>,
    /// The expression that resolves to it, always to a string.
    pub(in crate::template) expression: Json,
}

impl Reference {
    /// Whether CloudFormation knows the target without the template.
    pub(in crate::template) fn is_pseudo(&self) -> bool {
        self.target.as_deref().is_some_and(|target| target.starts_with("AWS::"))
    }

    fn to(name: &str) -> Self {
        let (target, expression) = match name.split_once('.') {
            Some((id, attribute)) => (id, json!({"Fn::GetAtt": [id, attribute]})),
            None => (name, json!({"Ref": name})),
        };
        Self { target: Some(target.to_owned()), expression }
    }
}

/// The references in `json`, each once. One within `Fn::If` counts only while its branch is taken.
pub(in crate::template) fn references(json: &Json) -> Vec<Reference> {
    let mut found = Vec::new();
    walk(json, &mut found);
    found.retain(|reference: &Reference| reference.target.as_deref() != Some("AWS::NoValue"));
    found.into_iter().fold(Vec::new(), |mut once, reference| {
        if !once.contains(&reference) {
            once.push(reference);
        }
        once
    })
}

fn walk(json: &Json, found: &mut Vec<Reference>) {
    match json {
        Json::Array(items) => items.iter().for_each(|item| walk(item, found)),
        Json::Object(members) => {
            for (name, value) in members {
                match (name.as_str(), value) {
                    ("Ref", Json::String(id)) => found.push(Reference::to(id)),
                    ("Fn::GetAtt", Json::Array(path)) => {
                        let path: Vec<&str> = path.iter().filter_map(Json::as_str).collect();
                        found.push(Reference::to(&path.join(".")));
                    }
                    ("Fn::Sub", Json::String(text)) => found.extend(placeholders(text).map(Reference::to)),
                    ("Fn::Sub", Json::Array(parts)) => walk_sub(parts, found),
                    ("Fn::ImportValue", export) => {
                        found.push(Reference { target: None, expression: json!({"Fn::ImportValue": export}) });
                        walk(export, found);
                    }
                    ("Fn::If", Json::Array(parts)) => walk_if(parts, found),
                    _ => walk(value, found),
                }
            }
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

/// The list form: placeholders that are not variables, then what the variables stand for.
fn walk_sub(parts: &[Json], found: &mut Vec<Reference>) {
    let [Json::String(text), variables] = parts else { return };
    let names = placeholders(text).filter(|name| variables.get(name).is_none());
    found.extend(names.map(Reference::to));
    walk(variables, found);
}

/// Which branch is taken is itself something that an expression depends on.
fn walk_if(parts: &[Json], found: &mut Vec<Reference>) {
    let [condition, then, otherwise] = parts else { return };
    found.push(Reference { target: None, expression: json!({"Fn::If": [condition, "then", "else"]}) });
    let mut branch = |json: &Json, only: &dyn Fn(&Json) -> Json| {
        let mut within = Vec::new();
        walk(json, &mut within);
        let guarded = within.into_iter().map(|Reference { target, expression }| match target.as_deref() {
            Some("AWS::NoValue") => Reference { target, expression },
            Some(_) | None => Reference { target, expression: only(&expression) },
        });
        found.extend(guarded);
    };
    branch(then, &|expression| json!({"Fn::If": [condition, expression, ""]}));
    branch(otherwise, &|expression| json!({"Fn::If": [condition, "", expression]}));
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
        let found: Vec<Json> = references(&json).into_iter().map(|reference| reference.expression).collect();
        let expected = json!([
            {"Ref": "A"}, {"Fn::GetAtt": ["B", "Arn"]}, {"Ref": "D"}, {"Fn::ImportValue": "x"},
            {"Fn::If": ["Is", "then", "else"]}, {"Fn::If": ["Is", {"Ref": "F"}, ""]}
        ]);
        assert_eq!(Json::Array(found), expected);
    }
}
