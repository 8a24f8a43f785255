//! What the rows begin with, and how they wait.

use local_aws::cloudformation::{ResponseFault, Status, scenario};
use local_aws::modes::DeleteOfRunning;
use local_aws::{Modes, Options, State};
use project::deployment::{self, Deployment, NAME, jar};
use serde_json::{Value, json};

use super::seen::Seen;
use crate::stage::{QUICK, handlers, handlers_where, with_jar};

pub(super) const START: &str = "flink-auto-start";

/// The committed application template with this as its only custom resource: each answer in the world is its.
pub(super) fn template(only: &str) -> Value {
    let mut template = Deployment::template_without_guard();
    let resources = template["Resources"].as_object_mut().unwrap();
    resources.retain(|name, resource| name == only || !resource["Type"].as_str().unwrap().starts_with("Custom::"));
    resources[only]["DependsOn"] = json!(["LoggingOption"]);
    template.as_object_mut().unwrap().remove("Outputs");
    template
}

/// The handlers, with more in their environment.
pub(super) async fn handlers_with(name: &'static str, value: &'static str) -> Deployment {
    let environment: Vec<(&str, &str)> =
        QUICK.into_iter().filter(|(key, _)| *key != name).chain([(name, value)]).collect();
    Deployment::start(Options::default(), &environment).await
}

/// Asks CloudFormation, and does not wait.
pub(super) fn begin(deployment: &Deployment, action: &str, template: &Value, parameters: &[(&str, &str)]) {
    let key = deployment.upload(&jar("1", &[]));
    let parameters: Vec<(&str, &str)> = with_jar(&key).into_iter().chain(parameters.iter().copied()).collect();
    let (world, role) = (deployment.world(), Some(deployment.stack_role.as_str()));
    deployment::request(world, action, NAME, &template.to_string(), &parameters, &[], role).unwrap();
}

pub(super) async fn settled(deployment: &Deployment) -> Status {
    scenario::settled(deployment.world(), NAME).await
}

/// Creates the stack with auto-start alone, and looks at its Create.
pub(super) async fn created(deployment: &Deployment) -> Seen {
    created_from(deployment, &template("AutoStart")).await
}

pub(super) async fn created_from(deployment: &Deployment, template: &Value) -> Seen {
    begin(deployment, "CreateStack", template, &[]);
    settled(deployment).await;
    Seen::first(deployment, "AutoStart", "Create").await
}

/// A running stack with auto-start alone.
pub(super) async fn running() -> Deployment {
    let deployment = handlers().await;
    assert_eq!(created(&deployment).await.stack, "CREATE_COMPLETE");
    deployment
}

/// The next PUTs meet these faults. A creation that fails is rolled back to its end, though the application runs: the
/// rows are about the answer.
pub(super) async fn handlers_meeting(faults: &[ResponseFault]) -> Deployment {
    let deployment = handlers_where(Modes { delete_of_running: DeleteOfRunning::Accepted, ..Modes::default() }).await;
    deployment.world().state().cloudformation.response_faults.extend(faults);
    deployment
}

/// Waits for a change of the world.
pub(super) async fn until(deployment: &Deployment, is_so: impl Fn(&State) -> bool) {
    deployment.world().until(|state| is_so(state).then_some(())).await;
}

/// The function did what it could, and CloudFormation's patience with the Create ends.
pub(super) async fn given_up(deployment: &Deployment) -> Seen {
    let is_asked = |state: &State| state.lambda.invocations.iter().any(|each| each.function.starts_with(START));
    until(deployment, |state| is_asked(state) && state.lambda.is_idle()).await;
    deployment.world().state().cloudformation.expire_at_once.insert("AutoStart".to_owned());
    settled(deployment).await;
    Seen::first(deployment, "AutoStart", "Create").await
}

/// How many seconds an invocation may take.
pub(super) fn timeout(deployment: &Deployment, seconds: u64) {
    deployment.world().state().lambda.functions.get_mut(START).unwrap().timeout = seconds;
}
