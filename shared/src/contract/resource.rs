//! What the one server of custom resources asks of each contract: which application, what to reach, what to tell.

use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;

use super::application::{PropertyGroup, RunConfiguration};
use super::auto_start::{AutoStart, AutoStartAttributes};
use super::property_groups::{Given, PropertyGroups, PropertyGroupsAttributes, groups_told};
use super::unreadable::{Unreadable, read};
use crate::custom_resource::{Request, RequestType};
use crate::lifecycle::{
    ConflictPolicy, Done, Force, Goal, Group, GuardOutcome, Observed, OnDelete, Operations, Properties, Reach, Refusal,
    Restore, Running, StackStatus, Stopped, Timestamp, restored_snapshot,
};

/// How a request names its application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ApplicationRef {
    /// By name.
    Name(String),
    /// By its logical ID in the request's own stack.
    LogicalId(String),
}

/// What is known when a goal is made.
#[derive(Debug, Clone)]
pub struct Facts {
    /// When the request began: the newest `*_IN_PROGRESS` row of its resource.
    pub since: Timestamp,
    /// When the stack's operation began.
    pub deployed_since: Timestamp,
    /// The stack's status.
    pub stack: StackStatus,
    /// How long a graceful stop is waited for.
    pub stop_patience: Duration,
    /// The ID of the row that began the stack operation: the marker.
    pub operation: String,
    /// Whether that operation has reached the application or its logging option.
    pub application_changed: bool,
    /// Whose the application is.
    pub reach: Reach,
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

    /// Whether `Fn::GetAtt` masks its attributes. None of ours is a secret: names, ARNs, versions, statuses.
    const NO_ECHO: bool = false;
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

/// This or that, and not both.
pub(super) fn one_of(name: Option<&String>, logical_id: Option<&String>) -> Result<ApplicationRef, Unreadable> {
    let given = |text: Option<&String>| text.filter(|text| !text.is_empty()).cloned();
    match (given(name), given(logical_id)) {
        (Some(name), None) => Ok(ApplicationRef::Name(name)),
        (None, Some(logical_id)) => Ok(ApplicationRef::LogicalId(logical_id)),
        (None, None) => {
            Err(Unreadable::at("ApplicationName", "nothing", "the application's name, or ApplicationLogicalId instead"))
        }
        (Some(_), Some(_)) => {
            Err(Unreadable::at("ApplicationLogicalId", "both names", "nothing when ApplicationName is given"))
        }
    }
}

pub(super) fn unknown(request_type: &str) -> Unreadable {
    Unreadable::at("RequestType", format!("\"{request_type}\""), "Create, Update or Delete")
}

/// Whether this update names another application than the one before: a new one starts empty, and the old one's snapshots go with
/// it. A name that became a logical ID, or the other way round, may well be the same application and passes.
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

impl CustomResource for AutoStart {
    const KIND: &'static str = "auto-start";

    fn application(&self) -> Result<ApplicationRef, Unreadable> {
        one_of(self.application_name.as_ref(), self.application_logical_id.as_ref())
    }

    fn goal(&self, request: &Request, facts: &Facts) -> Result<Option<Goal>, NoGoal> {
        match &request.request_type {
            RequestType::Create | RequestType::Update => {
                // What only a Delete acts on is told now: then it would be too late.
                self.on_delete()?;
                let (asked, allow_non_restored_state) =
                    self.run_configuration.as_ref().map_or(Ok((Restore::Latest, false)), RunConfiguration::restore)?;
                let renamed = renamed(self, request).filter(|_| !facts.stack.is_rolling_back());
                if let Some(refusal) = renamed.clone().filter(|_| asked != Restore::Skip) {
                    return Err(NoGoal::Refused(refusal));
                }
                // CUSTOM and SKIP belong to the deployment that brought them: a later start would lose newer state.
                let first = request.request_type == RequestType::Create
                    || renamed.is_some()
                    || request.properties.get("RunConfiguration") != request.old_properties.get("RunConfiguration");
                Ok(Some(Goal::Running(Running {
                    restore: if first { asked } else { Restore::Latest },
                    allow_non_restored_state,
                    stabilize: self.stabilize()?,
                    proof: format!("flink-handlers-gate-{}", request.request_id),
                    since: facts.since,
                    deployed_since: facts.deployed_since,
                })))
            }
            RequestType::Delete => {
                let graceful = match self.on_delete()? {
                    OnDelete::Leave => return Ok(None),
                    OnDelete::Stop => true,
                    OnDelete::ForceStop => false,
                };
                let stop = Stopped { marker: None, graceful, force: Force::Freely, patience: facts.stop_patience };
                Ok(facts.stack.is_going().then_some(Goal::Stopped(stop)))
            }
            RequestType::Unknown(word) => Err(unknown(word).into()),
        }
    }

    fn attributes(&self, observed: Option<&Observed>) -> BTreeMap<String, String> {
        let application = observed.and_then(|observed| observed.application.as_ref());
        to_map(&application.map_or_else(AutoStartAttributes::default, |application| AutoStartAttributes {
            application_arn: application.arn.clone(),
            application_status: application.status.to_string(),
            application_version_id: application.version.to_string(),
            restored_snapshot: restored_snapshot(application),
        }))
    }
}

impl CustomResource for PropertyGroups {
    const KIND: &'static str = "property-groups";
    const BORROWS: bool = true;

    fn application(&self) -> Result<ApplicationRef, Unreadable> {
        one_of(self.application_name.as_ref(), self.application_logical_id.as_ref())
    }

