//! What the one server of custom resources asks of each contract: which application, what to reach, what to tell.

use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;

use super::application::{PropertyGroup, RunConfiguration};
use super::auto_start::{AutoStart, AutoStartAttributes};
use super::property_groups::{PropertyGroups, PropertyGroupsAttributes};
use super::unreadable::{Unreadable, read};
use crate::custom_resource::{Request, RequestType};
use crate::lifecycle::{
    ConflictPolicy, Done, Force, Goal, Group, GuardOutcome, Observed, OnDelete, Properties, Restore, Running,
    StackStatus, Stopped, Timestamp, restored_snapshot,
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
    /// The stack's status.
    pub stack: StackStatus,
    /// How long a graceful stop is waited for.
    pub stop_patience: Duration,
    /// The ID of the row that began the stack operation: the marker.
    pub operation: String,
    /// Whether that operation has reached the application or its logging option.
    pub application_changed: bool,
}

/// A custom resource of this project.
pub trait CustomResource: DeserializeOwned {
    /// The first part of its physical resource IDs.
    const KIND: &'static str;

    /// The application that the properties name.
    ///
    /// # Errors
    /// Neither or both of the two names.
    fn application(&self) -> Result<ApplicationRef, Unreadable>;

    /// What the request wants; `None` when there is nothing to do.
    ///
    /// # Errors
    /// The path of a property whose word cannot be read.
    fn goal(&self, request: &Request, facts: &Facts) -> Result<Option<Goal>, Unreadable>;

    /// Every attribute of the contract, empty when unknown.
    fn attributes(&self, observed: Option<&Observed>) -> BTreeMap<String, String>;

    /// The same once the goal is reached.
    fn reached(&self, _done: &Done, observed: Option<&Observed>) -> BTreeMap<String, String> {
        self.attributes(observed)
    }

