//! The tags by which people consent and by which an interrupted restart is remembered.

/// On the stack (CloudFormation hands it to the application): `enabled` or `dry-run`. Consent to a force-stop, to
/// continuing the rollback, and to replay.
pub const UNSTICK: &str = crate::lifecycle::UNSTICK;
/// On the application: hours; may only lower the function's own replay bound.
pub const MAX_REPLAY_HOURS: &str = crate::lifecycle::MAX_REPLAY_HOURS;
/// On the application: hours; the sweep takes a snapshot when the newest READY one is older.
pub const SNAPSHOT_HOURS: &str = crate::lifecycle::SNAPSHOT_HOURS;
/// On the application, by CloudFormation itself: the ID of the stack that owns it (`tagging` in the resource's registry
/// schema).
pub const STACK_ID: &str = crate::lifecycle::STACK_ID;
/// On the application: the marker, written before a stop by the function that stops it, removed by the one that brings
/// it to RUNNING.
pub const UNSTICK_RESTART: &str = crate::lifecycle::MARKER;
/// On the application: the name, or the ARN, of a stack that may inject property groups into it.
pub const HANDLERS_ALLOW: &str = crate::lifecycle::HANDLERS_ALLOW;
