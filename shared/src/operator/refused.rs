//! Snapshots that the service refused. Flink keeps no operation of a refused call: only the rows of the stack show it.

use std::collections::BTreeMap;

use crate::lifecycle::application_without_snapshot;
use crate::stack::StackEvent;
use crate::time::Timestamp;

/// When a stack's newest operation last found that a job could not be snapshotted, by the application's name.
pub type RefusedSnapshots = BTreeMap<String, Timestamp>;

/// Reads them from the rows of an operation, in any order.
#[must_use]
pub fn refused_snapshots(rows: &[StackEvent]) -> RefusedSnapshots {
    let mut refused = RefusedSnapshots::new();
    for row in rows.iter().filter(|row| row.status.ends_with("_FAILED")) {
        if let Some(application) = application_without_snapshot(&row.reason) {
            let newest = refused.entry(application).or_insert(row.time);
            *newest = row.time.max(*newest);
        }
    }
    refused
}
