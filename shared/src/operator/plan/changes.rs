//! Which resources change, and how: the deployed template with its parameters against the new one with those that are given. A change set
//! would tell the same and is itself a thing that is created; for a stack that does not exist it even leaves a stack behind.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::Proposal;
use super::resolve::Resolver;

/// What happens to a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Effect {
    /// It is created.
    Add,
    /// It is deleted.
    Remove,
    /// It is updated in place.
    Modify,
    /// A new one is created and the old one deleted.
    Replace,
}

/// One resource that changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Change {
    /// Its logical ID.
    pub logical_id: String,
    /// Its type.
    pub resource_type: String,
    /// What happens.
    pub effect: Effect,
    /// The properties that differ; empty when it comes or goes.
    pub properties: Vec<String>,
}

/// Properties whose change is a new resource: `createOnlyProperties` of the types' registry schemas (`semantics.md` B.1 for Flink's).
const REPLACES: [(&str, &[&str]); 7] = [
    ("AWS::KinesisAnalyticsV2::Application", &["ApplicationName", "ApplicationMode"]),
    ("AWS::KinesisAnalyticsV2::ApplicationCloudWatchLoggingOption", &["ApplicationName"]),
    ("AWS::Kinesis::Stream", &["Name"]),
    ("AWS::DynamoDB::Table", &["TableName", "KeySchema", "LocalSecondaryIndexes"]),
    ("AWS::Logs::LogGroup", &["LogGroupName"]),
    ("AWS::Logs::LogStream", &["LogGroupName", "LogStreamName"]),
    ("AWS::IAM::Role", &["RoleName", "Path"]),
];

/// Both sides, resolved, and what differs.
pub(super) struct Compared {
    pub(super) changes: Vec<Change>,
    /// Parameters with another value than now, by name.
    pub(super) parameters: Vec<String>,
    pub(super) before: BTreeMap<String, Map<String, Json>>,
    pub(super) after: BTreeMap<String, Map<String, Json>>,
}

/// Compares.
pub(super) fn compare(proposal: &Proposal) -> Compared {
    let (empty, nothing) = (Json::Null, BTreeMap::new());
    let deployed = proposal.deployed.as_ref();
    let old = deployed.map_or(&empty, |deployed| &deployed.template);
    let known = deployed.map_or(&nothing, |deployed| &deployed.parameters);
    let wanted = wanted(proposal, known);
    let physical: BTreeMap<String, String> = deployed.map_or_else(BTreeMap::new, |deployed| {
        deployed.resources.iter().map(|(id, (_, physical))| (id.clone(), physical.clone())).collect()
    });
    let pseudo = proposal.pseudo();
    let (kinds_before, kinds_after) = (kinds(old), kinds(&proposal.template));
    let no_one = BTreeSet::new();
    let side = Resolver { template: old, parameters: known, pseudo: &pseudo, physical: &physical, renewed: &no_one };
    let before: BTreeMap<_, _> = kinds_before.keys().map(|id| (id.clone(), side.properties(id))).collect();
    // What refers to a new resource may be new itself: until nothing more is.
    let mut renewed: BTreeSet<String> =
        kinds_after.keys().filter(|id| !kinds_before.contains_key(*id)).cloned().collect();
    loop {
        let side = Resolver {
            template: &proposal.template,
            parameters: &wanted,
            pseudo: &pseudo,
            physical: &physical,
            renewed: &renewed,
        };
        let after: BTreeMap<_, _> = kinds_after.keys().map(|id| (id.clone(), side.properties(id))).collect();
        let changes = changes((&kinds_before, &before), (&kinds_after, &after));
        let replaced = changes.iter().filter(|change| change.effect == Effect::Replace);
        let count = renewed.len();
        renewed.extend(replaced.map(|change| change.logical_id.clone()));
        if renewed.len() == count {
            let parameters = match deployed {
                Some(_) => wanted
                    .iter()
                    .filter(|(name, value)| known.get(*name) != Some(value))
                    .map(|(name, _)| name.clone())
                    .collect(),
                None => proposal.given.keys().cloned().collect(),
            };
            return Compared { changes, parameters, before, after };
        }
    }
}

/// As `aws cloudformation deploy` fills them: what is given, else what the stack has, else the default.
fn wanted(proposal: &Proposal, known: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let declared = proposal.template["Parameters"].as_object();
    let value = |name: &String, parameter: &Json| {
        let default = || parameter.get("Default").map(super::resolve::text);
        proposal.given.get(name).or_else(|| known.get(name)).cloned().or_else(default).unwrap_or_default()
    };
    declared.into_iter().flatten().map(|(name, parameter)| (name.clone(), value(name, parameter))).collect()
}

fn kinds(template: &Json) -> BTreeMap<String, String> {
    let resources = template["Resources"].as_object();
    let kind = |resource: &Json| resource["Type"].as_str().unwrap_or_default().to_owned();
    resources.into_iter().flatten().map(|(id, resource)| (id.clone(), kind(resource))).collect()
}

type Side<'a> = (&'a BTreeMap<String, String>, &'a BTreeMap<String, Map<String, Json>>);

fn changes((kinds_before, before): Side, (kinds_after, after): Side) -> Vec<Change> {
    let mut changes = Vec::new();
    for (id, kind) in kinds_after {
        let change =
            |effect, properties| Change { logical_id: id.clone(), resource_type: kind.clone(), effect, properties };
        match kinds_before.get(id) {
            None => changes.push(change(Effect::Add, Vec::new())),
            Some(old) if old != kind => changes.push(change(Effect::Replace, vec!["Type".to_owned()])),
            Some(_) => {
                let differing = differing(before.get(id), after.get(id));
                let create_only = REPLACES.iter().find(|(one, _)| one == kind).map_or(&[][..], |(_, all)| all);
                let replaces = differing.iter().any(|property| create_only.contains(&property.as_str()));
                if !differing.is_empty() {
                    changes.push(change(if replaces { Effect::Replace } else { Effect::Modify }, differing));
                }
            }
        }
    }
    for (id, kind) in kinds_before.iter().filter(|(id, _)| !kinds_after.contains_key(*id)) {
        let (logical_id, resource_type) = (id.clone(), kind.clone());
        changes.push(Change { logical_id, resource_type, effect: Effect::Remove, properties: Vec::new() });
    }
    changes
}

fn differing(before: Option<&Map<String, Json>>, after: Option<&Map<String, Json>>) -> Vec<String> {
    let names: BTreeSet<&String> = before.into_iter().chain(after).flat_map(Map::keys).collect();
    let of = |side: Option<&Map<String, Json>>, name: &str| side.and_then(|side| side.get(name)).cloned();
    names.into_iter().filter(|name| of(before, name) != of(after, name)).cloned().collect()
}
