//! What each contract asks for, by example.

use super::*;
use crate::contract::{AutoStart, PropertyGroups, UpdateGuard, refusing, success_reason};
use crate::flink::{ApplicationKind, ApplicationStatus, Restore};
use crate::lifecycle::{Refusal, Step, Stopped, fixtures, next_step};
use serde_json::{Value, json};

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
        deployed_since: Timestamp(0),
        stack,
        stop_patience: Duration::from_mins(10),
        operation: String::new(),
        application_changed: false,
        reach: Reach::Own,
        operation_since: Timestamp(0),
        start_patience: Duration::ZERO,
        kept: None,
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
    assert_eq!(restore(goal::<AutoStart>(first.clone(), StackStatus::UpdateInProgress)), Restore::Skip);
    // "Differs from before" is true of the way back too, and what differs there is an earlier deployment's.
    assert_eq!(restore(goal::<AutoStart>(first, StackStatus::UpdateRollbackInProgress)), Restore::Latest);
    let mut allows = skip();
    allows["RunConfiguration"]["FlinkRunConfiguration"] = json!({"AllowNonRestoredState": "true"});
    let allows = json!({"RequestType": "Update", "ResourceProperties": allows, "OldResourceProperties": skip()});
    assert_eq!(restore(goal::<AutoStart>(allows, StackStatus::UpdateInProgress)), Restore::Latest, "no new SKIP");
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
    let Some(Goal::Properties(goal)) = goal::<PropertyGroups>(update, StackStatus::UpdateInProgress) else { panic!() };
    assert!(goal.previous.is_empty() && goal.unread);
    let reason = success_reason(&Done::Groups { settled: vec![], unread: true }, None);
    assert!(reason.ends_with("could not all be read: what could not was left in place."), "{reason}");
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

fn renamed(old: &Value, new: &Value, stack: StackStatus) -> Result<Option<Goal>, NoGoal> {
    let update = json!({"RequestType": "Update", "ResourceProperties": new, "OldResourceProperties": old});
    let request = request(update);
    let facts = Facts {
        since: Timestamp(0),
        deployed_since: Timestamp(0),
        stack,
        stop_patience: Duration::from_mins(10),
        operation: String::new(),
        application_changed: false,
        reach: Reach::Own,
        operation_since: Timestamp(0),
        start_patience: Duration::ZERO,
        kept: None,
    };
    read::<AutoStart>(&request.properties).unwrap().goal(&request, &facts)
}

#[test]
fn a_changed_name_is_refused_with_both_names_and_a_remedy() {
    let (old, new) = (
        json!({"ServiceToken": "t", "ApplicationName": "old"}),
        json!({"ServiceToken": "t", "ApplicationName": "new"}),
    );
    let Err(NoGoal::Refused(refusal)) = renamed(&old, &new, StackStatus::UpdateInProgress) else { panic!() };
    assert_eq!(refusal.to_string(), "The update names another application: new instead of old.");
    assert!(refusal.remedy().contains("SKIP_RESTORE_FROM_SNAPSHOT"));
}

#[test]
fn a_changed_name_passes_with_skip_and_on_the_way_back() {
    let old = json!({"ServiceToken": "t", "ApplicationName": "old"});
    let with_skip = renamed(&old, &skip(), StackStatus::UpdateInProgress).unwrap();
    assert_eq!(restore(with_skip), Restore::Skip);
    let new = json!({"ServiceToken": "t", "ApplicationName": "new"});
    assert_eq!(restore(renamed(&new, &old, StackStatus::UpdateRollbackInProgress).unwrap()), Restore::Latest);
}

#[test]
fn another_way_to_name_it_is_no_other_name() {
    let name = json!({"ServiceToken": "t", "ApplicationName": "app"});
    let logical_id = json!({"ServiceToken": "t", "ApplicationLogicalId": "Flink"});
    assert!(renamed(&name, &logical_id, StackStatus::UpdateInProgress).is_ok());
}

#[test]
fn the_planner_refuses_another_kind_for_the_resources_that_do_not_serve_it_and_for_no_other() {
    let properties = json!({"ServiceToken": "t", "ApplicationName": "app", "PropertyGroups":
        [{"PropertyGroupId": "g", "PropertyMap": {"k": "v"}}]});
    let create = |properties: &Value| json!({"RequestType": "Create", "ResourceProperties": properties});
    let named = json!({"ServiceToken": "t", "ApplicationName": "app"});
    let goals = || {
        [
            (UpdateGuard::<String>::TYPE, goal::<UpdateGuard>(create(&named), StackStatus::CreateInProgress)),
            (
                PropertyGroups::<String>::TYPE,
                goal::<PropertyGroups>(create(&properties), StackStatus::CreateInProgress),
            ),
            (AutoStart::<String>::TYPE, goal::<AutoStart>(create(&named), StackStatus::CreateInProgress)),
        ]
    };
    for runtime in ["FLINK-2_3", "ZEPPELIN-FLINK-3_0", "SQL-1_0"] {
        let mut observed = fixtures::seen(ApplicationStatus::Running);
        fixtures::app(&mut observed).runtime = runtime.to_owned();
        let is_refused = |goal: &Goal| matches!(next_step(goal, &observed), Step::Refuse(Refusal::NotServed { .. }));
        let refused = goals().into_iter().filter(|(_, goal)| is_refused(goal.as_ref().unwrap()));
        let refused: Vec<&str> = refused.map(|(resource, _)| resource).collect();
        assert_eq!(refused, refusing(ApplicationKind::of(runtime)), "{runtime}");
    }
}
