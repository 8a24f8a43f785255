//! Why a stack is stuck: its events, its applications' operations, snapshots and markers, joined into a cause and the next command.
//!
//! What is not here: our incident reports. They go to EventBridge and the incident topic, and to nothing that can be read back; the log
//! of the unsticker is named where it has something to say. A restart loop that never met a snapshot shows in Flink's metrics only.

mod commands;
mod rest;
mod rollback;
#[cfg(test)]
mod tests;
mod working;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::job::{Job, SlowSince, job};
use super::line::{Colour, Style, age, own_words};
use crate::lifecycle::{Application, ApplicationStatus, Incident, StackEvent, StackStatus, Timestamp};
use commands::Commands;

/// Everything that a look at a stack brings.
#[derive(Debug, Clone)]
pub struct Scene {
    /// The time of the look.
    pub now: Timestamp,
    /// The region, when it has to stand in commands.
    pub region: Option<String>,
    /// The root stack and its events, newest first, its own and its failed nested stacks'.
    pub incident: Incident,
    /// The types of the stack's resources.
    pub types: BTreeSet<String>,
    /// Each application of the stack: its logical ID, its name, and what it is; `None` when it is gone.
    pub applications: Vec<(String, String, Option<Application>)>,
}

/// How a stack stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// Nothing is to be done.
    Fine,
    /// CloudFormation works on it, and nothing speaks against that coming to an end.
    InProgress,
    /// It does not get further by itself, or its next deployment will not.
    Stuck,
    /// There is no such stack, or it cannot be read.
    CannotTell,
}

impl Verdict {
    /// What the command ends with: 0 nothing to do, 1 stuck, 2 cannot tell.
    #[must_use]
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Fine | Self::InProgress => 0,
            Self::Stuck => 1,
            Self::CannotTell => 2,
        }
    }

    const fn word(self) -> (Colour, &'static str) {
        match self {
            Self::Fine => (Colour::Green, "fine"),
            Self::InProgress => (Colour::Yellow, "in progress"),
            Self::Stuck => (Colour::Red, "stuck"),
            Self::CannotTell => (Colour::Red, "cannot tell"),
        }
    }
}

/// The answer. What `--json` prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Why {
    /// The root stack's name.
    pub stack: String,
    /// Its status; empty when there is none.
    pub status: String,
    /// How it stands.
    pub verdict: Verdict,
    /// What came first; empty when nothing is wrong.
    pub cause: String,
    /// What else was seen that the next command rests on.
    pub seen: Vec<String>,
    /// Its applications.
    pub applications: Vec<ApplicationSeen>,
    /// What a person does, in order; a line that is no command says when to use those after it.
    pub next: Vec<String>,
}

/// One application of the stack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ApplicationSeen {
    /// Its name.
    pub application_name: String,
    /// Its status, or `absent`.
    pub status: String,
    /// Its version; 0 when it is absent.
    pub version: i64,
    /// What the service tells of its job.
    pub job: String,
    /// The newest READY snapshot; empty for none.
    pub snapshot: String,
    /// That snapshot's age.
    pub snapshot_age_minutes: Option<u64>,
}

impl Why {
    /// A stack of which nothing can be said.
    #[must_use]
    pub fn cannot_tell(stack: &str, cause: String, next: String) -> Self {
        let (stack, status) = (stack.to_owned(), String::new());
        let (seen, applications) = (Vec::new(), Vec::new());
        Self { stack, status, verdict: Verdict::CannotTell, cause, seen, applications, next: vec![next] }
    }

    /// As a person reads it: the verdict, the cause, what was seen, the next command.
    #[must_use]
    pub fn told(&self, style: Style) -> String {
        let (colour, word) = self.verdict.word();
        let status = if self.status.is_empty() { String::new() } else { format!(", {}", self.status) };
        let head = format!("{} is {}{status}\n", self.stack, style.paint(colour, word));
        let cause: Vec<String> = Some(self.cause.clone()).filter(|cause| !cause.is_empty()).into_iter().collect();
        let jobs: Vec<String> = self.applications.iter().map(ApplicationSeen::told).collect();
        let parts = [("cause", &cause), ("job", &jobs), ("seen", &self.seen), ("next", &self.next)];
        parts.into_iter().fold(head, |told, (label, texts)| told + &style.lines(label, texts))
    }
}

impl ApplicationSeen {
    fn told(&self) -> String {
        let version = if self.version > 0 { format!(", version {}", self.version) } else { String::new() };
        let snapshot = match self.snapshot_age_minutes {
            Some(minutes) => {
                format!("; newest READY snapshot {} old", age(std::time::Duration::from_secs(60 * minutes)))
            }
            None => "; no READY snapshot".to_owned(),
        };
        format!("{} {}{version}: {}{snapshot}", self.application_name, self.status, self.job)
    }
}

