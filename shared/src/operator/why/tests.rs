use super::super::job::tests::{NOW, application};
use super::super::line::Style;
use super::*;
use crate::contract::UNSTICK;
use crate::flink::{ApplicationStatus, Mask, OperationStatus, SnapshotStatus};
use crate::lifecycle::{Consent, Trigger};

mod kinds;

const STACK: &str = "arn:aws:cloudformation:eu-west-1:111122223333:stack/orders/1";
const SNAPSHOT: &str = "Failed to take snapshot for the application orders at this moment.";

fn row(id: &str, kind: &str, status: &str, reason: &str) -> StackEvent {
    let physical_id = match kind {
        "AWS::CloudFormation::Stack" => STACK.to_owned(),
        _ => "orders".to_owned(),
    };
    StackEvent {
        time: NOW,
        stack: STACK.into(),
        logical_id: id.into(),
        physical_id,
        resource_type: kind.into(),
        status: status.into(),
        reason: reason.into(),
        ..StackEvent::default()
    }
}

fn own(status: &str) -> StackEvent {
    row("orders", "AWS::CloudFormation::Stack", status, "")
}

/// Rows newest first, and the one application.
fn scene(status: StackStatus, events: Vec<StackEvent>, application: Application) -> Scene {
    let incident = Incident {
        stack: STACK.into(),
        status,
        may_continue: true,
        consent: Consent::None,
        events,
        trigger: Trigger::Operator,
        applications: vec!["orders".to_owned(), "bills".to_owned()],
        is_guarded: false,
        attempted: Vec::new(),
        mask: Mask::default(),
    };
    let applications = vec![("Application".to_owned(), "orders".to_owned(), Some(application))];
    Scene { now: NOW, region: None, incident, is_ours: true, types: BTreeSet::new(), applications }
}

fn running() -> Application {
    let start = ("StartApplication", OperationStatus::Successful, 90);
    application(ApplicationStatus::Running, &[start], &[("s", SnapshotStatus::Ready, 40)])
}

/// The incident of `SEMANTICS.md` C.4: an update and its rollback fail, because the job cannot be snapshotted.
fn stuck() -> Scene {
    let flink = "AWS::KinesisAnalyticsV2::Application";
    let events = vec![
        own("UPDATE_ROLLBACK_FAILED"),
        row("Application", flink, "UPDATE_FAILED", SNAPSHOT),
        own("UPDATE_ROLLBACK_IN_PROGRESS"),
        row("Application", flink, "UPDATE_FAILED", SNAPSHOT),
        own("UPDATE_IN_PROGRESS"),
    ];
    scene(StackStatus::UpdateRollbackFailed, events, running())
}

fn next(scene: &Scene) -> String {
    why(scene).next.join("\n")
}

#[test]
fn what_blocks_a_rollback_is_unblocked_by_who_may() {
    let force =
        "aws kinesisanalyticsv2 stop-application --force --application-name orders\naws cloudformation continue";
    let mut scene = stuck();
    assert!(next(&scene).starts_with(force), "no tag: {}", next(&scene));
    scene.incident.consent = Consent::DryRun;
    assert!(next(&scene).starts_with(force), "dry-run: {}", next(&scene));
    scene.incident.consent = Consent::Enabled;
    assert!(next(&scene).starts_with("aws lambda invoke --function-name flink-rollback-unsticker"));
    scene.incident.may_continue = false;
    assert!(next(&scene).starts_with(force), "no role: {}", next(&scene));
}

#[test]
fn the_applications_own_tag_counts_beside_the_stacks() {
    let mut scene = stuck();
    scene.incident.consent = Consent::Enabled;
    if let Some(application) = &mut scene.applications[0].2 {
        application.tags.insert(UNSTICK.into(), "dry-run".into());
    }
    assert!(why(&scene).seen.iter().any(|line| line.contains("dry-run on the application")), "{:?}", why(&scene).seen);
    assert!(next(&scene).starts_with("aws kinesisanalyticsv2 tag-resource"), "{}", next(&scene));
    scene.incident.consent = Consent::None;
    assert!(next(&scene).starts_with("aws kinesisanalyticsv2 stop-application --force"), "{}", next(&scene));
}

