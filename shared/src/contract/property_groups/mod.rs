//! `Custom::FlinkPropertyGroups`: its properties and attributes, and what each request of it wants.

pub(super) mod given;
pub(super) mod limits;
pub(super) mod secrets;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

use super::resource::common::Common;
use super::resource::unreadable::Unreadable;
use super::resource::{ApplicationRef, CustomResource, Facts, NoGoal, to_map, unknown};
use crate::custom_resource::{Request, RequestType};
use crate::flink::PropertyGroup;
use crate::lifecycle::{ConflictPolicy, Goal, KeyAction, KeyChange, Observed, Properties};
use given::PreviousGroups;

/// Properties of `Custom::FlinkPropertyGroups`: an expression in the template, strings once resolved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PropertyGroups<V = String> {
    /// The properties that all three custom resources take.
    #[serde(flatten)]
    pub common: Common<V>,
    /// The groups that the job reads at its start, at most 50 (`SEMANTICS.md` A.10).
    pub property_groups: Vec<PropertyGroup<V>>,
    /// One of [`ConflictPolicy`](crate::lifecycle::ConflictPolicy)'s words. Default `Fail`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conflict_policy: Option<V>,
}

impl<V> PropertyGroups<V> {
    /// The name CloudFormation knows it by.
    pub const TYPE: &'static str = "Custom::FlinkPropertyGroups";

    /// These groups, every other property absent.
    pub const fn of(common: Common<V>, property_groups: Vec<PropertyGroup<V>>) -> Self {
        Self { common, property_groups, conflict_policy: None }
    }
}

impl PropertyGroups {
    /// The conflict policy.
    ///
    /// # Errors
    /// A word that is none of the three.
    pub fn conflict_policy(&self) -> Result<ConflictPolicy, Unreadable> {
        match self.conflict_policy.as_deref() {
            None | Some("Fail") => Ok(ConflictPolicy::Fail),
            Some("Overwrite") => Ok(ConflictPolicy::Overwrite),
            Some("Keep") => Ok(ConflictPolicy::Keep),
            Some(other) => Err(Unreadable::at("ConflictPolicy", format!("\"{other}\""), "Fail, Overwrite or Keep")),
        }
    }
}

/// Every value of the property groups in a request's properties, read tolerantly: they may be secrets.
pub fn property_values(properties: &Value) -> impl Iterator<Item = &str> {
    let groups = properties.get("PropertyGroups").and_then(Value::as_array).into_iter().flatten();
    let maps = groups.filter_map(|group| group.get("PropertyMap").and_then(Value::as_object));
    maps.flat_map(|map| map.values()).filter_map(Value::as_str)
}

/// What was done about keys with another value, by key.
pub(super) fn describe_groups(settled: &[KeyChange], unread: bool) -> String {
    let mut text = "The property groups are as wanted.".to_owned();
    for (how, because) in [
        (
            KeyAction::Wiped,
            "The update of the application in this deployment had dropped them from the RUNNING job, which went on \
             without them until it was restarted with them; give the application's own EnvironmentProperties the same \
             groups",
        ),
        (KeyAction::Repaired, "Repaired, because they were changed or dropped behind this resource's back"),
        (KeyAction::Replaced, "Replaced, though this resource had not set them"),
        (KeyAction::Kept, "Kept, since this resource did not set them"),
    ] {
        let places: Vec<&str> = settled.iter().filter(|one| one.how == how).map(|one| one.place.as_str()).collect();
        if !places.is_empty() {
            text = format!("{text} {because}: {}.", places.join(", "));
        }
    }
    if unread {
        text.push_str(" The former properties could not all be read: what could not was left in place.");
    }
    text
}

/// What `Fn::GetAtt` reads from a `Custom::FlinkPropertyGroups`. Every SUCCESS carries all of them, empty when unknown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PropertyGroupsAttributes {
    /// The version after the groups were written.
    pub application_version_id: String,
    /// Comma-separated, in the order of the PropertyGroups property.
    pub property_group_ids: String,
}

impl CustomResource for PropertyGroups {
    const KIND: &'static str = "property-groups";
    const TYPE: &'static str = PropertyGroups::<String>::TYPE;
    const BORROWS: bool = true;

    fn application(&self) -> Result<ApplicationRef, Unreadable> {
        self.common.application()
    }

    fn goal(&self, request: &Request, facts: &Facts) -> Result<Option<Goal>, NoGoal> {
        let since = facts.since;
        let deployed_since = facts.application_changed.then_some(facts.deployed_since);
        let reach = facts.reach.clone();
        let policy = match request.request_type {
            RequestType::Delete => {
                // Only what was given is taken, so there is nothing to disagree about.
                let given = self.property_groups.clone();
                let (previous_policy, policy) = (ConflictPolicy::Keep, ConflictPolicy::Keep);
                let wanted = Vec::new();
                // A stack that goes takes its application with it; borrowed groups go with the borrower.
                let kept = facts.kept.clone().filter(|_| !facts.stack.is_being_removed());
                let (previous, kept_for) = kept.map_or((given.clone(), None), |kept| kept.leave(given));
                let unread = false;
                let goal = Properties {
                    wanted,
                    previous,
                    previous_policy,
                    unread,
                    policy,
                    reach,
                    since,
                    deployed_since,
                    kept_for,
                };
                return Ok(Some(Goal::Properties(goal)));
            }
            RequestType::Create | RequestType::Update => self.conflict_policy()?,
            RequestType::Unknown(ref word) => return Err(unknown(word).into()),
        };
        PropertyGroup::check_all(&self.property_groups)?;
        let given = if request.request_type == RequestType::Update && names_the_same(request) {
            PreviousGroups::by(&request.old_properties)
        } else {
            PreviousGroups::NOTHING
        };
        Ok(Some(Goal::Properties(Properties {
            wanted: self.property_groups.clone(),
            previous: given.groups,
            previous_policy: given.policy,
            unread: given.unread,
            policy,
            reach,
            since,
            deployed_since,
            kept_for: None,
        })))
    }

    fn unknown_attributes() -> BTreeMap<String, String> {
        to_map(&PropertyGroupsAttributes::default())
    }

    fn attributes(&self, observed: Option<&Observed>) -> BTreeMap<String, String> {
        let application = observed.and_then(|observed| observed.application.as_ref());
        let ids: Vec<&str> = self.property_groups.iter().map(|group| group.id.as_str()).collect();
        to_map(&PropertyGroupsAttributes {
            application_version_id: application.map_or_else(String::new, |application| application.version.to_string()),
            property_group_ids: ids.join(","),
        })
    }
}

/// Whether an update is about the application of the last version: what was given to another one is not ours here.
fn names_the_same(request: &Request) -> bool {
    let name = |properties: &Value| properties.get("ApplicationName").cloned();
    let (new, old) = (name(&request.properties), name(&request.old_properties));
    new.is_none() || old.is_none() || new == old
}

#[cfg(test)]
mod tests;
