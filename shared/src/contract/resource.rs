//! What the one server of custom resources asks of each contract: which application, what to reach, what to tell.

use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;

use super::application::{PropertyGroup, RunConfiguration};
use super::auto_start::{AutoStart, AutoStartAttributes};
use super::property_groups::{Given, PropertyGroups, PropertyGroupsAttributes};
use super::unreadable::Unreadable;
use crate::custom_resource::{Request, RequestType};
use crate::lifecycle::{
    ConflictPolicy, Done, Force, Goal, Group, How, Observed, OnDelete, Properties, Reach, Restore, Running, Settled,
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
    /// Whose the application is.
    pub reach: Reach,
}

/// What is known of the request's stack when it is asked whether the request reaches an application.
#[derive(Debug, Clone, Copy)]
pub struct Asker<'a> {
    /// The stack's name.
    pub stack: &'a str,
    /// Its status.
    pub status: StackStatus,
    /// Its applications: logical ID and name.
    pub applications: &'a [(String, String)],
}

impl Asker<'_> {
    /// The application's name and whose it is; `None` when the request must not touch it. The stack must be worked on: a forged event
    /// cannot make that true. Whether a borrowed application allows this stack is asked at every step.
    #[must_use]
    pub fn reach<R: CustomResource>(&self, application: &ApplicationRef) -> Option<(String, Reach)> {
        if !self.status.is_in_progress() {
            return None;
        }
        let owned = self.applications.iter().find(|(logical_id, name)| match application {
            ApplicationRef::Name(asked) => name == asked,
            ApplicationRef::LogicalId(asked) => logical_id == asked,
        });
        match (owned, application) {
            (Some((_, name)), _) => Some((name.clone(), Reach::Own)),
            (None, ApplicationRef::Name(name)) if R::BORROWS => {
                Some((name.clone(), Reach::Borrowed { stack: self.stack.to_owned() }))
            }
            (None, ApplicationRef::Name(_) | ApplicationRef::LogicalId(_)) => None,
        }
    }
}

/// A custom resource of this project.
pub trait CustomResource: DeserializeOwned {
    /// The first part of its physical resource IDs.
    const KIND: &'static str;
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
    /// The path of a property whose word cannot be read.
    fn goal(&self, request: &Request, facts: &Facts) -> Result<Option<Goal>, Unreadable>;

    /// Every attribute of the contract, empty when unknown.
    fn attributes(&self, observed: Option<&Observed>) -> BTreeMap<String, String>;
}

/// This or that, and not both.
fn one_of(name: Option<&String>, logical_id: Option<&String>) -> Result<ApplicationRef, Unreadable> {
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

fn unknown(request_type: &str) -> Unreadable {
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
    const BORROWS: bool = true;

    fn application(&self) -> Result<ApplicationRef, Unreadable> {
        one_of(self.application_name.as_ref(), self.application_logical_id.as_ref())
    }

    fn goal(&self, request: &Request, facts: &Facts) -> Result<Option<Goal>, Unreadable> {
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
            RequestType::Unknown(ref word) => return Err(unknown(word)),
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
fn to_map(attributes: &impl serde::Serialize) -> BTreeMap<String, String> {
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
        Done::LeftToDeployment => "A deployment is under way and starts the application.".to_owned(),
    }
}

fn groups_told(settled: &[Settled], unread: bool) -> String {
    let mut text = "The property groups are as wanted.".to_owned();
    for (how, because) in [
        (How::Repaired, "Repaired, because they were changed or dropped behind this resource's back"),
        (How::Replaced, "Replaced, though somebody else had set them"),
        (How::Kept, "Kept as somebody else set them"),
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

#[cfg(test)]
mod tests {
    use super::super::unreadable::read;
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
        let facts = Facts { since: Timestamp(0), stack, stop_patience: Duration::from_mins(10), reach: Reach::Own };
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
        assert!(goal.previous.is_empty() && goal.unread);
        let told = told(&Done::Groups { settled: vec![], unread: true });
        assert!(told.ends_with("could not all be read: what could not was left in place."), "{told}");
    }

    #[test]
    fn what_was_given_to_another_application_is_not_ours_here() {
        let of = |name: &str| {
            json!({"ServiceToken": "t", "ApplicationName": name, "PropertyGroups":
                [{"PropertyGroupId": "g", "PropertyMap": {"k": "v"}}]})
        };
        let update =
            |old| json!({"RequestType": "Update", "ResourceProperties": of("a"), "OldResourceProperties": of(old)});
        let previous = |old| match goal::<PropertyGroups>(update(old), StackStatus::UpdateInProgress) {
            Some(Goal::Properties(goal)) => goal.previous.len(),
            other => panic!("{other:?}"),
        };
        assert_eq!((previous("a"), previous("b")), (1, 0));
    }

    #[test]
    fn only_property_groups_reach_an_application_of_another_stack_and_only_by_name() {
        let applications = [("Application".to_owned(), "flink-own".to_owned())];
        let reach = |status| Asker { stack: "reports", status, applications: &applications };
        let (name, id) = (ApplicationRef::Name("flink-theirs".into()), ApplicationRef::LogicalId("Theirs".into()));
        let own = ApplicationRef::LogicalId("Application".into());
        let asker = reach(StackStatus::UpdateInProgress);
        let borrowed = Reach::Borrowed { stack: "reports".into() };
        assert_eq!(asker.reach::<PropertyGroups>(&own), Some(("flink-own".into(), Reach::Own)));
        assert_eq!(asker.reach::<PropertyGroups>(&name), Some(("flink-theirs".into(), borrowed)));
        assert_eq!(asker.reach::<PropertyGroups>(&id), None);
        assert_eq!(asker.reach::<AutoStart>(&name), None);
        assert_eq!(reach(StackStatus::UpdateComplete).reach::<PropertyGroups>(&own), None);
    }

    #[test]
    fn what_was_settled_is_told_by_key() {
        let one = |place: &str, how| Settled { place: place.into(), how };
        let settled = vec![one("g/a", How::Repaired), one("g/b", How::Kept), one("h/c", How::Kept)];
        let text = told(&Done::Groups { settled, unread: false });
        assert!(text.contains("behind this resource's back: g/a."), "{text}");
        assert!(text.ends_with("Kept as somebody else set them: g/b, h/c."), "{text}");
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
