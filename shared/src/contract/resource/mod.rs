//! What the one server of custom resources asks of each contract: which application, what to reach, what to answer.

pub(super) mod common;
pub(super) mod decode;
pub(super) mod intent;
pub(super) mod ownership;
pub(super) mod served;
pub(super) mod success_reason;
pub(super) mod unreadable;

use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::custom_resource::{Request, RequestType};
use crate::flink::PropertyGroup;
use crate::lifecycle::{Done, Goal, Observed, Reach, Refusal};
use crate::stack::StackStatus;
use crate::time::Timestamp;
pub(super) use common::ApplicationRef;
use decode::read;
use unreadable::Unreadable;

/// What is known when a goal is made.
#[derive(Debug, Clone)]
pub struct Facts {
    /// When the request began: the newest `*_IN_PROGRESS` row of its resource.
    pub since: Timestamp,
    /// When the stack's operation began.
    pub deployed_since: Timestamp,
    /// The stack's status when the request was looked at first.
    pub stack: StackStatus,
    /// How long a graceful stop is waited for.
    pub stop_patience: Duration,
    /// The ID of the row that began the stack operation: the marker.
    pub operation: String,
    /// Whether that operation has reached the application or its logging option.
    pub application_changed: bool,
    /// Whether the application is the request's own stack's, or has to allow that stack.
    pub reach: Reach,
    /// When the stack's whole operation began, of which a rollback is a part; with the request, where that cannot be
    /// read.
    pub operation_since: Timestamp,
    /// How long a start may take on the way back before it counts as hanging.
    pub start_patience: Duration,
    /// What other resources of the stack write into the property groups of the same application.
    pub kept: Option<KeptGroups>,
}

/// What stays when a resource that wrote property groups is deleted: other resources write it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptGroups {
    /// The logical ID of one of them.
    pub by: String,
    /// Group and key of all that they write; `None` where that cannot be read.
    pub keys: Option<BTreeSet<(String, String)>>,
}

impl KeptGroups {
    /// Of what the deleted resource gave, what is taken away; or who keeps all of it.
    #[must_use]
    pub fn leave(self, given: Vec<PropertyGroup>) -> (Vec<PropertyGroup>, Option<String>) {
        let Some(keys) = self.keys else { return (given, Some(self.by)) };
        let is_kept = |id: &str, key: &str| keys.contains(&(id.to_owned(), key.to_owned()));
        let rest = given.iter().map(|group| {
            let map = group.map.iter().filter(|(key, _)| !is_kept(&group.id, key));
            PropertyGroup { id: group.id.clone(), map: map.map(|(key, value)| (key.clone(), value.clone())).collect() }
        });
        let rest: Vec<PropertyGroup> = rest.filter(|group| !group.map.is_empty()).collect();
        if rest.is_empty() { (given, Some(self.by)) } else { (rest, None) }
    }
}

/// Why a request has no goal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoGoal {
    /// A property whose word cannot be read.
    Unreadable(Unreadable),
    /// What is asked for is refused before anything is looked at.
    Refused(Refusal),
}

impl From<Unreadable> for NoGoal {
    fn from(unreadable: Unreadable) -> Self {
        Self::Unreadable(unreadable)
    }
}

/// A custom resource of this project.
pub trait CustomResource: DeserializeOwned {
    /// The first part of its physical resource IDs.
    const KIND: &'static str;
    /// The type that its resources are declared with.
    const TYPE: &'static str;

    /// Whether it may act on an application of another stack that allows it.
    const BORROWS: bool = false;

    /// The application that the properties name.
    ///
    /// # Errors
    /// Neither or both of the two names.
    fn application(&self) -> Result<ApplicationRef, Unreadable>;

    /// What the request wants; `None` when there is nothing to do.
    ///
    /// # Errors
    /// The path of a property whose word cannot be read, or what is wrong with what they ask for.
    fn goal(&self, request: &Request, facts: &Facts) -> Result<Option<Goal>, NoGoal>;

    /// Every attribute of the contract while nothing is known, not even the properties.
    fn unknown_attributes() -> BTreeMap<String, String>;

    /// Every attribute of the contract, empty when unknown.
    fn attributes(&self, observed: Option<&Observed>) -> BTreeMap<String, String>;

    /// The same once the goal is reached.
    fn reached(&self, _done: &Done, observed: Option<&Observed>) -> BTreeMap<String, String> {
        self.attributes(observed)
    }

    /// The attributes of a SUCCESS when the application is none of the stack's; `None` where that is refused.
    ///
    /// # Errors
    /// What is asked for is refused before anything is looked at.
    fn without_application(
        &self,
        _request: &Request,
        _stack: StackStatus,
    ) -> Result<Option<BTreeMap<String, String>>, Refusal> {
        Ok(None)
    }
}

pub(super) fn unknown(request_type: &str) -> Unreadable {
    Unreadable::at("RequestType", format!("\"{request_type}\""), "Create, Update or Delete")
}

/// Whether this update names another application than the one before: a new one starts empty, and the old one's
/// snapshots go with it. A name that became a logical ID, or the other way round, may well be the same application and
/// passes.
pub(super) fn renamed<R: CustomResource>(new: &R, request: &Request) -> Option<Refusal> {
    if request.request_type != RequestType::Update {
        return None;
    }
    let old = read::<R>(&request.old_properties).ok()?.application().ok()?;
    match (old, new.application().ok()?) {
        (ApplicationRef::Name(from), ApplicationRef::Name(to))
        | (ApplicationRef::LogicalId(from), ApplicationRef::LogicalId(to)) => {
            (from != to).then_some(Refusal::Renamed { from, to })
        }
        (ApplicationRef::Name(_), ApplicationRef::LogicalId(_))
        | (ApplicationRef::LogicalId(_), ApplicationRef::Name(_)) => None,
    }
}

/// Whether this request is the first to carry its ApplicationRestoreConfiguration: CUSTOM and SKIP belong to the
/// deployment that brought them, since a later start would lose newer state. On the way back nothing is carried first:
/// what differs there is older.
pub(super) fn first_carries(request: &Request, stack: StackStatus) -> bool {
    let asked = |properties: &Value| properties.pointer("/RunConfiguration/ApplicationRestoreConfiguration").cloned();
    let is_new =
        request.request_type == RequestType::Create || asked(&request.properties) != asked(&request.old_properties);
    is_new && !stack.is_rolling_back()
}

/// Attributes are string fields, so this is a map of strings.
pub(super) fn to_map(attributes: &impl serde::Serialize) -> BTreeMap<String, String> {
    let value = serde_json::to_value(attributes).unwrap_or_default();
    serde_json::from_value(value).unwrap_or_default()
}

#[cfg(test)]
mod tests;
