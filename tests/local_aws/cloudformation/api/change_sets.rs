//! Change sets: created, looked at, executed, deleted.

use std::sync::Arc;

use super::listed::{self, Child, Listed};
use super::xml::{element, list, optional};
use super::{Params, Wanted, required, validation};
use crate::api::{ApiError, ApiResult, Caller};
use crate::cloudformation::stack::model::{Stack, Status};
use crate::cloudformation::stack::{engine, rows};
use crate::cloudformation::template::parameters::{Given, as_text, values};
use crate::cloudformation::template::{Template, invalid};
use crate::{World, clock, stamp};

/// A change set that waits for its execution.
#[derive(Debug, Clone)]
pub(crate) struct ChangeSet {
    id: String,
    name: String,
    stack_id: String,
    stack_name: String,
    description: Option<String>,
    is_creation: bool,
    caller: Caller,
    wanted: Wanted,
    /// `FAILED` with AWS's text when there is nothing to do.
    is_empty: bool,
    changes: Vec<Listed>,
    /// The change set that this one of a nested stack belongs to.
    root: Option<String>,
}

pub(super) fn create(world: &Arc<World>, caller: &Caller, params: &Params) -> ApiResult<String> {
    let stack_name = required(params, "StackName")?.to_owned();
    let name = required(params, "ChangeSetName")?.to_owned();
    let is_creation = params.get("ChangeSetType").is_some_and(|kind| kind == "CREATE");
    let wanted = Wanted { is_change_set: true, ..Wanted::read(world, caller, params)? };
    super::pass_role(world, caller, wanted.role_arn.as_deref())?;
    let known = world.state().cloudformation.stack(&stack_name).cloned();
    let (stack_id, is_empty, changes, children) = match known {
        None if is_creation => {
            let changes = listed::of_new(&parsed(world, &stack_name, None, &wanted)?);
            let id = super::stacks::register(world, caller, &stack_name, wanted.clone())?;
            rows::stack(world, &id, Status::ReviewInProgress, "User Initiated");
            (id, false, changes, Vec::new())
        }
        Some(stack) if is_creation && stack.status == Status::ReviewInProgress => {
            (stack.id.clone(), false, listed::of_new(&parsed(world, &stack_name, None, &wanted)?), Vec::new())
        }
        Some(stack) if is_creation => {
            return Err(invalid(format!(
                "Stack [{stack_name}] already exists and cannot be created again with the changeSet [{name}]: {}",
                stack.status
            )));
        }
        Some(stack) => {
            if !stack.status.is_updatable() {
                return Err(invalid(format!(
                    "Stack:{} is in {} state and can not be updated.",
                    stack.id, stack.status
                )));
            }
            let template = parsed(world, &stack.name, Some(&stack), &wanted)?;
            let is_empty = changes_nothing(&stack, &template, &wanted)?;
            let (changes, children) = listed::of_update(world, caller, &stack, template, &wanted)?;
            (stack.id, is_empty, changes, children)
        }
        None => return Err(invalid(format!("Stack [{stack_name}] does not exist"))),
    };
    let with_nested = super::is_true(params, "IncludeNestedStacks");
    let caller = caller.clone();
    let id = arn(world, &name);
    validation::judge(world, &id);
    let result = format!("{}{}", element("Id", &id), element("StackId", &stack_id));
    let description = params.get("Description").cloned();
    let root = None;
    let mut made =
        ChangeSet { id, name, stack_id, stack_name, description, is_creation, caller, wanted, is_empty, changes, root };
    let mut below = Vec::new();
    for child in children.into_iter().filter(|_| with_nested) {
        nest(world, &mut made, child, &mut below)?;
    }
    let mut state = world.state();
    state.cloudformation.change_sets.push(made);
    state.cloudformation.change_sets.extend(below);
    Ok(result)
}

fn arn(world: &Arc<World>, name: &str) -> String {
    let (region, account) = (&world.settings.region, &world.settings.account);
    format!("arn:aws:cloudformation:{region}:{account}:changeSet/{name}/{}", stamp::uuid())
}

/// A nested stack's own change set, and those of the stacks in it; one without changes is left out.
fn nest(world: &Arc<World>, parent: &mut ChangeSet, child: Child, below: &mut Vec<ChangeSet>) -> ApiResult<()> {
    let Child { logical_id, stack, wanted } = child;
    let template = parsed(world, &stack.name, Some(&stack), &wanted)?;
    let (changes, children) = listed::of_update(world, &parent.caller, &stack, template, &wanted)?;
    let name = format!("{}-{logical_id}", parent.name);
    let mut made = ChangeSet {
        id: arn(world, &name),
        name,
        stack_id: stack.id.clone(),
        stack_name: stack.name,
        description: parent.description.clone(),
        is_creation: false,
        caller: parent.caller.clone(),
        wanted,
        is_empty: false,
        changes,
        root: Some(parent.root.clone().unwrap_or_else(|| parent.id.clone())),
    };
    for child in children {
        nest(world, &mut made, child, below)?;
    }
    made.is_empty = made.changes.is_empty();
    if !made.is_empty {
        parent.is_empty = false;
        listed::of_nested(&mut parent.changes, &logical_id, made.id.clone());
    }
    below.push(made);
    Ok(())
}

