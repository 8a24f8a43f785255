//! CreateStack, UpdateStack, DeleteStack and their relatives: what is checked before an operation begins.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Wanted, pass_role};
use crate::api::{ApiError, ApiResult, Caller};
use crate::cloudformation::resources::NESTED_STACK;
use crate::cloudformation::stack::deletion::exports_in_use;
use crate::cloudformation::stack::engine::{self, Operation};
use crate::cloudformation::stack::model::{Before, Stack, Status};
use crate::cloudformation::stack::rows;
use crate::cloudformation::template::parameter_store::fetch;
use crate::cloudformation::template::parameters::values;
use crate::cloudformation::template::rules;
use crate::cloudformation::template::{Template, invalid};
use crate::{World, clock, stamp};

/// A new stack: checked and registered, and its operation started unless it is only reviewed.
pub(crate) fn create(world: &Arc<World>, caller: &Caller, name: &str, wanted: Wanted) -> ApiResult<String> {
    let id = register(world, caller, name, wanted)?;
    engine::start(world, &id, Operation::Create);
    Ok(id)
}

pub(super) fn register(world: &Arc<World>, caller: &Caller, name: &str, wanted: Wanted) -> ApiResult<String> {
    let body = wanted.body.clone().ok_or_else(|| invalid("Either Template URL or Template Body must be specified."))?;
    let template = wanted.template(&body, None, &world.settings, name)?;
    wanted.check(&template)?;
    let parameters = values(&template.parameters, &wanted.parameters, &BTreeMap::new())?;
    if wanted.parent_id.is_none() {
        pass_role(world, caller, wanted.role_arn.as_deref())?;
    }
    let mut state = world.state();
    let fetched = fetch(&mut state, &world.settings, caller, &template, &parameters)?;
    rules::check(&template, &parameters, &fetched, &world.settings)?;
    if state.cloudformation.stack(name).is_some_and(|stack| stack.status != Status::ReviewInProgress) {
        return Err(ApiError::new("AlreadyExistsException", format!("Stack [{name}] already exists")));
    }
    let settings = &world.settings;
    let reviewed = state.cloudformation.stack(name).map(|stack| stack.id.clone());
    let id = reviewed.unwrap_or_else(|| {
        format!("arn:aws:cloudformation:{}:{}:stack/{name}/{}", settings.region, settings.account, stamp::uuid())
    });
    let parent = wanted.parent_id.as_ref().and_then(|parent| state.cloudformation.stack(parent));
    let root_id = parent.map(|parent| parent.root_id.clone().unwrap_or_else(|| parent.id.clone()));
    let stack = Stack {
        id: id.clone(),
        name: name.to_owned(),
        status: Status::ReviewInProgress,
        reason: String::new(),
        template,
        body,
        parameters,
        fetched,
        tags: wanted.tags.unwrap_or_default(),
        role_arn: wanted.role_arn,
        caller: caller.clone(),
        token: wanted.token,
        capabilities: wanted.capabilities,
        disable_rollback: wanted.disable_rollback,
        is_express: wanted.is_express,
        parent_id: wanted.parent_id,
        root_id,
        created: clock::now(),
        updated: None,
        resources: BTreeMap::new(),
        outputs: Vec::new(),
        events: Vec::new(),
        before: None,
        doomed: Vec::new(),
        imports: BTreeSet::new(),
        is_cancelled: false,
        is_continued: false,
        skipped: BTreeSet::new(),
    };
    let earlier = state.cloudformation.stacks.iter().position(|stack| stack.id == id);
    match earlier {
        Some(index) => {
            let events = std::mem::take(&mut state.cloudformation.stacks[index].events);
            state.cloudformation.stacks[index] = Stack { events, ..stack };
        }
        None => state.cloudformation.stacks.push(stack),
    }
    Ok(id)
}

