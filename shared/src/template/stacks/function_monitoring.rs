//! How the deployed functions are watched: alarms for each, and one dashboard for all.
//!
//! Lambda's metrics: <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html>. The others are
//! [`metric`]'s.

use crate::contract::{ACCESS_QUEUE_EXPORT, Function, Outcome, metric};
use crate::lifecycle::SWEEP_INTERVAL;
use crate::template::cloudformation::document::Template;
use crate::template::cloudformation::error::Problem;
use crate::template::cloudformation::value::{Value, pseudo};
use crate::template::resources::alarms::{Alarm, Metric};
use crate::template::resources::dashboard::Dashboard;
use crate::template::resources::lambda::logical_id;

fn lambda(function: Function, name: &str, statistic: &'static str) -> Metric {
    Metric::of("AWS/Lambda", name, ("FunctionName", function.name().into()), statistic)
}

fn own(function: Function, name: &str, statistic: &'static str) -> Metric {
    Metric::of(metric::NAMESPACE, name, (metric::DIMENSION, function.name().into()), statistic)
}

fn incidents(outcome: Outcome) -> Result<Metric, Problem> {
    let mut incidents = own(Function::RollbackUnsticker, metric::INCIDENTS, "Sum");
    incidents.dimensions.push((metric::OUTCOME, Value::of(&outcome)?));
    Ok(incidents)
}

/// The alarms of one function.
pub(in crate::template) fn add_alarms(
    template: &mut Template,
    function: Function,
    topic: &Value,
) -> Result<(), Problem> {
    let (id, name) = (logical_id(function), function.name());
    let log = format!("/aws/lambda/{name}");
    let mut add = |what: &str, metric: &Metric, description: String| {
        let alarm = Alarm::above(0, metric).described(description).notifies(topic);
        template.add::<Alarm>(&format!("{id}{what}Alarm"), alarm).map(|_| ())
    };
    add("Error", &lambda(function, "Errors", "Sum"), format!("{name} ended with an error: see {log}."))?;
    let throttles = format!("{name} was throttled: raise the account's concurrency, or deploy fewer stacks at a time.");
    add("Throttle", &lambda(function, "Throttles", "Sum"), throttles)?;
    let dropped =
        format!("An event for {name} was given up: it is in the dead-letter queue of the Flink stack handlers.");
    add("Dropped", &lambda(function, "AsyncEventsDropped", "Sum"), dropped)?;
    match function {
        Function::AutoStart | Function::PropertyGroups | Function::UpdateGuard => {
            let trouble =
                format!("{name} let a rollback or a deletion go on although something is wrong: see Trouble in {log}.");
            add("Trouble", &own(function, metric::TROUBLE, "Sum"), trouble)
        }
        Function::RollbackUnsticker => {
            let refused = "The unsticker left an incident to a person: the report is on the incident topic.".to_owned();
            add("Refused", &incidents(Outcome::Refused)?, refused)?;
            let failed = format!(
                "A running application cannot be snapshotted, so its stack would get stuck at its next deployment: see \
                 {} in {log}.",
                metric::FAILED_SNAPSHOTS
            );
            // Each sweep says it anew, but for the one that tries again: the alarm lasts as long as it is so.
            let alarm =
                Alarm::above(0, &own(function, metric::FAILED_SNAPSHOTS, "Maximum")).in_periods_of(SWEEP_INTERVAL * 3);
            let alarm = alarm.described(failed).notifies(topic);
            template.add::<Alarm>(&format!("{id}FailedSnapshotAlarm"), alarm)?;
            let stopped = format!(
                "A job that these handlers stopped does not run, and what its stream forgets is lost: see {} in {log}.",
                metric::STOPPED_JOBS
            );
            let alarm =
                Alarm::above(0, &own(function, metric::STOPPED_JOBS, "Maximum")).in_periods_of(SWEEP_INTERVAL * 3);
            let alarm = alarm.described(stopped).notifies(topic);
            template.add::<Alarm>(&format!("{id}StoppedJobAlarm"), alarm).map(|_| ())
        }
    }
}