#[test]
fn of_two_applications_the_one_that_has_not_opted_in_is_named() {
    let mut scene = stuck();
    scene.incident.consent = Consent::Enabled;
    let flink = "AWS::KinesisAnalyticsV2::Application";
    let mut other = row("Other", flink, "UPDATE_FAILED", &SNAPSHOT.replace("orders", "bills"));
    other.physical_id = "bills".to_owned();
    scene.incident.events.insert(1, other);
    let mut bills = running();
    bills.name = "bills".to_owned();
    bills.tags.insert(UNSTICK.into(), "no".into());
    scene.applications.push(("Other".to_owned(), "bills".to_owned(), Some(bills)));
    let answer = why(&scene);
    assert!(answer.seen.contains(&"bills has not opted in (flink-unstick=enabled)".to_owned()), "{:?}", answer.seen);
    assert!(next(&scene).contains("aws kinesisanalyticsv2 tag-resource"), "{}", next(&scene));
    assert!(answer.next.last().unwrap().starts_with("aws lambda invoke"), "{:?}", answer.next);
}

#[test]
fn something_else_that_blocks_is_fixed_first() {
    let mut scene = stuck();
    scene.incident.consent = Consent::Enabled;
    scene.incident.events.insert(1, row("Table", "AWS::DynamoDB::Table", "UPDATE_FAILED", "no capacity"));
    assert!(next(&scene).starts_with("fix Table, then:"), "{}", next(&scene));
}

#[test]
fn a_state_too_old_is_a_persons_choice() {
    let mut scene = stuck();
    scene.incident.consent = Consent::Enabled;
    scene.now = Timestamp(NOW.0 + 30 * 3_600_000);
    let answer = why(&scene);
    assert!(answer.seen.iter().any(|line| line.contains("at most 20 hours may be replayed")), "{:?}", answer.seen);
    assert!(answer.next[0].contains("stop-application --force"), "{:?}", answer.next);
}

#[test]
fn after_three_attempts_the_log_is_read() {
    let mut scene = stuck();
    scene.incident.consent = Consent::Enabled;
    for token in ["unstick-1", "unstick-2", "unstick-3"] {
        let mut again = own("UPDATE_ROLLBACK_IN_PROGRESS");
        again.token = token.into();
        scene.incident.events.insert(2, again);
    }
    assert!(next(&scene).starts_with("aws logs tail /aws/lambda/flink-rollback-unsticker"), "{}", next(&scene));
}

#[test]
fn the_cause_of_a_deletion_is_not_that_of_the_update_before_it() {
    let events = vec![
        own("DELETE_FAILED"),
        row("Table", "AWS::DynamoDB::Table", "DELETE_FAILED", "in use"),
        own("DELETE_IN_PROGRESS"),
        row("Application", "AWS::KinesisAnalyticsV2::Application", "UPDATE_FAILED", SNAPSHOT),
        own("UPDATE_IN_PROGRESS"),
    ];
    let answer = why(&scene(StackStatus::DeleteFailed, events, running()));
    assert_eq!(answer.cause, "Table: in use");
    assert!(answer.next.iter().any(|line| line.ends_with("--retain-resources Table")), "{:?}", answer.next);
}

