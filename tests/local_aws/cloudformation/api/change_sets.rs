//! Change sets, as far as `aws cloudformation deploy` needs them: created, looked at, executed, deleted.

use std::sync::Arc;

use super::stacks::Wanted;
use super::xml::{element, list, optional, wrapped};
use super::{Params, required};
use crate::api::{ApiError, ApiResult, Caller};
use crate::cloudformation::model::{Stack, Status};
use crate::cloudformation::parameters::{Given, as_text, values};
use crate::cloudformation::template::{Template, invalid};
use crate::cloudformation::{engine, rows};
use crate::{World, clock, stamp};

/// A change set that waits for its execution.
#[derive(Debug, Clone)]
pub(crate) struct ChangeSet {
    id: String,
    name: String,
    stack_id: String,
    stack_name: String,
    is_creation: bool,
    caller: Caller,
    wanted: Wanted,
    /// `FAILED` with AWS's text when there is nothing to do.
    is_empty: bool,
    changes: Vec<(String, String, &'static str)>,
}

pub(super) fn create(world: &Arc<World>, caller: &Caller, params: &Params) -> ApiResult<String> {
    let stack_name = required(params, "StackName")?.to_owned();
    let name = required(params, "ChangeSetName")?.to_owned();
    let is_creation = params.get("ChangeSetType").is_some_and(|kind| kind == "CREATE");
    let wanted = Wanted::read(world, caller, params)?;
    super::stacks::pass_role(world, caller, wanted.role_arn.as_deref())?;
    let known = world.state().cloudformation.stack(&stack_name).cloned();
    let (stack_id, is_empty, changes) = match (&known, is_creation) {
        (None, true) => review(world, caller, &stack_name, &wanted)?,
        (Some(stack), true) if stack.status == Status::ReviewInProgress => {
            (stack.id.clone(), false, planned(None, &wanted)?)
        }
        (Some(stack), true) => {
            return Err(invalid(format!(
                "Stack [{stack_name}] already exists and cannot be created again with the changeSet [{name}]: {}",
                stack.status
            )));
        }
        (Some(stack), false) => {
            if !stack.status.is_updatable() {
                return Err(invalid(format!(
                    "Stack:{} is in {} state and can not be updated.",
                    stack.id, stack.status
                )));
            }
            (stack.id.clone(), changes_nothing(stack, &wanted)?, planned(Some(stack), &wanted)?)
        }
        (None, false) => return Err(invalid(format!("Stack [{stack_name}] does not exist"))),
    };
    let id = format!(
        "arn:aws:cloudformation:{}:{}:changeSet/{name}/{}",
        world.settings.region,
        world.settings.account,
        stamp::uuid()
    );
    let result = format!("{}{}", element("Id", &id), element("StackId", &stack_id));
    let caller = caller.clone();
    let change_set = ChangeSet { id, name, stack_id, stack_name, is_creation, caller, wanted, is_empty, changes };
    world.state().cloudformation.change_sets.push(change_set);
    Ok(result)
}

type Reviewed = (String, bool, Vec<(String, String, &'static str)>);

/// A stack that exists only to be looked at, in REVIEW_IN_PROGRESS.
fn review(world: &Arc<World>, caller: &Caller, name: &str, wanted: &Wanted) -> ApiResult<Reviewed> {
    let changes = planned(None, wanted)?;
    let id = super::stacks::register(world, caller, name, wanted.clone())?;
    rows::stack(world, &id, Status::ReviewInProgress, "User Initiated");
    Ok((id, false, changes))
}

fn planned(stack: Option<&Stack>, wanted: &Wanted) -> ApiResult<Vec<(String, String, &'static str)>> {
    let body = wanted.body.as_ref().or(stack.map(|stack| &stack.body));
    let template =
        Template::parse(body.ok_or_else(|| invalid("Either Template URL or Template Body must be specified."))?)?;
    wanted.check(&template)?;
    let old = stack.map(|stack| &stack.template.resources);
    let mut changes = Vec::new();
    for (id, declared) in &template.resources {
        match old.and_then(|old| old.get(id)) {
            None => changes.push((id.clone(), declared.kind.clone(), "Add")),
            Some(before) if before != declared => changes.push((id.clone(), declared.kind.clone(), "Modify")),
            Some(_) => {}
        }
    }
    let removed = old.into_iter().flatten().filter(|(id, _)| !template.resources.contains_key(*id));
    changes.extend(removed.map(|(id, declared)| (id.clone(), declared.kind.clone(), "Remove")));
    Ok(changes)
}

fn changes_nothing(stack: &Stack, wanted: &Wanted) -> ApiResult<bool> {
    let template = Template::parse(wanted.body.as_ref().unwrap_or(&stack.body))?;
    let parameters = values(&template, &wanted.parameters, &stack.parameters)?;
    let tags = wanted.tags.as_ref().unwrap_or(&stack.tags);
    Ok(template == stack.template && parameters == stack.parameters && *tags == stack.tags)
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
    let (status, execution) = if found.is_empty { ("FAILED", "UNAVAILABLE") } else { ("CREATE_COMPLETE", "AVAILABLE") };
    let reason =
        "The submitted information didn't contain changes. Submit different information to create a change set.";
    let change = |(id, kind, action): &(String, String, &'static str)| {
        let inner =
            [element("Action", action), element("LogicalResourceId", id), element("ResourceType", kind)].concat();
        format!("{}{}", element("Type", "Resource"), wrapped("ResourceChange", &inner))
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
        list("Parameters", found.wanted.parameters.iter().map(parameter)),
        element("CreationTime", &clock::iso8601(clock::now())),
        element("ExecutionStatus", execution),
        element("Status", status),
        optional("StatusReason", found.is_empty.then_some(reason)),
        list("Capabilities", found.wanted.capabilities.clone()),
        list("Changes", found.changes.iter().map(change)),
    ]
    .concat())
}

pub(super) fn execute(world: &Arc<World>, params: &Params) -> ApiResult<String> {
    let found = find(world, params)?;
    if found.is_empty {
        let message =
            format!("ChangeSet [{}] cannot be executed in its current execution status of [UNAVAILABLE]", found.id);
        return Err(ApiError::new("InvalidChangeSetStatus", message));
    }
    let mut wanted = found.wanted.clone();
    if let Some(token) = params.get("ClientRequestToken") {
        wanted.token = Some(token.clone());
    }
    wanted.disable_rollback = super::is_true(params, "DisableRollback");
    if found.is_creation {
        if let Some(stack) = world.state().cloudformation.stack_mut(&found.stack_id) {
            stack.token.clone_from(&wanted.token);
            stack.disable_rollback = wanted.disable_rollback;
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
        world.state().cloudformation.change_sets.retain(|each| each.id != found.id);
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
