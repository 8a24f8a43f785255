//! What scenarios begin with, and how they look at what came out.

use local_aws::api::Caller;
use local_aws::cloudformation::Status;
use local_aws::deployment::{Deployment, NAME};
use local_aws::flink::Application;
use local_aws::{Options, lambda};
use serde_json::{Value, json};

/// Functions that look every few milliseconds and trust a job that stayed RUNNING for a look.
pub(crate) const QUICK: [(&str, &str); 3] =
    [("POLL_INTERVAL_MS", "10"), ("REPLY_MARGIN_MS", "2000"), ("STABILIZE_SECONDS", "0")];

/// The handlers, nothing else yet.
pub(crate) async fn handlers() -> Deployment {
    Deployment::start(Options::default(), &QUICK).await
}

/// The handlers and a running application stack with version 1 of the job.
pub(crate) async fn running() -> Deployment {
    let deployment = handlers().await;
    let status = deployment.deploy(&with_jar(&deployment.upload(&local_aws::deployment::jar("1", &["poison"])))).await;
    assert_eq!(status, Status::CreateComplete, "{}", why(&deployment));
    deployment
}

/// The same without a guard: the incidents that the unsticker cures.
pub(crate) async fn running_unguarded() -> Deployment {
    running_unguarded_in(Options::default()).await
}

/// The same where AWS may be another.
pub(crate) async fn running_unguarded_in(options: Options) -> Deployment {
    let deployment = Deployment::start(options, &QUICK).await;
    let key = deployment.upload(&local_aws::deployment::jar("1", &["poison"]));
    let status = deployment.deploy_unguarded(&with_jar(&key)).await;
    assert_eq!(status, Status::CreateComplete, "{}", why(&deployment));
    deployment
}

/// A deployment that fails, and whose rollback fails, because the job loops: until the stack is stuck.
pub(crate) async fn stuck(deployment: &Deployment) {
    let key = deployment.upload(&local_aws::deployment::jar("2", &["poison"]));
    assert_eq!(deployment.deploy_unguarded(&with_jar(&key)).await, Status::UpdateRollbackFailed, "{}", why(deployment));
}

/// The parameters of a quick deployment of this jar.
pub(crate) fn with_jar(key: &str) -> [(&'static str, &str); 2] {
    [("JarKey", key), ("StabilizeSeconds", "0")]
}

/// The application as it is now.
pub(crate) fn application(deployment: &Deployment) -> Application {
    deployment.world().state().flink.applications[NAME].clone()
}

/// Whom the services see when the unsticker calls.
pub(crate) fn unsticker(deployment: &Deployment) -> Caller {
    Caller::Role(deployment.world().state().lambda.functions["flink-rollback-unsticker"].role_name().to_owned())
}

/// The calls with which a function changed an application or a stack, in order. Where its results go is Lambda's doing.
pub(crate) fn mutations(deployment: &Deployment, function: &str) -> Vec<String> {
    let state = deployment.world().state();
    let role = state.lambda.functions[function].role_name().to_owned();
    state
        .journal
        .iter()
        .filter(|call| call.caller == Caller::Role(role.clone()))
        .filter(|call| call.action.starts_with("kinesisanalytics:") || call.action.starts_with("cloudformation:"))
        .map(|call| call.action.rsplit(':').next().unwrap().to_owned())
        .filter(|action| !action.starts_with("Describe") && !action.starts_with("List"))
        .collect()
}

/// The reason CloudFormation shows for a resource, newest first.
pub(crate) fn reasons(deployment: &Deployment, logical_id: &str) -> Vec<String> {
    let state = deployment.world().state();
    let stack = state.cloudformation.stacks.iter().rev().find(|stack| stack.name == NAME).unwrap();
    stack.events.iter().rev().filter(|row| row.logical_id == logical_id).map(|row| row.reason.clone()).collect()
}

/// What CloudFormation was answered about a resource, oldest first.
pub(crate) fn answers(deployment: &Deployment, logical_id: &str) -> Vec<Value> {
    let state = deployment.world().state();
    let bodies = state.cloudformation.puts.iter().filter_map(|put| serde_json::from_str::<Value>(&put.body).ok());
    bodies.filter(|body| body["LogicalResourceId"] == logical_id).collect()
}

/// Everything that a failed scenario wants to know.
pub(crate) fn why(deployment: &Deployment) -> String {
    let state = deployment.world().state();
    let rows = state.cloudformation.stacks.iter().flat_map(|stack| {
        stack.events.iter().map(|row| format!("{} {} {} {}", stack.name, row.logical_id, row.status, row.reason))
    });
    let lines = state.lambda.logs.iter().map(|line| format!("{}: {}", line.function, line.line));
    rows.chain(lines).collect::<Vec<_>>().join("\n")
}

/// The incident reports that reached people.
pub(crate) fn reports(deployment: &Deployment) -> Vec<Value> {
    let state = deployment.world().state();
    let topic = state.queues.topics.values().next().unwrap();
    topic.published.iter().map(|published| serde_json::from_str(&published.message).unwrap()).collect()
}

/// Waits for a report with this outcome.
pub(crate) async fn report(deployment: &Deployment, outcome: &str) -> Value {
    deployment
        .world()
        .until(|state| {
            let published = state.queues.topics.values().flat_map(|topic| &topic.published);
            let mut reports = published.filter_map(|one| serde_json::from_str::<Value>(&one.message).ok());
            reports.find(|report| report["Outcome"] == outcome)
        })
        .await
}

/// A person invokes the unsticker by hand.
pub(crate) async fn ask_unsticker(deployment: &Deployment, event: &Value) -> Value {
    lambda::invoke(deployment.world(), "flink-rollback-unsticker", event).await.unwrap().payload
}

/// The event that EventBridge sends for the stack.
pub(crate) fn stack_event(deployment: &Deployment, status: &str) -> Value {
    let id = deployment.world().state().cloudformation.stack(NAME).unwrap().id.clone();
    json!({"source": "aws.cloudformation", "detail-type": "CloudFormation Stack Status Change",
        "detail": {"stack-id": id, "status-details": {"status": status, "status-reason": ""}, "client-request-token": ""}})
}
