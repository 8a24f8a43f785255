//! Incidents, told as rows.

use super::super::fixtures::*;
use super::super::{
    Application, ApplicationStatus, Done, Goal, MARKER, Observed, OperationStatus, Refusal, Replay, SnapshotStatus,
    UNSTICK,
};
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
        trigger: Trigger::Event,
        applications: vec!["app".into()],
        is_guarded: false,
        attempted: Vec::new(),
    }
}

/// What comes next for this incident and an application that runs.
fn next_for(incident: &Incident) -> Next {
    next_with(incident, |_| {})
}

fn next_with(incident: &Incident, change: impl Fn(&mut Application)) -> Next {
    let mut observed = seen(ApplicationStatus::Running);
    snapshot(&mut observed, "s", SnapshotStatus::Ready);
    change(app(&mut observed));
    let now = Timestamp(observed.now.0 + 3_600_000);
    next(incident, &[observed.application.unwrap()], &Settings::default(), now)
}

fn refusal(next: Next) -> Refusal {
    let Next::Report(standings) = next else { panic!("{next:?}") };
    let Some(Standing::StackRefused { refusal, .. }) = standings.into_iter().next() else { panic!("not refused") };
    refusal
}

/// The goal, by name, and the application.
fn reached(next: &Next) -> (String, Option<&str>) {
    let Next::Reach { goal, application } = next else { panic!("{next:?}") };
    (goal.to_string(), application.as_deref())
}

fn attempted(incident: &mut Incident, application: Option<&str>, result: Result<Done, Refusal>) {
    incident.attempted.push(Attempted { application: application.map(str::to_owned), result });
}

const SNAPSHOT: &str =
    "Resource handler returned message: \"Failed to take snapshot for the application app at this moment.\"";

#[test]
fn a_snapshot_failure_of_a_tagged_application_is_stopped_then_the_rollback_continued() {
    let mut incident = incident(SNAPSHOT, None);
    assert_eq!(reached(&next_for(&incident)), ("Stopped".to_owned(), Some("app")));
    assert_eq!(incident.cause().unwrap().reason, SNAPSHOT);
    assert_eq!(incident.began().unwrap().status, "UPDATE_IN_PROGRESS");
    attempted(&mut incident, Some("app"), Ok(Done::Stopped));
    assert_eq!(reached(&next_for(&incident)), ("Continued".to_owned(), None));
    attempted(&mut incident, None, Ok(Done::RollbackContinued));
    assert_eq!(next_for(&incident), Next::Report(vec![Standing::Continued { attempt: 1 }]));
}

#[test]
fn consent_comes_first_and_is_the_stacks() {
    let incident = Incident { consent: Consent::None, ..incident(SNAPSHOT, None) };
    assert_eq!(next_for(&incident), Next::Report(vec![Standing::NotOurs]));
    let tagged = |one: &mut Application| drop(one.tags.insert(UNSTICK.into(), "enabled".into()));
    assert_eq!(
        next_with(&incident, tagged),
        Next::Report(vec![Standing::NotOurs]),
        "an application's own is not enough"
    );
    for status in StackStatus::ALL {
        let guarded = *status == StackStatus::UpdateRollbackComplete;
        let expected = if guarded { Reading::Guarded } else { Reading::Nothing };
        assert_eq!(reading(*status, Consent::None), expected, "{status}");
    }
    assert_eq!(reading(StackStatus::UpdateRollbackFailed, Consent::DryRun), Reading::Everything);
    assert_eq!(reading(StackStatus::UpdateInProgress, Consent::Enabled), Reading::Nothing);
}

