//! The incident report: what the unsticker saw, did, and leaves to a person. Its invocation's result, routed by wiring.

use serde::{Deserialize, Serialize};

/// How an incident stands. The word that rules and alarms match on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// ContinueUpdateRollback was accepted; the UPDATE_ROLLBACK_COMPLETE event carries on.
    RollbackContinued,
    /// Every application that was stopped runs again, proven by a snapshot.
    Recovered,
    /// The old code fails again: stopped on purpose; deploy a fix.
    StoppedAwaitingFix,
    /// It is left to a person; what was done all the same is listed.
    Refused,
    /// No tagged application is concerned.
    NotOurs,
    /// What would have been done.
    DryRun,
    /// UPDATE_FAILED with rollback disabled: told, never touched.
    Reported,
    /// A sweep, with what it did.
    Swept,
}

/// The incident report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Report {
    /// How the incident stands.
    pub outcome: Outcome,
    /// The root stack's ARN.
    pub stack: String,
    /// The first failed resource's own reason.
    pub cause: String,
    /// What stopped the rollback: logical IDs with their reasons.
    pub blockers: Vec<String>,
    /// Each call to the stack itself, with its reason.
    pub actions: Vec<ActionTaken>,
    /// The applications concerned.
    pub applications: Vec<ApplicationReport>,
    /// Which attempt at continuing the rollback this is, from 1; 0 when none was made.
    pub attempt: u32,
    /// What is replayed or lost.
    pub state: String,
    /// The next command for a person; empty when there is nothing to do.
    pub next: String,
}

/// One application in a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ApplicationReport {
    /// The application's name.
    pub application_name: String,
    /// The status it was found in.
    pub found: String,
    /// The status it was left in.
    pub left: String,
    /// The snapshot it resumes from; empty for none.
    pub snapshot: String,
    /// The log group in which the job says what it fails on; empty when it has none.
    pub log_group: String,
    /// That snapshot's age in minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snapshot_age_minutes: Option<u64>,
    /// Each call that was made (or would be), with its reason.
    pub actions: Vec<ActionTaken>,
}

/// One call, with its reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ActionTaken {
    /// The API operation.
    pub call: String,
    /// Why.
    pub because: String,
    /// The service's own words, when it refused.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub refused: Option<String>,
}
