//! What the rows of a stack say of its resources.

use super::super::super::SNAPSHOT_FAILURE;
use super::{NAMES, ROOT};
use crate::stack::StackEvent;
use crate::time::Timestamp;

/// What a row says of one resource since the rollback began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StuckRow {
    /// The application of this index cannot be snapshotted.
    Snapshot(usize),
    /// Its logging option says so.
    Logging(usize),
    /// The application of this index was busy.
    Busy(usize),
    /// A transient error of another resource.
    Transient,
    /// An application of another stack cannot be snapshotted; a logging option names it.
    Foreign,
    /// A resource that only a person can repair, whose own message speaks of a cancellation.
    Incurable,
    /// A sibling that CloudFormation cancelled.
    Cancelled,
}

pub(super) const ROWS: [StuckRow; 8] = [
    StuckRow::Snapshot(0),
    StuckRow::Snapshot(1),
    StuckRow::Logging(0),
    StuckRow::Busy(0),
    StuckRow::Transient,
    StuckRow::Foreign,
    StuckRow::Incurable,
    StuckRow::Cancelled,
];

impl StuckRow {
    pub(super) const fn is_incurable(self) -> bool {
        match self {
            Self::Incurable | Self::Foreign => true,
            Self::Snapshot(_) | Self::Logging(_) | Self::Busy(_) | Self::Transient | Self::Cancelled => false,
        }
    }

    pub(super) fn event(self, time: i64) -> StackEvent {
        let refused = |name: &str| format!("\"{SNAPSHOT_FAILURE} {name} at this moment. It is down.\"");
        let (kind, id, physical, reason) = match self {
            Self::Snapshot(index) => {
                ("AWS::KinesisAnalyticsV2::Application", NAMES[index], NAMES[index], refused(NAMES[index]))
            }
            Self::Logging(index) => {
                ("AWS::KinesisAnalyticsV2::ApplicationCloudWatchLoggingOption", "Logging", "2.1", refused(NAMES[index]))
            }
            Self::Busy(index) => (
                "AWS::KinesisAnalyticsV2::Application",
                "Application",
                NAMES[index],
                "\"UPDATING\" (RequestToken: 0, HandlerErrorCode: ResourceConflict)".to_owned(),
            ),
            Self::Transient => (
                "AWS::DynamoDB::Table",
                "Table",
                "table",
                "\"again\" (RequestToken: 0, HandlerErrorCode: ServiceInternalError)".to_owned(),
            ),
            Self::Foreign => (
                "AWS::KinesisAnalyticsV2::ApplicationCloudWatchLoggingOption",
                "ForeignLogging",
                "3.1",
                refused("foreign"),
            ),
            Self::Incurable => ("Custom::Seed", "Seed", "seed", "Transaction cancelled, please refer".to_owned()),
            Self::Cancelled => ("AWS::Kinesis::Stream", "Stream", "stream", "Resource update cancelled".to_owned()),
        };
        let application = match self {
            Self::Logging(index) => Some(NAMES[index].to_owned()),
            Self::Foreign => Some("foreign".to_owned()),
            Self::Snapshot(_) | Self::Busy(_) | Self::Transient | Self::Incurable | Self::Cancelled => None,
        };
        StackEvent {
            id: format!("{id}-{time}"),
            time: Timestamp(time),
            stack: ROOT.into(),
            logical_id: id.into(),
            physical_id: physical.into(),
            resource_type: kind.into(),
            status: "UPDATE_FAILED".into(),
            reason,
            application,
            ..StackEvent::default()
        }
    }
}