#[test]
fn a_dry_run_of_the_stack_or_of_the_application_names_what_a_stop_would_cost_or_forbid() {
    let stack = Incident { consent: Consent::DryRun, ..incident(SNAPSHOT, None) };
    let own = |one: &mut Application| drop(one.tags.insert(UNSTICK.into(), "dry-run".into()));
    for next in [next_for(&stack), next_with(&incident(SNAPSHOT, None), own)] {
        let Next::Report(standings) = next else { panic!("{next:?}") };
        let [Standing::WouldUnstick { stops }] = &standings[..] else { panic!("{standings:?}") };
        assert!(matches!(&stops[0].replay, Some(Replay::Since { snapshot, .. }) if snapshot == "s"), "{stops:?}");
    }
    let old = |one: &mut Application| one.snapshots[0].created = Timestamp(-100 * 3_600_000);
    let Next::Report(standings) = next_with(&stack, old) else { panic!() };
    let [Standing::WouldUnstick { stops }] = &standings[..] else { panic!("{standings:?}") };
    assert!(matches!(stops[0].replay, Some(Replay::Forbidden { .. })), "{stops:?}");
}

#[test]
fn an_application_whose_own_tag_is_no_consent_is_told_before_any_stop() {
    let no = |one: &mut Application| drop(one.tags.insert(UNSTICK.into(), "no".into()));
    assert!(matches!(refusal(next_with(&incident(SNAPSHOT, None), no)), Refusal::NotTagged { .. }));
}

#[test]
fn only_an_application_of_the_roots_own_tree_is_stopped() {
    let mut incident = incident(SNAPSHOT, None);
    incident.applications = vec!["another".into()];
    assert!(
        matches!(refusal(next_for(&incident)), Refusal::OtherBlocker { reason, .. } if reason.contains("not an application of this stack"))
    );
    assert_eq!(incident.concerned(), Vec::<String>::new(), "nor is it looked at");
}

#[test]
fn attempts_are_counted_before_anything_is_stopped() {
    let mut incident = incident(SNAPSHOT, None);
    for attempt in 0..3 {
        assert_eq!(reached(&next_for(&incident)).0, "Stopped", "{attempt}");
        let row = row(STACK, "s", "UPDATE_ROLLBACK_IN_PROGRESS", "");
        let at = incident.events.len() - 3;
        incident.events.insert(at, StackEvent { token: format!("unstick-{attempt}"), ..row });
    }
    assert_eq!(refusal(next_for(&incident)), Refusal::TooManyAttempts { attempts: 3 });
}

#[test]
fn a_bound_that_cannot_be_read_allows_no_stop() {
    let tagged = |one: &mut Application| drop(one.tags.insert(super::super::MAX_REPLAY_HOURS.into(), "2h".into()));
    assert!(matches!(refusal(next_with(&incident(SNAPSHOT, None), tagged)), Refusal::TagUnreadable { .. }));
}

const CONFLICT: &str =
    "Resource handler returned message: \"It is UPDATING\" (RequestToken: 0, HandlerErrorCode: ResourceConflict)";
const TRANSIENT: &str =
    "Resource handler returned message: \"again\" (RequestToken: 0, HandlerErrorCode: NetworkFailure)";

/// After one attempt that failed with this, so many minutes ago.
fn again(failure: &str, minutes: i64) -> Incident {
    let mut incident = incident(failure, None);
    let now = seen(ApplicationStatus::Running).now.0 + 3_600_000;
    let began = row(STACK, "s", "UPDATE_ROLLBACK_IN_PROGRESS", "");
    let time = Timestamp(now - minutes * 60_000);
    let at = incident.events.len() - 3;
    incident.events.insert(at, StackEvent { token: "unstick-0".into(), time, ..began });
    incident
}

#[test]
fn a_busy_application_is_waited_for_and_only_the_second_attempt_stops_it() {
    assert_eq!(reached(&next_for(&incident(CONFLICT, None))).0, "Settled");
    assert_eq!(reached(&next_for(&again(CONFLICT, 1))).0, "Stopped");
    let other = row(LOGGING_OPTION, "Logging", "UPDATE_FAILED", SNAPSHOT);
    let both = incident(CONFLICT, Some(StackEvent { application: Some("app".into()), ..other }));
    assert_eq!(reached(&next_for(&both)).0, "Stopped", "what cannot be snapshotted has to be stopped");
}

