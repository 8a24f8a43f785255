//! The operations on stacks as they are called: what their members say, and what is refused before anything is looked
//! at.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::stacks::{self, begin};
use super::xml::element;
use super::{Params, Wanted, is_true, pass_role, required, texts};
use crate::World;
use crate::api::{ApiResult, Caller};
use crate::cloudformation::stack::engine::{self, Operation};
use crate::cloudformation::stack::model::Status;
use crate::cloudformation::template::invalid;

pub(super) fn create(world: &Arc<World>, caller: &Caller, params: &Params) -> ApiResult<String> {
    let name = required(params, "StackName")?;
    let is_valid = name.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-');
    if !is_valid || name.len() > 128 {
        return Err(invalid(format!(
            "1 validation error detected: Value '{name}' at 'stackName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*"
        )));
    }
    let id = stacks::create(world, caller, name, Wanted::read(world, caller, params)?)?;
    Ok(element("StackId", &id))
}

pub(super) fn update(world: &Arc<World>, caller: &Caller, params: &Params) -> ApiResult<String> {
    let wanted = Wanted::read(world, caller, params)?;
    if wanted.body.is_none() && !is_true(params, "UsePreviousTemplate") {
        return Err(invalid("Either Template URL or Template Body must be specified."));
    }
    Ok(element("StackId", &stacks::update(world, caller, required(params, "StackName")?, &wanted)?))
}

pub(super) fn delete(world: &Arc<World>, caller: &Caller, params: &Params) -> ApiResult<String> {
    let left: BTreeSet<_> = texts(params, "RetainResources").into_iter().collect();
    let name = required(params, "StackName")?;
    let is_failed = world.state().cloudformation.stack(name).is_some_and(|stack| stack.status == Status::DeleteFailed);
    if !left.is_empty() && !is_failed {
        return Err(invalid(
            "Invalid operation on stack. specify which resources to retain only when the stack is in the DELETE_FAILED state.",
        ));
    }
    stacks::delete(world, caller, name, left, &Wanted::read(world, caller, params)?)?;
    Ok(String::new())
}

pub(super) fn cancel(world: &Arc<World>, params: &Params) -> ApiResult<String> {
    let name = required(params, "StackName")?;
    let mut state = world.state();
    let stack =
        state.cloudformation.stack_mut(name).ok_or_else(|| invalid(format!("Stack [{name}] does not exist")))?;
    if stack.status != Status::UpdateInProgress {
        return Err(invalid("CancelUpdateStack cannot be called from current stack status"));
    }
    stack.is_cancelled = true;
    if let Some(token) = params.get("ClientRequestToken") {
        stack.token = Some(token.clone());
    }
    Ok(String::new())
}

pub(super) fn rollback(world: &Arc<World>, caller: &Caller, params: &Params) -> ApiResult<String> {
    let name = required(params, "StackName")?;
    let wanted = Wanted::read(world, caller, params)?;
    pass_role(world, caller, wanted.role_arn.as_deref())?;
    let id = {
        let mut state = world.state();
        let stack =
            state.cloudformation.stack_mut(name).ok_or_else(|| invalid(format!("Stack [{name}] does not exist")))?;
        if ![Status::CreateFailed, Status::UpdateFailed].contains(&stack.status) {
            return Err(invalid(format!("Stack {name} is in {} state and cannot be rolled back.", stack.status)));
        }
        begin(stack, caller, &wanted);
        stack.id.clone()
    };
    engine::start(world, &id, Operation::Rollback);
    Ok(element("StackId", &id))
}
