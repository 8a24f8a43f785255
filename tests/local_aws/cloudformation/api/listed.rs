//! What a change set lists: the resources that an update would work on, of a stack and of its nested stacks.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::xml::{element, list, optional, wrapped};
use super::{Wanted, templates};
use crate::World;
use crate::api::{ApiResult, Caller};
use crate::cloudformation::custom_resource::stringified;
use crate::cloudformation::resources::NESTED_STACK;
use crate::cloudformation::stack::handler_call::Job;
use crate::cloudformation::stack::model::Stack;
use crate::cloudformation::stack::plan::{self, Plan};
use crate::cloudformation::template::exports;
use crate::cloudformation::template::parameters::{Given, as_text, values};
use crate::cloudformation::template::{Policy, Template};

/// One resource of a change set.
#[derive(Debug, Clone)]
pub(super) struct Listed {
    pub(super) logical_id: String,
    kind: String,
    action: &'static str,
    policy: Option<&'static str>,
    replacement: Option<&'static str>,
    properties: Vec<String>,
    /// The change set of a nested stack.
    pub(super) nested: Option<String>,
}

/// What a nested stack would become.
pub(super) struct Child {
    pub(super) logical_id: String,
    pub(super) stack: Stack,
    pub(super) wanted: Wanted,
}

/// The rows of a new stack.
pub(super) fn of_new(template: &Template) -> Vec<Listed> {
    template.resources.iter().map(|(id, declared)| row(id, &declared.kind, "Add")).collect()
}

/// The rows of a stack that would become this, and its nested stacks.
pub(super) fn of_update(
    world: &Arc<World>,
    caller: &Caller,
    stack: &Stack,
    template: Template,
    wanted: &Wanted,
) -> ApiResult<(Vec<Listed>, Vec<Child>)> {
    let parameters = values(&template.parameters, &wanted.parameters, &stack.parameters)?;
    let tags = wanted.tags.clone().unwrap_or_else(|| stack.tags.clone());
    let coming = Stack { template, parameters, tags, ..stack.clone() };
    let (mut rows, mut nested) = (Vec::new(), Vec::new());
    {
        let state = world.state();
        let exports = exports::all(&state.cloudformation);
        let scope = plan::scope(&coming, &world.settings, &exports);
        let exists = |condition: &String| scope.holds(condition).unwrap_or(true);
        for (id, declared) in &coming.template.resources {
            if !declared.condition.as_ref().is_none_or(exists) {
                continue;
            }
            let planned = plan::of(&coming, &scope, id);
            if declared.kind == NESTED_STACK
                && let Ok(Plan::Keep) = planned
                && let Some(present) = stack.resources.get(id)
            {
                nested.push((id.clone(), present.physical_id.clone(), present.properties.clone()));
                continue;
            }
            match planned {
                Ok(Plan::Keep) => {}
                Ok(Plan::Create(_)) => rows.push(row(id, &declared.kind, "Add")),
                Ok(Plan::Update(job)) if declared.kind == NESTED_STACK => {
                    nested.push((id.clone(), Some(job.physical_id.clone()), job.properties.clone()));
                    rows.push(modified(&job, "False"));
                }
                Ok(Plan::Update(job)) => rows.push(modified(&job, "False")),
                Ok(Plan::Replace(job)) => rows.push(modified(&job, "True")),
                Err(_) if !stack.resources.contains_key(id) => rows.push(row(id, &declared.kind, "Add")),
                // What depends on a resource that comes first.
                Err(_) => rows.push(Listed { replacement: Some("Conditional"), ..row(id, &declared.kind, "Modify") }),
            }
        }
        let declared = |id: &String| coming.template.resources.get(id);
        let stays = |id: &String| declared(id).is_some_and(|one| one.condition.as_ref().is_none_or(exists));
        for (id, present) in stack.resources.iter().filter(|(id, _)| !stays(id)) {
            let retains = stack.template.resources.get(id).is_some_and(|one| one.deletion_policy != Policy::Delete);
            let policy = Some(if retains { "Retain" } else { "Delete" });
            rows.push(Listed { policy, ..row(id, &present.kind, "Remove") });
        }
    }
    let children = nested
        .into_iter()
        .filter_map(|(id, physical, properties)| child(world, caller, stack, &id, &physical?, &properties).transpose());
    Ok((rows, children.collect::<ApiResult<_>>()?))
}

fn child(
    world: &Arc<World>,
    caller: &Caller,
    parent: &Stack,
    logical_id: &str,
    physical_id: &str,
    properties: &Value,
) -> ApiResult<Option<Child>> {
    let url = properties.get("TemplateURL").map(as_text).unwrap_or_default();
    let body = templates::fetched(world, caller, &url)?;
    let given = properties.get("Parameters").map(stringified).unwrap_or_default();
    let given = given.as_object().cloned().unwrap_or_default();
    let parameters: BTreeMap<_, _> =
        given.iter().map(|(name, value)| (name.clone(), Given::Value(as_text(value)))).collect();
    let Some(stack) = world.state().cloudformation.stack(physical_id).cloned() else { return Ok(None) };
    let capabilities = parent.capabilities.clone();
    let wanted = Wanted { body: Some(body), parameters, capabilities, is_change_set: true, ..Wanted::default() };
    Ok(Some(Child { logical_id: logical_id.to_owned(), stack, wanted }))
}

/// A row for a nested stack that has a change set of its own.
pub(super) fn of_nested(rows: &mut Vec<Listed>, logical_id: &str, id: String) {
    match rows.iter_mut().find(|row| row.logical_id == logical_id) {
        Some(row) => row.nested = Some(id),
        None => rows.push(Listed { nested: Some(id), ..row(logical_id, NESTED_STACK, "Modify") }),
    }
}

fn row(logical_id: &str, kind: &str, action: &'static str) -> Listed {
    let (logical_id, kind) = (logical_id.to_owned(), kind.to_owned());
    Listed { logical_id, kind, action, policy: None, replacement: None, properties: Vec::new(), nested: None }
}

fn modified(job: &Job, replacement: &'static str) -> Listed {
    let names = [&job.properties, &job.old].into_iter().filter_map(Value::as_object).flat_map(|all| all.keys());
    let mut properties: Vec<String> =
        names.filter(|name| job.properties.get(name) != job.old.get(name)).cloned().collect();
    properties.dedup();
    Listed { replacement: Some(replacement), properties, ..row(&job.logical_id, &job.kind, "Modify") }
}

/// As DescribeChangeSet shows it.
pub(super) fn shown(row: &Listed) -> String {
    let detail = |name: &String| {
        let target = [element("Attribute", "Properties"), element("Name", name)].concat();
        format!("{}{}", wrapped("Target", &target), element("Evaluation", "Static"))
    };
    let inner = [
        optional("PolicyAction", row.policy),
        element("Action", row.action),
        element("LogicalResourceId", &row.logical_id),
        element("ResourceType", &row.kind),
        optional("Replacement", row.replacement),
        list("Details", row.properties.iter().map(detail)),
        optional("ChangeSetId", row.nested.as_deref()),
    ];
    format!("{}{}", element("Type", "Resource"), wrapped("ResourceChange", &inner.concat()))
}
