//! Outputs, exports and who imports them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::intrinsics::{Scope, function};
use crate::cloudformation::CloudFormation;
use crate::cloudformation::stack::model::{Output, Status};

/// Every export of the account, with its value.
pub(in crate::cloudformation) fn all(cloudformation: &CloudFormation) -> BTreeMap<String, String> {
    let outputs = cloudformation
        .stacks
        .iter()
        .filter(|stack| stack.status != Status::DeleteComplete)
        .flat_map(|stack| &stack.outputs);
    outputs.filter_map(|output| Some((output.export.clone()?, output.value.clone()))).collect()
}

/// The stacks that import this name.
pub(in crate::cloudformation) fn importers(cloudformation: &CloudFormation, name: &str) -> Vec<String> {
    let users = cloudformation.stacks.iter();
    users
        .filter(|stack| stack.status != Status::DeleteComplete && stack.imports.contains(name))
        .map(|stack| stack.name.clone())
        .collect()
}

/// The outputs of a template whose conditions hold.
pub(in crate::cloudformation) fn outputs(scope: &Scope<'_>) -> Result<Vec<Output>, String> {
    let mut found = Vec::new();
    for (key, declared) in &scope.template.outputs {
        if let Some(condition) = &declared.condition
            && !scope.holds(condition)?
        {
            continue;
        }
        found.push(Output {
            key: key.clone(),
            value: scope.text(&declared.value)?,
            description: declared.description.clone(),
            export: declared.export.as_ref().map(|name| scope.text(name)).transpose()?,
        });
    }
    Ok(found)
}

/// Why these outputs may not take the place of the stack's present ones, if they may not.
pub(in crate::cloudformation) fn conflict(
    cloudformation: &CloudFormation,
    stack_id: &str,
    new: &[Output],
) -> Option<String> {
    let present = cloudformation.stack(stack_id)?;
    let others =
        cloudformation.stacks.iter().filter(|other| other.id != stack_id && other.status != Status::DeleteComplete);
    for other in others {
        let taken = |output: &&Output| output.export.is_some() && new.iter().any(|each| each.export == output.export);
        if let Some(output) = other.outputs.iter().find(taken) {
            let name = output.export.clone().unwrap_or_default();
            return Some(format!("Export with name {name} is already exported by stack {}.", other.name));
        }
    }
    present.outputs.iter().find_map(|old| {
        let name = old.export.as_ref()?;
        let users = importers(cloudformation, name);
        let kept = new.iter().find(|output| output.export.as_ref() == Some(name));
        match kept {
            _ if users.is_empty() => None,
            Some(same) if same.value == old.value => None,
            Some(_) => Some(format!("Export {name} cannot be updated as it is in use by {}", users.join(", "))),
            None => Some(format!("Export {name} cannot be deleted as it is in use by {}", users.join(", "))),
        }
    })
}

/// The names that a template imports.
pub(in crate::cloudformation) fn imports(scope: &Scope<'_>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let properties = scope.template.resources.values().map(|resource| &resource.properties);
    let outputs = scope.template.outputs.values().map(|output| &output.value);
    properties.chain(outputs).for_each(|value| visit(scope, value, &mut found));
    found
}

fn visit(scope: &Scope<'_>, value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| visit(scope, item, found)),
        Value::Object(members) => {
            if let Some(("Fn::ImportValue", name)) = function(members)
                && let Ok(name) = scope.text(name)
            {
                found.insert(name);
            }
            members.values().for_each(|member| visit(scope, member, found));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
