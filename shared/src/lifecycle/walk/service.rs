//! The service as its reference describes it (`semantics.md` A.3 to A.8), written apart from the planner: it holds its
//! own table of what may be called when, and answers as badly as it may.

use super::super::Call;
use crate::flink::{ApplicationStatus as Status, OperationStatus, SnapshotStatus};
use crate::stack::StackStatus;

/// What kind of operation the service's history shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Start,
    Update,
    Stop,
    Snapshot,
}

/// When an operation began: before the deployment, in it, or in this request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum OperationAge {
    Before,
    Deployment,
    Request,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ModelOperation {
    pub(super) kind: Kind,
    pub(super) status: OperationStatus,
    pub(super) when: OperationAge,
    /// Milliseconds; what distinguishes two operations.
    pub(super) started: i64,
}

/// The snapshots that exist at the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeptState {
    None,
    Young,
    Old,
    Failed,
    Creating,
    /// The newest is of a runtime that this one cannot restore, an older one is not.
    NewestIncompatible,
    /// None of a runtime that this one can restore.
    Incompatible,
    /// The newest is another version's than the one that is started.
    TwoVersions,
}

/// What the marker's tag says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Marker {
    None,
    /// As this incident writes it.
    Ours,
    /// Of an incident before this one.
    Older,
    AwaitingFix,
}

/// What the property groups say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Groups {
    Wanted,
    Missing,
    Conflicting,
}

/// One state of one application and its stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct World {
    /// `None`: it does not exist.
    pub(super) status: Option<Status>,
    /// What a status that passes came from.
    pub(super) ran: bool,
    pub(super) readable: bool,
    /// The last three operations, newest first.
    pub(super) operations: [Option<ModelOperation>; 3],
    pub(super) kept: KeptState,
    pub(super) proof: Option<SnapshotStatus>,
    /// Old READY snapshots of ours: a bit for each, the lowest the newest.
    pub(super) own: u8,
    pub(super) marker: Marker,
    pub(super) groups: Groups,
    pub(super) stack: StackStatus,
    pub(super) continued: u32,
    pub(super) now: i64,
    /// How often this request's starts were taken, by whatever process.
    pub(super) started: Option<u8>,
    /// How often another caller still steps in.
    pub(super) meddlers: u8,
    /// Whether the process can still be killed, and the event be delivered to a new one.
    pub(super) killable: bool,
}

/// How a call ended for the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CallAnswer {
    Accepted,
    Lost,
    Throttled,
    Conflict,
    Snapshot,
    Quota,
}

/// Statuses in which the service itself works.
pub(super) fn passes(status: Status) -> bool {
    matches!(
        status,
        Status::Starting
            | Status::Stopping
            | Status::ForceStopping
            | Status::Updating
            | Status::Autoscaling
            | Status::RollingBack
            | Status::Maintenance
            | Status::Deleting
    )
}

/// The statuses in which the reference allows a call; `None`: in any.
fn allowed(call: &Call) -> Option<&'static [Status]> {
    match call {
        Call::Start { .. } | Call::StartNotebook => Some(&[Status::Ready]),
        Call::Stop { force: false } | Call::CreateSnapshot { .. } => Some(&[Status::Running]),
        Call::Stop { force: true } => {
            Some(&[Status::Starting, Status::Updating, Status::Stopping, Status::Autoscaling, Status::Running])
        }
        Call::UpdateProperties { .. } => Some(&[Status::Ready, Status::Running]),
        Call::Tag { .. } | Call::Untag { .. } | Call::DeleteSnapshot { .. } | Call::ContinueRollback { .. } => None,
    }
}

/// The name of one of our own old snapshots.
pub(super) fn old(index: u32) -> String {
    format!("flink-handlers-gate-old-{index}")
}

/// Which of our own old snapshots a name is of.
pub(super) fn bit(name: &str) -> u8 {
    (0..3).filter(|index| old(*index) == name).map(|index| 1 << index).sum()
}