#[test]
fn over_a_transient_error_the_rollback_is_continued_as_it_is_and_again_only_later() {
    assert_eq!(reached(&next_for(&incident(TRANSIENT, None))), ("Continued".to_owned(), None));
    let Next::Report(standings) = next_for(&again(TRANSIENT, 14)) else { panic!() };
    assert!(matches!(standings[..], [Standing::Waits { .. }]), "{standings:?}");
    assert_eq!(reached(&next_for(&again(TRANSIENT, 15))).0, "Continued");
    let mut third = again(TRANSIENT, 59);
    let began = row(STACK, "s", "UPDATE_ROLLBACK_IN_PROGRESS", "");
    let at = third.events.len() - 3;
    third.events.insert(at, StackEvent { token: "unstick-x".into(), ..began });
    let Next::Report(standings) = next_for(&third) else { panic!() };
    assert!(matches!(standings[..], [Standing::Waits { .. }]), "{standings:?}");
}

#[test]
fn nothing_is_stopped_or_continued_while_one_blocker_is_a_persons() {
    let seed = "Transaction cancelled, please refer cancellation reasons for specific reasons";
    for curable in [SNAPSHOT, CONFLICT, TRANSIENT] {
        let mixed = incident(curable, Some(row("Custom::Seed", "Seed", "UPDATE_FAILED", seed)));
        assert!(matches!(refusal(next_for(&mixed)), Refusal::OtherBlocker { resource, .. } if resource == "Seed"));
    }
}

#[test]
fn what_was_marked_and_could_not_be_stopped_loses_its_marker() {
    let mut incident = incident(SNAPSHOT, None);
    let denied = Refusal::Denied { action: super::super::Action::StopApplication, error: "no".into() };
    attempted(&mut incident, Some("app"), Err(denied.clone()));
    assert_eq!(reached(&next_for(&incident)).0, "Unmarked");
    attempted(&mut incident, Some("app"), Ok(Done::Unmarked));
    assert_eq!(refusal(next_for(&incident)), denied);
    incident.attempted = Vec::new();
    let lost = Refusal::Unanswered { action: super::super::Action::StopApplication, error: "Rate exceeded".into() };
    attempted(&mut incident, Some("app"), Err(lost.clone()));
    assert_eq!(refusal(next_for(&incident)), lost, "throttled: the sweep does it");
}

#[test]
fn an_update_that_failed_is_left_alone_for_half_an_hour_then_proven_once_more() {
    let mut incident = incident(SNAPSHOT, None);
    incident.status = StackStatus::UpdateFailed;
    let failed = row(STACK, "s", "UPDATE_FAILED", "");
    let now = seen(ApplicationStatus::Running).now.0 + 3_600_000;
    let rests = |minutes: i64| StackEvent { time: Timestamp(now - minutes * 60_000), ..failed.clone() };
    let reported = Next::Report(vec![Standing::UpdateFailed { would_prove: vec!["app".into()] }]);
    for (trigger, minutes, proves) in [
        (Trigger::Event, 60, false),
        (Trigger::Sweep, 29, false),
        (Trigger::Sweep, 30, true),
        (Trigger::Operator, 0, true),
    ] {
        (incident.trigger, incident.events[0]) = (trigger, rests(minutes));
        let next = next_for(&incident);
        if proves {
            assert_eq!(reached(&next), ("Guarded".to_owned(), Some("app")), "{trigger:?} {minutes}");
        } else {
            assert_eq!(next, reported, "{trigger:?} {minutes}");
        }
    }
    for other in [CONFLICT, TRANSIENT, "no"] {
        incident.events[1] = row(APPLICATION, "Flink", "UPDATE_FAILED", other);
        assert_eq!(
            next_for(&incident),
            Next::Report(vec![Standing::UpdateFailed { would_prove: Vec::new() }]),
            "{other}"
        );
    }
}

