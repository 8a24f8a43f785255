//! Whose application a request may touch: its own stack's, or, for injection only, one that allows its stack.

use super::resource::{ApplicationRef, CustomResource};
use crate::custom_resource::Request;
use crate::lifecycle::{Reach, StackStatus};

/// What is known of the request's stack when it is asked whether the request reaches an application.
#[derive(Debug, Clone, Copy)]
pub struct Asker<'a> {
    /// The stack's name.
    pub stack: &'a str,
    /// The stack's ARN.
    pub stack_id: &'a str,
    /// Its status.
    pub status: StackStatus,
    /// Its applications: logical ID and name.
    pub applications: &'a [(String, String)],
    /// Its resources that write property groups, that the stack's operation wrote and does not delete: logical and
    /// physical ID.
    pub groups: &'a [(String, String)],
}

impl Asker<'_> {
    /// Another resource of the stack that writes property groups of the application `name`: its physical ID,
    /// `property-groups/<name or logical ID>/<its own logical ID>`, names the application.
    #[must_use]
    pub fn other_groups(&self, request: &Request, name: &str) -> Option<String> {
        let is_it = |named: &str| {
            named == name || self.applications.iter().any(|(logical_id, own)| logical_id == named && own == name)
        };
        let others = self.groups.iter().filter(|(_, physical)| Some(physical) != request.physical_resource_id.as_ref());
        let of_it = |(_, physical): &&(String, String)| physical.split('/').nth(1).is_some_and(is_it);
        others.filter(of_it).map(|(logical_id, _)| logical_id.clone()).next()
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
    use super::*;
    use crate::contract::{AutoStart, PropertyGroups};

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
            let groups = [("New".to_owned(), other.to_owned())];
            let status = StackStatus::UpdateCompleteCleanupInProgress;
            let asker = Asker { stack: "s", stack_id: "arn:s", status, applications: &applications, groups: &groups };
            let kept = asker.other_groups(&request("property-groups/flink-own/Groups"), "flink-own");
            assert_eq!(kept.is_some(), found, "{other}");
        }
    }

    #[test]
    fn only_property_groups_reach_an_application_of_another_stack_and_only_by_name() {
        let applications = [("Application".to_owned(), "flink-own".to_owned())];
        let reach = |status| Asker {
            stack: "reports",
            stack_id: "arn:reports",
            status,
            applications: &applications,
            groups: &[],
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
