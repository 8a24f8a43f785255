//! A policy document as atoms: the same whatever its order, its splitting, its Sids and its one-item lists.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::atom::{Atom, Atoms, Element};
use super::condition::StatementCondition;
use super::possible::{items, options};
use super::{Grant, Subject};
use crate::template::resolve::text;

/// Adds the statements of a document of this owner. A document may be JSON in a text.
pub(super) fn read(owner: &str, subject: Subject, document: &Json, is_possible: bool, atoms: &mut Atoms) {
    for (document, is_possible) in options(document, is_possible) {
        let parsed = document.as_str().and_then(|text| serde_json::from_str(text).ok());
        let document: &Json = parsed.as_ref().unwrap_or(document);
        let Some(statements) = document.get("Statement") else {
            atoms.insert(Atom::named(owner, Subject::Unresolved, text(document)), true);
            continue;
        };
        for (statement, is_possible) in items(statements, is_possible) {
            read_statement(owner, subject, statement, is_possible, atoms);
        }
    }
}

fn read_statement(owner: &str, subject: Subject, statement: &Json, is_possible: bool, atoms: &mut Atoms) {
    let grant = match statement.get("Effect").and_then(Json::as_str) {
        Some("Allow") => Grant::Allow,
        Some("Deny") => Grant::Deny,
        Some(_) | None => {
            atoms.insert(Atom::named(owner, Subject::Unresolved, text(statement)), true);
            return;
        }
    };
    let principals = elements(statement, "Principal", &mut |value| principals(value));
    let actions = elements(statement, "Action", &mut |value| strings(value, &mut |text| atoms.spelling.folded(text)));
    let resources = elements(statement, "Resource", &mut |value| strings(value, &mut str::to_owned));
    let conditions = StatementCondition::all(statement.get("Condition"), is_possible, &mut atoms.spelling);
    for (principal, of_principal) in &principals {
        for (action, of_action) in &actions {
            for (resource, of_resource) in &resources {
                for (condition, of_condition) in &conditions {
                    let atom = Atom {
                        owner: owner.to_owned(),
                        subject,
                        grant,
                        principal: principal.clone(),
                        action: action.clone(),
                        resource: resource.clone(),
                        condition: condition.clone(),
                    };
                    atoms.insert(atom, is_possible || *of_principal || *of_action || *of_resource || *of_condition);
                }
            }
        }
    }
}

/// Texts, each with whether only the deployment decides.
type Texts = Vec<(String, bool)>;

/// One element for each item of `Action`; one for all items of `NotAction`, which are left out together.
fn elements(statement: &Json, name: &str, read: &mut dyn FnMut(&Json) -> Texts) -> Vec<(Element, bool)> {
    if let Some(value) = statement.get(format!("Not{name}")) {
        let all = read(value);
        let is_possible = all.iter().any(|(_, is_possible)| *is_possible);
        return vec![(Element::AllBut(all.into_iter().map(|(text, _)| text).collect()), is_possible)];
    }
    match statement.get(name) {
        Some(value) => read(value).into_iter().map(|(text, is_possible)| (Element::Only(text), is_possible)).collect(),
        None => vec![(Element::owner(), false)],
    }
}

fn strings(value: &Json, of: &mut dyn FnMut(&str) -> String) -> Texts {
    items(value, false).into_iter().map(|(item, is_possible)| (of(&text(item)), is_possible)).collect()
}

/// `"*"` is `{"AWS": "*"}`, and an account number is its root's ARN.
fn principals(value: &Json) -> Texts {
    let mut found = Vec::new();
    for (one, is_possible) in items(value, false) {
        match one {
            Json::Object(kinds) => {
                for (kind, values) in kinds {
                    let values = items(values, is_possible).into_iter();
                    found.extend(values.map(|(item, is_possible)| (principal(kind, &text(item)), is_possible)));
                }
            }
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Array(_) => {
                found.push((principal("AWS", &text(one)), is_possible));
            }
        }
    }
    let unique: BTreeSet<(String, bool)> = found.into_iter().collect();
    unique.into_iter().collect()
}

/// With its kind: `Service: lambda.amazonaws.com`.
pub(super) fn principal(kind: &str, text: &str) -> String {
    let root = text.strip_suffix(":root").and_then(|arn| arn.split_once(":iam::"));
    let account = root.filter(|(arn, _)| arn.starts_with("arn:")).map_or(text, |(_, account)| account);
    format!("{kind}: {account}")
}
