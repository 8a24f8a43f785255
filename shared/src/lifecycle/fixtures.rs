//! A world for examples: one application, looked at once.

use std::collections::BTreeMap;
use std::time::Duration;

use super::attempts::{Attempts, Rejected};
use super::call::Call;
use super::goal::choices::ConflictPolicy;
use super::goal::{Properties, Reach};
use super::observed::{Observed, Stack};
use crate::flink::{
    Application, ApplicationStatus, Operation, OperationStatus, Operations, PropertyGroup, Snapshot, SnapshotMode,
    SnapshotStatus,
};
use crate::time::Timestamp;

/// An application `app` in this status, seen for the first time.
pub(crate) fn seen(status: ApplicationStatus) -> Observed {
    let application = Application {
        name: "app".into(),
        arn: "arn:aws:kinesisanalytics:eu-west-1:123456789012:application/app".into(),
        status,
        version: 1,
        version_created: Timestamp(1_000_000),
        rolled_back_to: None,
        runtime: "FLINK-1_20".into(),
        created: Timestamp(1_000_000),
        snapshots_enabled: true,
        token: Some("token".into()),
        tags: BTreeMap::new(),
        groups: Vec::new(),
        running_with: None,
        log_group: None,
        operations: Operations::Listed(Vec::new()),
        has_older_operations: false,
        snapshot_mode: SnapshotMode::Legacy,
        snapshots: Vec::new(),
    };
    let now = Timestamp(1_000_000);
    let mut attempts = Attempts::default();
    attempts.looked(Some(&application), now);
    Observed {
        now,
        application: Some(application),
        stack: Stack::default(),
        attempts,
        poll_interval: Duration::from_secs(5),
    }
}

/// The application of a look, to be changed by a test.
pub(crate) fn app(observed: &mut Observed) -> &mut Application {
    observed.application.as_mut().unwrap()
}

/// Time passes and it is looked at again.
pub(crate) fn later(observed: &mut Observed, by: Duration) {
    observed.now.0 += i64::try_from(by.as_millis()).unwrap();
    observed.attempts.looked(observed.application.as_ref(), observed.now);
}

/// Adds an operation that is newer than all others.
pub(crate) fn operation(observed: &mut Observed, kind: &str, status: OperationStatus, error: Option<&str>) {
    let started = observed.now;
    let operation = Operation {
        id: String::new(),
        is_new: false,
        kind: kind.into(),
        status,
        started,
        ended: None,
        error: error.map(str::to_owned),
    };
    match &mut app(observed).operations {
        Operations::Listed(all) => all.insert(0, operation),
        Operations::Unreadable => unreachable!("this world's operations are listed"),
    }
}

/// Adds a snapshot that was taken at the look's own time.
pub(crate) fn snapshot(observed: &mut Observed, name: &str, status: SnapshotStatus) {
    let created = observed.now;
    let snapshot = Snapshot { name: name.into(), status, version: 1, created, runtime: None };
    app(observed).snapshots.push(snapshot);
}

/// The service refuses the call's snapshot as often as it is asked.
pub(super) fn refuse_often(observed: &mut Observed, call: &Call) {
    for _ in 0..3 {
        observed.attempts.rejected(call, Rejected::Snapshot, "Failed to take snapshot".into());
    }
}

/// These groups instead of those before, of an application of the stack's own.
pub(crate) fn properties(
    wanted: Vec<PropertyGroup>,
    previous: Vec<PropertyGroup>,
    policy: ConflictPolicy,
) -> Properties {
    Properties {
        wanted,
        previous,
        previous_policy: policy,
        unread: false,
        policy,
        reach: Reach::Own,
        since: Timestamp(0),
        deployed_since: None,
        kept_for: None,
    }
}
