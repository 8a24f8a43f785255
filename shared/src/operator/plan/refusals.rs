//! What CloudFormation refuses before it changes anything: a stack that takes no update, a resource's other type,
//! parameters, and the template's own rules.

use super::super::deployment::limits::refused;
use super::changes::Compared;
use super::parameters::wanted;
use super::{Proposal, is_updatable};
use crate::template::resolve::text;

/// Why CloudFormation takes no such deployment, and what to do instead.
pub(super) fn refusals(proposal: &Proposal, compared: &Compared) -> Vec<String> {
    let status = proposal.deployed.as_ref().map(|deployed| deployed.status);
    let not_updatable = status.filter(|status| !is_updatable(*status));
    let not_updatable = not_updatable
        .map(|status| format!("the stack is {status} and takes no update; make why STACK={}", proposal.name));
    let retyped = compared.changes.iter().filter(|change| change.properties == ["Type"]);
    let retyped = retyped.map(|change| {
        format!("{}: a resource's type cannot be changed; give it another logical ID", change.logical_id)
    });
    not_updatable.into_iter().chain(retyped).chain(parameters(proposal)).chain(compared.rules.iter().cloned()).collect()
}

/// Parameters without a value, and values that the template does not allow. A secret's value is compared and never
/// shown.
fn parameters(proposal: &Proposal) -> Vec<String> {
    let wanted = wanted(proposal);
    let declared = proposal.template["Parameters"].as_object().into_iter().flatten();
    let refusal = |(name, parameter): (&String, &serde_json::Value)| {
        let Some(value) = wanted.get(name) else {
            return Some(format!("{name}: expected a value, found none: it has no default; give {name}=..."));
        };
        // Of a secret that is not given only asterisks are known.
        let is_known = proposal.given.contains_key(name) || text(&parameter["NoEcho"]).to_lowercase() != "true";
        let takes = refused(parameter, value, &proposal.matches).filter(|_| is_known)?;
        Some(format!("{name}: expected {takes}"))
    };
    declared.filter_map(refusal).collect()
}
