//! The metric that the handlers write and the template's alarms read.

/// The CloudWatch namespace.
pub const NAMESPACE: &str = "FlinkStackHandlers";
/// The dimension, whose value is the function's name; the same word as Lambda's own metrics.
pub const DIMENSION: &str = "FunctionName";
/// How often a handler answered SUCCESS although something is wrong, because FAILED would have wedged the stack.
pub const TROUBLE: &str = "Trouble";
