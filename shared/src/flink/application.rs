//! An application and its property groups.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{ApplicationStatus, Operations, Restore, Snapshot, SnapshotMode};
use crate::time::Timestamp;

/// An application and what the service shows of it.
#[derive(Debug, Clone)]
pub struct Application {
    /// The application's name, unique in its account and region.
    pub name: String,
    /// The application's ARN, which a new application of the same name has again.
    pub arn: String,
    /// The application's status, as the last DescribeApplication had it.
    pub status: ApplicationStatus,
    /// Its version, counted from 1.
    pub version: i64,
    /// When this version was made.
    pub version_created: Timestamp,
    /// The version whose configuration this one has again, when the service rolled an update back.
    pub rolled_back_to: Option<i64>,
    /// The RuntimeEnvironment, `FLINK-1_20` for example.
    pub runtime: String,
    /// When it was created; stands for the first start when operations cannot be read.
    pub created: Timestamp,
    /// Whether the service takes snapshots on its own, and can.
    pub snapshots_enabled: bool,
    /// Which kind of snapshots it has.
    pub snapshot_mode: SnapshotMode,
    /// Conditional token of exactly this version, for an update.
    pub token: Option<String>,
    /// The application's tags, by key; empty until they were asked for.
    pub tags: BTreeMap<String, String>,
    /// Where the job's own lines are; none when it logs nowhere.
    pub log_group: Option<String>,
    /// Property groups as now described; values may be secrets.
    pub groups: Vec<PropertyGroup>,
    /// What the run configuration says now; the service forgets it while the application is not running.
    pub running_with: Option<(Restore, bool)>,
    /// What became of the calls, newest first.
    pub operations: Operations,
    /// Whether the service has older operations than those that were listed.
    pub has_older_operations: bool,
    /// All snapshots, in no order.
    pub snapshots: Vec<Snapshot>,
}

/// One property group, a map that the job reads by the group's ID; spelled as the API and CloudFormation's
/// `EnvironmentProperties.PropertyGroups` spell it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PropertyGroup<V = String> {
    /// The PropertyGroupId by which the job asks for the group: 1 to 50 of `[a-zA-Z0-9_.-]`.
    #[serde(rename = "PropertyGroupId")]
    pub id: V,
    /// 1 to 50 keys of 1 to 2,048 characters, with values of 1 to 2,048 characters. Values may be secrets: they are
    /// never printed.
    #[serde(rename = "PropertyMap")]
    pub map: BTreeMap<String, V>,
}
