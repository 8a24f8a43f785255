//! RollbackApplication (`SEMANTICS.md` A.8, G.22).

use serde_json::json;

use crate::api::{ApiError, ApiResult};
use crate::flink::catalogue::{self, INVALID_REQUEST};
use crate::flink::operations::Outcome;
use crate::flink::status::Status;
use crate::flink::{model, operations};
use crate::{Settings, State};

pub(in crate::flink) fn rollback(
    state: &mut State,
    settings: &Settings,
    request: &model::RollbackApplication,
) -> ApiResult {
    crate::flink::with(state, &request.application_name, |application, state| {
        match application.status {
            Status::Updating | Status::Autoscaling | Status::Running => {}
            other @ (Status::Ready
            | Status::Deleting
            | Status::Starting
            | Status::Stopping
            | Status::ForceStopping
            | Status::RollingBack
            | Status::Maintenance
            | Status::RolledBack) => return Err(catalogue::in_use("rolled back", other)),
        }
        if request.current_application_version_id != application.version {
            return Err(catalogue::stale());
        }
        let refuse = |message: &str| Err(ApiError::new(INVALID_REQUEST, message));
        if application.newest_snapshot().is_none() {
            return refuse("Application cannot be rolled back without a snapshot");
        }
        if application.previous.is_none() {
            return refuse("Application has no previous version to roll back to");
        }
        if let Some(transit) = application.transit.take() {
            application.end(transit.operation.as_deref(), Outcome::Cancelled);
        }
        let id = application.begin(state.ids.hex(12), "RollbackApplication", None);
        application.go_back(state, Some(id.clone()));
        Ok(operations::reply(settings, &id, json!({ "ApplicationDetail": application.describe() })))
    })
}
