//! What the guard reads, and what it wants.

use super::*;
use crate::contract::read;
use crate::lifecycle::Timestamp;
use serde_json::{Value, json};

fn goal(request_type: &str, properties: &Value, stack: StackStatus, changed: bool) -> Result<Option<Goal>, NoGoal> {
    let event = json!({"ResponseURL": "u", "RequestId": "r1", "RequestType": request_type,
        "ResourceProperties": properties});
    let request = Request::read(&event).unwrap();
    let facts = Facts {
        since: Timestamp(0),
        deployed_since: Timestamp(0),
        stack,
        stop_patience: Duration::from_mins(1),
        operation: "e1".into(),
        reach: crate::lifecycle::Reach::Own,
        application_changed: changed,
    };
    read::<UpdateGuard>(&request.properties).unwrap().goal(&request, &facts)
}

fn plain() -> Value {
    json!({"ServiceToken": "t", "ApplicationLogicalId": "Application"})
}

#[test]
fn its_defaults_are_the_contracts() {
    let Ok(Some(Goal::Guarded(goal))) = goal("Update", &plain(), StackStatus::UpdateInProgress, false) else {
        panic!()
    };
    assert_eq!((goal.mode, goal.on_failure), (GuardMode::Stop, OnSnapshotFailure::Fail));
    assert_eq!((goal.bound, goal.patience), (Duration::from_hours(20), Duration::from_mins(10)));
    assert_eq!((goal.marker.as_str(), goal.proof.as_str()), ("e1", "flink-handlers-guard-r1"));
}

#[test]
fn a_word_that_it_does_not_know_is_told_with_what_it_takes() {
    for (name, word) in
        [("Mode", "Off"), ("OnSnapshotFailure", "force"), ("MaxReplayHours", "-1"), ("StopMinutes", "51")]
    {
        let mut properties = plain();
        properties[name] = json!(word);
        let Err(NoGoal::Unreadable(told)) = goal("Create", &properties, StackStatus::UpdateInProgress, false) else {
            panic!()
        };
        assert_eq!(told.path, name);
    }
}

#[test]
fn a_changed_name_passes_only_when_the_state_is_given_up() {
    let named = |name: &str| json!({"ServiceToken": "t", "ApplicationName": name});
    let mut skip = named("new");
    skip["RunConfiguration"] =
        json!({"ApplicationRestoreConfiguration": {"ApplicationRestoreType": "SKIP_RESTORE_FROM_SNAPSHOT"}});
    let told = |properties: &Value, stack| {
        let event = json!({"ResponseURL": "u", "RequestId": "r1", "RequestType": "Update",
            "ResourceProperties": properties, "OldResourceProperties": named("old")});
        let request = Request::read(&event).unwrap();
        read::<UpdateGuard>(properties).unwrap().without_application(&request, stack)
    };
    let refused = Refusal::Renamed { from: "old".into(), to: "new".into() };
    assert_eq!(told(&named("new"), StackStatus::UpdateInProgress), Err(refused));
    assert!(told(&skip, StackStatus::UpdateInProgress).unwrap().is_some());
    assert!(told(&named("new"), StackStatus::UpdateRollbackInProgress).unwrap().is_some());
    assert!(told(&named("old"), StackStatus::UpdateInProgress).unwrap().is_some());
}

#[test]
fn a_delete_and_a_rollback_that_does_not_reach_the_application_do_nothing() {
    assert_eq!(goal("Delete", &plain(), StackStatus::DeleteInProgress, true), Ok(None));
    assert_eq!(goal("Update", &plain(), StackStatus::UpdateRollbackInProgress, false), Ok(None));
    assert!(goal("Update", &plain(), StackStatus::UpdateRollbackInProgress, true).unwrap().is_some());
}

#[test]
fn a_change_of_the_guard_alone_wants_nothing() {
    let with = |more: Value| {
        let mut properties = plain();
        properties["ConfigurationDigest"] = json!("d1");
        properties.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        properties
    };
    let wants = |old: Value, new: Value, stack| {
        let event = json!({"ResponseURL": "u", "RequestId": "r1", "RequestType": "Update",
            "ResourceProperties": new, "OldResourceProperties": old});
        let request = Request::read(&event).unwrap();
        read::<UpdateGuard>(&request.properties).unwrap().is_about_itself(&request, stack)
    };
    let forward = StackStatus::UpdateInProgress;
    assert!(wants(with(json!({})), with(json!({"Mode": "Probe"})), forward));
    assert!(!wants(with(json!({})), with(json!({"ConfigurationDigest": "d2"})), forward));
    assert!(!wants(plain(), plain(), forward), "without a digest nothing is known");
    let skip = json!({"RunConfiguration":
        {"ApplicationRestoreConfiguration": {"ApplicationRestoreType": "SKIP_RESTORE_FROM_SNAPSHOT"}}});
    assert!(!wants(with(json!({})), with(skip), forward), "auto-start is called, and restores what is asked for");
    assert!(!wants(with(json!({})), with(json!({})), StackStatus::UpdateRollbackInProgress));
}
