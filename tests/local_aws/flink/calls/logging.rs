//! The CloudWatch logging option: adding or taking it is an update of the application (`SEMANTICS.md` B.3, G.50).

use serde_json::{Value, json};

use super::change::{self, Guard};
use crate::api::{ApiError, ApiResult};
use crate::flink::catalogue::INVALID_ARGUMENT;
use crate::flink::configuration::{Configuration, LoggingOption};
use crate::flink::{model, operations};
use crate::{Settings, State};

pub(in crate::flink) fn add(state: &mut State, settings: &Settings, request: &model::AddLoggingOption) -> ApiResult {
    let operation = "AddApplicationCloudWatchLoggingOption";
    let guard = Guard { version: request.current_application_version_id, token: request.conditional_token.clone() };
    let stream_arn = request.cloud_watch_logging_option.log_stream_arn.clone();
    let name = &request.application_name;
    let id = change::begin(state, settings, name, (operation, &guard), None, |state, configuration, version| {
        check(state, configuration, &stream_arn)?;
        configuration.logging.push(LoggingOption { id: format!("{version}.1"), stream_arn });
        Ok(())
    })?;
    Ok(operations::reply(settings, &id, described(state, name)))
}

pub(in crate::flink) fn delete(
    state: &mut State,
    settings: &Settings,
    request: &model::DeleteLoggingOption,
) -> ApiResult {
    let operation = "DeleteApplicationCloudWatchLoggingOption";
    let guard = Guard { version: request.current_application_version_id, token: request.conditional_token.clone() };
    let name = &request.application_name;
    let id = change::begin(state, settings, name, (operation, &guard), None, |_, configuration, _| {
        let option = &request.cloud_watch_logging_option_id;
        let before = configuration.logging.len();
        configuration.logging.retain(|known| known.id != *option);
        if configuration.logging.len() == before { Err(unknown(option)) } else { Ok(()) }
    })?;
    Ok(operations::reply(settings, &id, described(state, name)))
}

/// One option, and its stream exists (`SEMANTICS.md` A.12).
pub(in crate::flink) fn check(state: &State, configuration: &Configuration, stream_arn: &str) -> ApiResult<()> {
    if !configuration.logging.is_empty() {
        let message = "Kinesis Analytics currently supports only 1 logging option.";
        return Err(ApiError::new(INVALID_ARGUMENT, message));
    }
    check_stream(state, stream_arn)
}

/// CloudWatchLoggingOptionUpdates of UpdateApplication.
pub(in crate::flink) fn change(
    state: &State,
    configuration: &mut Configuration,
    change: model::LoggingOptionUpdate,
) -> ApiResult<()> {
    let id = change.cloud_watch_logging_option_id;
    let option = configuration.logging.iter_mut().find(|option| option.id == id).ok_or_else(|| unknown(&id))?;
    if let Some(stream_arn) = change.log_stream_arn_update {
        check_stream(state, &stream_arn)?;
        option.stream_arn = stream_arn;
    }
    Ok(())
}

fn check_stream(state: &State, stream_arn: &str) -> ApiResult<()> {
    if state.logs.has_stream(stream_arn) {
        return Ok(());
    }
    Err(ApiError::new(INVALID_ARGUMENT, format!("CloudWatch log stream ARN {stream_arn} is invalid.")))
}

fn unknown(id: &str) -> ApiError {
    ApiError::new(crate::flink::catalogue::NOT_FOUND, format!("CloudWatchLoggingOption {id} does not exist"))
}

fn described(state: &State, name: &str) -> Value {
    let Some(application) = state.flink.applications.get(name) else { return json!({}) };
    let detail = application.describe();
    json!({
        "ApplicationARN": application.arn,
        "ApplicationVersionId": application.version,
        "CloudWatchLoggingOptionDescriptions": detail["CloudWatchLoggingOptionDescriptions"].as_array()
            .cloned().unwrap_or_default(),
    })
}