/// READY after a rollback of two minutes, with this marker and this newest operation, so many minutes ago.
fn at_rest(consent: Consent, marker: Option<&str>, newest: (&str, i64)) -> Scene {
    let at = |minutes: i64, event: StackEvent| StackEvent {
        id: event.status.clone(),
        time: Timestamp(NOW.0 - minutes * 60_000),
        ..event
    };
    let guard = row("Guard", "Custom::FlinkUpdateGuard", "UPDATE_COMPLETE", "");
    let events = vec![at(8, own("UPDATE_ROLLBACK_COMPLETE")), at(9, guard), at(10, own("UPDATE_IN_PROGRESS"))];
    let start = ("StartApplication", OperationStatus::Successful, 90);
    let (kind, minutes) = newest;
    let mut ready = application(ApplicationStatus::Ready, &[(kind, OperationStatus::Successful, minutes), start], &[]);
    ready.tags.extend(marker.map(|marker| ("flink-unstick-restart".to_owned(), marker.to_owned())));
    let mut scene = scene(StackStatus::UpdateRollbackComplete, events, ready);
    scene.incident.consent = consent;
    scene
}

#[test]
fn of_a_job_that_is_down_it_says_what_the_unsticker_itself_decides() {
    let (invoke, start) = ("aws lambda invoke", "aws kinesisanalyticsv2 start-application");
    let stop = |minutes: i64| ("StopApplication", minutes);
    for (consent, marker, newest, command, cause) in [
        (Consent::Enabled, Some("UPDATE_IN_PROGRESS"), stop(9), invoke, "was stopped for the update"),
        (Consent::Enabled, None, stop(9), invoke, "was stopped for the update"),
        (Consent::None, Some("UPDATE_IN_PROGRESS"), stop(9), start, "was stopped for the update"),
        (Consent::None, None, stop(9), start, "not running"),
        (Consent::DryRun, Some("UPDATE_IN_PROGRESS"), stop(9), start, "was stopped for the update"),
        (Consent::Enabled, Some("UPDATE_IN_PROGRESS"), stop(2), start, "these handlers did not stop it"),
        (Consent::Enabled, None, stop(2), start, "not running"),
    ] {
        let answer = why(&at_rest(consent, marker, newest));
        let case = format!("{consent:?} {marker:?} {newest:?}: {answer:?}");
        assert!(answer.next.len() == 1 && answer.next[0].starts_with(command), "{case}");
        assert!(answer.cause.contains(cause), "{case}");
    }
}

#[test]
fn every_status_has_a_verdict_and_a_stuck_stack_has_a_next_command() {
    for status in StackStatus::ALL {
        let answer = why(&scene(*status, vec![own(status.as_str())], running()));
        let is_well = answer.verdict == Verdict::Fine || *status == StackStatus::DeleteComplete;
        assert_eq!(answer.next.is_empty(), is_well, "{status}: {answer:?}");
        assert_eq!(
            answer.verdict == Verdict::InProgress,
            status.is_in_progress() && *status != StackStatus::ReviewInProgress
        );
    }
}

#[test]
fn a_stack_of_another_template_is_never_reported_to_be_deployed_by_ours() {
    for status in StackStatus::ALL {
        for application in [running(), application(ApplicationStatus::RolledBack, &[], &[])] {
            let scene = Scene { is_ours: false, ..scene(*status, vec![own(status.as_str())], application) };
            assert!(!next(&scene).contains("make deploy"), "{status}: {}", next(&scene));
        }
    }
}

#[test]
fn it_is_read_from_top_to_bottom() {
    let mut scene = stuck();
    scene.incident.consent = Consent::Enabled;
    let answer = why(&scene).describe(Style::Plain);
    let lines: Vec<&str> = answer.lines().collect();
    assert_eq!(lines[0], "orders is stuck, UPDATE_ROLLBACK_FAILED");
    let looked =
        "compared  the events of the newest stack operation with the operations and snapshots of 1 application";
    assert_eq!(lines[1], looked);
    assert_eq!(lines[2], format!("cause     Application: {SNAPSHOT}"));
    assert_eq!(
        lines[3],
        "job       orders RUNNING, version 3: it could not be snapshotted 0 s ago; newest READY snapshot 40 min old"
    );
}
