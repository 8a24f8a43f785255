//! What the handlers do with the job while CloudFormation waits for them, from the application's own operations.

use std::time::Duration;

use crate::flink::{Application, OperationStatus, Operations};
use crate::time::Timestamp;

/// One operation of the application during a deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimelineStep {
    /// In a word: snapshot, stop, update, start; another operation by its own name.
    pub name: String,
    /// How it stands or ended.
    pub status: OperationStatus,
    /// How long it took, or has lasted.
    pub took: Duration,
}

/// The operations of an application since a time, oldest first, as they are at `now`.
#[must_use]
pub fn timeline(application: &Application, since: Timestamp, now: Timestamp) -> Vec<TimelineStep> {
    let Operations::Listed(operations) = &application.operations else { return Vec::new() };
    let ours = operations.iter().rev().filter(|operation| operation.started >= since.less_skew());
    ours.map(|operation| {
        let name = match operation.kind.as_str() {
            "CreateApplicationSnapshot" => "snapshot",
            "StopApplication" => "stop",
            "UpdateApplication" => "update",
            "StartApplication" => "start",
            other => other,
        };
        let is_running = operation.status == OperationStatus::InProgress;
        let end = operation.ended.filter(|_| !is_running).unwrap_or(if is_running { now } else { operation.started });
        TimelineStep { name: name.to_owned(), status: operation.status, took: end.since(operation.started) }
    })
    .collect()
}
