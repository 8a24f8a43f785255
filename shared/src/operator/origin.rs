//! Whether a stack was made from one of our templates, and whether one of our templates may take the place of what it
//! was made from.
//!
//! CloudFormation replaces the template of any stack of that name: what the new template does not have is deleted, and
//! the update succeeds. So nothing of ours is deployed over, and nothing of ours deletes, a stack that another template
//! made.

#[cfg(test)]
mod tests;

use crate::stack::types;
use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value as Json;

use crate::contract::{StackTemplate, TEMPLATE_METADATA, VERSION_METADATA};

/// Logical IDs and types of 0.1.0's templates, by [`StackTemplate::name`]: that version wrote no Metadata.
const VERSION_0_1_0: &str = include_str!("origin/version_0_1_0.json");

/// What our templates make and that holds nothing which a deployment does not bring back. A template that lacks any
/// other resource of a stack deletes what cannot be brought back, or what a team put there.
const HOLDS_NOTHING: [&str; 13] = [
    types::ALARM,
    types::DASHBOARD,
    types::RULE,
    types::MANAGED_POLICY,
    types::IAM_POLICY,
    types::ROLE,
    types::LOGGING_OPTION,
    types::EVENT_INVOKE_CONFIG,
    types::LAMBDA_PERMISSION,
    types::BUCKET_POLICY,
    types::SUBSCRIPTION,
    types::TOPIC_POLICY,
    types::QUEUE_POLICY,
];

/// Which of our templates a stack was made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// This one of ours, by its Metadata.
    Ours(StackTemplate),
    /// This one of 0.1.0, by its logical IDs and types. The next deployment brings the Metadata.
    Version010(StackTemplate),
    /// None of our templates: a team's own, or one that is not JSON.
    Foreign,
}

/// Why one of our templates may not be deployed to a stack, or the stack not be deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotReplaceable {
    /// The stack was made from a template that is not ours, or from another one of ours.
    Foreign,
    /// The template that would be deployed lacks these resources, and with them their data would go.
    LosesData(Vec<String>),
}

/// Recognizes the template of a stack; `None` stands for one that is not JSON, which none of ours ever was.
#[must_use]
pub fn origin(template: Option<&Json>) -> Origin {
    let Some(template) = template else { return Origin::Foreign };
    if let Some(ours) = marked(template) {
        return Origin::Ours(ours);
    }
    let resources = types(template);
    let known: BTreeMap<String, BTreeMap<String, String>> = serde_json::from_str(VERSION_0_1_0).unwrap_or_default();
    let made_from = known.iter().find(|(_, all)| all.iter().all(|(id, kind)| resources.get(id) == Some(kind)));
    let made_from = made_from.and_then(|(name, _)| StackTemplate::named(name));
    made_from.map_or(Origin::Foreign, Origin::Version010)
}

/// Whether `new` may be deployed to a stack that was made from `deployed`. A template that is not ours may always: its
/// author knows whose stack it is for.
///
/// # Errors
/// [`NotReplaceable`], for a stack of another origin, and for one whose data `new` would delete.
pub fn may_replace(deployed: Option<&Json>, new: &Json) -> Result<(), NotReplaceable> {
    let Some(ours) = marked(new) else { return Ok(()) };
    let there = deployed.map(types).unwrap_or_default();
    let coming = types(new);
    let mut lost: Vec<String> = match origin(deployed) {
        Origin::Ours(made_from) if made_from == ours => {
            let lost = there.iter().filter(|(id, kind)| coming.get(*id) != Some(kind));
            let holds = |kind: &str| !HOLDS_NOTHING.contains(&kind) && !kind.starts_with("Custom::Flink");
            lost.filter(|(_, kind)| holds(kind)).map(|(id, _)| id.clone()).collect()
        }
        // Whatever else is in it, 0.1.0 did not put there.
        Origin::Version010(made_from) if made_from == ours => {
            let known: BTreeMap<String, BTreeMap<String, String>> =
                serde_json::from_str(VERSION_0_1_0).unwrap_or_default();
            let theirs = |id: &String| known.get(ours.name()).is_none_or(|all| !all.contains_key(id));
            there.keys().filter(|id| theirs(id) && !coming.contains_key(*id)).cloned().collect()
        }
        Origin::Ours(_) | Origin::Version010(_) | Origin::Foreign => return Err(NotReplaceable::Foreign),
    };
    lost.sort();
    if lost.is_empty() { Ok(()) } else { Err(NotReplaceable::LosesData(lost)) }
}

/// Whether `make destroy` may delete a stack that was made from `deployed`, where `ours` is what it deploys there.
///
/// # Errors
/// [`NotReplaceable::Foreign`].
pub fn may_delete(deployed: Option<&Json>, ours: &Json) -> Result<(), NotReplaceable> {
    match (origin(deployed), marked(ours)) {
        (Origin::Ours(made_from) | Origin::Version010(made_from), Some(ours)) if made_from == ours => Ok(()),
        _ => Err(NotReplaceable::Foreign),
    }
}

impl NotReplaceable {
    /// In a sentence, with what to do instead.
    #[must_use]
    pub fn describe(&self, stack: &str) -> String {
        format!("the stack {stack} {self}")
    }
}

impl fmt::Display for NotReplaceable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Foreign => formatter.write_str(
                "was not made by make deploy (its template is not ours): nothing was changed. Deploy it, and delete \
                 it, the way it was deployed",
            ),
            Self::LosesData(ids) => write!(
                formatter,
                "has {}, which the template does not have: it would be deleted, with its data. Nothing was changed. \
                 Put it into the template (shared/src/template/application.rs), or take it out of the stack the way it \
                 was put in",
                ids.join(", ")
            ),
        }
    }
}

fn marked(template: &Json) -> Option<StackTemplate> {
    let metadata = template.get("Metadata")?;
    metadata.get(VERSION_METADATA)?.as_str()?;
    StackTemplate::named(metadata.get(TEMPLATE_METADATA)?.as_str()?)
}

fn types(template: &Json) -> BTreeMap<String, String> {
    let resources = template.get("Resources").and_then(Json::as_object);
    let kind = |resource: &Json| resource.get("Type").and_then(Json::as_str).unwrap_or_default().to_owned();
    resources.into_iter().flatten().map(|(id, resource)| (id.clone(), kind(resource))).collect()
}
