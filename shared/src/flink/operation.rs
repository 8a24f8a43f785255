//! Operations of the service on an application.

use super::OperationStatus;
use crate::time::Timestamp;

/// The service's word for a start's operation.
pub(crate) const START: &str = "StartApplication";
/// The service's word for the operation of a snapshot that another caller asked for.
pub(crate) const SNAPSHOT: &str = "CreateApplicationSnapshot";
/// What ListApplicationOperations says of the application's operations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operations {
    /// The operations that were listed, newest first.
    Listed(Vec<Operation>),
    /// They cannot be read here: decide by status and version, and say so.
    Unreadable,
}

/// One operation of the service on the application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// The ID by which DescribeApplicationOperation finds it.
    pub id: String,
    /// Whether it was not there yet when the request was first looked at (the planner notes that): then it is newer
    /// than the request, whatever the service's clock says.
    pub is_new: bool,
    /// `StartApplication`, `UpdateApplication`, ...: a free string of the service.
    pub kind: String,
    /// Whether it goes on, or how it ended.
    pub status: OperationStatus,
    /// When it began, by the service's clock.
    pub started: Timestamp,
    /// When it ended, when that is reported.
    pub ended: Option<Timestamp>,
    /// The service's own error text, when it failed.
    pub error: Option<String>,
}