fn parsed(world: &World, name: &str, stack: Option<&Stack>, wanted: &Wanted) -> ApiResult<Template> {
    let body = wanted.body.as_ref().or(stack.map(|stack| &stack.body));
    let body = body.ok_or_else(|| invalid("Either Template URL or Template Body must be specified."))?;
    let template = wanted.template(body, stack, &world.settings, name)?;
    wanted.check(&template)?;
    Ok(template)
}

fn changes_nothing(stack: &Stack, template: &Template, wanted: &Wanted) -> ApiResult<bool> {
    let parameters = values(&template.parameters, &wanted.parameters, &stack.parameters)?;
    let tags = wanted.tags.as_ref().unwrap_or(&stack.tags);
    Ok(*template == stack.template && parameters == stack.parameters && *tags == stack.tags)
}

/// The template that a change set would bring: as it was sent, or after its transform.
pub(super) fn body(world: &Arc<World>, params: &Params, is_processed: bool) -> ApiResult<Option<String>> {
    let found = find(world, params)?;
    let stack = world.state().cloudformation.stack(&found.stack_id).cloned();
    let processed = parsed(world, &found.stack_name, stack.as_ref(), &found.wanted)?.processed.filter(|_| is_processed);
    Ok(processed.map(|document| document.to_string()).or(found.wanted.body))
}

fn find(world: &Arc<World>, params: &Params) -> ApiResult<ChangeSet> {
    let name = required(params, "ChangeSetName")?;
    let stack = params.get("StackName");
    let state = world.state();
    let found = state.cloudformation.change_sets.iter().rev().find(|each| {
        each.id == name
            || (each.name == name && stack.is_none_or(|stack| *stack == each.stack_name || *stack == each.stack_id))
    });
    found
        .cloned()
        .ok_or_else(|| ApiError::with_status(404, "ChangeSetNotFound", format!("ChangeSet [{name}] does not exist")))
}

pub(super) fn describe(world: &Arc<World>, params: &Params) -> ApiResult<String> {
    let found = find(world, params)?;
    let reason = validation::reason(world, &found.id, found.is_empty);
    let (status, execution) = match (world.state().cloudformation.holds_change_sets, reason) {
        (true, _) => ("CREATE_IN_PROGRESS", "UNAVAILABLE"),
        (false, Some(_)) => ("FAILED", "UNAVAILABLE"),
        (false, None) => ("CREATE_COMPLETE", "AVAILABLE"),
    };
    let parameter = |(name, given): (&String, &Given)| {
        let value = match given {
            Given::Value(value) => value.clone(),
            Given::Previous => world
                .state()
                .cloudformation
                .stack(&found.stack_id)
                .and_then(|stack| stack.parameters.get(name).map(as_text))
                .unwrap_or_default(),
        };
        format!("{}{}", element("ParameterKey", name), element("ParameterValue", &value))
    };
    Ok([
        element("ChangeSetName", &found.name),
        element("ChangeSetId", &found.id),
        element("StackId", &found.stack_id),
        element("StackName", &found.stack_name),
        optional("Description", found.description.as_deref()),
        list("Parameters", found.wanted.parameters.iter().map(parameter)),
        element("CreationTime", &clock::iso8601(clock::now())),
        element("ExecutionStatus", execution),
        element("Status", status),
        optional("StatusReason", reason),
        list("Capabilities", found.wanted.capabilities.clone()),
        list("Changes", found.changes.iter().map(listed::shown)),
    ]
    .concat())
}

pub(super) fn execute(world: &Arc<World>, params: &Params) -> ApiResult<String> {
    let found = find(world, params)?;
    if validation::reason(world, &found.id, found.is_empty).is_some() {
        let message =
            format!("ChangeSet [{}] cannot be executed in its current execution status of [UNAVAILABLE]", found.id);
        return Err(ApiError::new("InvalidChangeSetStatus", message));
    }
    let mut wanted = found.wanted.clone();
    if let Some(token) = params.get("ClientRequestToken") {
        wanted.token = Some(token.clone());
    }
    // What the execution says counts; else what the change set was made with.
    if let Some(word) = params.get("DisableRollback") {
        wanted.disable_rollback = word == "true";
    }
    if found.is_creation {
        if let Some(stack) = world.state().cloudformation.stack_mut(&found.stack_id) {
            stack.token.clone_from(&wanted.token);
            stack.disable_rollback = wanted.disable_rollback;
            stack.is_express = wanted.is_express;
        }
        engine::start(world, &found.stack_id, engine::Operation::Create);
    } else {
        super::stacks::update(world, &found.caller, &found.stack_id, &wanted)?;
    }
    world.state().cloudformation.change_sets.retain(|each| each.id != found.id);
    Ok(String::new())
}

pub(super) fn delete(world: &Arc<World>, params: &Params) -> String {
    if let Ok(found) = find(world, params) {
        let is_below = |each: &ChangeSet| each.root.as_ref() == Some(&found.id);
        world.state().cloudformation.change_sets.retain(|each| each.id != found.id && !is_below(each));
    }
    String::new()
}

pub(super) fn list_all(world: &Arc<World>, params: &Params) -> ApiResult<String> {
    let name = required(params, "StackName")?;
    let state = world.state();
    let sets = state.cloudformation.change_sets.iter().filter(|each| each.stack_name == name || each.stack_id == name);
    let rows = sets.map(|each| {
        [element("ChangeSetId", &each.id), element("ChangeSetName", &each.name), element("StackId", &each.stack_id)]
            .concat()
    });
    Ok(list("Summaries", rows))
}