/// The dashboard of all functions.
pub(in crate::template) fn add_dashboard(template: &mut Template, functions: &[Function]) -> Result<(), Problem> {
    let of_each = |metric: fn(Function, &str, &'static str) -> Metric, name: &str, statistic: &'static str| {
        functions.iter().map(|function| (function.name(), metric(*function, name, statistic))).collect::<Vec<_>>()
    };
    let queue = ("QueueName", Value::import(ACCESS_QUEUE_EXPORT).split(":").select(5));
    let waiting = Metric::of("AWS/SQS", "ApproximateNumberOfMessagesVisible", queue, "Maximum");
    let outcomes = [
        ("recovered", Outcome::Recovered),
        ("rollback continued", Outcome::RollbackContinued),
        ("stopped, awaiting a fix", Outcome::StoppedAwaitingFix),
        ("refused", Outcome::Refused),
    ];
    let ended = outcomes.into_iter().map(|(label, outcome)| Ok((label, incidents(outcome)?)));
    let text = "# Flink stack handlers\nWhat CloudFormation and EventBridge call, and how it ends.";
    let dashboard = Dashboard::named(Value::join("-", &["flink-handlers".into(), pseudo::region()]), text.into())
        .graph("Requests answered FAILED", of_each(own, metric::FAILED, "Sum"))
        .graph("Answered SUCCESS over trouble", of_each(own, metric::TROUBLE, "Sum"))
        .graph("Time to the answer (milliseconds)", of_each(own, metric::TIME_TO_ANSWER, "Maximum"))
        .graph("Calls that change something", of_each(own, metric::CALLS, "Sum"))
        .graph("Incidents", ended.collect::<Result<Vec<_>, Problem>>()?)
        .graph("Dead letters", [("waiting", waiting)])
        .graph("Errors", of_each(lambda, "Errors", "Sum"))
        .graph("Throttles", of_each(lambda, "Throttles", "Sum"))
        .graph("Events waiting (milliseconds)", of_each(lambda, "AsyncEventAge", "Maximum"))
        .graph("Events given up", of_each(lambda, "AsyncEventsDropped", "Sum"));
    template.add::<Dashboard>("Dashboard", dashboard).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::cloudformation::resolved::ResolvedTemplate;
    use serde_json::{Value as Json, json};

    fn stack() -> ResolvedTemplate {
        ResolvedTemplate::with(&crate::template::handlers().unwrap(), &[])
    }

    #[test]
    fn every_function_has_an_alarm_for_errors_throttles_and_events_given_up() {
        let stack = stack();
        for function in Function::ALL {
            for (what, name) in [("Error", "Errors"), ("Throttle", "Throttles"), ("Dropped", "AsyncEventsDropped")] {
                let alarm = stack.properties(&format!("{}{what}Alarm", logical_id(function)));
                assert_eq!((&alarm["MetricName"], &alarm["Threshold"]), (&json!(name), &json!(0)));
                assert_eq!(alarm["Dimensions"], json!([{"Name": "FunctionName", "Value": function.name()}]));
                assert_eq!(alarm["AlarmActions"], json!(["flink-access-topic-arn"]));
            }
        }
    }

    #[test]
    fn an_incident_that_is_left_to_a_person_has_an_alarm() {
        let alarm = stack().properties("RollbackUnstickerRefusedAlarm");
        let dimensions = json!([
            {"Name": "FunctionName", "Value": "flink-rollback-unsticker"}, {"Name": "Outcome", "Value": "Refused"}
        ]);
        assert_eq!((&alarm["MetricName"], &alarm["Dimensions"]), (&json!("Incidents"), &dimensions));
    }

    #[test]
    fn the_dashboards_body_is_json_and_shows_every_function() {
        let dashboard = stack().properties("Dashboard");
        let body: Json = serde_json::from_str(dashboard["DashboardBody"].as_str().unwrap()).unwrap();
        let errors =
            body["widgets"].as_array().unwrap().iter().find(|one| one["properties"]["title"] == "Errors").unwrap();
        assert_eq!(errors["properties"]["metrics"].as_array().map(Vec::len), Some(Function::ALL.len()));
    }
}
