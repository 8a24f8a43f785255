//! Metrics in CloudWatch's embedded metric format: a line in the log, no call.

use std::env;
use std::io::Write as _;
use std::time::Duration;

use serde_json::{Map, Value, json};
use shared::contract::metric;

use crate::now::now;

/// A handler answered SUCCESS although something is wrong.
pub(crate) fn trouble() {
    write(&[(metric::TROUBLE, "Count", json!(1))], Map::new());
}

/// A snapshot of the sweep failed, or was refused: the next deployment would get stuck.
pub(crate) fn snapshot_failed(application: &str, error: &str) {
    let more = [("ApplicationName", application), ("Error", error)];
    let more = more.into_iter().map(|(name, value)| (name.to_owned(), value.into()));
    write(&[(metric::FAILED_SNAPSHOTS, "Count", json!(1))], more.collect());
}

/// How one request ended: how long it took, how many calls, what was restored.
pub(crate) fn ended(took: Duration, calls: usize, failed: bool, attributes: Map<String, Value>) {
    let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    let metrics = [
        (metric::TIME_TO_ANSWER, "Milliseconds", json!(millis)),
        (metric::CALLS, "Count", json!(calls)),
        (metric::FAILED, "Count", json!(u8::from(failed))),
    ];
    write(&metrics, attributes);
}

/// One line. `more` are properties beside the metrics: searchable, not counted.
fn write(metrics: &[(&str, &str, Value)], more: Map<String, Value>) {
    let named: Vec<Value> = metrics.iter().map(|(name, unit, _)| json!({"Name": name, "Unit": unit})).collect();
    let mut line = json!({
        "_aws": {
            "Timestamp": now().0,
            "CloudWatchMetrics": [
                {"Namespace": metric::NAMESPACE, "Dimensions": [[metric::DIMENSION]], "Metrics": named},
            ],
        },
        metric::DIMENSION: env::var("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_default(),
    });
    if let Some(members) = line.as_object_mut() {
        members.extend(more);
        members.extend(metrics.iter().map(|(name, _, value)| ((*name).to_owned(), value.clone())));
    }
    // A log that cannot be written is no reason to leave CloudFormation without an answer.
    let _unwritten = writeln!(std::io::stdout(), "{line}");
}
