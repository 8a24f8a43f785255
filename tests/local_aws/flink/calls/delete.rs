//! DeleteApplication (`SEMANTICS.md` A.9, G.27). Its snapshots go with it.

use serde_json::json;

use crate::api::ApiResult;
use crate::flink::application::Purpose;
use crate::flink::status::Status;
use crate::flink::{catalogue, model};
use crate::modes::DeleteOfRunning;
use crate::{Settings, State};

pub(in crate::flink) fn delete(
    state: &mut State,
    settings: &Settings,
    request: &model::DeleteApplication,
) -> ApiResult {
    crate::flink::with(state, &request.application_name, |application, state| {
        let (status, mode) = (application.status, settings.modes.delete_of_running);
        let running = status == Status::Running && mode == DeleteOfRunning::Accepted;
        if !running && !matches!(status, Status::Ready | Status::RolledBack) {
            return Err(catalogue::in_use("deleted", status));
        }
        if (application.created - request.create_timestamp).abs() >= 1.0 {
            return Err(catalogue::other_create_timestamp(&application.name));
        }
        application.job = None;
        application.enter(state, Status::Deleting, Purpose::Vanish, None);
        Ok(json!({}))
    })
}
