//! The metrics that the handlers write, each with its unit; the template's alarms and dashboards read them.
//!
//! Bytes of state are not among them: no API of the service returns a snapshot's size. The dashboard shows the
//! service's own `lastCheckpointSize` instead.

/// The CloudWatch namespace of every metric that the functions write.
pub const NAMESPACE: &str = "FlinkStackHandlers";
/// The dimension, whose value is the function's name; the same word as Lambda's own metrics.
pub const DIMENSION: &str = "FunctionName";
/// The dimension of what is known of one application, whose value is its name.
pub const APPLICATION: &str = "ApplicationName";
/// The dimension of incidents, beside the function's name: one of [`Outcome`](super::Outcome)'s words.
pub const OUTCOME: &str = "Outcome";
/// Count: how often a handler answered SUCCESS although something is wrong, because FAILED would have wedged the stack.
pub const TROUBLE: &str = "Trouble";
/// Milliseconds from the request's row in the stack's events to its answer, the gate included.
pub const TIME_TO_ANSWER: &str = "TimeToAnswer";
/// Count: how many calls that change something it took, refused ones too.
pub const CALLS: &str = "Calls";
/// Count: how many of the sweep's snapshots failed, or were refused because the job is not healthy; a line for each,
/// with the operation's error.
pub const FAILED_SNAPSHOTS: &str = "FailedSnapshots";
/// Count: a job that these handlers stopped and that does not run; each sweep writes one for each.
pub const STOPPED_JOBS: &str = "StoppedJobs";
/// Count: 1 when the answer was FAILED, else 0.
pub const FAILED: &str = "Failed";
/// Milliseconds that the start took from which the application runs: of the operation, by the service's own clock.
pub const TIME_TO_RUNNING: &str = "TimeToRunning";
/// Count: how many starts this deployment took, failed ones too.
pub const STARTS: &str = "Starts";
/// Milliseconds: how old the restored snapshot was when the start began, which is what the job reads again. None when
/// it began empty.
pub const RESTORED_SNAPSHOT_AGE: &str = "RestoredSnapshotAge";
/// Count: an incident that the unsticker looked at, by how it ended.
pub const INCIDENTS: &str = "Incidents";
