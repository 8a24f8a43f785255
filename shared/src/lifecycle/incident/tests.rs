//! Incidents, told as rows.

use super::super::OperationStatus;
use super::super::fixtures::*;
use super::super::{ApplicationStatus, MARKER, SnapshotStatus};
use super::*;

fn row(resource_type: &str, logical_id: &str, status: &str, reason: &str) -> StackEvent {
    StackEvent {
        id: format!("{logical_id}-{status}"),
        stack: "arn:stack".into(),
        logical_id: logical_id.into(),
        physical_id: if resource_type == STACK { "arn:stack".into() } else { "app".into() },
        resource_type: resource_type.into(),
        status: status.into(),
        reason: reason.into(),
        ..StackEvent::default()
    }
}

/// The rows of `semantics.md` C.4, told in order of time.
fn incident(failure: &str, also: Option<StackEvent>) -> Incident {
    let mut events = vec![
        row(STACK, "s", "UPDATE_IN_PROGRESS", "User Initiated"),
        row(APPLICATION, "Flink", "UPDATE_IN_PROGRESS", ""),
        row(APPLICATION, "Flink", "UPDATE_FAILED", failure),
        row(STACK, "s", "UPDATE_ROLLBACK_IN_PROGRESS", "The following resource(s) failed to update: [Flink]. "),
        row(APPLICATION, "Flink", "UPDATE_FAILED", failure),
    ];
    events.extend(also);
    events.push(row(STACK, "s", "UPDATE_ROLLBACK_FAILED", ""));
    events.reverse();
    let status = StackStatus::UpdateRollbackFailed;
    Incident {
        stack: "arn:stack".into(),
        status,
        may_continue: true,
        consent: Consent::Enabled,
        events,
        trigger: Trigger::Event(Some(status)),
        applications: vec!["app".into()],
        attempted: Vec::new(),
    }
}

const SNAPSHOT: &str =
    "Resource handler returned message: \"Failed to take snapshot for the application app at this moment.\"";

#[test]
fn a_snapshot_failure_of_a_tagged_application_is_acted_on() {
    let incident = incident(SNAPSHOT, None);
    assert_eq!(assess(&incident, |_| Consent::Enabled), Assessment::Act { applications: vec!["app".into()] });
    assert_eq!(incident.cause().unwrap().reason, SNAPSHOT);
    assert_eq!(incident.began().unwrap().status, "UPDATE_IN_PROGRESS");
}

#[test]
fn an_untagged_application_is_not_ours() {
    let incident = Incident { consent: Consent::None, ..incident(SNAPSHOT, None) };
    assert_eq!(assess(&incident, |_| Consent::None), Assessment::NotOurs);
}

#[test]
fn a_tagged_application_of_an_untagged_stack_is_told_before_any_stop() {
    let incident = Incident { consent: Consent::None, ..incident(SNAPSHOT, None) };
    assert_eq!(assess(&incident, |_| Consent::Enabled), Assessment::Refuse(Refusal::StackNotTagged));
}

#[test]
fn a_tagged_application_of_a_stack_in_dry_run_is_only_told_of() {
    let incident = Incident { consent: Consent::DryRun, ..incident(SNAPSHOT, None) };
    assert!(matches!(assess(&incident, |_| Consent::Enabled), Assessment::DryRun { .. }));
}

#[test]
fn another_cause_is_not_ours() {
    let incident = Incident { consent: Consent::None, ..incident("Access denied", None) };
    assert_eq!(assess(&incident, |_| Consent::Enabled), Assessment::NotOurs);
}

#[test]
fn a_nested_stack_that_failed_to_roll_back_before_its_parent_began_to_is_a_blocker() {
    let mut incident = incident(SNAPSHOT, None);
    let nested = |row: StackEvent| StackEvent { stack: "arn:nested".into(), ..row };
    let own = |status| StackEvent { physical_id: "arn:nested".into(), ..nested(row(STACK, "n", status, "")) };
    let failed = || nested(row(APPLICATION, "Flink", "UPDATE_FAILED", SNAPSHOT));
    let own_rollback = own("UPDATE_ROLLBACK_IN_PROGRESS");
    let whole = [row(STACK, "s", "UPDATE_IN_PROGRESS", ""), failed(), own_rollback, failed()];
    let rest = [row(STACK, "s", "UPDATE_ROLLBACK_IN_PROGRESS", ""), row(STACK, "s", "UPDATE_ROLLBACK_FAILED", "")];
    incident.events = whole.into_iter().chain(rest).rev().collect();
    assert_eq!(incident.blockers().len(), 1, "{:?}", incident.blockers());
}

