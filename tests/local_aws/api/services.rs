//! The services as the engine reaches them: by the same entries as the wire, so that every call is authorized and
//! recorded like any other call.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::api::{self, ApiResult, Call, Caller, Context};
use crate::{State, iam, queues, s3, topics};

pub(crate) use crate::iam::wildcard;

/// May this caller do this?
pub(crate) fn authorize(state: &State, caller: &Caller, action: &str, resource: &str) -> ApiResult<()> {
    iam::authorize(state, caller, action, resource, &Context::new())
}

/// May this caller hand this role to that service?
pub(crate) fn authorize_pass_role(state: &State, caller: &Caller, role_arn: &str, service: &str) -> ApiResult<()> {
    iam::authorize_pass_role(state, caller, role_arn, service)
}

/// Whether the role exists and trusts the service.
pub(crate) fn is_assumable(state: &State, role_arn: &str, service: &str) -> bool {
    iam::assumable_by(state, role_arn, service)
}

/// One call to a service of the engine's own: admitted, done, and written into the journal whatever became of it.
pub(crate) fn perform<T>(
    state: &mut State,
    caller: &Caller,
    action: &str,
    resource: &str,
    body: &Value,
    act: impl FnOnce(&mut State) -> ApiResult<T>,
) -> ApiResult<T> {
    let call = Call { action: action.to_owned(), caller, resource: resource.to_owned(), context: Context::new(), body };
    api::perform(state, call, act)
}

/// The credentials of a role as variables of a process.
pub(crate) fn credentials(state: &mut State, role: &str, session: &str) -> [(String, String); 3] {
    let credentials = iam::credentials(state, role, session);
    [
        ("AWS_ACCESS_KEY_ID".to_owned(), credentials.access_key_id),
        ("AWS_SECRET_ACCESS_KEY".to_owned(), credentials.secret_access_key),
        ("AWS_SESSION_TOKEN".to_owned(), credentials.session_token),
    ]
}

/// The bytes of an object.
pub(crate) fn object(state: &mut State, caller: &Caller, bucket: &str, key: &str) -> ApiResult<Vec<u8>> {
    s3::get_object(state, caller, bucket, key).map(|object| object.bytes)
}

/// A message to a queue, from a service that needs no permission here. A queue that is gone loses it, as in AWS.
pub(crate) fn send(state: &mut State, queue: &str, message: &str) {
    let _ = queues::send(state, queue, message);
}

/// The same with what its sender says of it.
pub(crate) fn send_with(state: &mut State, queue: &str, message: &str, attributes: BTreeMap<String, String>) {
    let _ = queues::send_with(state, queue, message, attributes);
}

/// Whether a queue's own policy lets a service send for this resource.
pub(crate) fn queue_allows(state: &State, queue: &str, service: &str, source: &str) -> bool {
    let name = queue.rsplit(':').next().unwrap_or_default();
    let policy = state.queues.queues.get(name).and_then(|queue| queue.attributes.get("Policy"));
    let context = Context::from([("aws:SourceArn".to_owned(), vec![source.to_owned()])]);
    policy.is_some_and(|policy| iam::resource_allows(policy, service, "sqs:SendMessage", queue, &context))
}

/// Whether a topic's policy lets a service publish that gives no context. Without a policy only its account may (SNS
/// guide).
pub(crate) fn topic_allows(state: &State, topic: &str, service: &str) -> bool {
    let name = topic.rsplit(':').next().unwrap_or_default();
    let policy = state.queues.topics.get(name).and_then(|topic| topic.attributes.get("Policy"));
    policy.is_some_and(|policy| iam::resource_allows(policy, service, "sns:Publish", topic, &Context::new()))
}

/// A message to a topic, likewise.
pub(crate) fn publish(state: &mut State, topic: &str, message: &str) {
    let _ = topics::publish(state, topic, "", message);
}
