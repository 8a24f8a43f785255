//! Snapshots of an application.

use super::SnapshotStatus;
use crate::time::Timestamp;

/// One snapshot of an application, as ListApplicationSnapshots shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The snapshot's name, unique within its application.
    pub name: String,
    /// Whether it is being taken, can be restored, or failed.
    pub status: SnapshotStatus,
    /// The application's version when it was taken.
    pub version: i64,
    /// When it was taken, by the service's clock.
    pub created: Timestamp,
    /// The runtime it was taken under, when the service says.
    pub runtime: Option<String>,
}
