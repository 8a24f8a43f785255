//! What happens when a transient status is over.

use super::application::{Application, Launched, Purpose, Transit};
use super::calls::snapshots::SnapshotStatus;
use super::job::{self, Launch, Saved};
use super::operations::Outcome;
use super::other_kinds::Kind;
use super::status::{Left, Status};
use crate::modes::{FailedUpdate, IncompatibleRestore};
use crate::{Settings, State};

/// Ends every status whose time has come.
pub(super) fn due(state: &mut State, settings: &Settings) {
    let is_over = |application: &Application| application.transit.as_ref().is_some_and(|t| t.left.is_over());
    let names: Vec<_> =
        state.flink.applications.iter().filter(|(_, one)| is_over(one)).map(|(name, _)| name.clone()).collect();
    for name in names {
        settle(state, settings, &name);
    }
}

/// Ends the status of one application, whatever is left of it.
pub(super) fn settle(state: &mut State, settings: &Settings, name: &str) {
    let Some(mut application) = state.flink.applications.remove(name) else { return };
    let mut stays = true;
    if let Some(Transit { purpose, operation, .. }) = application.transit.take() {
        match purpose {
            Purpose::Vanish => stays = false,
            Purpose::Return(status) => application.status = status,
            Purpose::Rest => {
                application.rest();
                application.end(operation.as_deref(), Outcome::Successful);
            }
            Purpose::Launch { from, after } => launch(&mut application, state, settings, from, after, operation),
        }
    }
    if stays {
        state.flink.applications.insert(name.to_owned(), application);
    }
}

fn launch(
    application: &mut Application,
    state: &mut State,
    settings: &Settings,
    from: Option<Saved>,
    after: Launched,
    operation: Option<String>,
) {
    application.complete_own_snapshots();
    let allow = application.run.as_ref().is_some_and(|run| run.allow_non_restored_state);
    let launched = match state.flink.start_failures.remove(&application.name) {
        Some(error) => Launch::Fails(error),
        None if application.configuration.kind() != Kind::Flink => Launch::Runs(Box::default()),
        None => job::launch(state, application, from.as_ref(), allow),
    };
    match (launched, settings.modes.incompatible_restore) {
        (Launch::Runs(job), _) => {
            application.job = Some(*job).filter(|_| application.configuration.kind() == Kind::Flink);
            application.status = Status::Running;
            application.end(operation.as_deref(), Outcome::Successful);
        }
        (Launch::Hangs(_), IncompatibleRestore::Stuck) => {
            // G.20: until it is force-stopped.
            let purpose = Purpose::Launch { from, after };
            application.transit = Some(Transit { purpose, left: Left::Released, operation });
        }
        (Launch::Fails(error) | Launch::Hangs(error), _) => {
            application.end(operation.as_deref(), Outcome::Failed(error.clone()));
            failed(application, state, settings, (after, operation), error);
        }
    }
}

/// A start that fails is READY (A.4); an update goes back when system rollback is on, else READY (G.21).
fn failed(
    application: &mut Application,
    state: &mut State,
    settings: &Settings,
    (after, failed): (Launched, Option<String>),
    error: String,
) {
    match after {
        Launched::Start | Launched::Rollback => application.rest(),
        // A rollback restores a snapshot: without one it is not possible (A.8), and RollbackEnabled has no effect.
        Launched::Update
            if application.configuration.rollback_enabled
                && application.previous.is_some()
                && application.newest_snapshot().is_some() =>
        {
            let id = application.begin(state.ids.hex(12), "RollbackApplication", None);
            let failed = application.operations.iter_mut().find(|one| Some(&one.id) == failed.as_ref());
            if let Some(failed) = failed {
                failed.rollback = Some(id.clone());
            }
            application.go_back(state, Some(id));
        }
        Launched::Update => match settings.modes.failed_update {
            FailedUpdate::Ready => application.rest(),
            FailedUpdate::RunningWithoutProcessing => {
                application.job = Some(job::idle(error));
                application.status = Status::Running;
            }
        },
    }
}

impl Application {
    /// READY: no job, no run configuration (G.8), and the service's snapshot is complete.
    pub(super) fn rest(&mut self) {
        self.status = Status::Ready;
        self.job = None;
        self.run = None;
        self.complete_own_snapshots();
    }

    /// The snapshots that the service took for what it does now are READY.
    fn complete_own_snapshots(&mut self) {
        for snapshot in self.snapshots.iter_mut().filter(|one| one.status == SnapshotStatus::Creating) {
            if snapshot.left.is_none() {
                snapshot.status = SnapshotStatus::Ready;
            }
        }
    }

    /// ROLLING_BACK to the previous version and the newest snapshot made before it was left.
    pub(super) fn go_back(&mut self, state: &mut State, operation: Option<String>) {
        let (from, rejected) = (self.version, self.configuration.clone());
        let Some((to, configuration)) = self.previous.take() else { return };
        self.version += 1;
        self.token = state.ids.hex(32);
        self.updated = crate::clock::now();
        self.configuration = configuration;
        self.previous = Some((from, rejected));
        self.rolled_back = Some((from, to));
        self.job = None;
        let saved = self.newest_snapshot().map(|snapshot| snapshot.saved.clone());
        let purpose = Purpose::Launch { from: saved, after: Launched::Rollback };
        self.enter(state, Status::RollingBack, purpose, operation);
    }
}
