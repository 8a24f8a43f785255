//! The parameters of a deployment.

use std::collections::BTreeMap;

use super::Proposal;
use crate::template::resolve::text;

/// The values, as `aws cloudformation deploy` fills them: what is given, else what the stack has, else the default. A
/// parameter that has none of these is not in it.
pub(super) fn wanted(proposal: &Proposal) -> BTreeMap<String, String> {
    let declared = proposal.template["Parameters"].as_object();
    let known = |name: &String| proposal.deployed.as_ref()?.parameters.get(name).cloned();
    let value = |(name, parameter): (&String, &serde_json::Value)| {
        let default = || parameter.get("Default").map(text);
        let value = proposal.given.get(name).cloned().or_else(|| known(name)).or_else(default)?;
        Some((name.clone(), value))
    };
    declared.into_iter().flatten().filter_map(value).collect()
}

/// The names of those that get another value than they have.
pub(super) fn changed(
    proposal: &Proposal,
    wanted: &BTreeMap<String, String>,
    is_known: impl Fn(&str) -> bool,
) -> Vec<String> {
    let Some(deployed) = &proposal.deployed else { return proposal.given.keys().cloned().collect() };
    let changed = wanted.iter().filter(|(name, value)| deployed.parameters.get(*name) != Some(value) && is_known(name));
    changed.map(|(name, _)| name.clone()).collect()
}
