//! One row of a stack's events, as far as a request is judged by it.

use serde_json::Value;

use super::super::super::request::{Request, RequestType};

/// One row of DescribeStackEvents, as far as a request is judged by it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Row {
    /// EventId, unique within the stack.
    pub id: String,
    /// When, in milliseconds since 1970.
    pub time: i64,
    /// LogicalResourceId: the resource's name in the template; a stack-level row's is the stack's name.
    pub logical_id: String,
    /// The resource's physical ID; a stack-level row's is the stack's ARN.
    pub physical_id: String,
    /// ResourceType, `AWS::CloudFormation::Stack` in a stack-level row.
    pub resource_type: String,
    /// ResourceStatus as the row says it, `UPDATE_IN_PROGRESS` for example.
    pub status: String,
    /// ResourceProperties; `null` where the row has none, or none that are JSON.
    pub properties: Value,
}

impl Row {
    pub(super) fn is_in_progress(&self) -> bool {
        self.status.ends_with("_IN_PROGRESS")
    }

    pub(super) fn is_stack(&self, request: &Request) -> bool {
        self.physical_id == request.stack_id
    }

    /// Whether it is about the request's resource. A Delete is recognized by its physical ID: in the cleanup
    /// phase the logical ID shows its replacement.
    #[must_use]
    pub fn is_of(&self, request: &Request) -> bool {
        let is_meant = match (&request.request_type, &request.physical_resource_id) {
            (RequestType::Delete, Some(id)) => self.physical_id == *id || self.physical_id.is_empty(),
            (RequestType::Create | RequestType::Update | RequestType::Delete | RequestType::Unknown(_), _) => true,
        };
        self.logical_id == request.logical_resource_id && is_meant
    }

    /// Whether an operation of the request's stack began with this row; its rollback is a part of it.
    pub(super) fn begins(&self, request: &Request) -> bool {
        self.is_stack(request)
            && ["CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS"].contains(&self.status.as_str())
    }

    /// Whether CloudFormation asks a function for this kind of request when it writes such a row.
    pub(super) fn asks_for(&self, request_type: &RequestType) -> bool {
        let begins = |word: &str| self.status.starts_with(word);
        self.is_in_progress()
            && match request_type {
                RequestType::Create => begins("CREATE_"),
                RequestType::Update => !begins("CREATE_") && !begins("DELETE_"),
                RequestType::Delete => begins("DELETE_"),
                RequestType::Unknown(_) => true,
            }
    }
}
