//! How an application is watched: alarms on what the service measures of it, and a dashboard.
//!
//! Names, units and what is worth an alarm are the service's own:
//! <https://docs.aws.amazon.com/managed-flink/latest/java/metrics-dimensions.html> and
//! <https://docs.aws.amazon.com/managed-flink/latest/java/monitoring-metrics-alarms.html>. Only metrics of the level
//! APPLICATION, since an application of ours publishes no others; of the lag, the stream's.

use crate::contract::metric;
use crate::template::cloudformation::condition::Test;
use crate::template::cloudformation::document::Template;
use crate::template::cloudformation::error::Problem;
use crate::template::cloudformation::parameter::ParameterOf;
use crate::template::cloudformation::resource::Condition;
use crate::template::cloudformation::resource::{Handle, Resource};
use crate::template::cloudformation::scope::Scope;
use crate::template::cloudformation::value::{Value, pseudo};
use crate::template::resources::alarms::{Alarm, Metric};
use crate::template::resources::dashboard::Dashboard;
use crate::template::resources::dynamodb::Table;
use crate::template::resources::flink::FlinkApplication;
use crate::template::resources::kinesis::Stream;
use crate::template::resources::logs::LogGroup;

/// Who is notified and what is drawn.
#[derive(Debug)]
pub struct Observability {
    topic: Value,
    lag_minutes: Value,
    drawn: Handle<Condition>,
    restarts: Value,
}

impl Observability {
    /// The parameters `AlarmTopicArn`, `AlarmLagMinutes` and `Dashboard`.
    ///
    /// # Errors
    /// A name that is taken.
    pub fn from_parameters(template: &mut Template, runtime: &Value) -> Result<Self, Problem> {
        let topic = ParameterOf::text("The SNS topic that alarms of the application notify; empty for none.")
            .default("")
            .matching("^(arn:[a-z-]+:sns:[a-z0-9-]+:[0-9]{12}:.+)?$", "the ARN of an SNS topic, or nothing");
        let topic = template.parameter("AlarmTopicArn", topic)?.reference();
        let notified = template.condition("AlarmsNotify", Test::given(&topic))?;
        let lag =
            ParameterOf::number("An alarm rings when what reads the stream lags behind it by more minutes than these.");
        let lag_minutes = template.parameter("AlarmLagMinutes", lag.default(60).between(1, 10_080))?.reference();
        let dashboard = ParameterOf::text("Whether the application has a CloudWatch dashboard.");
        let dashboard = template.parameter("Dashboard", dashboard.default("true").one_of(["true", "false"]))?;
        let drawn = template.condition("DashboardIsDrawn", Test::equals(&dashboard.reference(), "true"))?;
        // Flink 2 has no fullRestarts, Flink 1 no numRestarts. A condition takes Ref and Fn::FindInMap alone
        // (<https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-conditions.html>),
        // and the list of Flink 1 does not grow any more.
        let first = Test::any(FLINK_1.map(|one| Test::equals(runtime, one)));
        let first = template.condition("RuntimeIsFlink1", first)?;
        let restarts = first.choose(&"fullRestarts".into(), &"numRestarts".into());
        Ok(Self { topic: notified.then(&topic), lag_minutes, drawn, restarts })
    }
}

/// The runtimes of Flink 1 that the API still has.
const FLINK_1: [&str; 4] = ["FLINK-1_15", "FLINK-1_18", "FLINK-1_19", "FLINK-1_20"];

/// The application that alarms and dashboard are about, and the names in their texts.
#[derive(Debug)]
pub(in crate::template) struct MonitoredApplication<'a> {
    pub(in crate::template) application: &'a Handle<FlinkApplication>,
    pub(in crate::template) stream: &'a Handle<Stream>,
    pub(in crate::template) table: &'a Handle<Table>,
    pub(in crate::template) group: &'a Handle<LogGroup>,
}

