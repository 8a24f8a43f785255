//! Metrics in CloudWatch's embedded metric format: a line in the log, no call.

use std::env;
use std::io::Write as _;
use std::time::Duration;

use serde_json::{Map, Value, json};
use shared::contract::{Outcome, VERSION, metric};
use shared::lifecycle::LastStart;

use crate::clock::now;

/// A handler answered SUCCESS although something is wrong.
pub(crate) fn trouble() {
    write(&[&[metric::DIMENSION]], &[(metric::TROUBLE, "Count", json!(1))], Map::new());
}

/// A snapshot of the sweep failed, or was refused: the next deployment would get stuck.
pub(crate) fn snapshot_failed(application: &str, error: &str) {
    let more = [(metric::APPLICATION, application), ("Error", error)];
    let more = more.into_iter().map(|(name, value)| (name.to_owned(), value.into()));
    write(&[&[metric::DIMENSION]], &[(metric::FAILED_SNAPSHOTS, "Count", json!(1))], more.collect());
}

/// A job that these handlers stopped does not run.
pub(crate) fn stopped_job(application: &str, lost_after: &str) {
    let more = [(metric::APPLICATION, application), ("LostAfter", lost_after)];
    let more = more.into_iter().map(|(name, value)| (name.to_owned(), value.into()));
    write(&[&[metric::DIMENSION]], &[(metric::STOPPED_JOBS, "Count", json!(1))], more.collect());
}

/// How one request ended: how long it took, how many calls, what was restored.
pub(crate) fn ended(took: Duration, calls: usize, failed: bool, attributes: Map<String, Value>) {
    let metrics = [
        (metric::TIME_TO_ANSWER, "Milliseconds", millis(took)),
        (metric::CALLS, "Count", json!(calls)),
        (metric::FAILED, "Count", json!(u8::from(failed))),
    ];
    write(&[&[metric::DIMENSION]], &metrics, attributes);
}

/// What the start took from which an application runs.
pub(crate) fn started(application: &str, start: &LastStart) {
    let mut metrics = vec![(metric::STARTS, "Count", json!(start.attempts))];
    metrics.extend(start.took.map(|took| (metric::TIME_TO_RUNNING, "Milliseconds", millis(took))));
    metrics.extend(start.snapshot_age.map(|age| (metric::RESTORED_SNAPSHOT_AGE, "Milliseconds", millis(age))));
    write(&[&[metric::APPLICATION]], &metrics, one(metric::APPLICATION, application.into()));
}

/// How an incident stands. An event that concerns no one, and a sweep, are none.
pub(crate) fn incident(outcome: Outcome) {
    match outcome {
        Outcome::NotOurs | Outcome::Swept => {}
        Outcome::RollbackContinued
        | Outcome::Recovered
        | Outcome::StoppedAwaitingFix
        | Outcome::Refused
        | Outcome::DryRun
        | Outcome::Reported => {
            let word = serde_json::to_value(outcome).unwrap_or_default();
            let dimensions = [metric::DIMENSION, metric::OUTCOME];
            write(&[&dimensions], &[(metric::INCIDENTS, "Count", json!(1))], one(metric::OUTCOME, word));
        }
    }
}

fn millis(time: Duration) -> Value {
    json!(u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
}

fn one(name: &str, value: Value) -> Map<String, Value> {
    Map::from_iter([(name.to_owned(), value)])
}

/// One line. `more` are properties beside the metrics: dimensions, and what is searchable and not counted.
fn write(dimensions: &[&[&str]], metrics: &[(&str, &str, Value)], more: Map<String, Value>) {
    let named: Vec<Value> = metrics.iter().map(|(name, unit, _)| json!({"Name": name, "Unit": unit})).collect();
    let mut line = json!({
        "_aws": {
            "Timestamp": now().0,
            "CloudWatchMetrics": [
                {"Namespace": metric::NAMESPACE, "Dimensions": dimensions, "Metrics": named},
            ],
        },
        metric::DIMENSION: env::var("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_default(),
        "Version": VERSION,
    });
    if let Some(members) = line.as_object_mut() {
        members.extend(more);
        members.extend(metrics.iter().map(|(name, _, value)| ((*name).to_owned(), value.clone())));
    }
    // A log that cannot be written must not leave CloudFormation without an answer.
    let _unwritten = writeln!(std::io::stdout(), "{line}");
}
