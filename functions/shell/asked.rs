//! The stack at the time of the request: whether somebody still waits, whose application it is, whether CloudFormation went on.

use std::cell::Cell;

use shared::contract::{ApplicationRef, Asker, CustomResource};
use shared::custom_resource::{Handover, Request, RequestType};
use shared::lifecycle::{Reach, Stack, StackEvent, StackStatus, Timestamp};

use crate::aws::Aws;
use crate::fault::Fault;
use crate::now::now;
use crate::pace::{OutOfTime, Pace};
use crate::stack;

/// The request's stack, as it was when the request was first seen.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) status: StackStatus,
    name: String,
    /// The newest row of the resource in the stack's events; none when it has none, or it cannot be read.
    row: Option<StackEvent>,
    /// When the stack's operation began, where that can be read.
    began: Option<Timestamp>,
    applications: Vec<(String, String)>,
    /// The ID of the row that began the stack operation.
    pub(crate) operation: String,
    /// Whether that operation has reached an application or its logging option.
    pub(crate) application_changed: bool,
}

/// Looks at the request's stack until something is learned.
pub(crate) async fn look(aws: &Aws, request: &Request, pace: &mut Pace) -> Result<Result<Asked, Fault>, OutOfTime> {
    loop {
        match look_once(aws, request).await {
            Err(Fault::Passing(error)) => {
                tracing::info!(error, "looked at the stack and learned nothing");
                pace.untold().await?;
            }
            told => return Ok(told),
        }
    }
}

async fn look_once(aws: &Aws, request: &Request) -> Result<Asked, Fault> {
    let described = stack::describe(aws, &request.stack_id).await?;
    // arn:aws:cloudformation:<region>:<account>:stack/<name>/<id>
    let name = described.id.split('/').nth(1).unwrap_or_default().to_owned();
    let rows = rows(aws, request).await?;
    let applications = stack::applications(aws, &request.stack_id, false).await?;
    let began = rows.iter().position(|row| begins(row, request));
    // The newest stack-level row, a rollback's too; the cleanup belongs to the operation before it.
    let newest = |row: &&StackEvent| {
        row.physical_id == request.stack_id && is_in_progress(row) && !row.status.contains("CLEANUP")
    };
    Ok(Asked {
        status: described.status,
        name,
        row: rows.iter().find(|row| row.logical_id == request.logical_resource_id).cloned(),
        began: rows.iter().find(newest).map(|row| row.time),
        applications,
        operation: began.and_then(|index| rows.get(index)).map(|row| row.id.clone()).unwrap_or_default(),
        application_changed: rows
            .iter()
            .take(began.unwrap_or(rows.len()))
            .any(|row| row.resource_type.starts_with("AWS::KinesisAnalyticsV2::Application")),
    })
}

/// The rows of the operation that goes on, newest first, and further back until the resource has one.
async fn rows(aws: &Aws, request: &Request) -> Result<Vec<StackEvent>, Fault> {
    let (began, seen) = (Cell::new(false), Cell::new(false));
    let enough = |row: &StackEvent| {
        began.set(began.get() || begins(row, request));
        seen.set(seen.get() || row.logical_id == request.logical_resource_id);
        began.get() && seen.get()
    };
    match stack::events(aws, &request.stack_id, enough).await {
        Ok(rows) => Ok(rows),
        Err(Fault::Passing(text)) => Err(Fault::Passing(text)),
        // Unreadable rows: work and answer.
        Err(_) => Ok(Vec::new()),
    }
}

/// Whether an operation of the request's stack began with this row; its rollback is a part of it.
fn begins(row: &StackEvent, request: &Request) -> bool {
    row.physical_id == request.stack_id
        && ["CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS"].contains(&row.status.as_str())
}

/// The newest row of the resource. Not DescribeStackResource, whose status lags on some engines.
async fn newest_row(aws: &Aws, request: &Request) -> Result<Option<StackEvent>, Fault> {
    let of_resource = |event: &StackEvent| event.logical_id == request.logical_resource_id;
    match stack::events(aws, &request.stack_id, of_resource).await {
        Ok(mut events) => Ok(events.pop().filter(of_resource)),
        Err(Fault::Passing(text)) => Err(Fault::Passing(text)),
        // Unreadable rows: work and answer.
        Err(_) => Ok(None),
    }
}

impl Asked {
    /// Whether the newest row of this resource is settled with this physical ID: the request was answered before.
    pub(crate) fn is_answered(&self, physical_id: &str) -> bool {
        self.row.as_ref().is_some_and(|row| !is_in_progress(row) && row.physical_id == physical_id)
    }

    /// When the request began.
    pub(crate) fn since(&self) -> Timestamp {
        self.row.as_ref().filter(|row| is_in_progress(row)).map_or_else(now, |row| row.time)
    }

    /// When the stack's operation began; where that cannot be read, with the request.
    pub(crate) fn deployed_since(&self) -> Timestamp {
        self.began.unwrap_or_else(|| self.since())
    }

    /// The name of the application and whose it is, if the request reaches it.
    pub(crate) fn reach<R: CustomResource>(&self, application: &ApplicationRef) -> Option<(String, Reach)> {
        let asker = Asker { stack: &self.name, status: self.status, applications: &self.applications };
        asker.reach::<R>(application)
    }

    /// The stack as the driver sees it, so that its first look need not repeat this one.
    pub(crate) fn stack(&self, first: &Handover) -> Stack {
        compared(self.status, self.row.as_ref(), first)
    }

    /// What is handed to the next invocation: the stack as the first one saw it.
    pub(crate) fn handover(&self, before: Option<Handover>) -> Handover {
        before.unwrap_or_else(|| Handover {
            hop: 0,
            status: self.status.to_string(),
            row: self.row.as_ref().filter(|row| is_in_progress(row)).map(|row| row.id.clone()).unwrap_or_default(),
            first_seen: Some(now().0),
            ..Handover::default()
        })
    }
}

/// Whether CloudFormation waits for this request no more: the resource's newest row is not the one it began with. Unknown means that
/// somebody may wait.
pub(crate) async fn is_over(aws: &Aws, request: &Request, first: &Handover) -> bool {
    if first.row.is_empty() || request.request_type == RequestType::Delete {
        return false;
    }
    newest_row(aws, request).await.is_ok_and(|row| row.is_some_and(|row| row.id != first.row))
}

/// Looks at the stack again, before something is changed: superseded when its status, or the resource's newest row, is not the one
/// first seen.
pub(crate) async fn look_again(aws: &Aws, request: &Request, first: &Handover) -> Result<Stack, Fault> {
    let status = stack::describe(aws, &request.stack_id).await?.status;
    Ok(compared(status, newest_row(aws, request).await?.as_ref(), first))
}

fn compared(status: StackStatus, row: Option<&StackEvent>, first: &Handover) -> Stack {
    let same_row = first.row.is_empty() || row.is_none_or(|row| row.id == first.row);
    let superseded = status.as_str() != first.status || !same_row;
    Stack { status: Some(status), superseded, continued: 0 }
}

fn is_in_progress(row: &StackEvent) -> bool {
    row.status.ends_with("_IN_PROGRESS")
}
