//! CloudWatch alarms on the metrics that services publish by themselves.

use std::time::Duration;

use serde_json::json;

use super::resource::Resource;
use super::value::Value;

/// The period of metrics that are written as things happen.
pub const FIVE_MINUTES: Duration = Duration::from_mins(5);

/// One metric of one thing.
#[derive(Debug)]
pub struct Metric<'a> {
    /// `AWS/Lambda`.
    pub namespace: &'a str,
    /// `Errors`.
    pub name: &'a str,
    /// `FunctionName` and the function's name.
    pub dimension: (&'a str, Value),
    /// How a period is summed up.
    pub statistic: &'a str,
    /// The period: as long as whoever writes the metric may be silent.
    pub period: Duration,
}

/// Says so as soon as the metric is above zero in a period. Silence is health: a function that nobody calls has no metric.
#[must_use]
pub fn alarm_above_zero(description: &str, metric: &Metric<'_>, tell: &Value) -> Resource {
    let (dimension, value) = &metric.dimension;
    let properties = json!({
        "AlarmDescription": description,
        "Namespace": metric.namespace,
        "MetricName": metric.name,
        "Dimensions": [{"Name": dimension, "Value": value}],
        "Statistic": metric.statistic,
        "Period": metric.period.as_secs(),
        "EvaluationPeriods": 1,
        "Threshold": 0,
        "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "notBreaching",
        "AlarmActions": [tell],
    });
    Resource::of("AWS::CloudWatch::Alarm", properties)
}
