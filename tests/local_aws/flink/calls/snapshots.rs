//! Snapshots: a user's and the service's own (`SEMANTICS.md` A.7, G.14, G.24, G.25).

use serde_json::{Value, json};

use super::describe;
use crate::api::{ApiError, ApiResult};
use crate::flink::application::Application;
use crate::flink::catalogue::{self, IN_USE, INVALID_ARGUMENT, INVALID_REQUEST, LIMIT, NOT_FOUND};
use crate::flink::job::Saved;
use crate::flink::job::backend::Then;
use crate::flink::operations::Outcome;
use crate::flink::status::{Left, Status};
use crate::flink::{model, other_kinds};
use crate::modes::{SecondSnapshot, SnapshotOfUnhealthy, SnapshotsOfEnhanced, SnapshotsOfUnknown};
use crate::{Settings, State};

/// A snapshot.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// Unique in the application.
    pub name: String,
    /// What became of it.
    pub status: SnapshotStatus,
    /// Epoch seconds.
    pub created: f64,
    /// The application's version when it was taken.
    pub version: u64,
    /// The runtime that took it.
    pub runtime: String,
    /// What it holds.
    pub saved: Saved,
    /// A user's snapshot that is being made: how long still, what it will be, and its operation.
    pub(in crate::flink) left: Option<(Left, SnapshotStatus, String)>,
}

/// SnapshotStatus; DELETING is over before a caller sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SnapshotStatus {
    /// Being made.
    Creating,
    /// Can be restored.
    Ready,
    /// Cannot.
    Failed,
}

/// The snapshot that the service takes for an update or a stop, named as the row G.14 says.
pub(in crate::flink) fn by_service(application: &mut Application, prefix: &str, status: SnapshotStatus, saved: Saved) {
    let mut millis = millis(application.clock.now());
    let mut name = format!("{prefix}-{}-{millis}", application.name);
    while application.snapshots.iter().any(|snapshot| snapshot.name == name) {
        millis += 1;
        name = format!("{prefix}-{}-{millis}", application.name);
    }
    let snapshot = application.snapshot(name, status, saved, None);
    application.snapshots.push(snapshot);
}

