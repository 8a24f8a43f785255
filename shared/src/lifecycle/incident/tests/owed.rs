//! The operation is over: what the sweep finds left behind, and what is owed to each.

use super::super::super::fixtures::*;
use super::super::restart::{Owed, may_be_left_behind, owed};
use super::*;

#[test]
fn a_marker_of_a_stop_that_never_came_is_removed() {
    let (incident, _) = over(ApplicationStatus::Running);
    for status in [ApplicationStatus::Running, ApplicationStatus::Ready] {
        let mut observed = seen(status);
        app(&mut observed).tags.insert(MARKER.into(), "s-UPDATE_IN_PROGRESS".into());
        assert_eq!(owed(&incident, app(&mut observed)), Owed::Unmark, "{status}");
        operation(&mut observed, "StopApplication", OperationStatus::Successful, None);
        assert_eq!(owed(&incident, app(&mut observed)), Owed::Start, "{status}");
    }
}

#[test]
fn a_marker_of_an_older_operation_counts_for_a_stop_within_that_operation_only() {
    let (mut incident, mut observed) = over(ApplicationStatus::Ready);
    let first = observed.now;
    let own = |id: &str, status: &str, minutes: i64| StackEvent {
        id: id.into(),
        time: Timestamp(first.0 + minutes * 60_000),
        ..row(STACK, "s", status, "")
    };
    // An unrelated update came between, and succeeded.
    incident.events.insert(0, own("second", "UPDATE_IN_PROGRESS", 10));
    incident.events.insert(0, own("second-end", "UPDATE_COMPLETE", 12));
    incident.status = StackStatus::UpdateComplete;
    app(&mut observed).tags.insert(MARKER.into(), "s-UPDATE_IN_PROGRESS".into());
    assert_eq!(owed(&incident, app(&mut observed)), Owed::Start);
    later(&mut observed, std::time::Duration::from_mins(11));
    operation(&mut observed, "StopApplication", OperationStatus::Successful, None);
    assert_eq!(owed(&incident, app(&mut observed)), Owed::Unmark, "a person stopped it since");
    app(&mut observed).operations = crate::flink::Operations::Unreadable;
    assert_eq!(owed(&incident, app(&mut observed)), Owed::Nothing, "it cannot be known");
    app(&mut observed).tags.insert(MARKER.into(), "second".into());
    assert_eq!(owed(&incident, app(&mut observed)), Owed::Start, "this operation's counts");
    app(&mut observed).tags.insert(MARKER.into(), "forgotten".into());
    assert_eq!(incident.unread_markers(std::slice::from_ref(app(&mut observed)))[0].event, "forgotten");
}

#[test]
fn an_erased_marker_is_found_again_in_the_applications_history() {
    let incident = Incident { status: StackStatus::UpdateRollbackComplete, ..incident(SNAPSHOT, None) };
    let mut observed = seen(ApplicationStatus::Ready);
    assert!(owed(&incident, app(&mut observed)) != Owed::Start);
    operation(&mut observed, "StopApplication", OperationStatus::Successful, None);
    assert!(owed(&incident, app(&mut observed)) == Owed::Start);
}

#[test]
fn an_application_that_waits_for_a_fix_is_left_alone() {
    let mut observed = seen(ApplicationStatus::Ready);
    app(&mut observed).tags.insert(MARKER.into(), "awaiting-fix/e".into());
    assert_eq!(owed(&over(ApplicationStatus::Ready).0, app(&mut observed)), Owed::Nothing);
}

#[test]
fn a_stop_that_came_after_the_rollback_is_a_persons() {
    let (incident, mut observed) = over(ApplicationStatus::Ready);
    assert!(owed(&incident, app(&mut observed)) == Owed::Start && left_behind(&incident, app(&mut observed)));
    operation(&mut observed, "StopApplication", OperationStatus::Successful, None);
    assert!(owed(&incident, app(&mut observed)) != Owed::Start);
}

#[test]
fn what_was_started_since_is_not_left_behind_unless_the_marker_says_so() {
    let (incident, mut observed) = over(ApplicationStatus::Ready);
    operation(&mut observed, "StartApplication", OperationStatus::Failed, None);
    assert!(left_behind(&incident, app(&mut observed)), "a start that failed");
    operation(&mut observed, "StartApplication", OperationStatus::Successful, None);
    assert!(!left_behind(&incident, app(&mut observed)));
    app(&mut observed).tags.insert(MARKER.into(), "s-UPDATE_IN_PROGRESS".into());
    assert!(left_behind(&incident, app(&mut observed)));
}

#[test]
fn without_operations_a_sweep_starts_what_carries_the_marker_and_nothing_else() {
    let (mut incident, mut observed) = over(ApplicationStatus::Ready);
    incident.events[1].token = "unstick-e".into();
    app(&mut observed).operations = crate::flink::Operations::Unreadable;
    assert!(owed(&incident, app(&mut observed)) == Owed::Start, "on the event");
    assert!(!left_behind(&incident, app(&mut observed)), "a person may have stopped it");
    app(&mut observed).tags.insert(MARKER.into(), "s-UPDATE_IN_PROGRESS".into());
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
                app(&mut observed).tags.insert(MARKER.into(), "s-UPDATE_IN_PROGRESS".into());
            }
            if !may_be_left_behind(stack, Some(status), marker) {
                assert!(!left_behind(&incident, app(&mut observed)), "{stack} {status} {marker}");
            }
        }
    }
    assert!(!may_be_left_behind(StackStatus::UpdateRollbackComplete, Some(ApplicationStatus::Running), false));
    assert!(may_be_left_behind(StackStatus::UpdateRollbackComplete, None, false), "a status that is not known yet");
}

#[test]
fn after_an_update_that_succeeded_only_the_marker_counts() {
    let (mut incident, mut observed) = over(ApplicationStatus::Ready);
    incident.status = StackStatus::UpdateComplete;
    incident.events[0].status = "UPDATE_COMPLETE".into();
    assert!(owed(&incident, app(&mut observed)) != Owed::Start);
    app(&mut observed).tags.insert(MARKER.into(), "s-UPDATE_IN_PROGRESS".into());
    assert!(left_behind(&incident, app(&mut observed)));
    app(&mut observed).status = ApplicationStatus::Running;
    assert_eq!(owed(&incident, app(&mut observed)), Owed::Unmark, "auto-start brought it to RUNNING");
}

#[test]
fn what_was_given_up_and_not_stopped_is_finished_whatever_disproved_it_and_a_persons_start_is_not() {
    let (incident, mut observed) = over(ApplicationStatus::Running);
    app(&mut observed).tags.insert(MARKER.into(), "awaiting-fix/s-UPDATE_ROLLBACK_COMPLETE".into());
    operation(&mut observed, "StartApplication", OperationStatus::Successful, None);
    assert_eq!(owed(&incident, app(&mut observed)), Owed::Start, "its proof was refused and left nothing behind");
    operation(&mut observed, "StopApplication", OperationStatus::Successful, None);
    operation(&mut observed, "StartApplication", OperationStatus::Successful, None);
    assert_eq!(owed(&incident, app(&mut observed)), Owed::Unmark, "it was stopped, and a person started it");
    app(&mut observed).status = ApplicationStatus::Ready;
    assert_eq!(owed(&incident, app(&mut observed)), Owed::Nothing, "it waits for its fix");
}
