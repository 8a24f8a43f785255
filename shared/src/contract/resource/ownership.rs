//! Whose application a request may touch: its own stack's, or, for injection only, one that allows its stack.

use serde_json::Value;

use super::common::ApplicationRef;
use super::{CustomResource, KeptGroups};
use crate::contract::property_groups::given::keys;
use crate::custom_resource::Request;
use crate::lifecycle::Reach;
use crate::stack::StackStatus;

/// A resource of the stack that writes property groups, that the stack's operation wrote and does not delete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Writer {
    /// The writer's logical ID in the template.
    pub logical_id: String,
    /// Its physical ID, `property-groups/<the application's name or logical ID>/<its own logical ID>`.
    pub physical_id: String,
    /// The ResourceProperties of its newest row; `null` where the row has none.
    pub properties: Value,
}

/// What is known of the request's stack when it is asked whether the request reaches an application.
#[derive(Debug, Clone, Copy)]
pub struct Requester<'a> {
    /// The name of the request's stack.
    pub stack: &'a str,
    /// The ARN of the request's stack, which names one stack for ever.
    pub stack_id: &'a str,
    /// The stack's status: on the way back, what an update added is being removed.
    pub status: StackStatus,
    /// Its applications: logical ID and name.
    pub applications: &'a [(String, String)],
    /// Its resources that write property groups.
    pub writers: &'a [Writer],
}

impl Requester<'_> {
    /// What other resources of the stack write into the property groups of the application `name`; `None` where there
    /// is no other.
    #[must_use]
    pub fn kept(&self, request: &Request, name: &str) -> Option<KeptGroups> {
        let is_it = |named: &str| {
            named == name || self.applications.iter().any(|(logical_id, own)| logical_id == named && own == name)
        };
        let is_other = |writer: &&Writer| {
            Some(&writer.physical_id) != request.physical_resource_id.as_ref()
                && writer.physical_id.split('/').nth(1).is_some_and(is_it)
        };
        let others: Vec<&Writer> = self.writers.iter().filter(is_other).collect();
        let by = others.first()?.logical_id.clone();
        let all: Option<Vec<_>> = others.iter().map(|writer| keys(&writer.properties)).collect();
        Some(KeptGroups { by, keys: all.map(|all| all.into_iter().flatten().collect()) })
    }

    /// The application's name and whose it is; `None` when the request must not touch it. The stack must be worked on:
    /// a forged event cannot make that true. Whether a borrowed application allows this stack is asked at every step.
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
                Some((name.clone(), Reach::Borrowed { stack: self.stack.to_owned(), id: self.stack_id.to_owned() }))
            }
            (None, ApplicationRef::Name(_) | ApplicationRef::LogicalId(_)) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::contract::{AutoStart, PropertyGroups};
    use crate::flink::PropertyGroup;

    #[test]
    fn a_resource_that_stays_and_names_the_same_application_is_found_under_either_name() {
        let applications = [("Application".to_owned(), "flink-own".to_owned())];
        let request =
            |given: &str| Request::read(&serde_json::json!({"ResponseURL": "u", "PhysicalResourceId": given})).unwrap();
        for (other, found) in [
            ("property-groups/Application/New", true),
            ("property-groups/flink-own/New", true),
            ("property-groups/flink-theirs/New", false),
            ("property-groups/flink-own/Groups", false),
            ("a-failed-create", false),
        ] {
            let writers =
                [Writer { logical_id: "New".to_owned(), physical_id: other.to_owned(), properties: Value::Null }];
            let status = StackStatus::UpdateCompleteCleanupInProgress;
            let asker =
                Requester { stack: "s", stack_id: "arn:s", status, applications: &applications, writers: &writers };
            let kept = asker.kept(&request("property-groups/flink-own/Groups"), "flink-own");
            assert_eq!(kept.is_some(), found, "{other}");
        }
    }

    #[test]
    fn only_what_another_resource_writes_is_kept_and_all_of_it_where_that_cannot_be_read() {
        let group = |id: &str, keys: &[&str]| PropertyGroup {
            id: id.into(),
            map: keys.iter().map(|key| ((*key).to_owned(), "v".to_owned())).collect(),
        };
        let given = vec![group("Job", &["a", "b"]), group("Reports", &["topic"])];
        let kept =
            |properties: Value| KeptGroups { by: "New".into(), keys: keys(&properties).map(BTreeSet::from_iter) };
        let writes = |groups: Value| kept(serde_json::json!({"PropertyGroups": groups}));
        let job = serde_json::json!([{"PropertyGroupId": "Job", "PropertyMap": {"a": "****"}}]);
        let rest = vec![group("Job", &["b"]), group("Reports", &["topic"])];
        assert_eq!(writes(job).leave(given.clone()), (rest, None));
        let all = serde_json::json!([
            {"PropertyGroupId": "Job", "PropertyMap": {"a": "1", "b": "2"}},
            {"PropertyGroupId": "Reports", "PropertyMap": {"topic": "x"}},
        ]);
        let whole = (given.clone(), Some("New".to_owned()));
        for kept in [writes(all), kept(Value::Null), writes(serde_json::json!([{"PropertyGroupId": "Job"}]))] {
            assert_eq!(kept.clone().leave(given.clone()), whole, "{kept:?}");
        }
    }

    #[test]
    fn only_property_groups_reach_an_application_of_another_stack_and_only_by_name() {
        let applications = [("Application".to_owned(), "flink-own".to_owned())];
        let reach = |status| Requester {
            stack: "reports",
            stack_id: "arn:reports",
            status,
            applications: &applications,
            writers: &[],
        };
        let (name, id) = (ApplicationRef::Name("flink-theirs".into()), ApplicationRef::LogicalId("Theirs".into()));
        let own = ApplicationRef::LogicalId("Application".into());
        let asker = reach(StackStatus::UpdateInProgress);
        let borrowed = Reach::Borrowed { stack: "reports".into(), id: "arn:reports".into() };
        assert_eq!(asker.reach::<PropertyGroups>(&own), Some(("flink-own".into(), Reach::Own)));
        assert_eq!(asker.reach::<PropertyGroups>(&name), Some(("flink-theirs".into(), borrowed)));
        assert_eq!(asker.reach::<PropertyGroups>(&id), None);
        assert_eq!(asker.reach::<AutoStart>(&name), None);
        assert_eq!(reach(StackStatus::UpdateComplete).reach::<PropertyGroups>(&own), None);
    }
}
