//! CreateApplication: READY, version 1, never started (`SEMANTICS.md` G.2, A.9).

use super::{logging, maintenance};
use crate::api::{ApiError, ApiResult, Caller};
use crate::flink::application::Application;
use crate::flink::catalogue::{self, INVALID_ARGUMENT};
use crate::flink::configuration::{
    CHECKPOINT, Configuration, LoggingOption, MONITORING, PARALLELISM, check_properties, checked,
};
use crate::flink::other_kinds::{Kind, members};
use crate::flink::status::Status;
use crate::flink::{model, runtime};
use crate::{Settings, State, iam};
use serde_json::{Value, json};

/// At most one, with 1 to 16 subnets and 1 to 5 security groups:
/// <https://docs.aws.amazon.com/managed-flink/latest/apiv2/API_VpcConfiguration.html>.
fn check_vpc(configurations: &[Value]) -> ApiResult<()> {
    let listed = |one: &Value, name: &str, kind: &str, most: usize| {
        let ids = one[name].as_array().map(Vec::as_slice).unwrap_or_default();
        let is_id = |id: &Value| id.as_str().is_some_and(|id| id.starts_with(kind));
        (1..=most).contains(&ids.len()) && ids.iter().all(is_id)
    };
    let is_one = |one: &Value| listed(one, "SubnetIds", "subnet-", 16) && listed(one, "SecurityGroupIds", "sg-", 5);
    if configurations.len() <= 1 && configurations.iter().all(is_one) {
        return Ok(());
    }
    Err(ApiError::new(
        INVALID_ARGUMENT,
        "VpcConfigurations must be one, with 1 to 16 SubnetIds and 1 to 5 SecurityGroupIds",
    ))
}

pub(in crate::flink) fn create(
    state: &mut State,
    settings: &Settings,
    caller: &Caller,
    request: model::CreateApplication,
) -> ApiResult {
    let name = request.application_name;
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    if name.is_empty() || name.len() > 128 || !name.chars().all(allowed) {
        let message = format!("ApplicationName '{name}' must match [a-zA-Z0-9_.-]+ and have length 1 to 128");
        return Err(ApiError::new(INVALID_ARGUMENT, message));
    }
    if let Some(there) = state.flink.applications.get_mut(&name) {
        // A caller that tries again sees it go.
        if let Some(transit) = &mut there.transit {
            transit.left.look();
        }
        return Err(ApiError::new(catalogue::IN_USE, "Application already exists."));
    }
    let role = request.service_execution_role;
    runtime::check(&request.runtime_environment)?;
    iam::authorize_pass_role(state, caller, &role, "kinesisanalytics.amazonaws.com")?;
    let mut configuration = configuration(request.runtime_environment, role, request.application_configuration)?;
    configuration.check_mode(request.application_mode.as_deref())?;
    for (at, option) in request.cloud_watch_logging_options.into_iter().flatten().enumerate() {
        logging::check(state, &configuration, &option.log_stream_arn)?;
        let id = format!("1.{}", at + 1);
        configuration.logging.push(LoggingOption { id, stream_arn: option.log_stream_arn });
    }
    configuration.check_code(state)?;
    let clock = state.flink.clock;
    let now = clock.now();
    let application = Application {
        arn: settings.arn("kinesisanalytics", &format!("application/{name}")),
        status: Status::Ready,
        word: None,
        version: 1,
        token: state.ids.hex(32),
        configuration,
        tags: request.tags.into_iter().flatten().map(|tag| (tag.key, tag.value.unwrap_or_default())).collect(),
        snapshots: Vec::new(),
        operations: Vec::new(),
        job: None,
        created: now,
        updated: now,
        clock,
        description: request.application_description,
        mode: request.application_mode.unwrap_or_else(|| "STREAMING".to_owned()),
        run: None,
        transit: None,
        previous: None,
        rolled_back: None,
        maintenance: maintenance::BY_DEFAULT.to_owned(),
        name: name.clone(),
    };
    if application.tags.len() > 50 {
        return Err(ApiError::new("TooManyTagsException", "An application has at most 50 tags."));
    }
    let detail = application.describe();
    state.flink.applications.insert(name, application);
    Ok(json!({ "ApplicationDetail": detail }))
}

fn configuration(
    runtime: String,
    role: String,
    given: Option<model::ApplicationConfiguration>,
) -> ApiResult<Configuration> {
    let mut configuration = Configuration {
        runtime,
        role,
        properties: Vec::new(),
        // G.30: on by default.
        snapshots_enabled: true,
        rollback_enabled: false,
        is_enhanced: false,
        logging: Vec::new(),
        code_type: "ZIPFILE".to_owned(),
        code: None,
        checkpoint: serde_json::Map::new(),
        monitoring: serde_json::Map::new(),
        parallelism: serde_json::Map::new(),
        vpc: Vec::new(),
        text: None,
        zeppelin: serde_json::Map::new(),
        sql: serde_json::Map::new(),
    };
    configuration.snapshots_enabled = configuration.kind() == Kind::Flink;
    let Some(given) = given else { return Ok(configuration) };
    if let Some(flink) = given.flink_application_configuration {
        configuration.checkpoint = checked(flink.checkpoint_configuration, CHECKPOINT)?;
        configuration.monitoring = checked(flink.monitoring_configuration, MONITORING)?;
        configuration.parallelism = checked(flink.parallelism_configuration, PARALLELISM)?;
    }
    if let Some(properties) = given.environment_properties {
        check_properties(&properties.property_groups)?;
        configuration.properties = properties.property_groups;
    }
    if let Some(code) = given.application_code_configuration {
        configuration.code_type = code.code_content_type;
        if let Some(content) = code.code_content {
            configuration.text = content.text_content;
            configuration.code = content.s3_content_location;
        }
    }
    if let Some(snapshots) = given.application_snapshot_configuration {
        configuration.snapshots_enabled = snapshots.snapshots_enabled;
        configuration.is_enhanced = snapshots.snapshot_mode.as_deref() == Some("ENHANCED_SNAPSHOTS");
    }
    if let Some(rollback) = given.application_system_rollback_configuration {
        configuration.rollback_enabled = rollback.rollback_enabled;
    }
    configuration.zeppelin = members::zeppelin(given.zeppelin_application_configuration)?;
    configuration.sql = members::sql(given.sql_application_configuration)?;
    configuration.vpc = given.vpc_configurations.unwrap_or_default();
    check_vpc(&configuration.vpc)?;
    Ok(configuration)
}
