//! What people read of an incident: each standing, and what became of a job's state.

use std::collections::BTreeMap;

use shared::flink::{Mask, Operation, OperationStatus, Operations, SnapshotStatus};
use shared::lifecycle::{
    Attempts, Call, Consent, Done, Force, Goal, Observed, Recovered, Stack, StepReason, Stopped, Trigger,
};
use shared::stack::StackStatus;
use shared::time::Timestamp;

use super::*;
use crate::reconcile::{CallHistory, CallRecord};
use shared::flink::{ApplicationStatus, Restore, Snapshot, SnapshotMode};
use shared::lifecycle::{GuardOutcome, Replay, WouldStop};

const HOUR: i64 = 3_600_000;

fn ago(hours: i64) -> Timestamp {
    Timestamp(crate::clock::now().0 - hours * HOUR)
}

/// `app` with a snapshot `s` of an hour ago.
fn application(status: ApplicationStatus) -> Application {
    let snapshot = |name: &str, created| Snapshot {
        name: name.into(),
        status: SnapshotStatus::Ready,
        version: 1,
        created,
        runtime: None,
    };
    Application {
        name: "app".into(),
        arn: "arn:app".into(),
        status,
        version: 1,
        version_created: ago(40),
        rolled_back_to: None,
        runtime: "FLINK-1_20".into(),
        created: ago(40),
        snapshots_enabled: true,
        token: None,
        tags: BTreeMap::new(),
        log_group: Some("/aws/app".into()),
        groups: Vec::new(),
        running_with: None,
        operations: Operations::Listed(Vec::new()),
        has_older_operations: false,
        snapshot_mode: SnapshotMode::Legacy,
        snapshots: vec![snapshot("older", ago(30)), snapshot("s", ago(1))],
    }
}

fn incident() -> Incident {
    Incident {
        stack: "arn:aws:cloudformation:eu-west-1:111122223333:stack/orders/1".into(),
        status: StackStatus::UpdateRollbackFailed,
        may_continue: true,
        consent: Consent::Enabled,
        events: Vec::new(),
        trigger: Trigger::Event,
        applications: vec!["app".into()],
        is_guarded: false,
        attempted: Vec::new(),
        mask: Mask::default(),
    }
}

fn report(standing: Standing) -> Report {
    let applications = [application(ApplicationStatus::Running)];
    compose(&incident(), &applications, &[], vec![standing], &IncidentSettings::default())
}

fn app() -> String {
    "app".to_owned()
}

#[test]
fn each_standing_says_what_is_and_what_a_person_does_next() {
    let refusal = || Refusal::ReplayForbidden { application: app(), why: "too old".into() };
    let proven = |outcome| Standing::ProvenAgain { application: app(), outcome };
    let would = |replay| Standing::WouldUnstick { stops: vec![WouldStop { application: app(), replay }] };
    let hour = std::time::Duration::from_hours(1);
    for (standing, outcome, state, next) in [
        (Standing::NotOurs, Outcome::NotOurs, "has no tag flink-unstick", ""),
        (Standing::NothingStuck, Outcome::NotOurs, "there is nothing to get unstuck", ""),
        (Standing::NothingToStart, Outcome::NotOurs, "there is nothing to start", ""),
        (
            Standing::UpdateFailed { would_prove: vec![app()] },
            Outcome::Reported,
            "a snapshot is tried again of app",
            "--disable-rollback",
        ),
        (proven(GuardOutcome::Probed), Outcome::NotOurs, "it was left running", ""),
        (proven(GuardOutcome::ForceStopped), Outcome::NotOurs, "it is stopped, and the next update", ""),
        (proven(GuardOutcome::NoApplication), Outcome::NotOurs, "it does not exist", ""),
        (Standing::Waits { until: ago(0) }, Outcome::Reported, "the sweep continues it after 20", ""),
        (would(None), Outcome::DryRun, "nothing would be stopped", "would continue the rollback"),
        (
            would(Some(Replay::Since { snapshot: "s".into(), age: hour })),
            Outcome::DryRun,
            "would replay from snapshot s (60 minutes). Consumer lag is not known",
            "would stop app and continue",
        ),
        (would(Some(Replay::Empty { age: hour })), Outcome::DryRun, "60 minutes, from empty state", "stop app"),
        (
            would(Some(Replay::Forbidden { why: "too old".into() })),
            Outcome::DryRun,
            "would be refused: too old",
            "stop app",
        ),
        (Standing::WouldStart { application: app() }, Outcome::DryRun, "", "would start app; by hand: aws"),
        (
            Standing::StackRefused { refusal: refusal(), to_stop: vec![app()] },
            Outcome::Refused,
            "too old",
            "stop-application --application-name app --force; aws cloudformation continue-update-rollback",
        ),
        (
            Standing::StartRefused { application: app(), refusal: refusal(), by_hand: true },
            Outcome::Refused,
            "if it runs again by 20",
            "By hand: aws kinesisanalyticsv2 start-application",
        ),
        (Standing::Continued { attempt: 2 }, Outcome::RollbackContinued, "", ""),
        (Standing::ContinuedByAnother, Outcome::RollbackContinued, "continued the rollback", ""),
        (Standing::Recovered { application: app() }, Outcome::Recovered, "", ""),
        (
            Standing::AwaitingFix { application: app(), error: "no table".into() },
            Outcome::StoppedAwaitingFix,
            "stopped until a fix is deployed: no table app: if it runs again by 20",
            "aws logs tail /aws/app",
        ),
        (
            Standing::AwaitingFix { application: app(), error: String::new() },
            Outcome::StoppedAwaitingFix,
            "the service gives no reason",
            "deploy a fix",
        ),
        (Standing::LeftStopped { application: app() }, Outcome::Reported, "it is left stopped", "To start it: aws"),
        (Standing::Gone { application: app() }, Outcome::Refused, "does not exist any more", "it starts empty"),
        (Standing::LeftToDeployment { application: app() }, Outcome::NotOurs, "its auto-start starts it", ""),
    ] {
        let report = report(standing.clone());
        assert_eq!(report.outcome, outcome, "{standing:?}");
        assert!(report.state.contains(state) && report.next.contains(next), "{standing:?}: {report:?}");
        assert!(!report.state.ends_with(' '), "{report:?}");
    }
}

