//! What the service tells of a job: RUNNING is not healthy (`semantics.md` A.3), and READY has many causes. It reads,
//! it does not prove: only a snapshot proves a job, and taking one is not looking.

use std::time::Duration;

use super::line::{age, own_words};
use super::refused::RefusedSnapshots;
use crate::flink::{
    Application, ApplicationPhase, ApplicationStatus, Operation, OperationStatus, Operations, Snapshot, SnapshotStatus,
};
use crate::lifecycle::{AWAITING_FIX, MARKER};
use crate::time::Timestamp;

/// Since when a passing status counts as stuck (`semantics.md` A.3: ten minutes).
const SLOW: Duration = Duration::from_mins(10);

/// What is known of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Job {
    /// RUNNING, and nothing that the service tells is a problem of it.
    Runs,
    /// RUNNING, and the last thing that had to prove it failed.
    Fails(String),
    /// A transient status, STARTING for example, and how long it has lasted.
    Busy(ApplicationStatus, SlowSince),
    /// READY, and no start was ever asked for.
    NeverStarted,
    /// READY on purpose: the code failed again after a rollback.
    AwaitsFix,
    /// READY, stopped for a deployment, and not started again yet.
    AwaitsRestart,
    /// READY; the last operation, as far as it says why.
    Stopped(String),
    /// ROLLED_BACK: the service starts nothing there.
    RolledBack,
}

/// How long a passing status lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlowSince {
    /// Not too long, or not known.
    NotSlow,
    /// Longer than such a status takes.
    Slow(Duration),
}

/// What the service's newest answers, and the refusals in the stack's rows, say of the application's job, at the time
/// `now`.
#[must_use]
pub fn job(application: &Application, refused: &RefusedSnapshots, now: Timestamp) -> Job {
    match application.status.phase() {
        ApplicationPhase::Running => failure(application, refused, now).map_or(Job::Runs, Job::Fails),
        ApplicationPhase::Ready => at_rest(application, now),
        ApplicationPhase::RolledBack => Job::RolledBack,
        ApplicationPhase::Transitional | ApplicationPhase::Deleting => {
            let going_on = all(application).iter().find(|one| one.status == OperationStatus::InProgress);
            let lasts = going_on.map(|operation| now.since(operation.started)).filter(|lasts| *lasts > SLOW);
            Job::Busy(application.status, lasts.map_or(SlowSince::NotSlow, SlowSince::Slow))
        }
    }
}

fn all(application: &Application) -> &[Operation] {
    match &application.operations {
        Operations::Listed(all) => all,
        Operations::Unreadable => &[],
    }
}

fn at_rest(application: &Application, now: Timestamp) -> Job {
    match application.tag(MARKER) {
        Some(marker) if marker.starts_with(AWAITING_FIX) => return Job::AwaitsFix,
        Some(_) => return Job::AwaitsRestart,
        None => {}
    }
    let operations = all(application);
    let started = operations.iter().any(|operation| operation.kind == "StartApplication");
    let is_known = application.operations != Operations::Unreadable && !application.has_older_operations;
    if !started && is_known {
        return Job::NeverStarted;
    }
    match operations.iter().find(|operation| operation.kind != "CreateApplicationSnapshot") {
        Some(newest) => Job::Stopped(describe_operation(newest, now)),
        None => Job::Stopped("why cannot be read: its operations are not readable".to_owned()),
    }
}

/// The newest thing that failed since the job last proved itself, or was started.
fn failure(application: &Application, refused: &RefusedSnapshots, now: Timestamp) -> Option<String> {
    let proven = application.newest_snapshot().map_or(Timestamp(i64::MIN), |snapshot| snapshot.created);
    let since_it_runs = all(application).iter().take_while(|operation| operation.kind != "StartApplication");
    let operation = since_it_runs
        .filter(|operation| operation.started >= proven)
        .find(|operation| operation.status == OperationStatus::Failed)
        .map(|operation| describe_operation(operation, now));
    let started = all(application).iter().filter(|one| one.kind == "StartApplication").map(|one| one.started).max();
    let is_newer = |refused: &&Timestamp| **refused >= proven && started.is_none_or(|started| **refused >= started);
    let refused = refused.get(&application.name).filter(is_newer);
    let refused = refused.map(|refused| format!("it could not be snapshotted {} ago", age(now.since(*refused))));
    operation.or(refused).or_else(|| {
        let newest: &Snapshot = application.snapshots.iter().max_by_key(|snapshot| snapshot.created)?;
        let failed = newest.status == SnapshotStatus::Failed;
        failed.then(|| format!("snapshot {} failed {} ago", newest.name, age(now.since(newest.created))))
    })
}

