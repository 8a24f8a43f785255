//! StartApplication (`SEMANTICS.md` A.4, G.3 to G.7).

use serde_json::json;

use super::snapshots::SnapshotStatus;
use crate::api::{ApiError, ApiResult};
use crate::flink::application::{Application, Launched, Purpose, Run, Transit};
use crate::flink::catalogue::{self, INVALID_ARGUMENT};
use crate::flink::job::Saved;
use crate::flink::model::{self, RestoreType, RunConfiguration};
use crate::flink::operations;
use crate::flink::other_kinds::{self, Kind};
use crate::flink::status::Status;
use crate::{Settings, State};

pub(in crate::flink) fn start(state: &mut State, settings: &Settings, request: model::StartApplication) -> ApiResult {
    crate::flink::with(state, &request.application_name, |application, state| {
        if application.status != Status::Ready {
            return Err(catalogue::cannot_be_started(application.status));
        }
        let kind = application.configuration.kind();
        other_kinds::check_run(kind, request.run_configuration.as_ref())?;
        let run = run(request.run_configuration)?;
        let from = restore(application, &run)?;
        // G.5: the version stays.
        let id = application.begin(state.ids.hex(12), "StartApplication", None);
        application.run = Some(run).filter(|_| kind == Kind::Flink);
        let purpose = Purpose::Launch { from, after: Launched::Start };
        application.enter(state, Status::Starting, purpose, Some(id.clone()));
        Ok(operations::reply(settings, &id, json!({})))
    })
}

impl Application {
    /// Enters a transient status for as long as it is held.
    pub(in crate::flink) fn enter(
        &mut self,
        state: &State,
        status: Status,
        purpose: Purpose,
        operation: Option<String>,
    ) {
        self.status = status;
        self.transit = Some(Transit { purpose, left: state.flink.left(&self.name, status), operation });
    }
}

/// The run configuration with its defaults: LATEST, no state may be lost (`SEMANTICS.md` A.4, G.18).
pub(in crate::flink) fn run(given: Option<RunConfiguration>) -> ApiResult<Run> {
    let (flink, restore) = match given {
        None => (None, None),
        Some(given) => (given.flink_run_configuration, given.application_restore_configuration),
    };
    let allow_non_restored_state = flink.and_then(|flink| flink.allow_non_restored_state).unwrap_or(false);
    let Some(restore) = restore else {
        let restore = RestoreType::Latest;
        return Ok(Run { restore, snapshot: None, allow_non_restored_state });
    };
    if restore.snapshot_arn.is_some() {
        let message = "SnapshotArn needs ENHANCED_SNAPSHOTS, which the local AWS does not know";
        return Err(ApiError::new(INVALID_ARGUMENT, message));
    }
    let custom = restore.application_restore_type == RestoreType::Custom;
    if custom != restore.snapshot_name.is_some() {
        let message = "SnapshotName is required with, and only with, RESTORE_FROM_CUSTOM_SNAPSHOT";
        return Err(ApiError::new(INVALID_ARGUMENT, message));
    }
    Ok(Run { restore: restore.application_restore_type, snapshot: restore.snapshot_name, allow_non_restored_state })
}

/// What the job starts from. LATEST without any snapshot is an empty state, not an error (`SEMANTICS.md` G.6).
pub(in crate::flink) fn restore(application: &Application, run: &Run) -> ApiResult<Option<Saved>> {
    let name = run.snapshot.as_deref().unwrap_or_default();
    match run.restore {
        RestoreType::Skip => Ok(None),
        RestoreType::Latest => Ok(application.newest_snapshot().map(|snapshot| snapshot.saved.clone())),
        RestoreType::Custom => application
            .snapshots
            .iter()
            .find(|snapshot| snapshot.name == name && snapshot.status == SnapshotStatus::Ready)
            .map(|snapshot| Some(snapshot.saved.clone()))
            .ok_or_else(|| catalogue::no_such_snapshot_to_restore(name)),
    }
}