/// What was done for a goal, with the application as it was left.
fn taken(goal: Goal, calls: Vec<(Call, Option<&str>)>, left: Application, result: Result<Done, Refusal>) -> GoalRecord {
    let made = |(call, refused): (Call, Option<&str>)| CallRecord {
        call,
        reason: StepReason::ForceAllowed,
        refused: refused.map(str::to_owned),
    };
    let observed = Observed {
        now: ago(0),
        application: Some(left),
        stack: Stack::default(),
        attempts: Attempts::default(),
        poll_interval: std::time::Duration::from_secs(5),
    };
    let calls = calls.into_iter().map(made).collect();
    let trail = CallHistory { last: Some(observed), calls, ..CallHistory::default() };
    GoalRecord { goal, application: Some(app()), trail, result }
}

fn said(found: Application, taken: GoalRecord) -> Report {
    compose(&incident(), &[found], &[taken], Vec::new(), &IncidentSettings::default())
}

#[test]
fn a_stop_says_what_it_threw_away_and_until_when_nothing_is_lost() {
    let stop = |force| Call::Stop { force };
    let refused = Some("Rate exceeded");
    let bound = IncidentSettings::default().max_replay;
    for (calls, result, expected) in [
        (vec![(stop(true), None)], Done::Stopped, "what came after snapshot s (60 minutes) is replayed. Consumer lag"),
        (vec![(stop(true), None)], Done::Stopped, "if it runs again by 20"),
        (vec![(stop(false), None)], Done::Stopped, "no state was thrown away"),
        (vec![(stop(false), refused)], Done::Stopped, "it was stopped before"),
        (vec![], Done::NotRunning, "these handlers did not stop it: it is left stopped"),
        (vec![], Done::Settled, "so it was not stopped"),
    ] {
        let goal = Goal::Stopped(Stopped {
            marker: None,
            graceful: true,
            force: Force::UnderReplayRule(bound),
            patience: bound,
            since: ago(1),
            proof: None,
        });
        let count = calls.len();
        let left = application(ApplicationStatus::Ready);
        let report = said(application(ApplicationStatus::Running), taken(goal, calls, left, Ok(result)));
        assert!(report.state.contains(expected), "{expected}: {report:?}");
        assert_eq!(report.applications[0].actions.len(), count, "a call without an answer is among them: {report:?}");
    }
}

#[test]
fn a_restart_names_the_snapshot_that_it_restored_and_one_that_failed_is_none() {
    let started = |status| {
        let (id, kind, is_new) = (String::new(), "StartApplication".to_owned(), false);
        let operation = Operation { id, is_new, kind, status, started: ago(0), ended: None, error: None };
        Application { operations: Operations::Listed(vec![operation]), ..application(ApplicationStatus::Running) }
    };
    let (ran, failed) = (OperationStatus::Successful, OperationStatus::Failed);
    for (restore, status, expected, snapshot) in [
        (Some(Restore::Latest), ran, "restarted from snapshot s; what came after it (60 minutes)", "s"),
        (Some(Restore::Custom("older".into())), ran, "restarted from snapshot older", "older"),
        (Some(Restore::Skip), ran, "restarted empty; everything in the stream", ""),
        (Some(Restore::Latest), failed, "a start from snapshot s failed.", "s"),
        (None, ran, "it had been started already", "s"),
    ] {
        let start = |restore| (Call::Start { restore, allow_non_restored_state: false }, None);
        let calls: Vec<_> = restore.clone().map(start).into_iter().collect();
        let goal = Goal::Recovered(Recovered {
            event: "e".into(),
            stabilize: std::time::Duration::ZERO,
            proof: "flink-handlers-gate-e".into(),
            since: ago(1),
            stack: StackStatus::UpdateRollbackComplete,
            patience: std::time::Duration::ZERO,
            prove: true,
        });
        let found = if restore.is_some() { ApplicationStatus::Ready } else { ApplicationStatus::Running };
        let report = said(application(found), taken(goal, calls, started(status), Ok(Done::Healthy)));
        assert!(report.state.contains(expected), "{expected}: {report:?}");
        assert_eq!(report.applications[0].snapshot, snapshot, "{report:?}");
    }
}
