//! Stacks, resources, exports and imports as they are shown.

use std::sync::Arc;

use super::xml::{element, list as rows_of, optional, wrapped};
use super::{Params, page, required, texts};
use crate::api::ApiResult;
use crate::cloudformation::stack::model::{Output, Resource, Stack, Status};
use crate::cloudformation::template::exports;
use crate::cloudformation::template::invalid;
use crate::cloudformation::template::parameters::as_text;
use crate::{World, clock};

pub(super) fn stacks(world: &Arc<World>, params: &Params) -> ApiResult<String> {
    let state = world.state();
    let found: Vec<&Stack> = match params.get("StackName") {
        Some(name) => {
            let stack = state.cloudformation.stack(name);
            vec![stack.ok_or_else(|| invalid(format!("Stack with id {name} does not exist")))?]
        }
        None => {
            state.cloudformation.stacks.iter().rev().filter(|stack| stack.status != Status::DeleteComplete).collect()
        }
    };
    let (found, next) = page(found, params, 100)?;
    Ok(format!("{}{}", rows_of("Stacks", found.into_iter().map(stack)), optional("NextToken", next.as_deref())))
}

fn stack(stack: &Stack) -> String {
    let pair = |(key, value): (&String, &String)| format!("{}{}", element("Key", key), element("Value", value));
    let parameter = |name: &String| {
        let resolved = stack.fetched.get(name).and_then(serde_json::Value::as_str);
        let value = element("ParameterValue", &shown(stack, name));
        format!("{}{value}{}", element("ParameterKey", name), optional("ResolvedValue", resolved))
    };
    let updated = stack.updated.map(clock::iso8601);
    [
        element("StackId", &stack.id),
        element("StackName", &stack.name),
        optional("Description", Some(&stack.template.description)),
        rows_of("Parameters", stack.parameters.keys().map(parameter)),
        element("CreationTime", &clock::iso8601(stack.created)),
        optional("LastUpdatedTime", updated.as_deref()),
        element("StackStatus", stack.status.as_str()),
        optional("StackStatusReason", Some(&stack.reason)),
        element("DisableRollback", if stack.disable_rollback { "true" } else { "false" }),
        wrapped("NotificationARNs", ""),
        rows_of("Capabilities", stack.capabilities.iter().cloned()),
        rows_of("Outputs", stack.outputs.iter().map(output)),
        optional("RoleARN", stack.role_arn.as_deref()),
        rows_of("Tags", stack.tags.iter().map(pair)),
        element("EnableTerminationProtection", "false"),
        optional("ParentId", stack.parent_id.as_deref()),
        optional("RootId", stack.root_id.as_deref()),
        wrapped("DriftInformation", &element("StackDriftStatus", "NOT_CHECKED")),
    ]
    .concat()
}

fn output(output: &Output) -> String {
    [
        element("OutputKey", &output.key),
        element("OutputValue", &output.value),
        optional("Description", output.description.as_deref()),
        optional("ExportName", output.export.as_deref()),
    ]
    .concat()
}

pub(super) fn list(world: &Arc<World>, params: &Params) -> ApiResult<String> {
    let wanted = texts(params, "StackStatusFilter");
    let state = world.state();
    let is_wanted = |stack: &&Stack| wanted.is_empty() || wanted.iter().any(|status| *status == stack.status.as_str());
    let (found, next) = page(state.cloudformation.stacks.iter().rev().filter(is_wanted).collect(), params, 100)?;
    let summaries = found.into_iter().map(|stack| {
        [
            element("StackId", &stack.id),
            element("StackName", &stack.name),
            optional("TemplateDescription", Some(&stack.template.description)),
            element("CreationTime", &clock::iso8601(stack.created)),
            element("StackStatus", stack.status.as_str()),
            optional("StackStatusReason", Some(&stack.reason)),
            optional("ParentId", stack.parent_id.as_deref()),
            optional("RootId", stack.root_id.as_deref()),
        ]
        .concat()
    });
    Ok(format!("{}{}", rows_of("StackSummaries", summaries), optional("NextToken", next.as_deref())))
}

