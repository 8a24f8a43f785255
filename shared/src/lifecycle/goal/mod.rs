//! What a handler wants of the world, and what it has when it is there.

pub(super) mod choices;
mod done;
pub(super) mod key_change;

use std::fmt;
use std::time::Duration;

use crate::flink::{PropertyGroup, Restore};
use crate::stack::StackStatus;
use crate::time::Timestamp;
use choices::{ConflictPolicy, GuardMode, OnSnapshotFailure};

pub use done::Done;

/// What a handler wants of an application, or of a stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Goal {
    /// The application runs, and its job is proven healthy.
    Running(Running),
    /// The application is stopped, its state kept if that is possible.
    Stopped(Stopped),
    /// The application came to rest on its own, or was stopped because it did not.
    Settled(Stopped),
    /// The application carries a marker no longer that stands for no stop.
    Unmarked(Unmarked),
    /// The property groups are written.
    Properties(Properties),
    /// The stack's rollback is continued.
    Continued(Continued),
    /// After a continued rollback the application runs again, or waits for a fix.
    Recovered(Recovered),
    /// The application takes the update that comes next.
    Guarded(Guarded),
    /// The application has a young snapshot, and no more of ours than are kept.
    Swept(Swept),
}

/// The application runs, and stays so for as long as the request demands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    /// Which state its start restores, if one is needed.
    pub restore: Restore,
    /// Whether state may be dropped.
    pub allow_non_restored_state: bool,
    /// How long it must stay RUNNING; zero: no gate.
    pub stabilize: Duration,
    /// The name of the snapshot that proves it, the same for every delivery of one request.
    pub proof: String,
    /// When the request began: older starts are another request's.
    pub since: Timestamp,
    /// When the stack's operation began: an update since then that failed is this deployment's failure.
    pub deployed_since: Timestamp,
    /// When the whole stack operation began, of which a rollback is a part.
    pub operation_since: Timestamp,
    /// Whether the stack goes back to what it was: then an older snapshot may do where the newest does not.
    pub way_back: bool,
    /// How long a start may take on the way back before it counts as hanging.
    pub start_patience: Duration,
}

/// The application is stopped, gracefully where that is possible.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stopped {
    /// The marker's value, when another caller is to start it again.
    pub marker: Option<String>,
    /// Whether a graceful stop is tried first.
    pub graceful: bool,
    /// What is done when a graceful stop is not possible.
    pub force: Force,
    /// How long a graceful stop, or a busy status, is waited for.
    pub patience: Duration,
    /// Since when: the row that asks for it. A later operation is waited for from its own start.
    pub since: Timestamp,
    /// The snapshot that is taken first where the replay rule forbids a force-stop; none where the stop itself is
    /// tried.
    pub proof: Option<String>,
}

/// What is done when a graceful stop is not possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Force {
    /// A force-stop, if no more than this is replayed.
    UnderReplayRule(Duration),
    /// A force-stop: the application goes anyway.
    Freely,
}

/// The application carries this marker no longer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmarked {
    /// The marker's value: another one stays.
    pub marker: String,
    /// Whether it is removed from an application that is READY too: a person stopped it, not these handlers.
    pub even_stopped: bool,
}

/// The property groups are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Properties {
    /// What the job is to read; empty on a Delete.
    pub wanted: Vec<PropertyGroup>,
    /// What the last version of this resource wrote, with the values it gave.
    pub previous: Vec<PropertyGroup>,
    /// What was to happen to a key that is not ours when `previous` was written.
    pub previous_policy: ConflictPolicy,
    /// Whether the last version's properties could not all be read: what could not is not ours.
    pub unread: bool,
    /// What happens to a key that is not ours.
    pub policy: ConflictPolicy,
    /// Whether the application is the request's own stack's, or has to allow that stack.
    pub reach: Reach,
    /// When the request began: older operations are another request's.
    pub since: Timestamp,
    /// When the stack's operation began, if it reached the application: an update of it since then is this
    /// deployment's.
    pub deployed_since: Option<Timestamp>,
    /// On a Delete, the resource that stays and writes groups for the same application: then nothing is taken away.
    pub kept_for: Option<String>,
}

impl Properties {
    /// Whether only what was given is taken away: a Delete.
    #[must_use]
    pub const fn is_removal(&self) -> bool {
        self.wanted.is_empty()
    }
}

/// Why a request may write to an application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// The application belongs to the request's own stack.
    Own,
    /// Not this stack's: it must carry the tag that allows this stack, at every step.
    Borrowed {
        /// The request's stack, by name.
        stack: String,
        /// Its ARN, which the tag may name instead.
        id: String,
    },
}

/// The stack's rollback is continued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Continued {
    /// The same for every delivery of one incident.
    pub token: String,
}

/// After a continued rollback the application runs again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovered {
    /// The incident, for the marker that waits for a fix.
    pub event: String,
    /// How long it must stay RUNNING.
    pub stabilize: Duration,
    /// The name of the snapshot that proves it.
    pub proof: String,
    /// When the stack operation ended: older operations belong to it.
    pub since: Timestamp,
    /// How the stack rests. Anything else is another deployment, which starts the application itself.
    pub stack: StackStatus,
    /// How long a busy status is waited for before it counts as failing again.
    pub patience: Duration,
    /// Whether its health is waited for and proven; without, it is only started.
    pub prove: bool,
}

/// The application takes the update that comes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guarded {
    /// Whether it is stopped or left running.
    pub mode: GuardMode,
    /// What is done when it cannot be snapshotted.
    pub on_failure: OnSnapshotFailure,
    /// The marker's value: the row that began the stack operation.
    pub marker: String,
    /// The name of the snapshot that proves it, the same for every delivery of one request.
    pub proof: String,
    /// The most that a force-stop may have replayed.
    pub bound: Duration,
    /// How long a graceful stop, a busy status, or a snapshot that is being taken is waited for before the policy
    /// applies.
    pub patience: Duration,
    /// When the request began: what is waited for counts from then, or from its own later start.
    pub since: Timestamp,
    /// On the way back, when the stack operation began: a version made since then is stopped in both modes, because
    /// what the old code restores is not left to an update in place.
    pub undoes_since: Option<Timestamp>,
    /// Whether the deployment gives the state up: then a force-stop loses nothing that any caller wants.
    pub gives_state_up: bool,
}

/// The application has a young snapshot, and no more of ours than are kept. How young, and whether at all, its own tags
/// say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Swept {
    /// The name of the snapshot that this sweep takes, the same for every sweep of one minute.
    pub snapshot: String,
    /// How many of our own snapshots stay.
    pub keep: usize,
}

impl fmt::Display for Goal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Running(_) => "Running",
            Self::Stopped(_) => "Stopped",
            Self::Settled(_) => "Settled",
            Self::Unmarked(_) => "Unmarked",
            Self::Properties(_) => "Properties",
            Self::Continued(_) => "Continued",
            Self::Recovered(_) => "Recovered",
            Self::Guarded(_) => "Guarded",
            Self::Swept(_) => "Swept",
        })
    }
}
