//! May this caller do this? An explicit deny wins, a boundary limits, and what no statement allows is denied.

use super::policy::{Effect, Policy};
use super::roles::{Role, managed};
use crate::State;
use crate::api::{ApiError, ApiResult, Caller, Context};

/// Decides one call. An operator may do everything; a role may do what its policies and its boundary allow.
///
/// # Errors
/// AccessDeniedException with AWS's text; UnrecognizedClientException for a role that is gone.
pub fn authorize(state: &State, caller: &Caller, action: &str, resource: &str, context: &Context) -> ApiResult<()> {
    let Caller::Role(name) = caller else { return Ok(()) };
    let Some(role) = state.iam.roles.get(name) else {
        let message = "The security token included in the request is invalid.";
        return Err(ApiError::with_status(403, "UnrecognizedClientException", message));
    };
    let mut context = context.clone();
    context.insert("aws:PrincipalArn".to_owned(), vec![role.arn.clone()]);
    context.insert("aws:PrincipalAccount".to_owned(), vec![role.account().to_owned()]);
    if let Some(region) = resource.split(':').nth(3).filter(|region| !region.is_empty()) {
        context.entry("aws:RequestedRegion".to_owned()).or_insert_with(|| vec![region.to_owned()]);
    }
    let because = match verdict(state, role, action, resource, &context) {
        Verdict::Allowed => return Ok(()),
        Verdict::ExplicitDeny => "with an explicit deny in an identity-based policy".to_owned(),
        Verdict::DeniedByBoundary => "with an explicit deny in a permissions boundary".to_owned(),
        Verdict::NotInPolicies => format!("because no identity-based policy allows the {action} action"),
        Verdict::NotInBoundary => format!("because no permissions boundary allows the {action} action"),
    };
    let user = super::principal(state, role.account(), caller);
    let message = format!("User: {user} is not authorized to perform: {action} on resource: {resource} {because}");
    Err(ApiError::new("AccessDeniedException", message))
}

/// May the caller hand `role_arn` to `service`? What every service asks that runs as a role.
///
/// # Errors
/// As [`authorize`].
pub fn authorize_pass_role(state: &State, caller: &Caller, role_arn: &str, service: &str) -> ApiResult<()> {
    let context = Context::from([("iam:PassedToService".to_owned(), vec![service.to_owned()])]);
    authorize(state, caller, "iam:PassRole", role_arn, &context)
}

enum Verdict {
    Allowed,
    ExplicitDeny,
    DeniedByBoundary,
    NotInPolicies,
    NotInBoundary,
}

fn verdict(state: &State, role: &Role, action: &str, resource: &str, context: &Context) -> Verdict {
    let attached: Vec<Policy> = role.attached.iter().filter_map(|arn| managed(state, arn)).collect();
    let mut allowed = false;
    for policy in role.inline.values().chain(&attached) {
        match effect(policy, action, resource, context) {
            Some(Effect::Deny) => return Verdict::ExplicitDeny,
            Some(Effect::Allow) => allowed = true,
            None => {}
        }
    }
    if !allowed {
        return Verdict::NotInPolicies;
    }
    let Some(boundary) = &role.boundary else { return Verdict::Allowed };
    match managed(state, boundary).and_then(|policy| effect(&policy, action, resource, context)) {
        Some(Effect::Allow) => Verdict::Allowed,
        Some(Effect::Deny) => Verdict::DeniedByBoundary,
        None => Verdict::NotInBoundary,
    }
}

/// What one policy says; a deny anywhere in it wins.
pub(super) fn effect(policy: &Policy, action: &str, resource: &str, context: &Context) -> Option<Effect> {
    let mut found = None;
    for statement in policy.statements.iter().filter(|statement| statement.applies(action, resource, context)) {
        match statement.effect {
            Effect::Deny => return Some(Effect::Deny),
            Effect::Allow => found = Some(Effect::Allow),
        }
    }
    found
}