fn row(stack: &Stack, resource: &Resource, time: &str) -> String {
    [
        element("StackName", &stack.name),
        element("StackId", &stack.id),
        element("LogicalResourceId", &resource.logical_id),
        optional("PhysicalResourceId", resource.physical_id.as_deref()),
        element("ResourceType", &resource.kind),
        element(time, &clock::iso8601(resource.time)),
        element("ResourceStatus", resource.status.as_str()),
        optional("ResourceStatusReason", Some(&resource.reason)),
    ]
    .concat()
}

pub(super) fn resource(world: &Arc<World>, params: &Params) -> ApiResult<String> {
    let (name, logical_id) = (required(params, "StackName")?, required(params, "LogicalResourceId")?);
    let state = world.state();
    let stack = state.cloudformation.stack(name).ok_or_else(|| invalid(format!("Stack '{name}' does not exist")))?;
    let missing = || invalid(format!("Resource {logical_id} does not exist for stack {name}"));
    let resource = stack.resources.get(logical_id).ok_or_else(missing)?;
    let detail = format!("{}{}", row(stack, resource, "LastUpdatedTimestamp"), element("Metadata", "{}"));
    Ok(wrapped("StackResourceDetail", &detail))
}

pub(super) fn resources(world: &Arc<World>, params: &Params) -> ApiResult<String> {
    let state = world.state();
    let found: Vec<(&Stack, &Resource)> = match (params.get("StackName"), params.get("PhysicalResourceId")) {
        (Some(name), _) => {
            let stack = state.cloudformation.stack(name);
            let stack = stack.ok_or_else(|| invalid(format!("Stack with id {name} does not exist")))?;
            stack.resources.values().map(|resource| (stack, resource)).collect()
        }
        (None, Some(physical)) => {
            let owner = state.cloudformation.stacks.iter().rev().find(|stack| {
                let has = |resource: &Resource| {
                    resource.physical_id.as_ref() == Some(physical) && resource.status.as_str() != "DELETE_COMPLETE"
                };
                stack.status != Status::DeleteComplete && stack.resources.values().any(has)
            });
            let stack = owner.ok_or_else(|| invalid(format!("Stack for {physical} does not exist")))?;
            stack.resources.values().map(|resource| (stack, resource)).collect()
        }
        (None, None) => return Err(invalid("Stack name or physical resource id must be specified")),
    };
    let wanted = params.get("LogicalResourceId");
    let found = found.into_iter().filter(|(_, resource)| wanted.is_none_or(|id| *id == resource.logical_id));
    Ok(rows_of("StackResources", found.map(|(stack, resource)| row(stack, resource, "Timestamp"))))
}

pub(super) fn list_resources(world: &Arc<World>, params: &Params) -> ApiResult<String> {
    let name = required(params, "StackName")?;
    let state = world.state();
    let stack = state.cloudformation.stack(name);
    let stack = stack.ok_or_else(|| invalid(format!("Stack with id {name} does not exist")))?;
    let (rows, next) = page(stack.resources.values().collect(), params, 100)?;
    let rows = rows.into_iter().map(|resource| row(stack, resource, "LastUpdatedTimestamp"));
    Ok(format!("{}{}", rows_of("StackResourceSummaries", rows), optional("NextToken", next.as_deref())))
}

pub(super) fn exports(world: &Arc<World>) -> String {
    let state = world.state();
    let stacks = state.cloudformation.stacks.iter().filter(|stack| stack.status != Status::DeleteComplete);
    let rows = stacks.flat_map(|stack| {
        stack.outputs.iter().filter_map(|output| {
            let name = output.export.as_ref()?;
            Some(
                [element("ExportingStackId", &stack.id), element("Name", name), element("Value", &output.value)]
                    .concat(),
            )
        })
    });
    rows_of("Exports", rows)
}

pub(super) fn imports(world: &Arc<World>, params: &Params) -> ApiResult<String> {
    let name = required(params, "ExportName")?;
    let importers = exports::importers(&world.state().cloudformation, name);
    if importers.is_empty() {
        return Err(invalid(format!("Export '{name}' is not imported by any stack.")));
    }
    Ok(rows_of("Imports", importers))
}

/// A parameter as DescribeStacks shows it.
fn shown(stack: &Stack, name: &str) -> String {
    let is_secret = stack.template.parameters.get(name).is_some_and(|parameter| parameter.no_echo);
    if is_secret { "****".to_owned() } else { stack.parameters.get(name).map(as_text).unwrap_or_default() }
}
