//! Which resource needs which: explicit DependsOn and the references inside properties. It refuses to know any value.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::intrinsics::{Piece, attribute_path, function, pieces};
use super::{Template, invalid};
use crate::api::ApiResult;
use crate::cloudformation::resources;

/// Each logical ID with those it waits for.
pub(crate) type Dependencies = BTreeMap<String, BTreeSet<String>>;

/// The dependencies of a template's resources. Both branches of an Fn::If count.
pub(crate) fn dependencies(template: &Template) -> Dependencies {
    let of = |id: &String| {
        let declared = &template.resources[id];
        let mut found: BTreeSet<String> = declared.depends_on.iter().cloned().collect();
        visit(&declared.properties, &mut |name, _| {
            found.insert(name.to_owned());
        });
        found.retain(|name| template.resources.contains_key(name));
        found
    };
    template.resources.keys().map(|id| (id.clone(), of(id))).collect()
}

/// Logical IDs so that each comes after all it needs; names in a cycle are left out.
pub(crate) fn order(dependencies: &Dependencies) -> Vec<String> {
    let mut done: Vec<String> = Vec::new();
    loop {
        let ready =
            dependencies.iter().find(|(id, needs)| !done.contains(id) && needs.iter().all(|need| done.contains(need)));
        match ready {
            Some((id, _)) => done.push(id.clone()),
            None => return done,
        }
    }
}

/// The same graph seen from the other side: who must be gone first.
pub(crate) fn reversed(dependencies: &Dependencies) -> Dependencies {
    let mut reversed: Dependencies = dependencies.keys().map(|id| (id.clone(), BTreeSet::new())).collect();
    for (id, needs) in dependencies {
        for need in needs {
            reversed.entry(need.clone()).or_default().insert(id.clone());
        }
    }
    reversed
}

/// References that lead nowhere, attributes that do not exist, conditions without a declaration, cycles.
pub(crate) fn check(template: &Template) -> ApiResult<()> {
    for (id, declared) in &template.resources {
        let known = |name: &String| template.resources.contains_key(name);
        if let Some(missing) = declared.depends_on.iter().find(|name| !known(name)) {
            let message = format!(
                "Template format error: Unresolved resource dependencies [{missing}] in the Resources block of the template"
            );
            return Err(invalid(message));
        }
        if let Some(missing) = declared.condition.iter().find(|name| !template.conditions.contains_key(*name)) {
            let message = format!("Template format error: Unresolved condition dependency {missing} for resource {id}");
            return Err(invalid(message));
        }
        references(template, &declared.properties, "Resources")?;
    }
    for output in template.outputs.values() {
        references(template, &output.value, "Outputs")?;
    }
    let graph = dependencies(template);
    let ordered = order(&graph);
    let stuck: Vec<_> = graph.keys().filter(|id| !ordered.contains(id)).cloned().collect();
    if stuck.is_empty() {
        Ok(())
    } else {
        Err(invalid(format!("Circular dependency between resources: [{}]", stuck.join(", "))))
    }
}

fn references(template: &Template, value: &Value, block: &str) -> ApiResult<()> {
    let mut wrong = None;
    visit(value, &mut |name, attribute| {
        let is_known = name.starts_with("AWS::")
            || template.parameters.contains_key(name)
            || template.resources.contains_key(name);
        let found = match (template.resources.get(name), attribute) {
            (Some(declared), Some(attribute)) if !resources::has_attribute(&declared.kind, attribute) => Some(format!(
                "Template error: resource {name} does not support attribute type {attribute} in Fn::GetAtt"
            )),
            (None, Some(_)) => {
                Some(format!("Template error: instance of Fn::GetAtt references undefined resource {name}"))
            }
            (None, None) if !is_known => Some(format!(
                "Template format error: Unresolved resource dependencies [{name}] in the {block} block of the template"
            )),
            (Some(_) | None, Some(_) | None) => None,
        };
        wrong = wrong.take().or(found);
    });
    wrong.map_or(Ok(()), |message| Err(invalid(message)))
}

/// Calls `seen` with each name that a Ref, an Fn::GetAtt (with its attribute) or an Fn::Sub refers to.
fn visit(value: &Value, seen: &mut dyn FnMut(&str, Option<&str>)) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| visit(item, seen)),
        Value::Object(members) => match function(members) {
            Some(("Ref", Value::String(name))) => seen(name, None),
            Some(("Fn::GetAtt", argument)) => {
                if let Ok((id, attribute)) = attribute_path(argument) {
                    seen(&id, Some(&attribute));
                }
            }
            Some(("Fn::Sub", argument)) => visit_text(argument, seen),
            Some((_, argument)) => visit(argument, seen),
            None => members.values().for_each(|member| visit(member, seen)),
        },
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn visit_text(argument: &Value, seen: &mut dyn FnMut(&str, Option<&str>)) {
    let text = argument.as_str().or_else(|| argument.get(0)?.as_str()).unwrap_or_default();
    let own = argument.get(1).and_then(Value::as_object);
    for piece in pieces(text) {
        match piece {
            Piece::Name(name) if own.is_some_and(|own| own.contains_key(name)) => {}
            Piece::Name(name) => match name.split_once('.') {
                Some((id, attribute)) => seen(id, Some(attribute)),
                None => seen(name, None),
            },
            Piece::Text(_) => {}
        }
    }
    if let Some(own) = own {
        own.values().for_each(|value| visit(value, seen));
    }
}
