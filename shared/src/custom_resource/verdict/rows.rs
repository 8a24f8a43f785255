//! What the rows of a stack's events tell of one request.

use super::super::handover::Handover;
use super::super::request::{Request, RequestType};

/// One row of DescribeStackEvents, as far as a request is judged by it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Row {
    /// Its ID.
    pub id: String,
    /// When, in milliseconds since 1970.
    pub time: i64,
    /// The resource's logical ID.
    pub logical_id: String,
    /// The resource's physical ID; a stack-level row's is the stack's ARN.
    pub physical_id: String,
    /// The resource's type.
    pub resource_type: String,
    /// The status word.
    pub status: String,
}

impl Row {
    fn is_in_progress(&self) -> bool {
        self.status.ends_with("_IN_PROGRESS")
    }

    /// Whether an operation of the request's stack began with this row; its rollback is a part of it.
    fn begins(&self, request: &Request) -> bool {
        self.physical_id == request.stack_id
            && ["CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS"].contains(&self.status.as_str())
    }
}

/// Whether CloudFormation waits for an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It does, or nothing says that it does not.
    Awaited,
    /// The rows say that the request was answered before; one look more, since a row can be late.
    Doubtful,
    /// The request was answered before: no work and no second answer.
    AnsweredBefore,
}

/// The rows of the operation that goes on, newest first, and further back until the resource has one. Empty where they cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rows(pub Vec<Row>);

impl Rows {
    /// Whether no older row is needed, `all` rows but the last one known to be too few.
    #[must_use]
    pub fn is_enough(all: &[Row], request: &Request) -> bool {
        let is_resource = |row: &Row| row.logical_id == request.logical_resource_id;
        all.iter().any(|row| row.begins(request)) && all.iter().any(is_resource)
    }

    /// The newest row of the resource.
    #[must_use]
    pub fn newest(&self, request: &Request) -> Option<&Row> {
        self.0.iter().find(|row| row.logical_id == request.logical_resource_id)
    }

    fn began(&self, request: &Request) -> Option<usize> {
        self.0.iter().position(|row| row.begins(request))
    }

    /// When the request began, in milliseconds since 1970.
    #[must_use]
    pub fn since(&self, request: &Request) -> Option<i64> {
        self.newest(request).filter(|row| row.is_in_progress()).map(|row| row.time)
    }

    /// When the stack's operation began, a rollback's too; the cleanup belongs to the operation before it.
    #[must_use]
    pub fn deployed_since(&self, request: &Request) -> Option<i64> {
        let newest =
            |row: &&Row| row.physical_id == request.stack_id && row.is_in_progress() && !row.status.contains("CLEANUP");
        self.0.iter().find(newest).map(|row| row.time)
    }

    /// The ID of the row that began the stack operation; empty where it cannot be read.
    #[must_use]
    pub fn operation(&self, request: &Request) -> String {
        self.0.iter().find(|row| row.begins(request)).map(|row| row.id.clone()).unwrap_or_default()
    }

    /// Whether that operation has reached an application or its logging option.
    #[must_use]
    pub fn has_reached_an_application(&self, request: &Request) -> bool {
        let operation = self.0.iter().take(self.began(request).unwrap_or(self.0.len()));
        operation.into_iter().any(|row| row.resource_type.starts_with("AWS::KinesisAnalyticsV2::Application"))
    }

    /// Whether CloudFormation waits for the answer. A Delete is always answered: in the cleanup phase the logical ID shows its replacement.
    #[must_use]
    pub fn standing(&self, request: &Request, physical_id: &str, looks: u32) -> Standing {
        let is_settled = |row: &Row| !row.is_in_progress() && row.physical_id == physical_id;
        if request.request_type == RequestType::Delete || !self.newest(request).is_some_and(is_settled) {
            Standing::Awaited
        } else if looks < 2 {
            Standing::Doubtful
        } else {
            Standing::AnsweredBefore
        }
    }

    /// What the next invocation has to know of them: the stack as the first one saw it.
    #[must_use]
    pub fn handover(&self, request: &Request, status: &str, now: i64) -> Handover {
        let row = self.newest(request).filter(|row| row.is_in_progress()).map(|row| row.id.clone()).unwrap_or_default();
        Handover { row, status: status.to_owned(), first_seen: Some(now), ..Handover::default() }
    }

    /// Whether CloudFormation went on without the request: the stack's status, or the resource's newest row, is not the one first seen.
    #[must_use]
    pub fn is_superseded(&self, request: &Request, first: &Handover, status: &str) -> bool {
        let same_row = first.row.is_empty() || self.newest(request).is_none_or(|row| row.id == first.row);
        status != first.status || !same_row
    }

    /// Whether CloudFormation waits for the request no more: the resource's newest row is not the one it began with. Unknown means that
    /// somebody may wait.
    #[must_use]
    pub fn is_over(&self, request: &Request, first: &Handover) -> bool {
        let is_known = !first.row.is_empty() && request.request_type != RequestType::Delete;
        is_known && self.newest(request).is_some_and(|row| row.id != first.row)
    }
}

#[cfg(test)]
mod tests;
