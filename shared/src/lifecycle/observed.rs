//! What was just seen. Already stale when it is read: between two calls reality is looked at again.

mod history;

use std::collections::BTreeMap;
use std::time::Duration;

use super::attempts::Tried;
use super::status::{ApplicationStatus, OperationStatus, SnapshotStatus, StackStatus};
use super::values::Restore;

/// The service's word for a start's operation.
pub(super) const START: &str = "StartApplication";
/// The service's word for the operation of a snapshot that another caller asked for.
pub(super) const SNAPSHOT: &str = "CreateApplicationSnapshot";
/// How long changes by others are met before giving up, in poll intervals.
const CONFLICT_POLLS: u32 = 120;
/// How long a refused snapshot is tried again, in poll intervals.
const REFUSAL_POLLS: u32 = 18;

/// How far two services' clocks may be apart, and how coarse one may be: Flink's operations may show whole seconds.
const SKEW: Duration = Duration::from_secs(5);

/// Milliseconds since 1970, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The earliest time that another service's clock may give what happened now.
    #[must_use]
    pub(super) fn less_skew(self) -> Self {
        Self(self.0.saturating_sub(i64::try_from(SKEW.as_millis()).unwrap_or(0)))
    }

    /// So much later.
    #[must_use]
    pub fn plus(self, by: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX)))
    }

    /// How long before `self` the `earlier` one was; zero when it was not.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

/// Everything a step is decided on.
#[derive(Debug, Clone)]
pub struct Observed {
    /// The time of the look.
    pub now: Timestamp,
    /// The application; `None` when it does not exist.
    pub application: Option<Application>,
    /// The stack in whose name this happens.
    pub stack: Stack,
    /// What this invocation already tried.
    pub tried: Tried,
    /// The base wait of the polling policy (`POLL_INTERVAL_MS`): every patience that is no property's scales with it.
    pub poll_interval: Duration,
}

impl Observed {
    /// How long changes by others are met before giving up: ten minutes at the default poll interval.
    pub(super) fn conflict_patience(&self) -> Duration {
        self.poll_interval.saturating_mul(CONFLICT_POLLS)
    }

    /// How long a refused snapshot is tried again: 90 s at the default poll interval.
    pub(super) fn refusal_patience(&self) -> Duration {
        self.poll_interval.saturating_mul(REFUSAL_POLLS)
    }
}

/// An application and what the service shows of it.
#[derive(Debug, Clone)]
pub struct Application {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// Its status.
    pub status: ApplicationStatus,
    /// Its version, counted from 1.
    pub version: i64,
    /// When this version was made.
    pub version_created: Timestamp,
    /// The version whose configuration this one has again, when the service rolled an update back.
    pub rolled_back_to: Option<i64>,
    /// `FLINK-1_20`.
    pub runtime: String,
    /// When it was created; stands for the first start when operations cannot be read.
    pub created: Timestamp,
    /// Whether the service takes snapshots on its own, and can.
    pub snapshots_enabled: bool,
    /// Conditional token of exactly this version, for an update.
    pub token: Option<String>,
    /// Tags, by key.
    pub tags: BTreeMap<String, String>,
    /// Where the job's own lines are; none when it logs nowhere.
    pub log_group: Option<String>,
    /// Property groups as now described; values may be secrets.
    pub groups: Vec<Group>,
    /// What the run configuration says now; the service forgets it while the application is not running.
    pub running_with: Option<(Restore, bool)>,
    /// What became of the calls, newest first.
    pub operations: Operations,
    /// Whether the service has older operations than those that were listed.
    pub has_older_operations: bool,
    /// All snapshots, in no order.
    pub snapshots: Vec<Snapshot>,
}

/// One property group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its ID.
    pub id: String,
    /// Its keys and values. Values may be secrets: they are never printed.
    pub map: BTreeMap<String, String>,
}

/// The application's operations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operations {
    /// Newest first.
    Listed(Vec<Operation>),
    /// They cannot be read here: decide by status and version, and say so.
    Unreadable,
}

/// One operation of the service on the application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// Its ID.
    pub id: String,
    /// Whether it was not there yet when the request was first looked at ([`Tried::note_new`]): then it is newer than
    /// the request, whatever the service's clock says.
    pub is_new: bool,
    /// `StartApplication`, `UpdateApplication`, ...: a free string of the service.
    pub kind: String,
    /// How it stands.
    pub status: OperationStatus,
    /// When it began.
    pub started: Timestamp,
    /// When it ended, when that is reported.
    pub ended: Option<Timestamp>,
    /// The service's own error text, when it failed.
    pub error: Option<String>,
}

/// One snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Its name.
    pub name: String,
    /// How it stands.
    pub status: SnapshotStatus,
    /// The application's version when it was taken.
    pub version: i64,
    /// When it was taken.
    pub created: Timestamp,
    /// The runtime it was taken under, when the service says.
    pub runtime: Option<String>,
}

/// A stack, as far as a step needs it.
#[derive(Debug, Clone, Default)]
pub struct Stack {
    /// Its status; `None` when nothing here depends on it.
    pub status: Option<StackStatus>,
    /// Whether it is no longer the operation in whose name this happens: then nothing may be changed.
    pub superseded: bool,
    /// How often this project already continued the current rollback, counted from the stack's own events.
    pub continued: u32,
}
