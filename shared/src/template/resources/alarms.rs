//! CloudWatch alarms on the metrics that services publish, and on the handlers' own.

use crate::stack::types;
use std::time::Duration;

use serde_json::{Map, Value as Json, json};

use crate::template::cloudformation::resource::Resource;
use crate::template::cloudformation::value::Value;

/// One metric of one thing.
#[derive(Debug, Clone)]
pub struct Metric {
    /// The metric's namespace, `AWS/Lambda` for example.
    pub namespace: &'static str,
    /// The metric's name, `Errors` for example.
    pub name: Value,
    /// `FunctionName` and the function's name, and whatever else names the thing.
    pub dimensions: Vec<(&'static str, Value)>,
    /// How a period is summed up.
    pub statistic: &'static str,
}

impl Metric {
    /// Of a thing that one dimension names.
    #[must_use]
    pub fn of(
        namespace: &'static str,
        name: impl Into<Value>,
        dimension: (&'static str, Value),
        statistic: &'static str,
    ) -> Self {
        Self { namespace, name: name.into(), dimensions: vec![dimension], statistic }
    }

    fn dimensions(&self) -> Vec<Json> {
        self.dimensions.iter().map(|(name, value)| json!({"Name": name, "Value": value})).collect()
    }
}

/// An alarm. Silence is health: a function that is not called and a job that is stopped have no metrics.
#[derive(Debug)]
pub struct Alarm {
    properties: Map<String, Json>,
}

impl Alarm {
    /// Rings as soon as the metric is above this for five minutes.
    #[must_use]
    pub fn above(threshold: impl Into<Value>, metric: &Metric) -> Self {
        let what = json!({
            "Namespace": metric.namespace,
            "MetricName": metric.name,
            "Dimensions": metric.dimensions(),
            "Statistic": metric.statistic,
            "Period": 300,
        });
        Self::on(what, threshold.into())
    }

    /// The same of an expression in metric math over the metric `m`: `RATE(m)`.
    #[must_use]
    pub fn expression_above(threshold: impl Into<Value>, expression: &str, metric: &Metric) -> Self {
        let named = json!({
            "Namespace": metric.namespace,
            "MetricName": metric.name,
            "Dimensions": metric.dimensions(),
        });
        let stat = json!({"Metric": named, "Period": 300, "Stat": metric.statistic});
        let metrics = json!([
            {"Id": "e", "Expression": expression},
            {"Id": "m", "MetricStat": stat, "ReturnData": false},
        ]);
        Self::on(json!({ "Metrics": metrics }), threshold.into())
    }

    /// What it means and where to look.
    #[must_use]
    pub fn described(self, description: impl Into<Value>) -> Self {
        self.with("AlarmDescription", description.into().into_json())
    }

    /// Under a name of its own, for callers that may touch alarms of this name only.
    #[must_use]
    pub fn named(self, name: &Value) -> Self {
        self.with("AlarmName", name.as_json().clone())
    }

    /// Only when so many of so many periods are above.
    #[must_use]
    pub fn in_periods(self, above: u32, of: u32) -> Self {
        self.with("DatapointsToAlarm", above.into()).with("EvaluationPeriods", of.into())
    }

    /// With periods as long as the writer of the metric may be silent.
    #[must_use]
    pub fn in_periods_of(self, period: Duration) -> Self {
        self.with("Period", period.as_secs().into())
    }

    /// Notifies this topic; `AWS::NoValue` for none.
    #[must_use]
    pub fn notifies(self, topic: &Value) -> Self {
        self.with("AlarmActions", json!([topic]))
    }

    fn on(what: Json, threshold: Value) -> Self {
        let Json::Object(properties) = what else { return Self { properties: Map::new() } };
        Self { properties }
            .with("Threshold", threshold.into_json())
            .with("EvaluationPeriods", 1.into())
            .with("ComparisonOperator", "GreaterThanThreshold".into())
            .with("TreatMissingData", "notBreaching".into())
    }

    fn with(mut self, name: &str, value: Json) -> Self {
        self.properties.insert(name.to_owned(), value);
        self
    }
}

impl From<Alarm> for Resource<Alarm> {
    fn from(alarm: Alarm) -> Self {
        Self::of(types::ALARM, alarm.properties.into())
    }
}
