//! The record of what was asked of an application and what became of it (`SEMANTICS.md` A.8, G.26).

use serde_json::{Value, json};

use super::application::Application;
use super::calls::describe;
use super::{catalogue, model};
use crate::api::{ApiError, ApiResult};
use crate::modes::OperationIds;
use crate::{Settings, State};

/// An operation.
#[derive(Debug, Clone)]
pub struct Operation {
    /// Twelve characters.
    pub id: String,
    /// `StartApplication`, ...
    pub name: String,
    /// Epoch seconds.
    pub started: f64,
    /// What became of it; `None` while it is in progress.
    pub end: Option<End>,
    pub(super) versions: Option<(u64, u64)>,
    /// The system rollback that answered this operation's failure.
    pub(super) rollback: Option<String>,
}

/// How an operation ended.
#[derive(Debug, Clone)]
pub struct End {
    /// Epoch seconds.
    pub at: f64,
    /// SUCCESSFUL, FAILED or CANCELLED.
    pub outcome: Outcome,
}

/// SUCCESSFUL, FAILED or CANCELLED.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// SUCCESSFUL.
    Successful,
    /// FAILED, with ErrorInfo.ErrorString.
    Failed(String),
    /// CANCELLED, by a force stop.
    Cancelled,
}

/// Whether operations can be read. Older endpoints do not know them, and a policy may not allow them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OperationsView {
    /// As modelled.
    #[default]
    Readable,
    /// AccessDeniedException.
    Denied,
    /// UnknownOperationException.
    Unknown,
}

impl Application {
    /// Begins an operation and returns its ID.
    pub(super) fn begin(&mut self, id: String, name: &str, versions: Option<(u64, u64)>) -> String {
        let operation = Operation {
            id: id.clone(),
            name: name.to_owned(),
            started: self.clock.now(),
            end: None,
            versions,
            rollback: None,
        };
        self.operations.push(operation);
        id
    }

    pub(super) fn end(&mut self, id: Option<&str>, outcome: Outcome) {
        let running = self.operations.iter_mut().find(|operation| Some(operation.id.as_str()) == id);
        if let Some(operation) = running.filter(|operation| operation.end.is_none()) {
            operation.end = Some(End { at: self.clock.now(), outcome });
        }
    }
}

impl Operation {
    fn status(&self) -> &'static str {
        match self.end.as_ref().map(|end| &end.outcome) {
            None => "IN_PROGRESS",
            Some(Outcome::Successful) => "SUCCESSFUL",
            Some(Outcome::Failed(_)) => "FAILED",
            Some(Outcome::Cancelled) => "CANCELLED",
        }
    }

    /// G.26: no EndTime while it is in progress, although the model calls it required.
    fn describe(&self) -> Value {
        let mut row = json!({
            "Operation": self.name, "StartTime": self.started, "OperationStatus": self.status(),
        });
        if let Some(end) = &self.end {
            row["EndTime"] = json!(end.at);
        }
        row
    }
}

/// Adds the OperationId where this world's AWS sends one.
pub(super) fn reply(settings: &Settings, id: &str, mut body: Value) -> Value {
    match settings.modes.operation_ids {
        OperationIds::Present => body["OperationId"] = json!(id),
        OperationIds::Omitted => {}
    }
    body
}

pub(super) fn list(state: &mut State, request: &model::ListOperations) -> ApiResult {
    let application = readable(state, "ListApplicationOperations", &request.application_name)?;
    let wanted = |operation: &&Operation| {
        request.operation.as_ref().is_none_or(|name| *name == operation.name)
            && request.operation_status.as_ref().is_none_or(|status| status == operation.status())
    };
    let rows = application.operations.iter().rev().filter(wanted).map(|operation| {
        let mut row = operation.describe();
        row["OperationId"] = json!(operation.id);
        row
    });
    describe::page("ApplicationOperationInfoList", rows.collect(), request.limit, request.next_token.as_deref())
}

pub(super) fn describe(state: &mut State, request: &model::DescribeOperation) -> ApiResult {
    let application = readable(state, "DescribeApplicationOperation", &request.application_name)?;
    let id = &request.operation_id;
    let missing = || ApiError::new(catalogue::NOT_FOUND, format!("Operation {id} does not exist"));
    let operation = application.operations.iter().find(|operation| operation.id == *id).ok_or_else(missing)?;
    let mut row = operation.describe();
    if let Some((from, to)) = operation.versions {
        row["ApplicationVersionChangeDetails"] =
            json!({ "ApplicationVersionUpdatedFrom": from, "ApplicationVersionUpdatedTo": to });
    }
    if let Some(End { outcome: Outcome::Failed(error), .. }) = &operation.end {
        row["OperationFailureDetails"] = json!({ "ErrorInfo": { "ErrorString": error } });
        if let Some(rollback) = &operation.rollback {
            row["OperationFailureDetails"]["RollbackOperationId"] = json!(rollback);
        }
    }
    Ok(json!({ "ApplicationOperationInfoDetails": row }))
}

fn readable<'a>(state: &'a State, operation: &str, name: &str) -> ApiResult<&'a Application> {
    match state.flink.operations {
        OperationsView::Readable => state.flink.applications.get(name).ok_or_else(|| catalogue::no_application(name)),
        OperationsView::Denied => {
            let message = format!("User is not authorized to perform: kinesisanalytics:{operation}");
            Err(ApiError::new("AccessDeniedException", message))
        }
        OperationsView::Unknown => Err(ApiError::new("UnknownOperationException", "")),
    }
}