#[test]
fn whoever_opted_in_is_told_of_another_cause() {
    let mut incident = incident("Access denied", None);
    let assessment = assess(&incident, |_| Consent::None);
    assert!(matches!(assessment, Assessment::Refuse(Refusal::OtherBlocker { .. })), "{assessment:?}");
    incident.events.clear();
    let assessment = assess(&incident, |_| Consent::None);
    assert!(matches!(assessment, Assessment::Refuse(Refusal::OtherBlocker { .. })), "{assessment:?}");
}

#[test]
fn a_marker_of_a_stop_that_never_came_starts_nothing() {
    let incident = incident(SNAPSHOT, None);
    let mut observed = seen(ApplicationStatus::Running);
    app(&mut observed).tags.insert(MARKER.into(), "e".into());
    assert!(!to_recover(&incident, app(&mut observed)));
    operation(&mut observed, "StopApplication", OperationStatus::Successful, None);
    assert!(to_recover(&incident, app(&mut observed)));
}

#[test]
fn a_second_blocker_is_left_to_a_person() {
    let other = row("AWS::DynamoDB::Table", "Table", "UPDATE_FAILED", "Throughput");
    let assessment = assess(&incident(SNAPSHOT, Some(other)), |_| Consent::Enabled);
    assert!(matches!(assessment, Assessment::Refuse(Refusal::OtherBlocker { .. })), "{assessment:?}");
}

#[test]
fn a_cancelled_sibling_is_no_blocker() {
    let sibling = row("AWS::DynamoDB::Table", "Table", "UPDATE_FAILED", "Resource update cancelled");
    assert!(matches!(assess(&incident(SNAPSHOT, Some(sibling)), |_| Consent::Enabled), Assessment::Act { .. }));
}

#[test]
fn a_stack_without_a_role_is_refused_before_any_stop() {
    let incident = Incident { may_continue: false, ..incident(SNAPSHOT, None) };
    assert_eq!(assess(&incident, |_| Consent::Enabled), Assessment::Refuse(Refusal::NoServiceRole));
}

#[test]
fn dry_run_wins_over_enabled() {
    assert_eq!(Consent::of(Some("dry-run"), Some("enabled")), Consent::DryRun);
    let assessment = assess(&incident(SNAPSHOT, None), |_| Consent::DryRun);
    assert!(matches!(assessment, Assessment::DryRun { .. }));
}

#[test]
fn attempts_are_counted_by_their_tokens() {
    let mut incident = incident(SNAPSHOT, None);
    assert_eq!(incident.continued(), 0);
    for token in ["unstick-a", "unstick-a", "unstick-b", "Console-ContinueUpdateRollback-1"] {
        let row = row(STACK, "s", "UPDATE_ROLLBACK_IN_PROGRESS", "");
        incident.events.insert(0, StackEvent { token: token.into(), ..row });
    }
    assert_eq!(incident.continued(), 2);
}

#[test]
fn an_erased_marker_is_found_again_in_the_applications_history() {
    let incident = incident(SNAPSHOT, None);
    let mut observed = seen(ApplicationStatus::Ready);
    assert!(!to_recover(&incident, app(&mut observed)));
    operation(&mut observed, "StopApplication", OperationStatus::Successful, None);
    assert!(to_recover(&incident, app(&mut observed)));
}

#[test]
fn an_application_that_waits_for_a_fix_is_left_alone() {
    let mut observed = seen(ApplicationStatus::Ready);
    app(&mut observed).tags.insert(MARKER.into(), "awaiting-fix/e".into());
    assert!(!to_recover(&incident(SNAPSHOT, None), app(&mut observed)));
}

/// A rollback that is over, and an application of it that was stopped meanwhile.
fn over(status: ApplicationStatus) -> (Incident, super::super::Observed) {
    let mut incident = incident(SNAPSHOT, None);
    let ended = row(STACK, "s", "UPDATE_ROLLBACK_COMPLETE", "");
    incident.status = StackStatus::UpdateRollbackComplete;
    let mut observed = seen(status);
    operation(&mut observed, "StopApplication", OperationStatus::Successful, None);
    later(&mut observed, std::time::Duration::from_mins(1));
    incident.events.insert(0, StackEvent { time: observed.now, ..ended });
    later(&mut observed, std::time::Duration::from_mins(1));
    (incident, observed)
}

