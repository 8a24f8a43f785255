//! Snapshots of an application.

use super::SnapshotStatus;
use crate::time::Timestamp;

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
