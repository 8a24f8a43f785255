//! Incidents, written as rows.

mod owed;
mod stuck;

use super::super::fixtures::*;
use super::super::{Done, Goal, MARKER, Observed, Refusal, Replay, UNSTICK};
use super::*;
use crate::flink::{Application, ApplicationStatus, OperationStatus, PropertyGroup, SnapshotStatus};
use crate::stack::{APPLICATION, LOGGING_OPTION};

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

/// The rows of `semantics.md` C.4, in order of time.
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
        mask: Mask::default(),
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
    next(incident, &[observed.application.unwrap()], &IncidentSettings::default(), now)
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
    incident.attempted.push(GoalResult { application: application.map(str::to_owned), result });
}

const SNAPSHOT: &str =
    "Resource handler returned message: \"Failed to take snapshot for the application app at this moment.\"";

const CONFLICT: &str =
    "Resource handler returned message: \"It is UPDATING\" (RequestToken: 0, HandlerErrorCode: ResourceConflict)";
const TRANSIENT: &str =
    "Resource handler returned message: \"again\" (RequestToken: 0, HandlerErrorCode: NetworkFailure)";

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
fn what_people_read_of_the_rows_repeats_no_property_value_and_what_cures_them_is_read_of_all() {
    let code = "ServiceInternalError";
    let reason =
        format!("Resource handler returned message: \"no s3cr3t-1\" (RequestToken: 0, HandlerErrorCode: {code})");
    let mut incident = incident(&reason, Some(row("Custom::Seed", "Seed", "UPDATE_FAILED", "app has s3cr3t-1")));
    let mut observed = seen(ApplicationStatus::Running);
    let map = [("a", "s3cr3t-1"), ("b", code), ("c", "app"), ("d", "arn:stack")];
    let map = map.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
    app(&mut observed).groups = vec![PropertyGroup { id: "g".into(), map }];
    incident.mask = Mask::of_stack(&incident.stack, std::slice::from_ref(app(&mut observed)));
    assert_eq!(incident.blockers()[0].kind, BlockerKind::Transient);
    let read = [
        incident.described_cause(),
        incident.described_blockers().join("\n"),
        refusal(next_for(&incident)).to_string(),
    ];
    assert!(read.iter().all(|text| !text.contains("s3cr3t") && text.contains("***")), "{read:?}");
    assert!(read[1].contains("app has ***"), "{read:?}");
}

#[test]
fn several_are_all_started_before_any_is_waited_for() {
    let (mut incident, observed) = over(ApplicationStatus::Ready);
    incident.applications = vec!["first".into(), "second".into()];
    let application = observed.application.unwrap();
    let both = ["first", "second"].map(|name| Application { name: name.into(), ..application.clone() });
    let mut order = Vec::new();
    loop {
        match next(&incident, &both, &IncidentSettings::default(), observed.now) {
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
fn of_an_untagged_stack_a_person_is_notified_what_its_guard_stopped_and_nothing_is_started() {
    let (mut incident, mut observed) = over(ApplicationStatus::Ready);
    incident.consent = Consent::None;
    let of = |incident: &Incident, observed: &Observed| {
        next(incident, &[observed.application.clone().unwrap()], &IncidentSettings::default(), observed.now)
    };
    assert_eq!(of(&incident, &observed), Next::Report(vec![Standing::NotOurs]), "no guard of ours, and no marker");
    app(&mut observed).tags.insert(MARKER.into(), "s-UPDATE_IN_PROGRESS".into());
    for is_guarded in [false, true] {
        incident.is_guarded = is_guarded;
        let Next::Report(standings) = of(&incident, &observed) else { panic!() };
        let [Standing::StartRefused { refusal: Refusal::StackNotTagged { .. }, .. }] = &standings[..] else {
            panic!("{standings:?}")
        };
    }
    app(&mut observed).status = ApplicationStatus::Running;
    assert_eq!(of(&incident, &observed), Next::Report(vec![Standing::NotOurs]));
}
