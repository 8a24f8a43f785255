//! UPDATE_ROLLBACK_FAILED: what blocks, what is stopped for it, and when the rollback is continued.

use super::super::super::fixtures::*;
use super::*;

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
fn an_application_whose_own_tag_is_no_consent_is_reported_before_any_stop() {
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
fn a_rollback_that_another_caller_continued_since_the_stack_was_described_is_left_to_it() {
    let mut incident = incident(SNAPSHOT, None);
    incident.events.insert(0, row(STACK, "s", "UPDATE_ROLLBACK_IN_PROGRESS", ""));
    assert_eq!(next_for(&incident), Next::Report(vec![Standing::ContinuedByAnother]));
    incident.events.retain(|row| row.status != "UPDATE_ROLLBACK_IN_PROGRESS" && row.status != "UPDATE_FAILED");
    assert!(matches!(refusal(next_for(&incident)), Refusal::OtherBlocker { .. }), "its rows do not say what failed");
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
    let tagged =
        |one: &mut Application| drop(one.tags.insert(super::super::super::MAX_REPLAY_HOURS.into(), "2h".into()));
    assert!(matches!(refusal(next_with(&incident(SNAPSHOT, None), tagged)), Refusal::TagUnreadable { .. }));
}

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
    let denied = Refusal::Denied { action: super::super::super::Action::StopApplication, error: "no".into() };
    attempted(&mut incident, Some("app"), Err(denied.clone()));
    assert_eq!(reached(&next_for(&incident)).0, "Unmarked");
    attempted(&mut incident, Some("app"), Ok(Done::Unmarked));
    assert_eq!(refusal(next_for(&incident)), denied);
    incident.attempted = Vec::new();
    let lost =
        Refusal::Unanswered { action: super::super::super::Action::StopApplication, error: "Rate exceeded".into() };
    attempted(&mut incident, Some("app"), Err(lost.clone()));
    assert_eq!(refusal(next_for(&incident)), lost, "throttled: the sweep does it");
}

#[test]
fn a_stack_that_opted_in_gets_a_report_of_another_cause() {
    let mut incident = incident("Access denied", None);
    assert!(matches!(refusal(next_for(&incident)), Refusal::OtherBlocker { .. }));
    incident.events.clear();
    assert!(matches!(refusal(next_for(&incident)), Refusal::OtherBlocker { .. }), "nothing is known to block");
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