/// Joins what was seen.
#[must_use]
pub fn why(scene: &Scene) -> Why {
    let status = scene.incident.status;
    let told = match status {
        StackStatus::CreateInProgress
        | StackStatus::RollbackInProgress
        | StackStatus::DeleteInProgress
        | StackStatus::UpdateInProgress
        | StackStatus::UpdateCompleteCleanupInProgress
        | StackStatus::UpdateRollbackInProgress
        | StackStatus::UpdateRollbackCompleteCleanupInProgress
        | StackStatus::ImportInProgress
        | StackStatus::ImportRollbackInProgress => working::told(scene),
        StackStatus::UpdateRollbackFailed => rollback::told(scene),
        StackStatus::CreateComplete
        | StackStatus::UpdateComplete
        | StackStatus::UpdateRollbackComplete
        | StackStatus::ImportComplete
        | StackStatus::ImportRollbackComplete => rest::complete(scene),
        StackStatus::CreateFailed | StackStatus::RollbackFailed | StackStatus::RollbackComplete => {
            rest::never_created(scene)
        }
        StackStatus::DeleteFailed => rest::not_deleted(scene),
        StackStatus::UpdateFailed | StackStatus::ImportRollbackFailed => rest::left_as_it_failed(scene),
        StackStatus::ReviewInProgress => rest::only_reviewed(scene),
        StackStatus::DeleteComplete => Told {
            verdict: Verdict::CannotTell,
            cause: "The stack was deleted.".to_owned(),
            seen: Vec::new(),
            next: Vec::new(),
        },
    };
    let refused: BTreeSet<String> =
        scene.incident.blockers().into_iter().filter_map(|blocker| blocker.application).collect();
    let is_refused = |name: &String| status == StackStatus::UpdateRollbackFailed && refused.contains(name);
    Why {
        stack: name(&scene.incident.stack).to_owned(),
        status: status.to_string(),
        verdict: told.verdict,
        cause: told.cause,
        seen: told.seen,
        applications: scene
            .applications
            .iter()
            .map(|(_, name, one)| {
                let mut seen = seen(name, one.as_ref(), scene.now);
                // The refusal stands in the stack's events; Flink keeps no operation of it.
                if is_refused(name) && seen.status == ApplicationStatus::Running.as_str() {
                    "it cannot be snapshotted".clone_into(&mut seen.job);
                }
                seen
            })
            .collect(),
        next: told.next,
    }
}

/// What a status comes to.
struct Told {
    verdict: Verdict,
    cause: String,
    seen: Vec<String>,
    next: Vec<String>,
}

impl Scene {
    fn commands(&self) -> Commands<'_> {
        Commands { stack: name(&self.incident.stack), region: self.region.as_deref() }
    }

    /// The events of the newest stack operation only: `Incident`'s own ends at the newest update, which a deletion comes after.
    fn operation(&self) -> Incident {
        const BEGINS: [&str; 3] = ["CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS"];
        let mut incident = self.incident.clone();
        let own = |event: &StackEvent| event.physical_id == self.incident.stack;
        let began = incident.events.iter().position(|event| own(event) && BEGINS.contains(&event.status.as_str()));
        if let Some(index) = began {
            incident.events.truncate(index + 1);
        }
        incident
    }

    /// The first failure of the newest operation, `LogicalId: reason`.
    fn first_failure(&self) -> String {
        self.operation().cause().map_or_else(
            || "The stack's events do not say what failed.".to_owned(),
            |event| format!("{}: {}", event.logical_id, own_words(&event.reason)),
        )
    }
}

/// A stack's name, of its ARN `arn:...:stack/<name>/<uuid>`.
fn name(stack: &str) -> &str {
    stack.split_once(":stack/").and_then(|(_, rest)| rest.split('/').next()).unwrap_or(stack)
}

fn seen(name: &str, application: Option<&Application>, now: Timestamp) -> ApplicationSeen {
    let Some(one) = application else {
        return ApplicationSeen {
            application_name: name.to_owned(),
            status: "absent".to_owned(),
            version: 0,
            job: "the stack has it, Flink does not".to_owned(),
            snapshot: String::new(),
            snapshot_age_minutes: None,
        };
    };
    let snapshot = one.newest_snapshot();
    ApplicationSeen {
        application_name: name.to_owned(),
        status: one.status.to_string(),
        version: one.version,
        job: job_told(&job(one, now)),
        snapshot: snapshot.map(|snapshot| snapshot.name.clone()).unwrap_or_default(),
        snapshot_age_minutes: snapshot.map(|snapshot| now.since(snapshot.created).as_secs() / 60),
    }
}

fn job_told(job: &Job) -> String {
    match job {
        Job::Runs => "nothing failed since it runs".to_owned(),
        Job::Fails(what) => what.clone(),
        Job::Busy(_, SlowSince::NotSlow) => "on its way".to_owned(),
        Job::Busy(status, SlowSince::Slow(lasts)) => {
            format!("{status} for {}; such a status takes minutes", age(*lasts))
        }
        Job::NeverStarted => "never started".to_owned(),
        Job::AwaitsFix => "stopped on purpose: the code failed again after the rollback".to_owned(),
        Job::AwaitsRestart => "stopped for a deployment and not started again yet".to_owned(),
        Job::Stopped(last) => format!("not running; {last}"),
        Job::RolledBack => "the service ended a rollback there and starts nothing by itself".to_owned(),
    }
}
