//! StopApplication, graceful and forced (`SEMANTICS.md` A.5, G.9 to G.11, G.15).

use serde_json::json;

use super::snapshots::{self, SnapshotStatus};
use crate::api::{ApiError, ApiResult};
use crate::flink::application::Purpose;
use crate::flink::catalogue::{self, IN_USE, INVALID_ARGUMENT, INVALID_REQUEST};
use crate::flink::job::backend::Then;
use crate::flink::model;
use crate::flink::operations::{self, Outcome};
use crate::flink::other_kinds::Kind;
use crate::flink::status::Status;
use crate::modes::{ForceElsewhere, StopOfReady};
use crate::{Settings, State};

pub(in crate::flink) fn stop(state: &mut State, settings: &Settings, request: &model::StopApplication) -> ApiResult {
    crate::flink::with(state, &request.application_name, |application, state| {
        let forced = request.force == Some(true);
        let status = application.status;
        if forced {
            if application.configuration.kind() != Kind::Flink {
                return Err(catalogue::cannot_be_force_stopped(INVALID_ARGUMENT, status));
            }
            may_force(settings, status)?;
            application.cancel();
            let id = application.begin(state.ids.hex(12), "StopApplication", None);
            application.job = None;
            application.enter(state, Status::ForceStopping, Purpose::Rest, Some(id.clone()));
            return Ok(operations::reply(settings, &id, json!({})));
        }
        if status != Status::Running {
            return Err(catalogue::cannot_be_stopped(code(settings, status), status));
        }
        if application.configuration.snapshots_enabled {
            snapshots::may_take_another(settings, application)?;
            let saved = application.save(&state.flink.backend, Then::Stops);
            let saved = saved.map_err(|_| catalogue::snapshot_failure(&application.name))?;
            snapshots::by_service(application, "STOP", SnapshotStatus::Creating, saved);
        }
        let id = application.begin(state.ids.hex(12), "StopApplication", None);
        application.job = None;
        application.enter(state, Status::Stopping, Purpose::Rest, Some(id.clone()));
        Ok(operations::reply(settings, &id, json!({})))
    })
}

impl crate::flink::Application {
    /// A force stop ends what is in progress: the operation, and the snapshot that it was taking.
    fn cancel(&mut self) {
        if let Some(transit) = self.transit.take() {
            self.end(transit.operation.as_deref(), Outcome::Cancelled);
        }
        let mut failed = Vec::new();
        for snapshot in self.snapshots.iter_mut().filter(|snapshot| snapshot.status == SnapshotStatus::Creating) {
            snapshot.status = SnapshotStatus::Failed;
            failed.extend(snapshot.left.take().map(|(_, _, operation)| operation));
        }
        for operation in failed {
            self.end(Some(&operation), Outcome::Cancelled);
        }
    }
}

/// G.10: the listed statuses; the others as the mode says.
fn may_force(settings: &Settings, status: Status) -> ApiResult<()> {
    let refused: Result<(), ApiError> = Err(catalogue::cannot_be_force_stopped(code(settings, status), status));
    match status {
        Status::Running | Status::Starting | Status::Updating | Status::Stopping | Status::Autoscaling => Ok(()),
        Status::Ready | Status::Deleting | Status::RolledBack => refused,
        Status::ForceStopping | Status::RollingBack | Status::Maintenance => match settings.modes.force_elsewhere {
            ForceElsewhere::Accepted => Ok(()),
            ForceElsewhere::Refused => refused,
        },
    }
}

/// G.11: which code READY answers with is not known.
fn code(settings: &Settings, status: Status) -> &'static str {
    match (status, settings.modes.stop_of_ready) {
        (Status::Ready, StopOfReady::InvalidArgument) => INVALID_ARGUMENT,
        (Status::Ready, StopOfReady::InvalidRequest) => INVALID_REQUEST,
        (_, StopOfReady::ResourceInUse | StopOfReady::InvalidArgument | StopOfReady::InvalidRequest) => IN_USE,
    }
}
