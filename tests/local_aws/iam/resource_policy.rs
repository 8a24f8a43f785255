//! Policies of resources: of queues, topics and keys.

use serde_json::Value;

pub use super::policy::Effect;
use super::policy::Policy;
use crate::api::Context;

/// What a resource's own policy, as text, says of one of these principals: services, roles or an account. `context` is
/// what comes with the call. A policy that cannot be read says nothing.
#[must_use]
pub fn resource_effect(
    policy: &str,
    principals: &[&str],
    action: &str,
    resource: &str,
    context: &Context,
) -> Option<Effect> {
    let policy = Policy::parse(&Value::String(policy.to_owned())).ok()?;
    let applying: Vec<_> = policy
        .statements
        .iter()
        .filter(|statement| {
            let is_meant = statement.principals.iter().any(|one| one == "*" || principals.contains(&one.as_str()));
            is_meant && statement.applies(action, resource, context)
        })
        .map(|statement| statement.effect)
        .collect();
    applying.iter().find(|effect| **effect == Effect::Deny).or(applying.first()).copied()
}

/// Does it let `service` do this?
#[must_use]
pub fn resource_allows(policy: &str, service: &str, action: &str, resource: &str, context: &Context) -> bool {
    resource_effect(policy, &[service], action, resource, context) == Some(Effect::Allow)
}
