//! Which resources change, and how: the deployed template with its parameters against the new one with those that are
//! given. A change set says the same, but is itself a thing that is created; for a stack that does not exist it even
//! leaves a stack behind.

use crate::stack::types;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};

use super::Proposal;
use super::change_set::{Change, Effect, ListedChange};
use super::parameters::{broken, changed as changed_parameters, wanted};
use super::side::{Side, transforms};
use crate::stack::{APPLICATION, LOGGING_OPTION};
use crate::template::resolve::{
    Difference, Resolver, compare as compare_values, is_known, open_reasons, pseudo_parameters, reasons, values,
};

/// Properties whose change is a new resource: `createOnlyProperties` of the types' registry schemas (`semantics.md` B.1
/// for Flink's).
const REPLACES: [(&str, &[&str]); 14] = [
    (APPLICATION, &["ApplicationName", "ApplicationMode"]),
    (LOGGING_OPTION, &["ApplicationName"]),
    (types::STREAM, &["Name"]),
    (types::TABLE, &["TableName", "KeySchema", "LocalSecondaryIndexes"]),
    (types::LOG_GROUP, &["LogGroupName"]),
    (types::LOG_STREAM, &["LogGroupName", "LogStreamName"]),
    (types::ROLE, &["RoleName", "Path"]),
    (types::MANAGED_POLICY, &["ManagedPolicyName", "Path"]),
    (types::BUCKET, &["BucketName"]),
    (types::TOPIC, &["TopicName"]),
    (types::QUEUE, &["QueueName"]),
    (types::ALARM, &["AlarmName"]),
    (types::DASHBOARD, &["DashboardName"]),
    (types::LAMBDA_FUNCTION, &["FunctionName", "PackageType"]),
];
/// How SAM's types begin: its transform replaces them by resources that are not known here.
const SERVERLESS: &str = "AWS::Serverless::";
/// Both sides, resolved, and what differs.
pub(in crate::operator) struct Compared {
    pub(super) changes: Vec<Change>,
    /// Parameters with another value than now, by name.
    pub(super) parameters: Vec<String>,
    pub(in crate::operator) before: Side,
    pub(in crate::operator) after: Side,
    /// The template's rules that do not hold, a sentence each.
    pub(super) rules: Vec<String>,
    /// Why not everything is known.
    pub(super) open: BTreeSet<String>,
}

/// Resolves the deployed and the new template with their parameters, and lists the resources that differ.
pub(in crate::operator) fn compare(proposal: &Proposal) -> Compared {
    let (empty, nothing) = (Json::Null, BTreeMap::new());
    let deployed = proposal.deployed.as_ref();
    let old = deployed.map_or(&empty, |deployed| &deployed.template);
    let known = deployed.map_or(&nothing, |deployed| &deployed.parameters);
    let wanted = wanted(proposal);
    let physical: BTreeMap<String, String> = deployed.map_or_else(BTreeMap::new, |deployed| {
        let there = deployed.resources.iter().filter(|(_, one)| !one.physical_id.is_empty());
        there.map(|(id, one)| (id.clone(), one.physical_id.clone())).collect()
    });
    let pseudo = pseudo_parameters(&proposal.name, &proposal.region, deployed.map(|deployed| deployed.id.as_str()));
    let no_one = BTreeSet::new();
    let (of_old, of_new) = (
        values(old, known, None, false),
        values(&proposal.template, &wanted, Some(&proposal.given), deployed.is_none()),
    );
    let side = Resolver {
        template: old,
        parameters: &of_old,
        pseudo: &pseudo,
        physical: &physical,
        renewed: &no_one,
        volatile: &no_one,
    };
    let before = Side::before(&side, &physical);
    // What refers to a new resource may be new itself: until nothing more is.
    let (mut renewed, mut volatile) = (BTreeSet::new(), BTreeSet::new());
    loop {
        let side = Resolver {
            template: &proposal.template,
            parameters: &of_new,
            pseudo: &pseudo,
            physical: &physical,
            renewed: &renewed,
            volatile: &volatile,
        };
        let after = Side::after(&side, &before);
        let mut open: BTreeSet<String> = transforms(old, &proposal.template);
        let rules = broken(proposal, &side, &mut open);
        let mut changes = changes(proposal, &before, &after, &mut open);
        // What SAM makes of its own types is known only to it.
        changes.iter_mut().filter(|change| change.resource_type.starts_with(SERVERLESS)).for_each(|change| {
            change.effect = Effect::Unknown;
        });
        let count = renewed.len() + volatile.len();
        for change in &changes {
            let id = change.logical_id.clone();
            match change.effect {
                Effect::Add | Effect::Replace => renewed.insert(id),
                Effect::Modify | Effect::Unknown if is_volatile(change) => volatile.insert(id),
                Effect::Modify | Effect::Unknown | Effect::Remove | Effect::Leave => false,
            };
        }
        if renewed.len() + volatile.len() == count {
            let is_known = |name: &str| reasons(&of_new[name].to_string()).is_empty();
            let parameters = changed_parameters(proposal, &wanted, is_known);
            let Some(listed) = &proposal.change_set else {
                return Compared { changes, parameters, before, after, rules, open };
            };
            let changes: Vec<Change> = listed.iter().map(ListedChange::change).collect();
            let open = listed.iter().zip(&changes).filter_map(|(row, change)| row.open_reason(change.effect)).collect();
            return Compared { changes, parameters, before, after, rules, open };
        }
    }
}

