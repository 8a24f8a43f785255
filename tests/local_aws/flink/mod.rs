//! The control plane of Managed Service for Apache Flink, call by call from `SEMANTICS.md` part A and part G rows 1-31.
//!
//! Nothing here moves by a clock of its own: a transient status ends when it was looked at often enough, when its time
//! is over, or when a scenario says so.

mod application;
mod calls;
mod catalogue;
mod clock;
mod configuration;
mod job;
mod model;
mod operations;
mod other_kinds;
mod runtime;
mod scenario;
mod settle;
mod status;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde_json::Value;

pub use application::Application;
pub use calls::snapshots::{Snapshot, SnapshotStatus};
pub use clock::FlinkClock;
pub use configuration::{Configuration, LoggingOption};
pub use job::backend::Backend;
pub use job::cluster::Cluster;
pub(crate) use job::pump_around;
pub use job::{GROUP, Jar, Job, Saved, pump};
pub use model::PropertyGroup;
pub use operations::{End, Operation, OperationsView, Outcome};
pub use scenario::{age_application, age_snapshots, erase_tags, put_status, release};
pub use status::{Hold, Status};

use crate::api::{self, ApiError, ApiResult, Call, Caller, Context};
use crate::modes::ResourceTags;
use crate::{Settings, State};

/// The applications of the account, and how long their statuses last.
#[derive(Debug, Default)]
pub struct Flink {
    /// By name.
    pub applications: BTreeMap<String, Application>,
    /// Where the jobs run.
    pub backend: Backend,
    /// Whether operations can be read.
    pub operations: OperationsView,
    /// How applications that are created from now on show time.
    pub clock: FlinkClock,
    holds: BTreeMap<(String, Status), Hold>,
    snapshot_hold: Hold,
    ready_update_hold: Option<Hold>,
    start_failures: BTreeMap<String, String>,
}

/// One call of the API, `operation` without a prefix. Used by the wire and by the CloudFormation engine alike.
///
/// # Errors
/// As the service says them, a denial, an injected fault.
pub fn call(state: &mut State, settings: &Settings, caller: &Caller, operation: &str, body: &Value) -> ApiResult {
    settle::due(state, settings);
    let (name, resource) = target(settings, operation, body);
    job::pump_one(state, &name);
    let mut context = Context::new();
    if let Some(application) = state.flink.applications.get(&name)
        && settings.modes.resource_tags == ResourceTags::Given
    {
        context.extend(api::tag_context("aws:ResourceTag", &application.tags));
    }
    let requested = api::tags(&body["Tags"]);
    context.extend(api::tag_context("aws:RequestTag", &requested));
    let mut keys: Vec<String> = requested.into_keys().collect();
    keys.extend(body["TagKeys"].as_array().into_iter().flatten().filter_map(|key| Some(key.as_str()?.to_owned())));
    if !keys.is_empty() {
        context.insert("aws:TagKeys".to_owned(), keys);
    }
    let call = Call { action: format!("kinesisanalytics:{operation}"), caller, resource, context, body };
    let result = api::perform(state, call, |state| dispatch(state, settings, caller, operation, body));
    job::pump_one(state, &name);
    result
}

/// The application's name and its ARN as IAM sees it.
fn target(settings: &Settings, operation: &str, body: &Value) -> (String, String) {
    if let Some(arn) = body["ResourceARN"].as_str() {
        return (arn.rsplit('/').next().unwrap_or_default().to_owned(), arn.to_owned());
    }
    match body["ApplicationName"].as_str() {
        // AWS's service authorization data gives CreateApplication no resource (`SEMANTICS.md` H.3).
        Some(name) if operation == "CreateApplication" => (name.to_owned(), "*".to_owned()),
        Some(name) if operation != "ListApplications" => {
            (name.to_owned(), settings.arn("kinesisanalytics", &format!("application/{name}")))
        }
        _ => (String::new(), "*".to_owned()),
    }
}

fn dispatch(state: &mut State, settings: &Settings, caller: &Caller, operation: &str, body: &Value) -> ApiResult {
    match operation {
        "CreateApplication" => calls::create::create(state, settings, caller, model::parse(body)?),
        "DescribeApplication" => calls::describe::describe(state, &model::parse(body)?),
        "ListApplications" => calls::describe::list(state, &model::parse(body)?),
        "UpdateApplication" => calls::update::update(state, settings, caller, model::parse(body)?),
        "UpdateApplicationMaintenanceConfiguration" => calls::maintenance::update(state, &model::parse(body)?),
        "DeleteApplication" => calls::delete::delete(state, settings, &model::parse(body)?),
        "StartApplication" => calls::start::start(state, settings, model::parse(body)?),
        "StopApplication" => calls::stop::stop(state, settings, &model::parse(body)?),
        "RollbackApplication" => calls::rollback::rollback(state, settings, &model::parse(body)?),
        "CreateApplicationSnapshot" => calls::snapshots::create(state, settings, &model::parse(body)?),
        "DescribeApplicationSnapshot" => calls::snapshots::describe(state, &model::parse(body)?),
        "ListApplicationSnapshots" => calls::snapshots::list(state, settings, &model::parse(body)?),
        "DeleteApplicationSnapshot" => calls::snapshots::delete(state, &model::parse(body)?),
        "ListApplicationOperations" => operations::list(state, &model::parse(body)?),
        "DescribeApplicationOperation" => operations::describe(state, &model::parse(body)?),
        "AddApplicationCloudWatchLoggingOption" => calls::logging::add(state, settings, &model::parse(body)?),
        "DeleteApplicationCloudWatchLoggingOption" => calls::logging::delete(state, settings, &model::parse(body)?),
        "TagResource" => calls::tags::tag(state, &model::parse(body)?),
        "UntagResource" => calls::tags::untag(state, &model::parse(body)?),
        "ListTagsForResource" => calls::tags::list(state, &model::parse(body)?),
        unknown => Err(ApiError::unknown_operation(&format!("kinesisanalytics:{unknown}"))),
    }
}

/// Lends an application out of the state, so that it and the rest of the world can be changed together.
fn with<T>(
    state: &mut State,
    name: &str,
    act: impl FnOnce(&mut Application, &mut State) -> ApiResult<T>,
) -> ApiResult<T> {
    let mut application = state.flink.applications.remove(name).ok_or_else(|| catalogue::no_application(name))?;
    let result = act(&mut application, state);
    state.flink.applications.insert(name.to_owned(), application);
    result
}