/// Whether a snapshot can be taken now, as far as others that are being taken are concerned.
pub(in crate::flink) fn may_take_another(settings: &Settings, application: &mut Application) -> ApiResult<()> {
    application.look_at_snapshots();
    if application.snapshots.iter().all(|snapshot| snapshot.status != SnapshotStatus::Creating) {
        return Ok(());
    }
    match settings.modes.second_snapshot {
        SecondSnapshot::Refused => Err(catalogue::snapshot_failure(&application.name)),
        SecondSnapshot::InUse => {
            let message = format!("A snapshot of application {} is being created", application.name);
            Err(ApiError::new(IN_USE, message))
        }
        SecondSnapshot::Accepted => Ok(()),
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the clock gives whole milliseconds")]
fn millis(epoch_seconds: f64) -> u64 {
    (epoch_seconds * 1000.0).round() as u64
}

impl Application {
    fn snapshot(
        &self,
        name: String,
        status: SnapshotStatus,
        saved: Saved,
        left: Option<(Left, SnapshotStatus, String)>,
    ) -> Snapshot {
        Snapshot {
            name,
            status,
            created: self.clock.now(),
            version: self.version,
            runtime: self.configuration.runtime.clone(),
            saved,
            left,
        }
    }

    /// Completes the snapshots whose time has come, and then counts this look.
    fn look_at_snapshots(&mut self) {
        let mut ended = Vec::new();
        for snapshot in &mut self.snapshots {
            if let Some((left, outcome, operation)) = &mut snapshot.left {
                if left.is_over() && snapshot.status == SnapshotStatus::Creating {
                    snapshot.status = *outcome;
                    ended.push((operation.clone(), *outcome));
                } else {
                    left.look();
                    continue;
                }
                snapshot.left = None;
            }
        }
        let error = catalogue::snapshot_failure(&self.name).message;
        for (operation, outcome) in ended {
            let outcome =
                if outcome == SnapshotStatus::Ready { Outcome::Successful } else { Outcome::Failed(error.clone()) };
            self.end(Some(&operation), outcome);
        }
    }
}

pub(in crate::flink) fn create(state: &mut State, settings: &Settings, request: &model::Snapshot) -> ApiResult {
    crate::flink::with(state, &request.application_name, |application, state| {
        other_kinds::check_snapshots(&application.configuration)?;
        let (name, snapshot) = (&application.name, &request.snapshot_name);
        if application.configuration.is_enhanced {
            return Err(not_of_enhanced());
        }
        if application.status != Status::Running {
            let message = format!(
                "Application {name} is in {} status. Snapshot creation is only allowed when application is in RUNNING \
                 status",
                application.status
            );
            return Err(ApiError::new(INVALID_REQUEST, message));
        }
        if application.snapshots.iter().any(|known| known.name == *snapshot) {
            let message = format!("Provided Snapshot name {snapshot} already exists for application {name}");
            return Err(ApiError::new(IN_USE, message));
        }
        if application.snapshots.len() >= 1000 {
            return Err(ApiError::new(LIMIT, "An application has at most 1000 snapshots"));
        }
        may_take_another(settings, application)?;
        let saved = application.save(&state.flink.backend, Then::RunsOn);
        let (outcome, saved) = match (saved, settings.modes.snapshot_of_unhealthy) {
            (Err(_), SnapshotOfUnhealthy::Refused) => return Err(catalogue::snapshot_failure(&application.name)),
            (Err(_), SnapshotOfUnhealthy::AcceptedThenFailed) => (SnapshotStatus::Failed, Saved::default()),
            (Ok(saved), _) => (SnapshotStatus::Ready, saved),
        };
        let operation = application.begin(state.ids.hex(12), "CreateApplicationSnapshot", None);
        let left = (Left::of(state.flink.snapshot_hold), outcome, operation);
        let snapshot = application.snapshot(snapshot.clone(), SnapshotStatus::Creating, saved, Some(left));
        application.snapshots.push(snapshot);
        Ok(json!({}))
    })
}

pub(in crate::flink) fn describe(state: &mut State, request: &model::Snapshot) -> ApiResult {
    crate::flink::with(state, &request.application_name, |application, _| {
        application.look_at_snapshots();
        let found = application.snapshots.iter().find(|snapshot| snapshot.name == request.snapshot_name);
        let missing = || no_snapshot(&request.snapshot_name);
        Ok(json!({ "SnapshotDetails": details(found.ok_or_else(missing)?) }))
    })
}

pub(in crate::flink) fn list(state: &mut State, settings: &Settings, request: &model::ListSnapshots) -> ApiResult {
    let result = crate::flink::with(state, &request.application_name, |application, _| {
        other_kinds::check_snapshots(&application.configuration)?;
        application.look_at_snapshots();
        let rows = match (application.configuration.is_enhanced, settings.modes.snapshots_of_enhanced) {
            (true, SnapshotsOfEnhanced::Refused) => return Err(not_of_enhanced()),
            (true, SnapshotsOfEnhanced::Empty) => Vec::new(),
            (true, SnapshotsOfEnhanced::OldOnes) | (false, _) => application.snapshots.iter().map(details).collect(),
        };
        describe::page("SnapshotSummaries", rows, request.limit, request.next_token.as_deref())
    });
    match (result, settings.modes.snapshots_of_unknown) {
        (Err(error), SnapshotsOfUnknown::InvalidArgument) if error.code == NOT_FOUND => {
            Err(ApiError::new(INVALID_ARGUMENT, error.message))
        }
        (result, _) => result,
    }
}

pub(in crate::flink) fn delete(state: &mut State, request: &model::DeleteSnapshot) -> ApiResult {
    crate::flink::with(state, &request.application_name, |application, _| {
        let name = &request.snapshot_name;
        let at = application.snapshots.iter().position(|snapshot| snapshot.name == *name);
        let at = at.ok_or_else(|| no_snapshot(name))?;
        // The exact timestamp is asked for; JSON carries milliseconds, so anything nearer is the same one.
        if (application.snapshots[at].created - request.snapshot_creation_timestamp).abs() >= 0.001 {
            let message = format!("The snapshot {name} has a different creation timestamp than the one you provided.");
            return Err(ApiError::new(INVALID_ARGUMENT, message));
        }
        application.snapshots.remove(at);
        Ok(json!({}))
    })
}

/// What the operations on an application's own snapshots answer in the enhanced mode is not known: the worst is that
/// they answer nothing.
fn not_of_enhanced() -> ApiError {
    ApiError::new(INVALID_REQUEST, "The operation is not supported for an application with ENHANCED_SNAPSHOTS")
}

fn details(snapshot: &Snapshot) -> Value {
    let status = match snapshot.status {
        SnapshotStatus::Creating => "CREATING",
        SnapshotStatus::Ready => "READY",
        SnapshotStatus::Failed => "FAILED",
    };
    json!({
        "SnapshotName": snapshot.name, "SnapshotStatus": status, "ApplicationVersionId": snapshot.version,
        "SnapshotCreationTimestamp": snapshot.created, "RuntimeEnvironment": snapshot.runtime,
    })
}

fn no_snapshot(name: &str) -> ApiError {
    ApiError::new(NOT_FOUND, format!("Snapshot {name} does not exist"))
}
