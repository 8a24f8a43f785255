//! The rows of a stack's events.

use super::types::STACK;
use crate::time::Timestamp;

/// One row of a stack's events.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StackEvent {
    /// The row's ID, which no other row of the stack has.
    pub id: String,
    /// When the row was written, by CloudFormation's clock.
    pub time: Timestamp,
    /// The stack it belongs to: the root's ARN, or a nested one's.
    pub stack: String,
    /// The logical ID of the resource that the row is about.
    pub logical_id: String,
    /// The resource's physical ID; a stack-level row's is the stack's ARN.
    pub physical_id: String,
    /// The type of the resource, `AWS::KinesisAnalyticsV2::Application` for example.
    pub resource_type: String,
    /// The resource's status word; a free string here, since only a few are asked for.
    pub status: String,
    /// The row's ResourceStatusReason; empty where it has none.
    pub reason: String,
    /// The token of the operation it belongs to.
    pub token: String,
    /// The application that a logging option's properties name.
    pub application: Option<String>,
}

impl StackEvent {
    /// Whether it is a stack-level row of this stack.
    #[must_use]
    pub fn is_of_stack(&self, stack: &str) -> bool {
        self.resource_type == STACK && self.physical_id == stack
    }
}