/// An update: refused in AWS's words when it may not begin or would change nothing.
pub(crate) fn update(world: &Arc<World>, caller: &Caller, name: &str, wanted: &Wanted) -> ApiResult<String> {
    if wanted.parent_id.is_none() {
        pass_role(world, caller, wanted.role_arn.as_deref())?;
    }
    let id = {
        let mut state = world.state();
        let missing = || invalid(format!("Stack [{name}] does not exist"));
        let stack = state.cloudformation.stack(name).ok_or_else(missing)?;
        // A child that its parent's failed operation left before its cleanup goes on from there.
        let rests = wanted.parent_id.is_some() && stack.status == Status::UpdateCompleteCleanupInProgress;
        if !stack.status.is_updatable() && !rests {
            return Err(invalid(format!("Stack:{} is in {} state and can not be updated.", stack.id, stack.status)));
        }
        if stack.status.needs_rollback_disabled() && !wanted.disable_rollback {
            return Err(invalid(format!(
                "This stack is currently in a non-terminal [{}] state. To update the stack from this state, please use \
                 the disable-rollback parameter with update-stack API. To rollback to the last known good state, use \
                 the rollback-stack API",
                stack.status
            )));
        }
        let body = wanted.body.clone().unwrap_or_else(|| stack.body.clone());
        let template = wanted.template(&body, Some(stack), &world.settings, &stack.name)?;
        wanted.check(&template)?;
        let parameters = values(&template.parameters, &wanted.parameters, &stack.parameters)?;
        let tags = wanted.tags.clone().unwrap_or_else(|| stack.tags.clone());
        let fetched = fetch(&mut state, &world.settings, caller, &template, &parameters)?;
        rules::check(&template, &parameters, &fetched, &world.settings)?;
        let stack = state.cloudformation.stack_mut(name).ok_or_else(missing)?;
        let is_same = template == stack.template
            && parameters == stack.parameters
            && fetched == stack.fetched
            && tags == stack.tags;
        // What is nested deeper is known only after its own update was asked for.
        let is_asked = wanted.parent_id.is_some() && has_nested(&stack.template);
        if is_same && !is_asked && !stack.status.needs_rollback_disabled() {
            return Err(invalid("No updates are to be performed."));
        }
        // After UPDATE_FAILED an update still goes back to the last good state, not to the failed one.
        // A stack that was never created has no good state: its rollback deletes what there is.
        let good = stack.was_complete().then(|| Before {
            template: stack.template.clone(),
            body: stack.body.clone(),
            parameters: stack.parameters.clone(),
            fetched: stack.fetched.clone(),
            tags: stack.tags.clone(),
            resources: stack.resources.clone(),
            touched: BTreeSet::new(),
        });
        stack.before = stack.before.take().or(good);
        if !rests {
            stack.doomed.clear();
        }
        stack.template = template;
        stack.body = body;
        stack.parameters = parameters;
        stack.fetched = fetched;
        stack.tags = tags;
        begin(stack, caller, wanted);
        stack.id.clone()
    };
    engine::start(world, &id, Operation::Update);
    Ok(id)
}

fn has_nested(template: &Template) -> bool {
    template.resources.values().any(|resource| resource.kind == NESTED_STACK)
}

/// What every later operation writes down: the role is remembered, the credentials are this caller's (C.2).
pub(super) fn begin(stack: &mut Stack, caller: &Caller, wanted: &Wanted) {
    if wanted.role_arn.is_some() {
        stack.role_arn.clone_from(&wanted.role_arn);
    }
    stack.caller = caller.clone();
    stack.token.clone_from(&wanted.token);
    stack.disable_rollback = wanted.disable_rollback;
    stack.is_express = wanted.is_express;
    stack.updated = Some(clock::now());
    stack.is_cancelled = false;
    if !wanted.capabilities.is_empty() {
        stack.capabilities.clone_from(&wanted.capabilities);
    }
}

/// A deletion. An unknown stack is as good as deleted; one whose exports are in use keeps its status, and its newest
/// row says why (C.1).
pub(crate) fn delete(
    world: &Arc<World>,
    caller: &Caller,
    name: &str,
    left: BTreeSet<String>,
    wanted: &Wanted,
) -> ApiResult<()> {
    pass_role(world, caller, wanted.role_arn.as_deref())?;
    let (id, status) = {
        let state = world.state();
        let Some(stack) = state.cloudformation.stack(name) else { return Ok(()) };
        if stack.status == Status::DeleteComplete || stack.status == Status::DeleteInProgress {
            return Ok(());
        }
        (stack.id.clone(), stack.status)
    };
    if let Some(reason) = exports_in_use(world, &id) {
        rows::stack(world, &id, status, &reason);
        return Ok(());
    }
    if let Some(stack) = world.state().cloudformation.stack_mut(&id) {
        begin(stack, caller, wanted);
    }
    engine::start(world, &id, Operation::Delete(left));
    Ok(())
}
