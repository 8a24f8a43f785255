//! An application: its configuration, its status, and what is happening to it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::calls::maintenance;
use super::calls::snapshots::{Snapshot, SnapshotStatus};
use super::clock::FlinkClock;
use super::configuration::Configuration;
use super::job::{Job, Saved};
use super::model::RestoreType;
use super::operations::Operation;
use super::status::{Left, Status};

/// An application of the account.
#[derive(Debug, Clone)]
pub struct Application {
    /// Unique in the account.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// As DescribeApplication says it.
    pub status: Status,
    /// What DescribeApplication says instead of the status: a word that AWS adds tomorrow.
    pub word: Option<String>,
    /// Counts accepted updates from 1.
    pub version: u64,
    /// Changes with the version.
    pub token: String,
    /// What it is configured to be.
    pub configuration: Configuration,
    /// Tags.
    pub tags: BTreeMap<String, String>,
    /// Oldest first.
    pub snapshots: Vec<Snapshot>,
    /// Oldest first.
    pub operations: Vec<Operation>,
    /// There is one from RUNNING until the application is stopped.
    pub job: Option<Job>,
    /// Epoch seconds.
    pub created: f64,
    pub(super) updated: f64,
    pub(super) clock: FlinkClock,
    pub(super) description: Option<String>,
    pub(super) mode: String,
    pub(super) run: Option<Run>,
    pub(super) transit: Option<Transit>,
    pub(super) previous: Option<(u64, Configuration)>,
    pub(super) rolled_back: Option<(u64, u64)>,
    /// When its maintenance window begins, `HH:MM` in UTC.
    pub(super) maintenance: String,
}

/// The run configuration, which exists only from a start to the next stop (`SEMANTICS.md` G.8).
#[derive(Debug, Clone)]
pub(super) struct Run {
    pub(super) restore: RestoreType,
    pub(super) snapshot: Option<String>,
    pub(super) allow_non_restored_state: bool,
}

/// Why a transient status is, and how long still.
#[derive(Debug, Clone)]
pub(super) struct Transit {
    pub(super) purpose: Purpose,
    pub(super) left: Left,
    pub(super) operation: Option<String>,
}

/// What happens when the transient status is over.
#[derive(Debug, Clone)]
pub(super) enum Purpose {
    /// The job is launched from here. RUNNING, or READY when it fails.
    Launch { from: Option<Saved>, after: Launched },
    /// READY; the service's own snapshot, if any, is complete.
    Rest,
    /// The status before the service's own doing.
    Return(Status),
    /// Gone.
    Vanish,
}

/// What launches the job: they fail differently (`SEMANTICS.md` A.4, A.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Launched {
    Start,
    Update,
    Rollback,
}

impl Application {
    /// The newest READY snapshot: what RESTORE_FROM_LATEST_SNAPSHOT restores.
    #[must_use]
    pub fn newest_snapshot(&self) -> Option<&Snapshot> {
        self.snapshots.iter().rev().find(|snapshot| snapshot.status == SnapshotStatus::Ready)
    }

    /// A job that cannot be snapshotted (`SEMANTICS.md` G.15).
    #[must_use]
    pub fn is_unhealthy(&self) -> bool {
        self.job.as_ref().is_some_and(|job| job.trouble.is_some())
    }

    pub(super) fn bump(&mut self, token: String) {
        self.previous = Some((self.version, self.configuration.clone()));
        self.version += 1;
        self.token = token;
        self.updated = self.clock.now();
    }

    /// ApplicationDetail.
    pub(super) fn describe(&self) -> Value {
        let mut configuration = self.configuration.describe();
        if let Some(run) = &self.run {
            let mut restore = json!({ "ApplicationRestoreType": run.restore });
            if let Some(snapshot) = &run.snapshot {
                restore["SnapshotName"] = json!(snapshot);
            }
            configuration["RunConfigurationDescription"] = json!({
                "ApplicationRestoreConfigurationDescription": restore,
                "FlinkRunConfigurationDescription": { "AllowNonRestoredState": run.allow_non_restored_state },
            });
        }
        let logging: Vec<_> = self
            .configuration
            .logging
            .iter()
            .map(|option| json!({ "CloudWatchLoggingOptionId": option.id, "LogStreamARN": option.stream_arn }))
            .collect();
        let mut detail = self.summary();
        let more = json!({
            "ServiceExecutionRole": self.configuration.role,
            "CreateTimestamp": self.created,
            "LastUpdateTimestamp": self.updated,
            "ApplicationConfigurationDescription": configuration,
            "ApplicationVersionCreateTimestamp": self.updated,
            "ConditionalToken": self.token,
            "ApplicationMaintenanceConfigurationDescription": maintenance::describe(&self.maintenance),
        });
        if let (Value::Object(detail), Value::Object(more)) = (&mut detail, more) {
            detail.extend(more);
        }
        if let Some(description) = &self.description {
            detail["ApplicationDescription"] = json!(description);
        }
        if !logging.is_empty() {
            detail["CloudWatchLoggingOptionDescriptions"] = json!(logging);
        }
        if let Some((version, _)) = &self.previous {
            detail["ApplicationVersionUpdatedFrom"] = json!(version);
        }
        if let Some((from, to)) = self.rolled_back {
            detail["ApplicationVersionRolledBackFrom"] = json!(from);
            detail["ApplicationVersionRolledBackTo"] = json!(to);
        }
        detail
    }

    /// ApplicationSummary.
    pub(super) fn summary(&self) -> Value {
        json!({
            "ApplicationARN": self.arn,
            "ApplicationName": self.name,
            "ApplicationStatus": self.word.clone().unwrap_or_else(|| self.status.to_string()),
            "ApplicationVersionId": self.version,
            "RuntimeEnvironment": self.configuration.runtime,
            "ApplicationMode": self.mode,
        })
    }
}
