//! The planner: from a goal and what was just observed, the one next step.
//!
//! A step is one request. Between two calls reality is looked at again; nothing is remembered but what one invocation
//! tried ([`Tried`]), so a killed function that is called again plans the rest from what it sees.

mod action;
mod because;
mod call;
mod goal;
mod health;
mod incident;
mod observed;
mod properties;
mod recover;
mod refusal;
mod replay;
mod resume;
mod start;
mod status;
mod stop;
mod tried;
mod values;

#[cfg(test)]
mod fixtures;

pub use action::{Action, Scope};
pub use because::Because;
pub use call::Call;
pub use goal::{Continued, Done, Force, Goal, Properties, Reach, Recovered, Running, Stopped};
pub use incident::{Assessment, Blocker, Consent, Incident, SNAPSHOT_FAILURE, StackEvent, assess, to_recover};
pub use observed::{Application, Group, Observed, Operation, Operations, Snapshot, Stack, Timestamp};
pub use properties::{How, MOST_GROUPS, MOST_KEYS, Settled};
pub use refusal::Refusal;
pub use replay::{Replay, replay};
pub use start::restored_snapshot;
pub use status::{ApplicationStatus, OperationStatus, SnapshotStatus, StackStatus, UnknownWord};
pub use tried::{Rejected, Rejection, Steady, Tried};
pub use values::{ConflictPolicy, OnDelete, Restore, RestoreType};

/// The marker's prefix while a stopped application waits for a fix.
pub const AWAITING_FIX: &str = "awaiting-fix/";
/// The prefix of the tokens with which this project continues a rollback; attempts are counted by it.
pub const UNSTICK_TOKEN: &str = "unstick-";
/// The tag that carries the marker.
pub const MARKER: &str = "flink-unstick-restart";
/// The tag that names the stack which may inject property groups into an application of another stack.
pub const HANDLERS_ALLOW: &str = "flink-handlers-allow";

/// What to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The goal is reached.
    Done(Done),
    /// One request.
    Call(Call, Because),
    /// Nothing yet.
    Wait(Because),
    /// The goal cannot be reached.
    Refuse(Refusal),
}

/// How often somebody else's change is met before giving up.
const CONFLICTS: u8 = 5;
/// How many looks an accepted call may stay unseen before it counts as having come to nothing.
const UNSEEN_LOOKS: u32 = 3;

/// The next step toward `goal`.
#[must_use]
pub fn next_step(goal: &Goal, observed: &Observed) -> Step {
    if let Some(rejection) = observed.tried.rejection.as_ref().filter(|_| observed.tried.conflicts > CONFLICTS) {
        return Step::Refuse(Refusal::TooManyConflicts { error: rejection.text.clone() });
    }
    let step = match goal {
        Goal::Running(goal) => start::next(goal, observed),
        Goal::Stopped(goal) => stop::next(goal, observed),
        Goal::Properties(goal) => properties::next(goal, observed),
        Goal::Continued(goal) => resume::next(goal, observed),
        Goal::Recovered(goal) => recover::next(goal, observed),
    };
    if observed.stack.superseded && matches!(step, Step::Call(..)) {
        // CloudFormation went on without this request: what it wanted is wanted no more.
        return Step::Refuse(Refusal::Superseded);
    }
    step
}