    fn goal(&self, request: &Request, facts: &Facts) -> Result<Option<Goal>, NoGoal> {
        let since = facts.since;
        let reach = facts.reach.clone();
        let policy = match request.request_type {
            RequestType::Delete => {
                // Only what was given is taken, so there is nothing to disagree about.
                let previous = groups(&self.property_groups);
                let (previous_policy, policy) = (ConflictPolicy::Keep, ConflictPolicy::Keep);
                let wanted = Vec::new();
                let goal = Properties { wanted, previous, previous_policy, unread: false, policy, reach, since };
                return Ok(Some(Goal::Properties(goal)));
            }
            RequestType::Create | RequestType::Update => self.conflict_policy()?,
            RequestType::Unknown(ref word) => return Err(unknown(word).into()),
        };
        PropertyGroup::check_all(&self.property_groups)?;
        let given = if request.request_type == RequestType::Update && names_the_same(request) {
            Given::by(&request.old_properties)
        } else {
            Given::NOTHING
        };
        Ok(Some(Goal::Properties(Properties {
            wanted: groups(&self.property_groups),
            previous: given.groups,
            previous_policy: given.policy,
            unread: given.unread,
            policy,
            reach,
            since,
        })))
    }

    fn attributes(&self, observed: Option<&Observed>) -> BTreeMap<String, String> {
        let application = observed.and_then(|observed| observed.application.as_ref());
        let ids: Vec<&str> = self.property_groups.iter().map(|group| group.property_group_id.as_str()).collect();
        to_map(&PropertyGroupsAttributes {
            application_version_id: application.map_or_else(String::new, |application| application.version.to_string()),
            property_group_ids: ids.join(","),
        })
    }
}

fn groups(properties: &[PropertyGroup]) -> Vec<Group> {
    properties
        .iter()
        .map(|group| Group { id: group.property_group_id.clone(), map: group.property_map.clone() })
        .collect()
}

/// Whether an update is about the application of the last version: what was given to another one is not ours here.
fn names_the_same(request: &Request) -> bool {
    let name = |properties: &Value| properties.get("ApplicationName").cloned();
    let (new, old) = (name(&request.properties), name(&request.old_properties));
    new.is_none() || old.is_none() || new == old
}

/// Attributes are string fields, so this is a map of strings.
pub(super) fn to_map(attributes: &impl serde::Serialize) -> BTreeMap<String, String> {
    let value = serde_json::to_value(attributes).unwrap_or_default();
    serde_json::from_value(value).unwrap_or_default()
}

/// What a goal that ended well is told as.
#[must_use]
pub fn told(done: &Done, observed: Option<&Observed>) -> String {
    let application = observed.and_then(|observed| observed.application.as_ref());
    let unread = application.is_some_and(|application| application.operations == Operations::Unreadable);
    match done {
        Done::Running | Done::Healthy if unread => {
            format!("{} Its operations could not be read: this is judged by status and version.", text(done))
        }
        Done::Running
        | Done::Healthy
        | Done::NotRunning
        | Done::Stopped
        | Done::Gone
        | Done::Groups { .. }
        | Done::GroupsLeft { .. }
        | Done::RollbackContinued
        | Done::NoLongerStuck
        | Done::AwaitingFix
        | Done::LeftToDeployment
        | Done::Swept
        | Done::Would { .. }
        | Done::Guarded(_) => text(done),
    }
}

fn text(done: &Done) -> String {
    match done {
        Done::Running => "The application is RUNNING.".to_owned(),
        Done::Healthy => "The application is RUNNING, and a snapshot proved its job healthy.".to_owned(),
        Done::NotRunning => "The application was not running.".to_owned(),
        Done::Stopped => "The application is stopped.".to_owned(),
        Done::Gone => "The application is gone.".to_owned(),
        Done::Groups { settled, unread } => groups_told(settled, *unread),
        Done::GroupsLeft { because, keys } if keys.is_empty() => {
            format!("Nothing of the property groups was taken: {because}.")
        }
        Done::GroupsLeft { because, keys } => {
            format!("Left in the property groups: {}, because {because}.", keys.join(", "))
        }
        Done::RollbackContinued => "The rollback goes on.".to_owned(),
        Done::NoLongerStuck => "The stack is not stuck any more.".to_owned(),
        Done::AwaitingFix => "The application is stopped until a fix is deployed.".to_owned(),
        Done::Guarded(outcome) => match outcome {
            GuardOutcome::NoApplication => "There is no application to guard.".to_owned(),
            GuardOutcome::NotRunning => "The application was not running, so nothing has to be stopped.".to_owned(),
            GuardOutcome::SnapshotsDisabled => "The application takes updates without a snapshot.".to_owned(),
            GuardOutcome::Stopped => "The application is stopped, and its snapshot holds its state.".to_owned(),
            GuardOutcome::ForceStopped => {
                "The application was force-stopped: what came after its newest snapshot is replayed.".to_owned()
            }
            GuardOutcome::Probed => "A snapshot proved that the application can be updated.".to_owned(),
            GuardOutcome::Continued => "It cannot be snapshotted; the update goes on all the same.".to_owned(),
        },
        Done::LeftToDeployment => "A deployment is under way and starts the application.".to_owned(),
        Done::Swept => "Nothing more to do for it until the next sweep.".to_owned(),
        Done::Would { call, because } => format!("Dry run: would call {call}, because {because}."),
    }
}

#[cfg(test)]
mod tests;
