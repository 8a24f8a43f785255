//! The incident whose cause passes, which most scenarios of the unsticker begin and end with.

use std::sync::Arc;

use local_aws::cloudformation::Status;
use local_aws::flink::{Outcome, Status as Flink};
use project::deployment::{self, Deployment, NAME, jar};
use project::fleet;
use serde_json::{Value, json};

use super::{application, begun_with, reports, stuck, why, with_jar};

/// The job loops because its role may not write the table, and the stack gets stuck. The role may write again as soon
/// as the job is force-stopped: a graceful stop cannot be, and a job that is started again is healthy.
pub(crate) async fn passing_cause(deployment: &Deployment) {
    deployment.record("a");
    deployment.sink_permission(false);
    deployment.record("b");
    let before = deployment.world().state().journal.len();
    tokio::spawn(fleet::cause_passes(Arc::clone(deployment.world()), before));
    stuck(deployment).await;
}

/// How such an incident ends: the old job runs, nothing is left to remember, and no record is lost.
pub(crate) async fn ended_well(deployment: &Deployment, trouble: &str) {
    let application = application(deployment);
    assert_eq!(application.status, Flink::Running, "{trouble}\n{}", why(deployment));
    assert_eq!(application.job.unwrap().jar.version, "1", "{trouble}");
    assert!(!application.tags.contains_key("flink-unstick-restart"), "{trouble}");
    deployment.world().until(|state| (state.dynamodb.tables[NAME].items.len() == 2).then_some(())).await;
}

/// What the world remembers in the end: the application's operations, how often a rollback was continued, and the
/// reports.
pub(crate) fn history(deployment: &Deployment) -> (Vec<String>, usize, Vec<Value>) {
    (succeeded(deployment), begun_with(deployment, "unstick-"), summaries(deployment))
}

/// The application's operations that did not fail, oldest first.
pub(crate) fn succeeded(deployment: &Deployment) -> Vec<String> {
    let operations = application(deployment).operations.into_iter().rev();
    let done = operations.filter(|one| !matches!(&one.end, Some(end) if matches!(end.outcome, Outcome::Failed(_))));
    done.map(|one| one.name).collect()
}

/// What each report says, without the names that each world makes of its own.
fn summaries(deployment: &Deployment) -> Vec<Value> {
    let summaries = reports(deployment).into_iter().map(|report| {
        let left = report["Applications"].as_array().unwrap().iter().map(|one| one["Left"].clone());
        // What follows names a request, and each world makes its own.
        let cause = report["Cause"].as_str().unwrap_or_default().split(" (Service:").next().map(str::to_owned);
        json!([report["Outcome"], left.collect::<Vec<_>>(), report["Blockers"].as_array().map(Vec::len), cause])
    });
    summaries.collect()
}

/// A stack without a service role, with these tags and its version's, whose job loops: until it is stuck.
pub(crate) async fn stuck_without_a_service_role(deployment: &Deployment, tags: impl Fn(&str) -> Vec<(&str, &str)>) {
    let template = Deployment::template_without_guard().to_string();
    for (action, version, ends) in
        [("CreateStack", "1", Status::CreateComplete), ("UpdateStack", "2", Status::UpdateRollbackFailed)]
    {
        let key = deployment.upload(&jar(version, &["poison"]));
        let (world, tags) = (deployment.world(), tags(version));
        deployment::request(world, action, NAME, &template, &with_jar(&key), &tags, None).unwrap();
        assert_eq!(deployment::settled(world, NAME).await, ends, "{}", why(deployment));
        deployment.record("poison");
    }
}
