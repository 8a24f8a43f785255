//! What a template asks of one resource: nothing, a creation, an update, a replacement. It changes nothing.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::handler_call::{Job, tags};
use super::model::{Resource, Stack, Status};
use crate::cloudformation::custom_resource::stringified;
use crate::cloudformation::resources;
use crate::cloudformation::resources::NESTED_STACK;
use crate::cloudformation::template::exports;
use crate::cloudformation::template::intrinsics::Scope;
use crate::{Settings, State, stamp};

/// What the template asks of one resource.
pub(in crate::cloudformation) enum Plan {
    Keep,
    Create(Job),
    Update(Job),
    Replace(Job),
}

/// Compares what is there with what is asked.
pub(in crate::cloudformation) fn plan(
    state: &mut State,
    settings: &Settings,
    stack_id: &str,
    logical_id: &str,
) -> Result<Plan, String> {
    let exports = exports::all(&state.cloudformation);
    let stack = state.cloudformation.stack(stack_id).ok_or("the stack is gone")?;
    let plan = of(stack, &scope(stack, settings, &exports), logical_id)?;
    // Whether a nested stack has changes is known only after its own update was asked for.
    let child = stack.resources.get(logical_id).filter(|resource| resource.kind == NESTED_STACK);
    Ok(match (plan, child) {
        (Plan::Keep, Some(child)) => Plan::Update(job_for(stack, child, child.properties.clone())),
        (plan, _) => plan,
    })
}

/// The same of a stack that is given.
pub(in crate::cloudformation) fn of(stack: &Stack, scope: &Scope, logical_id: &str) -> Result<Plan, String> {
    let declared = &stack.template.resources[logical_id];
    let properties = scope.resolve(&declared.properties)?.unwrap_or_else(|| Value::Object(Map::new()));
    let job = |properties: Value, present: Option<&Resource>| Job {
        stack_id: stack.id.clone(),
        stack_name: stack.name.clone(),
        logical_id: logical_id.to_owned(),
        suffix: stamp::suffix(12),
        kind: declared.kind.clone(),
        caller: stack.actor(),
        tags: tags(stack, logical_id, &declared.kind, &properties),
        old: present.map(|resource| resource.properties.clone()).unwrap_or_default(),
        old_tags: present.map(|resource| resource.tags.clone()).unwrap_or_default(),
        physical_id: present.and_then(|resource| resource.physical_id.clone()).unwrap_or_default(),
        properties,
        is_restoration: false,
    };
    let Some(present) = stack.resources.get(logical_id) else {
        return Ok(Plan::Create(job(properties, None)));
    };
    if present.kind != declared.kind {
        return Err(format!(
            "Update of resource type is not permitted. The new template modifies resource type of the following resources: [{logical_id}]"
        ));
    }
    let job = job(properties, Some(present));
    if present.physical_id.is_none() {
        return Ok(Plan::Create(job));
    }
    // 10 and "10" are one value, true and "true" too (aws-cdk's cloudformation-diff, `deepEqual`: "consistent with
    // CloudFormation").
    let (wanted, old) = (stringified(&job.properties), stringified(&job.old));
    // After UPDATE_FAILED what was tried is not what is: it is sent again.
    let has_failed = [Status::CreateFailed, Status::UpdateFailed].contains(&present.status);
    if wanted == old && job.tags == job.old_tags && !has_failed {
        return Ok(Plan::Keep);
    }
    let create_only = resources::handler(&declared.kind).map(|handler| handler.create_only).unwrap_or_default();
    let is_replaced = create_only.iter().any(|name| wanted.get(name) != old.get(name));
    Ok(if is_replaced { Plan::Replace(job) } else { Plan::Update(job) })
}

/// What names mean in a stack now.
pub(in crate::cloudformation) fn scope<'a>(
    stack: &'a Stack,
    settings: &'a Settings,
    exports: &'a BTreeMap<String, String>,
) -> Scope<'a> {
    Scope {
        template: &stack.template,
        parameters: &stack.parameters,
        fetched: &stack.fetched,
        resources: &stack.resources,
        exports,
        settings,
        stack_id: &stack.id,
        stack_name: &stack.name,
    }
}

/// The job of an existing resource, with these properties.
pub(in crate::cloudformation) fn job_for(stack: &Stack, present: &Resource, properties: Value) -> Job {
    Job {
        stack_id: stack.id.clone(),
        stack_name: stack.name.clone(),
        logical_id: present.logical_id.clone(),
        suffix: stamp::suffix(12),
        kind: present.kind.clone(),
        caller: stack.actor(),
        properties,
        old: present.properties.clone(),
        tags: present.tags.clone(),
        old_tags: present.tags.clone(),
        physical_id: present.physical_id.clone().unwrap_or_default(),
        is_restoration: false,
    }
}
