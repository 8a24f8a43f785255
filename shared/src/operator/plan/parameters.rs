//! The parameters of a deployment, and the rules that its template has for them.

use std::collections::{BTreeMap, BTreeSet};

use super::Proposal;
use crate::template::resolve::{Resolver, text};

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

/// The rules that these parameters break, a sentence each. One that cannot be decided goes into `open`, unless the
/// deployed template has the very same: CDK's only rule asks for a version in Parameter Store.
pub(super) fn broken(proposal: &Proposal, side: &Resolver, open: &mut BTreeSet<String>) -> Vec<String> {
    let old = proposal.deployed.as_ref().map(|deployed| &deployed.template["Rules"]);
    let mut broken = Vec::new();
    for (name, rule) in side.template["Rules"].as_object().into_iter().flatten() {
        let applies = rule.get("RuleCondition").map_or(Some(true), |condition| side.test(condition));
        for assertion in rule["Assertions"].as_array().into_iter().flatten() {
            match (applies, side.test(&assertion["Assert"])) {
                (Some(false), _) | (_, Some(true)) => {}
                (Some(true), Some(false)) => {
                    let why =
                        assertion.get("AssertDescription").map_or_else(|| "it has no description".to_owned(), text);
                    broken.push(format!("the template's rule {name} does not hold: {why}"));
                }
                (None, _) | (_, None) if old.and_then(|rules| rules.get(name)) == Some(rule) => {}
                (None, _) | (_, None) => {
                    open.insert(format!("the template's rule {name} is decided at the deployment"));
                }
            }
        }
    }
    broken
}