    /// The attributes of a SUCCESS when the application is none of the stack's; `None` where that is refused.
    fn without_application(&self) -> Option<BTreeMap<String, String>> {
        None
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

impl CustomResource for AutoStart {
    const KIND: &'static str = "auto-start";

    fn application(&self) -> Result<ApplicationRef, Unreadable> {
        one_of(self.application_name.as_ref(), self.application_logical_id.as_ref())
    }

    fn goal(&self, request: &Request, facts: &Facts) -> Result<Option<Goal>, Unreadable> {
        match &request.request_type {
            RequestType::Create | RequestType::Update => {
                let (asked, allow_non_restored_state) =
                    self.run_configuration.as_ref().map_or(Ok((Restore::Latest, false)), RunConfiguration::restore)?;
                // CUSTOM and SKIP belong to the deployment that brought them: a later start would lose newer state.
                let first = request.request_type == RequestType::Create
                    || request.properties.get("RunConfiguration") != request.old_properties.get("RunConfiguration");
                Ok(Some(Goal::Running(Running {
                    restore: if first { asked } else { Restore::Latest },
                    allow_non_restored_state,
                    stabilize: self.stabilize()?,
                    proof: format!("flink-handlers-gate-{}", request.request_id),
                    since: facts.since,
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
            RequestType::Unknown(word) => Err(unknown(word)),
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

    fn application(&self) -> Result<ApplicationRef, Unreadable> {
        one_of(self.application_name.as_ref(), self.application_logical_id.as_ref())
    }

    fn goal(&self, request: &Request, facts: &Facts) -> Result<Option<Goal>, Unreadable> {
        let (wanted, previous) = match &request.request_type {
            RequestType::Create => (groups(&self.property_groups), Vec::new()),
            // An older template's properties that cannot be read name nothing of ours: then nothing is removed.
            RequestType::Update => (groups(&self.property_groups), previous(&request.old_properties)),
            RequestType::Delete => (Vec::new(), groups(&self.property_groups)),
            RequestType::Unknown(word) => return Err(unknown(word)),
        };
        let policy = match request.request_type {
            RequestType::Delete => ConflictPolicy::Keep,
            RequestType::Create | RequestType::Update | RequestType::Unknown(_) => self.conflict_policy()?,
        };
        Ok(Some(Goal::Properties(Properties { wanted, previous, policy, since: facts.since })))
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

fn previous(old_properties: &Value) -> Vec<Group> {
    read::<PropertyGroups>(old_properties).map(|old| groups(&old.property_groups)).unwrap_or_default()
}

/// Attributes are string fields, so this is a map of strings.
pub(super) fn to_map(attributes: &impl serde::Serialize) -> BTreeMap<String, String> {
    let value = serde_json::to_value(attributes).unwrap_or_default();
    serde_json::from_value(value).unwrap_or_default()
}

/// What a goal that ended well is told as.
#[must_use]
pub fn told(done: &Done) -> String {
    match done {
        Done::Running => "The application is RUNNING.".to_owned(),
        Done::Healthy => "The application is RUNNING, and a snapshot proved its job healthy.".to_owned(),
        Done::NotRunning => "The application was not running.".to_owned(),
        Done::Stopped => "The application is stopped.".to_owned(),
        Done::Gone => "The application is gone.".to_owned(),
        Done::Groups { settled } if settled.is_empty() => "The property groups are as wanted.".to_owned(),
        Done::Groups { settled } => {
            format!("The property groups are as wanted; set by somebody else too: {}.", settled.join(", "))
        }
        Done::GroupsLeft { because } => format!("The property groups were left as they are: {because}."),
        Done::RollbackContinued => "The rollback goes on.".to_owned(),
        Done::NoLongerStuck => "The stack is not stuck any more.".to_owned(),
        Done::AwaitingFix => "The application is stopped until a fix is deployed.".to_owned(),
        Done::Guarded(outcome) => match outcome {
            GuardOutcome::NoApplication => "There is no application to guard yet.".to_owned(),
            GuardOutcome::NotRunning => "The application was not running, so nothing has to be stopped.".to_owned(),
            GuardOutcome::SnapshotsDisabled => "The application takes updates without a snapshot.".to_owned(),
            GuardOutcome::Stopped => "The application is stopped, and its snapshot holds its state.".to_owned(),
            GuardOutcome::ForceStopped => {
                "The application was force-stopped: what came after its newest snapshot is replayed.".to_owned()
            }
            GuardOutcome::Probed => "A snapshot proved that the application can be updated.".to_owned(),
            GuardOutcome::Continued => {
                "The application cannot be snapshotted; the update goes on all the same.".to_owned()
            }
        },
        Done::LeftToDeployment => "A deployment is under way and starts the application.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn request(event: Value) -> Request {
        let mut event = event;
        event["ResponseURL"] = json!("u");
        event["RequestId"] = json!("r1");
        Request::read(&event).unwrap()
    }

    fn goal<R: CustomResource>(event: Value, stack: StackStatus) -> Option<Goal> {
        let request = request(event);
        let facts = Facts {
            since: Timestamp(0),
            stack,
            stop_patience: Duration::from_mins(10),
            operation: "e1".into(),
            application_changed: false,
        };
        read::<R>(&request.properties).unwrap().goal(&request, &facts).unwrap()
    }

    fn skip() -> Value {
        json!({"ServiceToken": "t", "ApplicationName": "app", "RunConfiguration": {"ApplicationRestoreConfiguration":
            {"ApplicationRestoreType": "SKIP_RESTORE_FROM_SNAPSHOT"}}})
    }

    fn restore(goal: Option<Goal>) -> Restore {
        let Some(Goal::Running(running)) = goal else { panic!("{goal:?}") };
        running.restore
    }

    #[test]
    fn skip_applies_to_the_deployment_that_first_carries_it_and_to_no_other() {
        let create = json!({"RequestType": "Create", "ResourceProperties": skip()});
        assert_eq!(restore(goal::<AutoStart>(create, StackStatus::CreateInProgress)), Restore::Skip);
        let later = json!({"RequestType": "Update", "ResourceProperties": skip(), "OldResourceProperties": skip()});
        assert_eq!(restore(goal::<AutoStart>(later, StackStatus::UpdateInProgress)), Restore::Latest);
        let first = json!({"RequestType": "Update", "ResourceProperties": skip(), "OldResourceProperties": {}});
        assert_eq!(restore(goal::<AutoStart>(first, StackStatus::UpdateInProgress)), Restore::Skip);
    }

    #[test]
    fn on_delete_acts_only_while_the_stack_itself_goes() {
        let mut properties = skip();
        properties["OnDelete"] = json!("Stop");
        let delete = json!({"RequestType": "Delete", "ResourceProperties": properties});
        assert!(matches!(
            goal::<AutoStart>(delete.clone(), StackStatus::DeleteInProgress),
            Some(Goal::Stopped(Stopped { graceful: true, .. }))
        ));
        assert_eq!(goal::<AutoStart>(delete, StackStatus::UpdateCompleteCleanupInProgress), None);
    }

    #[test]
    fn old_property_groups_that_cannot_be_read_name_nothing_of_ours() {
        let new = json!({"ServiceToken": "t", "ApplicationName": "app", "PropertyGroups":
            [{"PropertyGroupId": "g", "PropertyMap": {"k": "v"}}]});
        let update =
            json!({"RequestType": "Update", "ResourceProperties": new, "OldResourceProperties": {"PropertyGroups": 7}});
        let Some(Goal::Properties(goal)) = goal::<PropertyGroups>(update, StackStatus::UpdateInProgress) else {
            panic!()
        };
        assert!(goal.previous.is_empty());
    }

    #[test]
    fn an_application_has_one_name() {
        for (properties, path) in [
            (json!({"ServiceToken": "t"}), "ApplicationName"),
            (json!({"ServiceToken": "t", "ApplicationName": "a", "ApplicationLogicalId": "b"}), "ApplicationLogicalId"),
        ] {
            assert_eq!(read::<AutoStart>(&properties).unwrap().application().unwrap_err().path, path);
        }
    }

    #[test]
    fn every_attribute_is_there_even_when_unknown() {
        let auto_start = read::<AutoStart>(&skip()).unwrap();
        let names: Vec<String> = auto_start.attributes(None).into_keys().collect();
        assert_eq!(names, ["ApplicationARN", "ApplicationStatus", "ApplicationVersionId", "RestoredSnapshot"]);
    }
}
