//! The metrics that the handlers write; the template's alarms read one of them.

/// The CloudWatch namespace.
pub const NAMESPACE: &str = "FlinkStackHandlers";
/// The dimension, whose value is the function's name; the same word as Lambda's own metrics.
pub const DIMENSION: &str = "FunctionName";
/// How often a handler answered SUCCESS although something is wrong, because FAILED would have wedged the stack.
pub const TROUBLE: &str = "Trouble";
/// Milliseconds from the request's row in the stack's events to its answer: for auto-start, the time to RUNNING.
pub const TIME_TO_ANSWER: &str = "TimeToAnswer";
/// How many calls that change something it took, refused ones too.
pub const CALLS: &str = "Calls";
/// How many of the sweep's snapshots failed, or were refused for want of a healthy job. One line for each, with the operation's error.
pub const FAILED_SNAPSHOTS: &str = "FailedSnapshots";
/// 1 when the answer was FAILED, else 0.
pub const FAILED: &str = "Failed";
