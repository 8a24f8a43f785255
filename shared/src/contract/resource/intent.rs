//! What a request comes to once its stack is known: nothing, a goal, a SUCCESS at once, or a refusal.

use std::collections::BTreeMap;

use super::ownership::Requester;
use super::{CustomResource, Facts, NoGoal};
use crate::custom_resource::{Request, RequestType};
use crate::lifecycle::{Goal, Reach, Refusal};

/// What is to be done for a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Intent {
    /// There is nothing to do.
    Nothing,
    /// This goal, about the application of this name.
    Reach(Goal, String),
    /// The application is none of the stack's, and that is a SUCCESS with these attributes.
    Succeed(BTreeMap<String, String>),
    /// It is refused before anything is looked at.
    Refuse(NoGoal),
}

/// What `request` asks of an application of the stack that `asker` describes. `facts` say nothing yet of whose the
/// application is.
#[must_use]
pub fn intent<R: CustomResource>(properties: &R, request: &Request, asker: &Requester<'_>, facts: Facts) -> Intent {
    let application = match properties.application() {
        Ok(application) => application,
        Err(unreadable) => return Intent::Refuse(unreadable.into()),
    };
    let found = asker.reach::<R>(&application);
    let stack = facts.stack;
    let reach = found.as_ref().map_or(Reach::Own, |(_, reach)| reach.clone());
    let kept = found.as_ref().and_then(|(name, _)| asker.kept(request, name));
    let goal = properties.goal(request, &Facts { reach, kept, ..facts });
    // A Delete with nothing to do succeeds, whichever stack owns the application by now: the cleanup after a new
    // name is one.
    if request.request_type == RequestType::Delete && goal == Ok(None) {
        return Intent::Nothing;
    }
    let Some((name, _)) = found else {
        return match properties.without_application(request, stack) {
            Ok(Some(attributes)) => Intent::Succeed(attributes),
            Ok(None) => Intent::Refuse(NoGoal::Refused(Refusal::NotOwned { application: application.into_text() })),
            Err(refusal) => Intent::Refuse(NoGoal::Refused(refusal)),
        };
    };
    match goal {
        Ok(Some(goal)) => Intent::Reach(goal, name),
        Ok(None) => Intent::Nothing,
        Err(no_goal) => Intent::Refuse(no_goal),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::{AutoStart, PropertyGroups, UpdateGuard, read};
    use crate::stack::StackStatus;
    use crate::time::Timestamp;
    use serde_json::{Value, json};
    use std::time::Duration;

    fn of<R: CustomResource>(request_type: &str, properties: &Value) -> Intent {
        let event = json!({"ResponseURL": "u", "RequestType": request_type, "ResourceProperties": properties});
        let facts = Facts {
            since: Timestamp(0),
            deployed_since: Timestamp(0),
            stack: StackStatus::UpdateInProgress,
            stop_patience: Duration::ZERO,
            operation: String::new(),
            application_changed: true,
            reach: Reach::Own,
            operation_since: Timestamp(0),
            start_patience: Duration::ZERO,
            kept: None,
        };
        let applications = [("Application".to_owned(), "flink-own".to_owned())];
        let asker = Requester {
            stack: "s",
            stack_id: "arn:s",
            status: StackStatus::UpdateInProgress,
            applications: &applications,
            writers: &[],
        };
        intent(&read::<R>(properties).unwrap(), &Request::read(&event).unwrap(), &asker, facts)
    }

    fn named(name: &str) -> Value {
        json!({"ServiceToken": "t", "ApplicationName": name, "PropertyGroups": []})
    }

    #[test]
    fn an_application_of_the_stack_is_reached_by_its_name_and_by_its_logical_id() {
        let by_id = json!({"ServiceToken": "t", "ApplicationLogicalId": "Application"});
        for properties in [named("flink-own"), by_id] {
            let Intent::Reach(Goal::Running(_), name) = of::<AutoStart>("Create", &properties) else { panic!() };
            assert_eq!(name, "flink-own");
        }
    }

    #[test]
    fn without_an_application_auto_start_refuses_and_the_guard_succeeds() {
        let intent = of::<AutoStart>("Create", &named("flink-theirs"));
        let Intent::Refuse(NoGoal::Refused(refusal)) = intent else { panic!("{intent:?}") };
        assert_eq!(refusal, Refusal::NotOwned { application: "flink-theirs".into() });
        let Intent::Succeed(attributes) = of::<UpdateGuard>("Create", &named("flink-theirs")) else { panic!() };
        assert_eq!(attributes["Outcome"], "NoApplication");
    }

    #[test]
    fn a_delete_with_nothing_to_do_does_not_check_the_ownership() {
        for name in ["flink-own", "flink-theirs"] {
            assert_eq!(of::<AutoStart>("Delete", &named(name)), Intent::Nothing);
            assert_eq!(of::<UpdateGuard>("Delete", &named(name)), Intent::Nothing);
        }
    }

    #[test]
    fn neither_name_and_an_unreadable_word_are_refused() {
        let neither = json!({"ServiceToken": "t"});
        let perhaps = json!({"ServiceToken": "t", "ApplicationName": "flink-own", "OnDelete": "Perhaps"});
        for properties in [neither, perhaps] {
            let refused = of::<AutoStart>("Create", &properties);
            assert!(matches!(refused, Intent::Refuse(NoGoal::Unreadable(_))), "{refused:?}");
        }
        assert!(matches!(of::<PropertyGroups>("Replace", &named("flink-own")), Intent::Refuse(NoGoal::Unreadable(_))));
    }
}
