//! Stacks driven in process. Custom resources are answered by the test itself.

mod custom;
mod failed_creation;
mod incident;
mod language_extensions;
mod nested;
mod patience;
mod roles;
mod tags;
mod templates;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedReceiver;

use super::response_put;
use super::scenario::request;
use crate::lambda::TestInvocation;
use crate::lambda::in_test;
use crate::{Settings, World};

pub(super) fn world() -> Arc<World> {
    let mut settings = Settings::at("http://127.0.0.1:1");
    settings.pace = Duration::from_millis(1);
    Arc::new(World::new(settings))
}

/// A function of the test's own, named `handler`.
pub(super) fn handler(world: &World) -> UnboundedReceiver<TestInvocation> {
    in_test(world, "handler")
}

/// A world in which a stack of these resources is being created, and what its custom resources ask.
pub(super) fn creating(resources: &Value) -> (Arc<World>, UnboundedReceiver<TestInvocation>) {
    let world = world();
    let invocations = handler(&world);
    create(&world, resources);
    (world, invocations)
}

pub(super) const TOKEN: &str = "arn:aws:lambda:eu-west-1:111122223333:function:handler";

/// A custom resource with one property.
pub(super) fn custom(value: &Value) -> Value {
    json!({ "Type": "Custom::Thing", "Properties": { "ServiceToken": TOKEN, "Value": value } })
}

pub(super) fn template(resources: &Value) -> String {
    json!({ "Resources": resources }).to_string()
}

pub(super) fn create(world: &Arc<World>, resources: &Value) {
    let body = template(resources);
    let params = [("StackName", "s"), ("TemplateBody", &body), ("Capabilities.member.1", "CAPABILITY_NAMED_IAM")];
    request(world, "CreateStack", params).unwrap();
}

pub(super) fn update(world: &Arc<World>, resources: &Value) {
    let body = template(resources);
    let params = [("StackName", "s"), ("TemplateBody", &body), ("Capabilities.member.1", "CAPABILITY_NAMED_IAM")];
    request(world, "UpdateStack", params).unwrap();
}

/// A response as a handler would write it.
pub(super) fn response(event: &Value, status: &str, physical_id: &str, data: &Value) -> Value {
    json!({
        "Status": status,
        "Reason": "because",
        "PhysicalResourceId": physical_id,
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
        "Data": data,
    })
}

/// PUTs a body to the event's ResponseURL, without a content type.
pub(super) async fn put(world: &Arc<World>, event: &Value, body: &str) -> u16 {
    let url = event["ResponseURL"].as_str().unwrap();
    let path = url.strip_prefix("http://127.0.0.1:1").unwrap();
    response_put(world, path, "PUT", &length(body), body.as_bytes()).await
}

/// The headers that S3 wants: the length alone.
pub(super) fn length(body: &str) -> BTreeMap<String, String> {
    BTreeMap::from([("content-length".to_owned(), body.len().to_string())])
}

/// Takes one invocation, which ends well: one that is dropped is an error, and Lambda sends its event again.
pub(super) async fn taken(invocations: &mut UnboundedReceiver<TestInvocation>) -> Value {
    let invocation = invocations.recv().await.unwrap();
    let event = invocation.event.clone();
    invocation.succeed(json!({}));
    event
}

/// Takes one invocation and answers it.
pub(super) async fn answer(
    world: &Arc<World>,
    invocations: &mut UnboundedReceiver<TestInvocation>,
    status: &str,
    physical_id: &str,
) -> Value {
    let invocation = invocations.recv().await.unwrap();
    let event = invocation.event.clone();
    let body = response(&event, status, physical_id, &json!({ "Answer": "42" })).to_string();
    assert_eq!(put(world, &event, &body).await, 200);
    invocation.succeed(json!({}));
    event
}

pub(super) async fn settled_complete(world: &World) {
    let status = super::scenario::settled(world, "s").await;
    assert_eq!(status, super::Status::CreateComplete, "{:#?}", super::scenario::rows(world, "s"));
}