impl World {
    /// Whether the reference allows this call now.
    pub(super) fn allows(self, call: &Call) -> bool {
        if let Call::ContinueRollback { .. } = call {
            return self.stack == StackStatus::UpdateRollbackFailed;
        }
        if let Call::DeleteSnapshot { name, .. } = call {
            // One that exists, and not what a restart would resume from.
            let newest = self.own & self.own.wrapping_neg();
            let is_newest = bit(name) == newest && !self.has_newer();
            return self.status.is_some() && self.own & bit(name) != 0 && !is_newest;
        }
        match (allowed(call), self.status) {
            (_, None) => false,
            (None, Some(_)) => true,
            (Some(statuses), Some(status)) => statuses.contains(&status),
        }
    }

    /// Whether the service is at work on a snapshot that another caller asked for.
    pub(super) fn is_taking_snapshot(self) -> bool {
        self.kept == KeptState::Creating || self.proof == Some(SnapshotStatus::Creating)
    }

    /// Whether a READY snapshot is newer than our own old ones.
    fn has_newer(self) -> bool {
        let kept = match self.kept {
            KeptState::None | KeptState::Failed | KeptState::Creating => false,
            KeptState::Young
            | KeptState::Old
            | KeptState::NewestIncompatible
            | KeptState::Incompatible
            | KeptState::TwoVersions => true,
        };
        kept || self.proof == Some(SnapshotStatus::Ready)
    }

    /// Whether the service says that it is at work, so that waiting for it may take as long as there is time.
    pub(super) fn is_working(self) -> bool {
        let operation =
            self.readable && self.operations.iter().flatten().any(|one| one.status == OperationStatus::InProgress);
        self.status.is_some_and(passes) || operation || self.proof == Some(SnapshotStatus::Creating)
    }

    /// Every way in which the service can answer an allowed call.
    pub(super) fn answers(self, call: &Call) -> Vec<(Self, CallAnswer)> {
        let nothing_done = [CallAnswer::Conflict, CallAnswer::Lost, CallAnswer::Throttled, CallAnswer::Accepted]
            .map(|one| (self, one));
        let mut answers = nothing_done.to_vec();
        for world in self.meddled() {
            answers.push((world, CallAnswer::Conflict));
        }
        for world in self.taken(call) {
            answers.extend([(world, CallAnswer::Accepted), (world, CallAnswer::Lost)]);
        }
        let snapshots = match call {
            Call::Stop { force: false } | Call::CreateSnapshot { .. } => true,
            Call::UpdateProperties { .. } => self.status == Some(Status::Running),
            Call::Start { .. } | Call::StartNotebook | Call::Stop { force: true } => false,
            Call::Tag { .. } | Call::Untag { .. } | Call::DeleteSnapshot { .. } | Call::ContinueRollback { .. } => {
                false
            }
        };
        if snapshots {
            answers.push((self, CallAnswer::Snapshot));
        }
        if let Call::CreateSnapshot { .. } = call {
            answers.push((self, CallAnswer::Quota));
        }
        answers
    }

    /// What a call that was taken makes of the world.
    fn taken(self, call: &Call) -> Vec<Self> {
        match call {
            Call::Start { .. } | Call::StartNotebook => {
                vec![Self { started: self.started.map(|count| count + 1), ..self }.works(Kind::Start, Status::Starting)]
            }
            Call::Stop { force: false } => vec![self.works(Kind::Stop, Status::Stopping)],
            Call::Stop { force: true } => vec![self.cancels().works(Kind::Stop, Status::ForceStopping)],
            Call::CreateSnapshot { .. } => {
                vec![Self { proof: Some(SnapshotStatus::Creating), ..self }.records(Kind::Snapshot)]
            }
            Call::DeleteSnapshot { name, .. } => vec![Self { own: self.own & !bit(name), ..self }],
            Call::UpdateProperties { .. } => {
                let written = Self { groups: Groups::Wanted, ..self };
                vec![written, written.works(Kind::Update, Status::Updating)]
            }
            Call::Tag { value, .. } if value.starts_with("awaiting-fix/") => {
                vec![Self { marker: Marker::AwaitingFix, ..self }]
            }
            Call::Tag { .. } => vec![Self { marker: Marker::Ours, ..self }],
            Call::Untag { .. } => vec![Self { marker: Marker::None, ..self }],
            Call::ContinueRollback { .. } => vec![Self { stack: StackStatus::UpdateRollbackInProgress, ..self }],
        }
    }
}
