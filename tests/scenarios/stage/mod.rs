//! What scenarios begin with, and how they look at what came out.

mod incident;
mod release;
mod scratch;

use std::collections::BTreeSet;

use local_aws::api::Caller;
use local_aws::cloudformation::Status;
use local_aws::flink::{self, Application};
use local_aws::{Modes, Options, State, World, lambda};
use project::deployment;
use project::deployment::{Deployment, NAME};
use serde_json::{Value, json};

pub(crate) use incident::{ended_well, history, passing_cause, stuck_without_a_service_role, succeeded};
pub(crate) use release::ReleaseFolder;
pub(crate) use scratch::Scratch;

/// Functions that look every few milliseconds and trust a job that stayed RUNNING for a look.
pub(crate) const QUICK: [(&str, &str); 3] =
    [("POLL_INTERVAL_MS", "10"), ("REPLY_MARGIN_MS", "2000"), ("STABILIZE_SECONDS", "0")];

/// The handlers, nothing else yet.
pub(crate) async fn handlers() -> Deployment {
    Deployment::start(Options::default(), &QUICK).await
}

/// The handlers in a world where AWS answers its open questions in this way.
pub(crate) async fn handlers_where(modes: Modes) -> Deployment {
    Deployment::start(Options { modes, ..Options::default() }, &QUICK).await
}

/// The handlers and a running application stack with version 1 of the job.
pub(crate) async fn running() -> Deployment {
    running_guarded_where(Modes::default()).await
}

/// The same in a world where AWS answers its open questions in this way.
pub(crate) async fn running_guarded_where(modes: Modes) -> Deployment {
    let deployment = handlers_where(modes).await;
    let status = deployment.deploy(&with_jar(&deployment.upload(&project::deployment::jar("1", &["poison"])))).await;
    assert_eq!(status, Status::CreateComplete, "{}", why(&deployment));
    deployment
}

/// The same without a guard: the incidents that the unsticker cures.
pub(crate) async fn running_unguarded() -> Deployment {
    running_unguarded_in(Options::default()).await
}

/// The same where AWS may be another.
pub(crate) async fn running_unguarded_in(options: Options) -> Deployment {
    running_where(options.modes).await
}

/// A running application stack in a world where AWS answers its open questions in this way.
pub(crate) async fn running_where(modes: Modes) -> Deployment {
    let deployment = handlers_where(modes).await;
    let status =
        deployment.deploy_unguarded(&with_jar(&deployment.upload(&project::deployment::jar("1", &["poison"])))).await;
    assert_eq!(status, Status::CreateComplete, "{}", why(&deployment));
    deployment
}

/// A deployment that fails, and whose rollback fails, because the job loops: until the stack is stuck.
pub(crate) async fn stuck(deployment: &Deployment) {
    let key = deployment.upload(&project::deployment::jar("2", &["poison"]));
    assert_eq!(deployment.deploy_unguarded(&with_jar(&key)).await, Status::UpdateRollbackFailed, "{}", why(deployment));
}

/// A deployment of version 1 that asks the auto-start anew and changes nothing else: OnDelete turns from Leave to Stop,
/// or back.
pub(crate) async fn touch(deployment: &Deployment, more: &[(&str, &str)]) -> Status {
    let leaves = deployment.world().state().cloudformation.stack(NAME).unwrap().parameters["OnDelete"] == "Leave";
    let on_delete = if leaves { "Stop" } else { "Leave" };
    let mut parameters = vec![("JarKey", "jars/1.jar"), ("StabilizeSeconds", "0"), ("OnDelete", on_delete)];
    parameters.extend(more);
    deployment.deploy_unguarded(&parameters).await
}

/// The stack is deleted; where it came to rest.
pub(crate) async fn delete(deployment: &Deployment) -> Status {
    deployment::request(deployment.world(), "DeleteStack", NAME, "", &[], &[], Some(&deployment.stack_role)).unwrap();
    deployment::settled(deployment.world(), NAME).await
}

/// A person calls Flink about the application.
pub(crate) fn person(world: &World, state: &mut State, operation: &str, mut body: Value) {
    body["ApplicationName"] = json!(NAME);
    flink::call(state, &world.settings, &Caller::Operator, operation, &body).unwrap();
}

/// A person stops the application, gracefully.
pub(crate) fn stop(deployment: &Deployment) {
    let mut state = deployment.world().state();
    person(deployment.world(), &mut state, "StopApplication", json!({}));
    flink::release(&mut state, &deployment.world().settings, NAME);
}