#[test]
fn several_are_all_started_before_any_is_waited_for() {
    let (mut incident, observed) = over(ApplicationStatus::Ready);
    incident.applications = vec!["first".into(), "second".into()];
    let application = observed.application.unwrap();
    let both = ["first", "second"].map(|name| Application { name: name.into(), ..application.clone() });
    let mut order = Vec::new();
    loop {
        match next(&incident, &both, &Settings::default(), observed.now) {
            Next::Reach { goal: Goal::Recovered(goal), application } => {
                order.push((application.clone().unwrap(), goal.prove));
                let result = if goal.prove { Done::Healthy } else { Done::Started };
                attempted(&mut incident, application.as_deref(), Ok(result));
            }
            Next::Reach { goal, .. } => panic!("{goal:?}"),
            Next::Report(standings) => {
                assert_eq!(standings.len(), 2, "{standings:?}");
                break;
            }
        }
    }
    let expected = [("first", false), ("second", false), ("first", true), ("second", true)];
    assert_eq!(order, expected.map(|(name, prove)| (name.to_owned(), prove)));
}

#[test]
fn of_an_untagged_stack_a_person_is_told_what_its_guard_stopped_and_nothing_is_started() {
    let (mut incident, mut observed) = over(ApplicationStatus::Ready);
    incident.consent = Consent::None;
    app(&mut observed).tags.insert(MARKER.into(), "s-UPDATE_IN_PROGRESS".into());
    let of = |incident: &Incident, observed: &Observed| {
        next(incident, &[observed.application.clone().unwrap()], &Settings::default(), observed.now)
    };
    assert_eq!(of(&incident, &observed), Next::Report(vec![Standing::NotOurs]), "no guard of ours");
    incident.is_guarded = true;
    let Next::Report(standings) = of(&incident, &observed) else { panic!() };
    let [Standing::StartRefused { refusal: Refusal::StackNotTagged { .. }, .. }] = &standings[..] else {
        panic!("{standings:?}")
    };
    app(&mut observed).status = ApplicationStatus::Running;
    assert_eq!(of(&incident, &observed), Next::Report(vec![Standing::NotOurs]));
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
fn a_nested_stack_whose_own_resources_say_nothing_is_a_blocker_itself() {
    let nested = StackEvent { physical_id: "arn:nested".into(), ..row(STACK, "Child", "UPDATE_FAILED", "No quota.") };
    let incident = incident(SNAPSHOT, Some(nested));
    let blockers = incident.blockers();
    assert!(blockers.iter().any(|one| one.logical_id == "Child" && one.kind == BlockerKind::Incurable), "{blockers:?}");
}

#[test]
fn whoever_opted_in_is_told_of_another_cause() {
    let mut incident = incident("Access denied", None);
    assert!(matches!(refusal(next_for(&incident)), Refusal::OtherBlocker { .. }));
    incident.events.clear();
    assert!(matches!(refusal(next_for(&incident)), Refusal::OtherBlocker { .. }), "nothing is known to block");
}

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
    app(&mut observed).operations = super::super::Operations::Unreadable;
    assert_eq!(owed(&incident, app(&mut observed)), Owed::Nothing, "nobody can tell");
    app(&mut observed).tags.insert(MARKER.into(), "second".into());
    assert_eq!(owed(&incident, app(&mut observed)), Owed::Start, "this operation's counts");
    app(&mut observed).tags.insert(MARKER.into(), "forgotten".into());
    assert_eq!(incident.unread_markers(std::slice::from_ref(app(&mut observed)))[0].event, "forgotten");
}

#[test]
fn a_cancelled_sibling_is_no_blocker() {
    let sibling = row("AWS::DynamoDB::Table", "Table", "UPDATE_FAILED", "Resource update cancelled");
    assert_eq!(reached(&next_for(&incident(SNAPSHOT, Some(sibling)))).0, "Stopped");
}

#[test]
fn a_stack_without_a_role_is_refused_before_any_stop() {
    let incident = Incident { may_continue: false, ..incident(SNAPSHOT, None) };
    assert_eq!(refusal(next_for(&incident)), Refusal::NoServiceRole);
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
    app(&mut observed).operations = super::super::Operations::Unreadable;
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
    assert!(may_be_left_behind(StackStatus::UpdateRollbackComplete, None, false), "a status of tomorrow");
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
