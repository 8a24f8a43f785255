//! How a goal ends when it is reached.

use super::super::call::Call;
use super::choices::GuardOutcome;
use crate::flink::Restore;
use crate::lifecycle::goal::key_change::KeyChange;
use crate::lifecycle::reason::StepReason;

/// What a goal ended in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done {
    /// It is RUNNING; its job's health was not asked for.
    Running,
    /// It runs and a snapshot proved it.
    Healthy,
    /// It ran on, so that what was asked for its start did not apply.
    RunsOn {
        /// What the start was to restore.
        asked: Restore,
    },
    /// It is not running, and nothing had to be done for that.
    NotRunning,
    /// It was stopped by these handlers.
    Stopped,
    /// It does not exist, or is being deleted.
    Gone,
    /// The groups are as wanted.
    Groups {
        /// What was repaired, replaced or kept on the way.
        settled: Vec<KeyChange>,
        /// Whether the last version's properties could not all be read.
        unread: bool,
    },
    /// What was left in place on a Delete, and why.
    GroupsLeft {
        /// Why they stay, in half a sentence.
        reason: String,
        /// What was left, each as `Group/key`, never with a value.
        keys: Vec<String>,
    },
    /// The stack's rollback was continued, and goes on.
    RollbackContinued,
    /// Another caller continued it, or it is over.
    NoLongerStuck,
    /// Stopped on purpose until a fix is deployed.
    AwaitingFix {
        /// What it fails on, in the service's own words; empty when the service gives none.
        error: String,
    },
    /// A start was accepted; its health is another goal's.
    Started,
    /// It runs, and nothing had to be stopped for that.
    Settled,
    /// It carries the marker no longer, or is on its way and keeps it.
    Unmarked,
    /// A deployment is under way and starts it.
    LeftToDeployment,
    /// The update that comes next can be taken.
    Guarded(GuardOutcome),
    /// There is nothing to do for it until the next sweep.
    Swept,
    /// Consent is `dry-run`: this would have been called.
    Would {
        /// The call that was held back.
        call: Call,
        /// What the call would have been made for.
        reason: StepReason,
    },
}