/// The RunConfiguration of each StartApplication, refused ones too, in order.
pub(crate) fn starts(deployment: &Deployment) -> Vec<Value> {
    let state = deployment.world().state();
    let starts = state.journal.iter().filter(|call| call.action == "kinesisanalytics:StartApplication");
    starts.map(|call| call.body["RunConfiguration"].clone()).collect()
}

/// How many starts the service took, of any caller.
pub(crate) fn taken_starts(deployment: &Deployment) -> usize {
    application(deployment).operations.iter().filter(|operation| operation.name == "StartApplication").count()
}

/// The role of the auto-start, as a caller.
pub(crate) fn auto_start_role(deployment: &Deployment) -> Caller {
    role_of(deployment, "flink-auto-start")
}

/// An output of the stack.
pub(crate) fn output(deployment: &Deployment, key: &str) -> String {
    let state = deployment.world().state();
    let outputs = &state.cloudformation.stack(NAME).unwrap().outputs;
    outputs.iter().find(|output| output.key == key).unwrap().value.clone()
}

/// Waits until no function runs and none will be tried again: what has not happened by then does not come any more.
pub(crate) async fn idle(deployment: &Deployment) {
    deployment.world().until_that("every invocation to be over", |state| state.lambda.is_idle().then_some(())).await;
}

/// Whether a line of the auto-start's log says this. Of a deployment that is settled: then all its lines are in the
/// log.
pub(crate) fn is_logged(deployment: &Deployment, text: &str) -> bool {
    let state = deployment.world().state();
    state.lambda.logs.iter().any(|line| line.function == "flink-auto-start" && line.line.contains(text))
}

/// Whether a reason of the auto-start's resource says this.
pub(crate) fn is_reported(deployment: &Deployment, text: &str) -> bool {
    reasons(deployment, "AutoStart").iter().any(|reason| reason.contains(text))
}

/// The parameters of a quick deployment of this jar.
///
/// A stack that goes leaves its application alone, so that a scenario sees no call but those it is about.
pub(crate) fn with_jar(key: &str) -> [(&'static str, &str); 3] {
    [("JarKey", key), ("StabilizeSeconds", "0"), ("OnDelete", "Leave")]
}

/// The application as it is now.
pub(crate) fn application(deployment: &Deployment) -> Application {
    deployment.world().state().flink.applications[NAME].clone()
}

/// The caller that the services see when the unsticker calls.
pub(crate) fn unsticker(deployment: &Deployment) -> Caller {
    role_of(deployment, "flink-rollback-unsticker")
}

/// Every call of a function to Flink and CloudFormation, in order.
pub(crate) fn calls(deployment: &Deployment, caller: &Caller) -> Vec<String> {
    let state = deployment.world().state();
    let calls = state.journal.iter().filter(|call| call.caller == *caller).map(|call| call.action.clone());
    calls.filter(|action| action.starts_with("kinesisanalytics:") || action.starts_with("cloudformation:")).collect()
}

/// Whether a call changes nothing.
pub(crate) fn is_look(action: &str) -> bool {
    [":Describe", ":List"].iter().any(|verb| action.contains(verb))
}

/// The calls with which a function changed an application or a stack, in order. Where its results go is Lambda's doing.
pub(crate) fn mutations(deployment: &Deployment, function: &str) -> Vec<String> {
    let role = role_of(deployment, function);
    let calls = calls(deployment, &role).into_iter().filter(|action| !is_look(action));
    calls.map(|action| action.rsplit(':').next().unwrap().to_owned()).collect()
}

/// The caller that the services see when a function calls.
pub(crate) fn role_of(deployment: &Deployment, function: &str) -> Caller {
    Caller::Role(deployment.world().state().lambda.functions[function].role_name().to_owned())
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
    deployment.world().state().history()
}

/// How many operations of the stack were begun with a token that begins so.
pub(crate) fn begun_with(deployment: &Deployment, prefix: &str) -> usize {
    let state = deployment.world().state();
    let rows = &state.cloudformation.stack(NAME).unwrap().events;
    let tokens = rows.iter().filter_map(|row| row.token.as_ref()).filter(|token| token.starts_with(prefix));
    tokens.collect::<BTreeSet<_>>().len()
}

/// The incident reports that reached people.
pub(crate) fn reports(deployment: &Deployment) -> Vec<Value> {
    let state = deployment.world().state();
    deployment::reports(&state).map(|(_, report)| report).collect()
}

/// Waits for a report with this outcome.
pub(crate) async fn report(deployment: &Deployment, outcome: &str) -> Value {
    deployment
        .world()
        .until_that(format!("a report with the outcome {outcome}"), |state| {
            deployment::reports(state).map(|(_, report)| report).find(|report| report["Outcome"] == outcome)
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
