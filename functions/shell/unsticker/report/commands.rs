//! The commands that a person is given.

use shared::flink::Application;

/// The commands with which a person gets the stack out.
pub(super) fn by_hand(stack: &str, applications: &[String]) -> String {
    let stop = |name| format!("aws kinesisanalyticsv2 stop-application --application-name {name} --force; ");
    let stops: String = applications.iter().map(stop).collect();
    format!("{stops}aws cloudformation continue-update-rollback --stack-name {stack}")
}

pub(super) fn start(application: &str) -> String {
    format!("aws kinesisanalyticsv2 start-application --application-name {application}")
}

/// What a person does about a job that waits for a fix.
pub(super) fn next_for_a_fix(application: &Application) -> String {
    let read = application.log_group.as_ref().map_or_else(
        || "Read the job's log for what it fails on".to_owned(),
        |group| format!("aws logs tail {group} --since 1h --filter-pattern Exception"),
    );
    format!("{read}; then deploy a fix: the stopped application takes the update, and auto-start runs it")
}
