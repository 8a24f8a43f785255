//! UpdateApplicationMaintenanceConfiguration: a window of eight hours that begins at this time of day, UTC
//! (`SEMANTICS.md` H.4).

use serde_json::{Value, json};

use crate::State;
use crate::api::{ApiError, ApiResult};
use crate::flink::catalogue::{self, INVALID_ARGUMENT};
use crate::flink::model;
use crate::flink::status::Status;

/// When the window begins that the service chooses by default.
pub(in crate::flink) const BY_DEFAULT: &str = "06:00";

pub(in crate::flink) fn update(state: &mut State, request: &model::UpdateMaintenance) -> ApiResult {
    crate::flink::with(state, &request.application_name, |application, _| {
        // A.3: READY and RUNNING only.
        if ![Status::Ready, Status::Running].contains(&application.status) {
            return Err(catalogue::in_use("updated", application.status));
        }
        let start =
            &request.application_maintenance_configuration_update.application_maintenance_window_start_time_update;
        if hour_and_minute(start).is_none() {
            let message =
                format!("ApplicationMaintenanceWindowStartTime '{start}' must match ([01][0-9]|2[0-3]):[0-5][0-9]");
            return Err(ApiError::new(INVALID_ARGUMENT, message));
        }
        application.maintenance.clone_from(start);
        Ok(json!({
            "ApplicationARN": application.arn,
            "ApplicationMaintenanceConfigurationDescription": describe(&application.maintenance),
        }))
    })
}

/// The window that begins then.
pub(in crate::flink) fn describe(start: &str) -> Value {
    let (hour, minute) = hour_and_minute(start).unwrap_or_default();
    json!({
        "ApplicationMaintenanceWindowStartTime": start,
        "ApplicationMaintenanceWindowEndTime": format!("{:02}:{minute:02}", (hour + 8) % 24),
    })
}

fn hour_and_minute(text: &str) -> Option<(u8, u8)> {
    let (hour, minute) = text.split_once(':').filter(|_| text.len() == 5)?;
    let (hour, minute) = (hour.parse().ok()?, minute.parse().ok()?);
    (hour < 24 && minute < 60).then_some((hour, minute))
}
