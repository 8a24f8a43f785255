//! What becomes of a world on its own, and what another caller does to it.

use super::service::{Kind, Marker, ModelOperation, OperationAge, World};
use crate::flink::{ApplicationStatus as Status, OperationStatus, SnapshotStatus};
use crate::stack::StackStatus;

impl World {
    /// What can have become of it when time has passed.
    pub(super) fn waited(self) -> Vec<Self> {
        let mut worlds = vec![self];
        worlds.extend(self.moved());
        worlds.extend(self.meddled());
        if self.proof == Some(SnapshotStatus::Creating) {
            for status in [SnapshotStatus::Ready, SnapshotStatus::Failed] {
                worlds.push(Self { proof: Some(status), ..self }.ends(status == SnapshotStatus::Ready));
            }
        }
        worlds
    }

    /// What the service does on its own.
    fn moved(self) -> Vec<Self> {
        let to = |status, good: bool| Self { status: Some(status), ran: false, ..self }.ends(good);
        let Some(status) = self.status else { return Vec::new() };
        match status {
            Status::Starting => vec![to(Status::Running, true), to(Status::Ready, false)],
            Status::Stopping => vec![to(Status::Ready, true), to(Status::Running, false)],
            Status::ForceStopping => vec![to(Status::Ready, true)],
            Status::Updating if self.ran => vec![
                to(Status::Running, true),
                to(Status::Running, false),
                to(Status::Ready, false),
                to(Status::RollingBack, false),
            ],
            Status::Updating => vec![to(Status::Ready, true), to(Status::Ready, false)],
            Status::Autoscaling => vec![to(Status::Running, true)],
            Status::RollingBack => vec![to(Status::Running, true), to(Status::Ready, true)],
            Status::Maintenance if self.ran => vec![to(Status::Running, true)],
            Status::Maintenance => vec![to(Status::Ready, true)],
            Status::Deleting => vec![Self { status: None, ..self }],
            Status::Running => vec![
                Self { status: Some(Status::Autoscaling), ..self },
                Self { status: Some(Status::Maintenance), ran: true, ..self },
                self.ends(true),
            ],
            Status::Ready => vec![self.ends(true), self.ends(false)],
            Status::RolledBack => Vec::new(),
        }
    }

    /// The states that another caller can bring about from this one.
    pub(super) fn meddled(self) -> Vec<Self> {
        if self.meddlers == 0 {
            return Vec::new();
        }
        Self { meddlers: self.meddlers - 1, ..self }.interfered()
    }

    fn interfered(self) -> Vec<Self> {
        let stack = if self.stack == StackStatus::UpdateRollbackComplete {
            StackStatus::UpdateInProgress
        } else if self.stack == StackStatus::UpdateRollbackFailed {
            StackStatus::UpdateRollbackInProgress
        } else {
            self.stack
        };
        let mut worlds = vec![Self { stack, ..self }];
        let Some(status) = self.status else { return worlds };
        let deleted = Self { status: Some(Status::Deleting), ..self };
        match status {
            Status::Ready => worlds.extend([
                self.works(Kind::Start, Status::Starting),
                self.works(Kind::Update, Status::Updating),
                deleted,
            ]),
            Status::Running => worlds.extend([
                self.works(Kind::Stop, Status::Stopping),
                self.works(Kind::Stop, Status::ForceStopping),
                self.works(Kind::Update, Status::Updating),
                self.erased(),
                deleted,
            ]),
            Status::Starting
            | Status::Stopping
            | Status::Updating
            | Status::Autoscaling
            | Status::ForceStopping
            | Status::RollingBack
            | Status::Maintenance
            | Status::RolledBack
            | Status::Deleting => {}
        }
        worlds
    }

    /// CloudFormation puts the tags back that it knows; no other caller undoes what waits for a fix.
    fn erased(self) -> Self {
        let marker = if self.marker == Marker::AwaitingFix { self.marker } else { Marker::None };
        Self { marker, ..self }
    }

    pub(super) fn works(self, kind: Kind, status: Status) -> Self {
        let ran = status == Status::Updating && self.status == Some(Status::Running);
        Self { status: Some(status), ran, ..self }.records(kind)
    }

    pub(super) fn records(self, kind: Kind) -> Self {
        let operation = ModelOperation {
            kind,
            status: OperationStatus::InProgress,
            when: OperationAge::Request,
            started: self.now,
        };
        // Of all that was before, only a start that came to nothing in this request matters to any caller.
        let failed = |one: &ModelOperation| {
            let ended = matches!(one.status, OperationStatus::Failed | OperationStatus::Cancelled);
            one.kind == Kind::Start && ended && one.when == OperationAge::Request
        };
        let mut before = self.operations.into_iter().flatten().filter(failed);
        Self { operations: [Some(operation), before.next(), before.next()], ..self }
    }

    /// A force-stop ends what was in progress.
    pub(super) fn cancels(mut self) -> Self {
        if let Some(newest) = &mut self.operations[0]
            && newest.status == OperationStatus::InProgress
        {
            newest.status = OperationStatus::Cancelled;
        }
        self
    }

    /// The newest operation ends, well or not.
    fn ends(mut self, good: bool) -> Self {
        if let Some(newest) = &mut self.operations[0]
            && newest.status == OperationStatus::InProgress
        {
            newest.status = if good { OperationStatus::Successful } else { OperationStatus::Failed };
        }
        self
    }
}