/// `StopApplication SUCCESSFUL 12 min ago`, with the service's own words when it failed.
fn describe_operation(operation: &Operation, now: Timestamp) -> String {
    let words = format!("{} {} {} ago", operation.kind, operation.status, age(now.since(operation.started)));
    operation.error.as_ref().map_or_else(|| words.clone(), |error| format!("{words}: {}", own_words(error)))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::flink::SnapshotMode;
    use std::collections::BTreeMap;

    pub(in crate::operator) const NOW: Timestamp = Timestamp(100_000_000);

    /// An application of which the service tells this, operations newest first, ages in minutes.
    pub(in crate::operator) fn application(
        status: ApplicationStatus,
        operations: &[(&str, OperationStatus, i64)],
        snapshots: &[(&str, SnapshotStatus, i64)],
    ) -> Application {
        let ago = |minutes: i64| Timestamp(NOW.0 - minutes * 60_000);
        Application {
            name: "orders".into(),
            arn: "arn:aws:kinesisanalytics:eu-west-1:111122223333:application/orders".into(),
            status,
            version: 3,
            version_created: ago(60),
            rolled_back_to: None,
            runtime: "FLINK-1_20".into(),
            created: ago(600),
            snapshots_enabled: true,
            token: None,
            tags: BTreeMap::new(),
            log_group: Some("/aws/kinesis-analytics/orders".into()),
            groups: Vec::new(),
            running_with: None,
            has_older_operations: false,
            snapshot_mode: SnapshotMode::Legacy,
            operations: Operations::Listed(
                operations
                    .iter()
                    .map(|(kind, status, minutes)| Operation {
                        id: String::new(),
                        is_new: false,
                        kind: (*kind).into(),
                        status: *status,
                        started: ago(*minutes),
                        ended: None,
                        error: (*status == OperationStatus::Failed).then(|| "the job is not running".into()),
                    })
                    .collect(),
            ),
            snapshots: snapshots
                .iter()
                .map(|(name, status, minutes)| Snapshot {
                    name: (*name).into(),
                    status: *status,
                    version: 3,
                    created: ago(*minutes),
                    runtime: Some("FLINK-1_20".into()),
                })
                .collect(),
        }
    }

    const START: (&str, OperationStatus, i64) = ("StartApplication", OperationStatus::Successful, 60);

    #[test]
    fn running_is_reported_from_failing_by_what_failed_last() {
        use OperationStatus::{Failed, Successful};
        let of = |operations: &[_], snapshots: &[_]| {
            job(&application(ApplicationStatus::Running, operations, snapshots), &RefusedSnapshots::new(), NOW)
        };
        assert_eq!(of(&[START], &[]), Job::Runs);
        let failed = ("CreateApplicationSnapshot", Failed, 5);
        let words = "CreateApplicationSnapshot FAILED 5 min ago: the job is not running";
        assert_eq!(of(&[failed, START], &[("a", SnapshotStatus::Ready, 30)]), Job::Fails(words.into()));
        assert_eq!(of(&[failed, START], &[("b", SnapshotStatus::Ready, 2)]), Job::Runs, "proven since");
        assert_eq!(of(&[START, failed], &[]), Job::Runs, "started since");
        let failed = Job::Fails("snapshot s failed 3 min ago".into());
        assert_eq!(of(&[("UpdateApplication", Successful, 9), START], &[("s", SnapshotStatus::Failed, 3)]), failed);
    }

    #[test]
    fn ready_has_many_causes() {
        let mut ready = application(ApplicationStatus::Ready, &[], &[]);
        assert_eq!(job(&ready, &RefusedSnapshots::new(), NOW), Job::NeverStarted);
        ready.tags.insert(MARKER.into(), "awaiting-fix/e1".into());
        assert_eq!(job(&ready, &RefusedSnapshots::new(), NOW), Job::AwaitsFix);
        ready.tags.insert(MARKER.into(), "e1".into());
        assert_eq!(job(&ready, &RefusedSnapshots::new(), NOW), Job::AwaitsRestart);
        let stop = ("StopApplication", OperationStatus::Successful, 12);
        let stopped = application(ApplicationStatus::Ready, &[stop, START], &[]);
        assert_eq!(
            job(&stopped, &RefusedSnapshots::new(), NOW),
            Job::Stopped("StopApplication SUCCESSFUL 12 min ago".into())
        );
    }

    #[test]
    fn a_passing_status_is_stuck_after_ten_minutes() {
        let starting = |minutes| {
            let start = ("StartApplication", OperationStatus::InProgress, minutes);
            job(&application(ApplicationStatus::Starting, &[start], &[]), &RefusedSnapshots::new(), NOW)
        };
        assert_eq!(starting(9), Job::Busy(ApplicationStatus::Starting, SlowSince::NotSlow));
        let slow = SlowSince::Slow(Duration::from_mins(11));
        assert_eq!(starting(11), Job::Busy(ApplicationStatus::Starting, slow));
    }
}
