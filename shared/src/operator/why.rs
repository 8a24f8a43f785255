//! Why a stack is stuck: its events, its applications' operations, snapshots and markers, joined into a cause and the
//! next command.
//!
//! What is not here: our incident reports. They go to EventBridge and the incident topic, and to nothing that can be
//! read back; the log of the unsticker is named where it has something to say. A restart loop that never met a snapshot
//! shows in Flink's metrics only.

mod answer;
mod commands;
mod failed;
mod fix;
mod rest;
mod rollback;
#[cfg(test)]
mod tests;
mod working;

use std::collections::BTreeSet;

use super::line::own_words;
use super::refused::{RefusedSnapshots, refused_snapshots};
use crate::flink::Application;
use crate::lifecycle::Incident;
use crate::stack::{StackEvent, StackStatus};
use crate::time::Timestamp;
pub use answer::{ApplicationSeen, Verdict, Why};
use commands::Commands;
pub use fix::{Fix, fix};

/// Everything that a look at a stack brings.
#[derive(Debug, Clone)]
pub struct Scene {
    /// The time of the look.
    pub now: Timestamp,
    /// The region, when it has to stand in commands.
    pub region: Option<String>,
    /// The root stack and its events, newest first, its own and its failed nested stacks'.
    pub incident: Incident,
    /// Whether it was made from a template of this project: only then are our commands for it given.
    pub is_ours: bool,
    /// The types of the stack's resources.
    pub types: BTreeSet<String>,
    /// Each application of the stack: its logical ID, its name, and what it is; `None` when it is gone.
    pub applications: Vec<(String, String, Option<Application>)>,
}

/// Says why a stack is in its status, and the next commands, from what was read of it.
#[must_use]
pub fn why(scene: &Scene) -> Why {
    let status = scene.incident.status;
    let answer = match status {
        StackStatus::CreateInProgress
        | StackStatus::RollbackInProgress
        | StackStatus::DeleteInProgress
        | StackStatus::UpdateInProgress
        | StackStatus::UpdateCompleteCleanupInProgress
        | StackStatus::UpdateRollbackInProgress
        | StackStatus::UpdateRollbackCompleteCleanupInProgress
        | StackStatus::ImportInProgress
        | StackStatus::ImportRollbackInProgress => working::describe(scene),
        StackStatus::UpdateRollbackFailed => rollback::describe(scene),
        StackStatus::CreateComplete
        | StackStatus::UpdateComplete
        | StackStatus::UpdateRollbackComplete
        | StackStatus::ImportComplete
        | StackStatus::ImportRollbackComplete => rest::complete(scene),
        StackStatus::RollbackFailed | StackStatus::RollbackComplete => rest::never_created(scene),
        StackStatus::DeleteFailed => rest::not_deleted(scene),
        StackStatus::CreateFailed | StackStatus::UpdateFailed => failed::describe(scene),
        StackStatus::ImportRollbackFailed => rest::left_by_an_import(scene),
        StackStatus::ReviewInProgress => rest::only_reviewed(scene),
        StackStatus::DeleteComplete => Answer {
            verdict: Verdict::CannotTell,
            cause: "The stack was deleted.".to_owned(),
            seen: Vec::new(),
            next: Vec::new(),
        },
    };
    let refused = scene.refused();
    let stack = name(&scene.incident.stack).to_owned();
    Why {
        schema: 1,
        sentence: answer.verdict.sentence(&stack, status.as_str()),
        compared: scene.compared(),
        stack,
        status: status.to_string(),
        verdict: answer.verdict,
        cause: answer.cause,
        seen: answer.seen,
        applications: scene
            .applications
            .iter()
            .map(|(_, name, one)| ApplicationSeen::of(name, one.as_ref(), &refused, scene.now))
            .collect(),
        next: answer.next,
    }
}

/// What a status comes to.
struct Answer {
    verdict: Verdict,
    cause: String,
    seen: Vec<String>,
    next: Vec<String>,
}

impl Scene {
    /// What was looked at, in words.
    fn compared(&self) -> String {
        let many = self.applications.len();
        let applications = if many == 1 { "application" } else { "applications" };
        format!("the events of the newest stack operation with the operations and snapshots of {many} {applications}")
    }

    fn commands(&self) -> Commands<'_> {
        Commands { stack: name(&self.incident.stack), region: self.region.as_deref(), is_ours: self.is_ours }
    }

    /// The snapshots that the newest operation was refused.
    fn refused(&self) -> RefusedSnapshots {
        refused_snapshots(&self.operation().events)
    }

    /// The events of the newest stack operation only: `Incident`'s own ends at the newest update, which a deletion
    /// comes after.
    pub(in crate::operator) fn operation(&self) -> Incident {
        const BEGINS: [&str; 3] = ["CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS"];
        let mut incident = self.incident.clone();
        let own = |event: &StackEvent| event.physical_id == self.incident.stack;
        let began = incident.events.iter().position(|event| own(event) && BEGINS.contains(&event.status.as_str()));
        if let Some(index) = began {
            incident.events.truncate(index + 1);
        }
        incident
    }

    /// The events of the newest operation, oldest first, without the property values that nothing repeats.
    #[must_use]
    pub fn newest_events(&self) -> Vec<StackEvent> {
        let mask = |event: &StackEvent| StackEvent { reason: self.incident.mask.apply(&event.reason), ..event.clone() };
        self.operation().events.iter().rev().map(mask).collect()
    }

    /// Logical IDs of what the newest operation could not delete.
    fn not_deleted(&self) -> Vec<String> {
        let operation = self.operation();
        let failed =
            operation.events.iter().filter(|row| row.status == "DELETE_FAILED" && row.physical_id != row.stack);
        let ids: BTreeSet<&String> = failed.map(|row| &row.logical_id).collect();
        ids.into_iter().cloned().collect()
    }

    /// The first failure of the newest operation, `LogicalId: reason`.
    fn first_failure(&self) -> String {
        self.operation().cause().map_or_else(
            || "The stack's events do not say what failed.".to_owned(),
            |event| format!("{}: {}", event.logical_id, own_words(&self.incident.mask.apply(&event.reason))),
        )
    }
}

/// A stack's name, of its ARN `arn:...:stack/<name>/<uuid>`.
fn name(stack: &str) -> &str {
    stack.split_once(":stack/").and_then(|(_, rest)| rest.split('/').next()).unwrap_or(stack)
}
