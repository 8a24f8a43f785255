//! What failed, and what failed first.

use super::Phase;
use crate::stack::{STACK, StackEvent};
use crate::time::Timestamp;

/// A resource that CloudFormation says failed.
///
/// The cause of an operation's failure is the oldest one that is not a cancellation, on the way forward if any; a
/// nested stack that failed only repeats what failed in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Its logical ID, under those of the nested stacks that it is in.
    pub logical_id: String,
    /// Its type, `AWS::Kinesis::Stream` for example.
    pub resource_type: String,
    /// Its status, `UPDATE_FAILED` for example.
    pub status: String,
    /// CloudFormation's reason, in one piece.
    pub reason: String,
    /// The time of its row.
    pub at: Timestamp,
    /// What CloudFormation was doing when it failed.
    pub phase: Phase,
    /// CloudFormation gave it up because another one failed.
    pub is_cancelled: bool,
    depth: usize,
}

impl Failure {
    pub(super) fn of(event: &StackEvent, logical_id: String, depth: usize, phase: Phase, is_cancelled: bool) -> Self {
        Self {
            logical_id,
            resource_type: event.resource_type.clone(),
            status: event.status.clone(),
            reason: event.reason.clone(),
            at: event.time,
            phase,
            is_cancelled,
            depth,
        }
    }

    fn is_within(&self, other: &Self) -> bool {
        self.logical_id.strip_prefix(&other.logical_id).is_some_and(|rest| rest.starts_with('/'))
    }
}

/// The one failure that explains the others.
pub(super) fn first_cause(failures: &[Failure]) -> Option<&Failure> {
    let own = || failures.iter().filter(|failure| !failure.is_cancelled);
    let repeats = |nested: &Failure| nested.resource_type == STACK && own().any(|other| other.is_within(nested));
    let causes = own().filter(|failure| !repeats(failure));
    causes.min_by_key(|failure| (failure.phase.is_rollback(), failure.at, std::cmp::Reverse(failure.depth)))
}