#[test]
fn a_stop_that_came_after_the_rollback_is_a_persons() {
    let (incident, mut observed) = over(ApplicationStatus::Ready);
    assert!(to_recover(&incident, app(&mut observed)) && left_behind(&incident, app(&mut observed)));
    operation(&mut observed, "StopApplication", OperationStatus::Successful, None);
    assert!(!to_recover(&incident, app(&mut observed)));
}

#[test]
fn what_was_started_since_is_not_left_behind_unless_the_marker_says_so() {
    let (incident, mut observed) = over(ApplicationStatus::Ready);
    operation(&mut observed, "StartApplication", OperationStatus::Failed, None);
    assert!(left_behind(&incident, app(&mut observed)), "a start that failed");
    operation(&mut observed, "StartApplication", OperationStatus::Successful, None);
    assert!(!left_behind(&incident, app(&mut observed)));
    app(&mut observed).tags.insert(MARKER.into(), "e".into());
    assert!(left_behind(&incident, app(&mut observed)));
}

#[test]
fn without_operations_a_sweep_starts_what_carries_the_marker_and_nothing_else() {
    let (mut incident, mut observed) = over(ApplicationStatus::Ready);
    incident.events[1].token = "unstick-e".into();
    app(&mut observed).operations = super::super::Operations::Unreadable;
    assert!(to_recover(&incident, app(&mut observed)), "on the event");
    assert!(!left_behind(&incident, app(&mut observed)), "a person may have stopped it");
    app(&mut observed).tags.insert(MARKER.into(), "e".into());
    assert!(left_behind(&incident, app(&mut observed)));
}

#[test]
fn what_need_not_be_read_was_not_left_behind() {
    for (status, marker) in ApplicationStatus::ALL.iter().flat_map(|status| [(*status, false), (*status, true)]) {
        for (stack, row) in [
            (StackStatus::UpdateRollbackComplete, "UPDATE_ROLLBACK_COMPLETE"),
            (StackStatus::UpdateComplete, "UPDATE_COMPLETE"),
        ] {
            let (mut incident, mut observed) = over(status);
            (incident.status, incident.events[0].status) = (stack, row.into());
            if marker {
                app(&mut observed).tags.insert(MARKER.into(), "e".into());
            }
            if !may_be_left_behind(stack, Some(status), marker) {
                assert!(!left_behind(&incident, app(&mut observed)), "{stack} {status} {marker}");
            }
        }
    }
    assert!(!may_be_left_behind(StackStatus::UpdateRollbackComplete, Some(ApplicationStatus::Running), false));
    assert!(may_be_left_behind(StackStatus::UpdateRollbackComplete, None, false), "a status of tomorrow");
}

#[test]
fn after_an_update_that_succeeded_only_the_marker_counts() {
    let (mut incident, mut observed) = over(ApplicationStatus::Ready);
    incident.status = StackStatus::UpdateComplete;
    incident.events[0].status = "UPDATE_COMPLETE".into();
    assert!(!to_recover(&incident, app(&mut observed)));
    app(&mut observed).tags.insert(MARKER.into(), "e".into());
    assert!(left_behind(&incident, app(&mut observed)));
    app(&mut observed).status = ApplicationStatus::Running;
    assert!(!left_behind(&incident, app(&mut observed)));
}

#[test]
fn what_was_given_up_and_not_stopped_is_stopped_unless_a_person_started_it_since() {
    let (incident, mut observed) = over(ApplicationStatus::Running);
    app(&mut observed).tags.insert(MARKER.into(), "awaiting-fix/e".into());
    operation(&mut observed, "StartApplication", OperationStatus::Successful, None);
    assert!(!left_behind(&incident, app(&mut observed)));
    later(&mut observed, std::time::Duration::from_mins(1));
    snapshot(&mut observed, &gate("e"), SnapshotStatus::Failed);
    assert!(left_behind(&incident, app(&mut observed)));
    later(&mut observed, std::time::Duration::from_mins(1));
    operation(&mut observed, "StartApplication", OperationStatus::Successful, None);
    assert!(!left_behind(&incident, app(&mut observed)));
}
