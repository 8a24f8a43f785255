//! What the guard reads, and what it wants.

use super::*;
use crate::contract::read;
use crate::time::Timestamp;
use serde_json::{Value, json};

fn goal(request_type: &str, properties: &Value, stack: StackStatus, changed: bool) -> Result<Option<Goal>, NoGoal> {
    let event = json!({"ResponseURL": "u", "RequestId": "r1", "RequestType": request_type,
        "ResourceProperties": properties});
    let request = Request::read(&event).unwrap();
    read::<UpdateGuard>(&request.properties).unwrap().goal(&request, &facts(stack, changed))
}

fn facts(stack: StackStatus, changed: bool) -> Facts {
    Facts {
        since: Timestamp(0),
        deployed_since: Timestamp(0),
        stack,
        stop_patience: Duration::from_mins(1),
        operation: "e1".into(),
        reach: crate::lifecycle::Reach::Own,
        application_changed: changed,
        operation_since: Timestamp(7),
        start_patience: Duration::ZERO,
        kept: None,
    }
}

fn plain() -> Value {
    json!({"ServiceToken": "t", "ApplicationLogicalId": "Application"})
}

#[test]
fn its_defaults_are_the_contracts() {
    let Ok(Some(Goal::Guarded(goal))) = goal("Update", &plain(), StackStatus::UpdateInProgress, false) else {
        panic!()
    };
    assert_eq!((goal.mode, goal.on_failure), (GuardMode::Probe, OnSnapshotFailure::Fail));
    assert_eq!((goal.bound, goal.patience), (Duration::from_hours(20), Duration::from_mins(10)));
    assert_eq!((goal.marker.as_str(), goal.proof.as_str()), ("e1", "flink-handlers-guard-r1"));
}

#[test]
fn probe_stops_where_an_update_in_place_would_not_do_what_the_deployment_says() {
    let of = |restore: Option<&str>, allow: bool| {
        let mut properties = plain();
        if let Some(restore) = restore {
            let mut configuration = json!({"ApplicationRestoreType": restore});
            if restore == "RESTORE_FROM_CUSTOM_SNAPSHOT" {
                configuration["SnapshotName"] = json!("s");
            }
            properties["RunConfiguration"]["ApplicationRestoreConfiguration"] = configuration;
        }
        if allow {
            properties["RunConfiguration"]["FlinkRunConfiguration"] = json!({"AllowNonRestoredState": "true"});
        }
        properties
    };
    let guarded = |old: &Value, new: &Value, stack| {
        let event = json!({"ResponseURL": "u", "RequestId": "r1", "RequestType": "Update",
            "ResourceProperties": new, "OldResourceProperties": old});
        let request = Request::read(&event).unwrap();
        match read::<UpdateGuard>(new).unwrap().goal(&request, &facts(stack, true)) {
            Ok(Some(Goal::Guarded(goal))) => goal,
            other => panic!("{other:?}"),
        }
    };
    let (forward, back) = (StackStatus::UpdateInProgress, StackStatus::UpdateRollbackInProgress);
    let (skip, custom) = (Some("SKIP_RESTORE_FROM_SNAPSHOT"), Some("RESTORE_FROM_CUSTOM_SNAPSHOT"));
    for (old, new, stack, mode, given_up) in [
        (of(None, false), of(None, false), forward, GuardMode::Probe, false),
        (of(None, false), of(skip, false), forward, GuardMode::Stop, true),
        (of(skip, false), of(skip, false), forward, GuardMode::Probe, false),
        (of(None, false), of(custom, false), forward, GuardMode::Stop, false),
        (of(None, false), of(skip, false), back, GuardMode::Probe, false),
        (of(skip, false), of(skip, true), forward, GuardMode::Stop, false),
        (of(None, true), of(None, true), forward, GuardMode::Stop, false),
    ] {
        let goal = guarded(&old, &new, stack);
        assert_eq!((goal.mode, goal.gives_state_up), (mode, given_up), "{old} {new} {stack}");
        assert_eq!(goal.undoes_since, (stack == back).then_some(Timestamp(7)));
    }
}

#[test]
fn a_word_that_it_does_not_know_is_refused_with_what_it_takes() {
    for (name, word) in
        [("Mode", "Off"), ("OnSnapshotFailure", "force"), ("MaxReplayHours", "-1"), ("StopMinutes", "51")]
    {
        let mut properties = plain();
        properties[name] = json!(word);
        let Err(NoGoal::Unreadable(unreadable)) = goal("Create", &properties, StackStatus::UpdateInProgress, false)
        else {
            panic!()
        };
        assert_eq!(unreadable.path, name);
    }
}

#[test]
fn a_changed_name_passes_only_when_the_state_is_given_up() {
    let named = |name: &str| json!({"ServiceToken": "t", "ApplicationName": name});
    let mut skip = named("new");
    skip["RunConfiguration"] =
        json!({"ApplicationRestoreConfiguration": {"ApplicationRestoreType": "SKIP_RESTORE_FROM_SNAPSHOT"}});
    let goal_of = |properties: &Value, stack| {
        let event = json!({"ResponseURL": "u", "RequestId": "r1", "RequestType": "Update",
            "ResourceProperties": properties, "OldResourceProperties": named("old")});
        let request = Request::read(&event).unwrap();
        read::<UpdateGuard>(properties).unwrap().without_application(&request, stack)
    };
    let refused = Refusal::Renamed { from: "old".into(), to: "new".into() };
    assert_eq!(goal_of(&named("new"), StackStatus::UpdateInProgress), Err(refused));
    assert!(goal_of(&skip, StackStatus::UpdateInProgress).unwrap().is_some());
    assert!(goal_of(&named("new"), StackStatus::UpdateRollbackInProgress).unwrap().is_some());
    assert!(goal_of(&named("old"), StackStatus::UpdateInProgress).unwrap().is_some());
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
