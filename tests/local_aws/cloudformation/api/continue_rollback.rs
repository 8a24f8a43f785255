//! ContinueUpdateRollback (semantics C.2, G.36-39): what it checks before it begins.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Params, is_true, pass_role, required, texts};
use crate::World;
use crate::api::{ApiError, ApiResult, Caller};
use crate::cloudformation::resources::NESTED_STACK;
use crate::cloudformation::stack::engine::{self, Operation};
use crate::cloudformation::stack::model::{Resource, Status};
use crate::cloudformation::template::invalid;
use crate::cloudformation::{CloudFormation, TokenAgain};

pub(super) fn call(world: &Arc<World>, caller: &Caller, params: &Params) -> ApiResult<String> {
    let name = required(params, "StackName")?;
    let skipped: BTreeSet<String> = texts(params, "ResourcesToSkip").into_iter().collect();
    let is_forced = is_true(params, "ForceRollback");
    if is_forced && !skipped.is_empty() {
        return Err(invalid("ForceRollback and ResourcesToSkip cannot be specified together"));
    }
    let role_arn = params.get("RoleARN");
    pass_role(world, caller, role_arn.map(String::as_str))?;
    let token = params.get("ClientRequestToken").cloned();
    let (id, skipped) = {
        let mut state = world.state();
        let stack =
            state.cloudformation.stack(name).ok_or_else(|| invalid(format!("Stack [{name}] does not exist")))?;
        let used = token.as_ref().map(|token| ("ContinueUpdateRollback".to_owned(), stack.id.clone(), token.clone()));
        if used.as_ref().is_some_and(|used| state.cloudformation.tokens.contains(used)) {
            let message = "A client request token already exists for this operation.";
            return match world.settings.modes.token_again {
                TokenAgain::Refused => Err(ApiError::new("TokenAlreadyExistsException", message)),
                TokenAgain::Answered => Ok(String::new()),
            };
        }
        if stack.parent_id.is_some() {
            return Err(invalid("RollbackUpdatedStack cannot be invoked on child stacks"));
        }
        if stack.status != Status::UpdateRollbackFailed {
            return Err(invalid("RollbackUpdatedStack cannot be called from current stack status"));
        }
        let id = stack.id.clone();
        let skipped = if is_forced {
            failed(&mut state.cloudformation, &id)
        } else {
            hand_down(&mut state.cloudformation, &id, skipped)?
        };
        state.cloudformation.tokens.extend(used);
        let stack = state.cloudformation.stack_mut(name).ok_or_else(|| invalid("the stack is gone"))?;
        // The role is remembered; without one it is the caller's own credentials that act (C.2).
        stack.role_arn = role_arn.cloned().or_else(|| stack.role_arn.take());
        stack.caller = caller.clone();
        stack.token = token;
        (id, skipped)
    };
    engine::start(world, &id, Operation::ContinueRollback(skipped));
    Ok(String::new())
}

/// `NestedStackName.LogicalId` goes to the nested stack of that name below this root; the rest is this stack's. A
/// nested stack is skipped as a whole only when it is deleted, or being deleted (C.2).
fn hand_down(
    cloudformation: &mut CloudFormation,
    root: &str,
    skipped: BTreeSet<String>,
) -> ApiResult<BTreeSet<String>> {
    let (nested, own): (BTreeSet<String>, BTreeSet<String>) = skipped.into_iter().partition(|name| name.contains('.'));
    for name in nested {
        let (child, logical_id) = name.split_once('.').unwrap_or_default();
        let found = cloudformation.stack_mut(child).filter(|child| child.root_id.as_deref() == Some(root));
        let missing = || invalid(format!("Stack [{child}] does not exist"));
        found.ok_or_else(missing)?.skipped.insert(logical_id.to_owned());
    }
    let resources = cloudformation.stack(root).map(|stack| &stack.resources);
    let child = |name: &&String| resources.and_then(|all| embedded(cloudformation, all.get(*name)?)).is_some();
    match own.iter().find(child) {
        Some(name) => Err(invalid(format!(
            "Resource [{name}] is a nested stack, and can be skipped only in DELETE_IN_PROGRESS, DELETE_COMPLETE or \
             DELETE_FAILED"
        ))),
        None => Ok(own),
    }
}

/// The ID of the nested stack behind a resource, unless it is deleted or being deleted.
fn embedded(cloudformation: &CloudFormation, resource: &Resource) -> Option<String> {
    let id = resource.physical_id.as_ref().filter(|_| resource.kind == NESTED_STACK)?;
    let stack = cloudformation.stack(id)?;
    let is_leaving = [Status::DeleteInProgress, Status::DeleteFailed, Status::DeleteComplete].contains(&stack.status);
    (!is_leaving).then(|| stack.id.clone())
}

/// The resources that are UPDATE_FAILED because their rollback failed, not because it was cancelled (C.2); those of
/// nested stacks are left to these.
fn failed(cloudformation: &mut CloudFormation, id: &str) -> BTreeSet<String> {
    let resources = cloudformation.stack(id).map(|stack| stack.resources.clone()).unwrap_or_default();
    let is_failed =
        |resource: &Resource| resource.status == Status::UpdateFailed && resource.reason != "Resource update cancelled";
    let mut own = BTreeSet::new();
    for resource in resources.into_values() {
        if let Some(child) = embedded(cloudformation, &resource) {
            let skipped = failed(cloudformation, &child);
            if let Some(child) = cloudformation.stack_mut(&child) {
                child.skipped.extend(skipped);
            }
        } else if is_failed(&resource) {
            own.insert(resource.logical_id);
        }
    }
    own
}