/// Whether another resource that refers to this one may find another value in it, though it is updated in place: what
/// no table says when it is replaced may be.
fn is_volatile(change: &Change) -> bool {
    REPLACES.iter().all(|(kind, _)| *kind != change.resource_type)
}

fn changes(proposal: &Proposal, before: &Side, after: &Side, open: &mut BTreeSet<String>) -> Vec<Change> {
    let mut changes = Vec::new();
    for (id, kind) in &after.kinds {
        let change = |effect, properties: &[&str]| Change {
            logical_id: id.clone(),
            resource_type: kind.clone(),
            effect,
            properties: properties.iter().map(|name| (*name).to_owned()).collect(),
        };
        if let Some(why) = after.uncertain.get(id) {
            open.insert(why.clone());
            changes.push(change(Effect::Unknown, &["Condition"]));
            continue;
        }
        match before.kinds.get(id) {
            None => changes.push(change(Effect::Add, &[])),
            Some(old) if old != kind => changes.push(change(Effect::Replace, &["Type"])),
            Some(_) => {
                changes.extend(changed(proposal, id, kind, (&before.properties[id], &after.properties[id]), open));
            }
        }
    }
    for (id, why) in after.uncertain.iter().filter(|(id, _)| !after.kinds.contains_key(*id)) {
        open.insert(why.clone());
        let resource_type = proposal.template["Resources"][id]["Type"].as_str().unwrap_or_default().to_owned();
        let properties = vec!["Condition".to_owned()];
        changes.push(Change { logical_id: id.clone(), resource_type, effect: Effect::Unknown, properties });
    }
    let gone =
        before.kinds.iter().filter(|(id, _)| !after.kinds.contains_key(*id) && !after.uncertain.contains_key(*id));
    for (id, kind) in gone {
        let effect = match before.policies.get(id) {
            Some(policy) if !is_known(policy) => {
                open.extend(reasons(policy).into_iter().map(|why| format!("{id}: whether it is deleted: {why}")));
                Effect::Unknown
            }
            Some(policy) if policy.starts_with("Retain") => Effect::Leave,
            Some(_) | None => Effect::Remove,
        };
        let (logical_id, resource_type) = (id.clone(), kind.clone());
        changes.push(Change { logical_id, resource_type, effect, properties: Vec::new() });
    }
    changes
}

/// What becomes of a resource that is there on both sides.
fn changed(
    proposal: &Proposal,
    id: &str,
    kind: &str,
    (before, after): (&Map<String, Json>, &Map<String, Json>),
    open: &mut BTreeSet<String>,
) -> Option<Change> {
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let (mut differing, mut uncertain) = (Vec::new(), Vec::new());
    for name in names {
        match compare_values(before.get(name), after.get(name)) {
            Difference::None => {}
            Difference::Some => differing.push(name.clone()),
            Difference::Open => uncertain.push(name.clone()),
        }
    }
    for name in &uncertain {
        let sides = [before.get(name), after.get(name)];
        let mut why: Vec<String> = sides.into_iter().flatten().flat_map(open_reasons).collect();
        if why.is_empty() {
            why.push("one of the two values is known only to CloudFormation".to_owned());
        }
        open.extend(why.into_iter().map(|why| format!("{id}.{name} cannot be compared: {why}")));
    }
    let failed =
        proposal.deployed.as_ref().and_then(|deployed| deployed.resources.get(id)).map(|one| one.status.as_str());
    if differing.is_empty() && failed.is_some_and(|status| status.ends_with("_FAILED")) {
        differing.push(format!("tried again after {}", failed.unwrap_or_default()));
    }
    if kind == types::STACK {
        open.insert(format!("{id}: the template of a nested stack is read from S3 at the deployment"));
        if differing.is_empty() {
            uncertain.push("TemplateURL".to_owned());
        }
    }
    let create_only = REPLACES.iter().find(|(one, _)| *one == kind).map_or(&[][..], |(_, all)| all);
    let replaces = |names: &[String]| names.iter().any(|name| create_only.contains(&name.as_str()));
    let effect = match (replaces(&differing), replaces(&uncertain), differing.is_empty(), uncertain.is_empty()) {
        (true, ..) => Effect::Replace,
        (false, true, ..) | (false, false, true, false) => Effect::Unknown,
        (false, false, false, _) => Effect::Modify,
        (false, false, true, true) => return None,
    };
    differing.extend(uncertain);
    Some(Change { logical_id: id.to_owned(), resource_type: kind.to_owned(), effect, properties: differing })
}
