//! CloudFormation's query protocol: parameters in, the inside of `<ActionResult>` out.

mod calls;
mod change_sets;
mod continue_rollback;
mod deployment_config;
mod describe;
mod events;
mod listed;
mod stacks;
mod templates;
mod validation;
mod wanted;
mod words;
mod xml;

use std::collections::BTreeMap;
use std::sync::Arc;

pub(crate) use change_sets::ChangeSet;
pub(crate) use deployment_config::DeploymentConfig;
pub(crate) use stacks::{create as create_stack, delete as delete_stack, update as update_stack};
pub(crate) use templates::fetched;
pub use validation::Finding;
pub(crate) use wanted::Wanted;

use serde_json::json;

use super::template::invalid;
use crate::api::{self, ApiError, ApiResult, Call, Caller, Context};
use crate::{World, services};

type Params = BTreeMap<String, String>;

const SERVICE: &str = "cloudformation.amazonaws.com";

/// Answers one call. Every call is authorized against the caller and written into the journal.
///
/// # Errors
/// `ValidationError` in AWS's words, or one of the few modelled errors.
pub fn query(world: &Arc<World>, caller: &Caller, action: &str, params: &Params) -> ApiResult<String> {
    let (resource, context) = judged(world, params);
    let admitted = {
        let mut state = world.state();
        let body = json!(params);
        let call = Call { action: format!("cloudformation:{action}"), caller, resource, context, body: &body };
        api::perform(&mut state, call, |_| Ok(()))
    };
    admitted?;
    let known = api::members::check("cloudformation", action, params).and_then(|()| words::check(params));
    let result = known.and_then(|()| answer(world, caller, action, params));
    if let Err(error) = &result
        && let Some(recorded) = world.state().journal.iter_mut().rev().find(|call| call.action.ends_with(action))
    {
        recorded.refused = Some(error.code.clone());
    }
    if let Err(error) = &result
        && error.status == 501
    {
        world.state().unknown.push(error.message.clone());
    }
    result
}

/// The stack's ARN, and what conditions may ask of it: its tags, and the role that the caller hands over (service
/// authorization reference of CloudFormation: `aws:ResourceTag` of the resource type stack; `cloudformation:RoleArn` of
/// all calls with a RoleARN).
fn judged(world: &Arc<World>, params: &Params) -> (String, Context) {
    let state = world.state();
    let name = params.get("StackName").map(String::as_str).unwrap_or_default();
    let mut context = Context::new();
    if let Some(role) = params.get("RoleARN") {
        context.insert("cloudformation:RoleArn".to_owned(), vec![role.clone()]);
    }
    let resource = match (state.cloudformation.stack(name), name) {
        (Some(stack), _) => {
            context.extend(api::tag_context("aws:ResourceTag", &stack.tags));
            stack.id.clone()
        }
        (None, "") => "*".to_owned(),
        (None, name) => world.settings.arn("cloudformation", &format!("stack/{name}/*")),
    };
    (resource, context)
}

fn answer(world: &Arc<World>, caller: &Caller, action: &str, params: &Params) -> ApiResult<String> {
    match action {
        "CreateStack" => calls::create(world, caller, params),
        "UpdateStack" => calls::update(world, caller, params),
        "DeleteStack" => calls::delete(world, caller, params),
        "CancelUpdateStack" => calls::cancel(world, params),
        "RollbackStack" => calls::rollback(world, caller, params),
        "ContinueUpdateRollback" => continue_rollback::call(world, caller, params),
        "DescribeStacks" => describe::stacks(world, params),
        "ListStacks" => describe::list(world, params),
        "DescribeStackResource" => describe::resource(world, params),
        "DescribeStackResources" => describe::resources(world, params),
        "ListStackResources" => describe::list_resources(world, params),
        "ListExports" => Ok(describe::exports(world)),
        "ListImports" => describe::imports(world, params),
        "DescribeEvents" => validation::events(world, params),
        "DescribeStackEvents" => events::describe(world, params),
        "GetTemplate" => templates::get(world, params),
        "GetTemplateSummary" => templates::summary(world, params),
        "ValidateTemplate" => templates::validate(world, params),
        "CreateChangeSet" => change_sets::create(world, caller, params),
        "DescribeChangeSet" => change_sets::describe(world, params),
        "ExecuteChangeSet" => change_sets::execute(world, params),
        "DeleteChangeSet" => Ok(change_sets::delete(world, params)),
        "ListChangeSets" => change_sets::list_all(world, params),
        other => {
            Err(ApiError::new("InvalidAction", format!("Could not find operation {other} for version 2010-05-15")))
        }
    }
}

/// `Name.member.1.Key`, `Name.member.2.Key`, ... as a list of the inner members.
fn members(params: &Params, name: &str) -> Vec<Params> {
    let mut found: BTreeMap<u32, Params> = BTreeMap::new();
    let prefix = format!("{name}.member.");
    for (key, value) in params {
        let Some(rest) = key.strip_prefix(&prefix) else { continue };
        let (number, inner) = rest.split_once('.').unwrap_or((rest, ""));
        if let Ok(number) = number.parse() {
            found.entry(number).or_default().insert(inner.to_owned(), value.clone());
        }
    }
    found.into_values().collect()
}

/// `Name.member.1` as a list of texts.
fn texts(params: &Params, name: &str) -> Vec<String> {
    members(params, name).into_iter().filter_map(|mut each| each.remove("")).collect()
}

fn required<'a>(params: &'a Params, name: &str) -> ApiResult<&'a str> {
    params.get(name).map(String::as_str).ok_or_else(|| {
        let mut member = name.to_owned();
        if let Some(first) = member.get_mut(..1) {
            first.make_ascii_lowercase();
        }
        invalid(format!("1 validation error detected: Value null at '{member}' failed to satisfy constraint: Member must not be null"))
    })
}

fn is_true(params: &Params, name: &str) -> bool {
    params.get(name).is_some_and(|value| value == "true")
}

/// A page of a list: the items after the token, and the next token.
fn page<T>(items: Vec<T>, params: &Params, size: usize) -> ApiResult<(Vec<T>, Option<String>)> {
    let start = match params.get("NextToken") {
        None => 0,
        Some(token) => token
            .strip_prefix("page-")
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| invalid("Invalid NextToken"))?,
    };
    let next = (start + size < items.len()).then(|| format!("page-{}", start + size));
    Ok((items.into_iter().skip(start).take(size).collect(), next))
}

/// Handing a role to CloudFormation needs iam:PassRole (C.2), and a role that trusts it.
fn pass_role(world: &Arc<World>, caller: &Caller, role_arn: Option<&str>) -> ApiResult<()> {
    let Some(arn) = role_arn else { return Ok(()) };
    let state = world.state();
    services::authorize_pass_role(&state, caller, arn, SERVICE)?;
    if services::is_assumable(&state, arn, SERVICE) {
        Ok(())
    } else {
        Err(invalid(format!("Role {arn} is invalid or cannot be assumed")))
    }
}
