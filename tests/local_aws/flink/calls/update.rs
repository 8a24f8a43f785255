//! UpdateApplication, and what the logging operations share with it (`SEMANTICS.md` A.6, G.12 to G.19, G.23).

use serde_json::json;

use super::change::{Guard, begin};
use super::logging;
use crate::api::{ApiResult, Caller};
use crate::flink::{Application, model, operations, runtime};
use crate::{Settings, State, iam};

pub(in crate::flink) fn update(
    state: &mut State,
    settings: &Settings,
    caller: &Caller,
    request: model::UpdateApplication,
) -> ApiResult {
    if let Some(role) = &request.service_execution_role_update {
        iam::authorize_pass_role(state, caller, role, "kinesisanalytics.amazonaws.com")?;
    }
    let guard = Guard { version: request.current_application_version_id, token: request.conditional_token };
    let name = request.application_name;
    let id = begin(state, settings, &name, ("UpdateApplication", &guard), request.run_configuration_update, {
        |state, configuration, _| {
            let before = (configuration.code.clone(), configuration.role.clone());
            if let Some(update) = request.application_configuration_update {
                configuration.apply(update)?;
            }
            if let Some(role) = request.service_execution_role_update {
                configuration.role = role;
            }
            if let Some(runtime) = request.runtime_environment_update {
                runtime::check(&runtime)?;
                configuration.runtime = runtime;
            }
            for change in request.cloud_watch_logging_option_updates.into_iter().flatten() {
                logging::change(state, configuration, change)?;
            }
            if before == (configuration.code.clone(), configuration.role.clone()) {
                return Ok(());
            }
            configuration.check_code(state)
        }
    })?;
    let detail = state.flink.applications.get(&name).map(Application::describe);
    Ok(operations::reply(settings, &id, json!({ "ApplicationDetail": detail })))
}