impl MonitoredApplication<'_> {
    fn flink(&self, name: impl Into<Value>, statistic: &'static str) -> Metric {
        Metric::of("AWS/KinesisAnalytics", name, ("Application", self.application.reference()), statistic)
    }

    fn kinesis(&self, name: &str, statistic: &'static str) -> Metric {
        Metric::of("AWS/Kinesis", name, ("StreamName", self.stream.reference()), statistic)
    }

    fn dynamodb(&self, name: &str) -> Metric {
        Metric::of("AWS/DynamoDB", name, ("TableName", self.table.reference()), "Sum")
    }

    fn handlers(&self, name: &str) -> Metric {
        Metric::of(metric::NAMESPACE, name, (metric::APPLICATION, self.application.reference()), "Maximum")
    }

    /// Adds the alarms, and the dashboard when it is wanted.
    pub(in crate::template) fn add_to(&self, scope: &mut Scope<'_>, how: &Observability) -> Result<(), Problem> {
        let restarts = self.flink(how.restarts.clone(), "Maximum");
        let failed = self.flink("numberOfFailedCheckpoints", "Maximum");
        let lag = self.kinesis("GetRecords.IteratorAgeMilliseconds", "Maximum");
        let alarms = [
            (
                "Downtime",
                "downtime",
                Alarm::above(0, &self.flink("downtime", "Average")),
                "The job is down and tries to come back",
            ),
            // Counters since the job began: what counts is that they grow.
            (
                "Restarts",
                "restarts",
                Alarm::expression_above(0, "RATE(m)", &restarts),
                "The job restarted after a failure",
            ),
            (
                "Checkpoints",
                "failed-checkpoints",
                Alarm::expression_above(0, "RATE(m)", &failed).in_periods(2, 3),
                "Checkpoints of the job fail, and so would the snapshot of the next deployment",
            ),
            (
                "Lag",
                "lag",
                Alarm::expression_above(how.lag_minutes.clone(), "m / 60000", &lag).in_periods(2, 3),
                "What reads the stream lags behind it",
            ),
        ];
        let mut arns = Vec::new();
        for (id, word, alarm, what) in alarms {
            let (name, group) = (self.application.reference(), self.group.reference());
            let named = Value::concat([name.clone(), format!("-{word}").into()]);
            let text = [format!("{what}: ").into(), name, ". Its log: ".into(), group, ".".into()];
            let alarm = alarm.described(Value::concat(text)).named(&named).notifies(&how.topic);
            arns.push(scope.add::<Alarm>(&format!("{id}Alarm"), alarm)?.arn());
        }
        let dashboard: Resource<Dashboard> = self.dashboard(how, arns).into();
        scope.add("ApplicationDashboard", dashboard.when(&how.drawn))?;
        Ok(())
    }

    /// The name is the account's in all regions, and takes no dot.
    fn dashboard(&self, how: &Observability, alarms: Vec<Value>) -> Dashboard {
        let name = self.application.reference();
        let dotless = Value::join("-", &[name.split(".").joined_by("-"), pseudo::region()]);
        let text = [
            "# ".into(),
            name,
            "\nThe job, what it reads and what it writes; its log is ".into(),
            self.group.reference(),
        ];
        let errors = "fields @timestamp, message, throwableInformation | filter messageType = 'ERROR' \
                      | sort @timestamp desc | limit 20";
        Dashboard::named(dotless, Value::concat(text))
            .alarms("Alarms", alarms)
            .graph(
                "Deployments (milliseconds)",
                [
                    ("time to RUNNING", self.handlers(metric::TIME_TO_RUNNING)),
                    ("age of the restored snapshot", self.handlers(metric::RESTORED_SNAPSHOT_AGE)),
                ],
            )
            .graph(
                "Up and down (milliseconds)",
                [("uptime", self.flink("uptime", "Maximum")), ("downtime", self.flink("downtime", "Maximum"))],
            )
            .graph(
                "Restarts and failed checkpoints, since the job began",
                [
                    ("restarts", self.flink(how.restarts.clone(), "Maximum")),
                    ("failed checkpoints", self.flink("numberOfFailedCheckpoints", "Maximum")),
                ],
            )
            .graph("State, by the last checkpoint (bytes)", [("size", self.flink("lastCheckpointSize", "Maximum"))])
            .graph("Last checkpoint (milliseconds)", [("duration", self.flink("lastCheckpointDuration", "Maximum"))])
            .graph(
                "Records a second",
                [
                    ("in", self.flink("numRecordsInPerSecond", "Average")),
                    ("out", self.flink("numRecordsOutPerSecond", "Average")),
                ],
            )
            .graph(
                "Capacity",
                [
                    ("KPUs", self.flink("KPUs", "Average")),
                    ("CPU %", self.flink("containerCPUUtilization", "Maximum")),
                    ("heap %", self.flink("heapMemoryUtilization", "Maximum")),
                ],
            )
            .graph(
                "Stream",
                [
                    ("records put", self.kinesis("IncomingRecords", "Sum")),
                    (
                        "lag of its readers (milliseconds)",
                        self.kinesis("GetRecords.IteratorAgeMilliseconds", "Maximum"),
                    ),
                    ("throttled reads", self.kinesis("ReadProvisionedThroughputExceeded", "Sum")),
                ],
            )
            .graph(
                "Table",
                [
                    ("write units", self.dynamodb("ConsumedWriteCapacityUnits")),
                    ("throttled writes", self.dynamodb("WriteThrottleEvents")),
                ],
            )
            .log("Errors of the job", &self.group.reference(), errors)
    }
}

#[cfg(test)]
mod tests;
