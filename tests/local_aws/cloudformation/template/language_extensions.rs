//! The transform `AWS::LanguageExtensions` (`SEMANTICS.md` H.2): loops, and functions in DeletionPolicy and
//! UpdateReplacePolicy, are replaced before anything else reads the template. Its other functions are resolved with all
//! others, by [`Scope`].

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::intrinsics::Scope;
use super::parameters::{as_text, values};
use super::{Inputs, Template, declared_parameters, invalid, section};
use crate::api::ApiResult;

const NAME: &str = "AWS::LanguageExtensions";
const LOOP: &str = "Fn::ForEach::";
/// Where a loop may stand.
const SECTIONS: [&str; 3] = ["Conditions", "Outputs", "Resources"];

/// Whether a template declares the transform.
///
/// # Errors
/// `ValidationError` for any other transform: there are no macros here.
pub(super) fn is_declared(document: &Value) -> ApiResult<bool> {
    let declared = match document.get("Transform") {
        None => return Ok(false),
        Some(Value::Array(all)) => all.as_slice(),
        Some(one) => std::slice::from_ref(one),
    };
    match declared.iter().find(|one| **one != NAME) {
        Some(other) => {
            let name = as_text(other.get("Name").unwrap_or(other));
            Err(invalid(format!("No transform named {name} found.")))
        }
        None => Ok(!declared.is_empty()),
    }
}

/// The template without the transform, its loops and the functions in its policies.
///
/// # Errors
/// `ValidationError` for parameters without a value, and for a loop that cannot be expanded.
pub(super) fn processed(mut document: Value, inputs: Inputs<'_>) -> ApiResult<Value> {
    let sections = document.as_object_mut().ok_or_else(|| invalid("Template format error: unsupported structure."))?;
    sections.remove("Transform");
    let template = Template {
        parameters: declared_parameters(sections)?,
        mappings: Value::Object(section(sections, "Mappings")?),
        processed: Some(Value::Null),
        ..Template::default()
    };
    let parameters = values(&template.parameters, inputs.given, inputs.previous)?;
    let nothing = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    let scope = |template| Scope {
        template,
        parameters: &parameters,
        fetched: &nothing.0,
        resources: &nothing.1,
        exports: &nothing.2,
        settings: inputs.settings,
        stack_id: "",
        stack_name: inputs.stack_name,
    };
    for name in SECTIONS {
        if let Some(written) = sections.get_mut(name) {
            *written = expanded(&scope(&template), written, &BTreeMap::new()).map_err(invalid)?;
        }
    }
    let conditions = section(sections, "Conditions")?.into_iter().collect();
    let template = Template { conditions, ..template.clone() };
    let resources = sections.get_mut("Resources").and_then(Value::as_object_mut).into_iter().flatten();
    for (_, resource) in resources {
        for name in ["DeletionPolicy", "UpdateReplacePolicy"] {
            if let Some(policy) = resource.get_mut(name) {
                *policy = scope(&template).text(policy).map_err(invalid)?.into();
            }
        }
    }
    Ok(document)
}

/// What stands for each identifier of the loops around.
type Items = BTreeMap<String, String>;

fn expanded(scope: &Scope<'_>, value: &Value, items: &Items) -> Result<Value, String> {
    match value {
        Value::String(text) => Ok(replaced(text, items).into()),
        Value::Array(all) => all.iter().map(|one| expanded(scope, one, items)).collect(),
        Value::Object(members) => {
            if let (1, Some(item)) = (members.len(), members.get("Ref").and_then(|name| items.get(name.as_str()?))) {
                return Ok(json!(item));
            }
            let mut whole = Map::new();
            for (key, inner) in members {
                let made = match key.strip_prefix(LOOP) {
                    Some(_) => repeated(scope, key, inner, items)?,
                    None => Map::from_iter([(replaced(key, items), expanded(scope, inner, items)?)]),
                };
                for (key, value) in made {
                    if whole.insert(key.clone(), value).is_some() {
                        return Err(format!("Transform {NAME} failed with: duplicate key {key}"));
                    }
                }
            }
            Ok(whole.into())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(value.clone()),
    }
}

/// The members that a loop stands for.
fn repeated(scope: &Scope<'_>, key: &str, body: &Value, items: &Items) -> Result<Map<String, Value>, String> {
    let Some([Value::String(identifier), collection, Value::Object(fragment)]) = body.as_array().map(Vec::as_slice)
    else {
        return Err(format!("Transform {NAME} failed with: {key} takes an identifier, a collection and a map"));
    };
    let collection = scope.resolve(&expanded(scope, collection, items)?)?;
    let Some(Value::Array(collection)) = collection else {
        return Err(format!("Transform {NAME} failed with: the collection of {key} is not a list"));
    };
    let mut whole = Map::new();
    for item in collection {
        let mut items = items.clone();
        items.insert(identifier.clone(), as_text(&item));
        match expanded(scope, &Value::Object(fragment.clone()), &items)? {
            Value::Object(members) => whole.extend(members),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {}
        }
    }
    Ok(whole)
}

/// `${Identifier}` is the item, `&{Identifier}` its letters and digits.
fn replaced(text: &str, items: &Items) -> String {
    items.iter().fold(text.to_owned(), |text, (identifier, item)| {
        let plain: String = item.chars().filter(char::is_ascii_alphanumeric).collect();
        text.replace(&format!("${{{identifier}}}"), item).replace(&format!("&{{{identifier}}}"), &plain)
    })
}
