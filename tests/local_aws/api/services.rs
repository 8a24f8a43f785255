//! The services as the engine reaches them: by the same entries as the wire, so that every call is authorized and
//! recorded like any other call.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::api::{self, ApiResult, Call, Caller, Context};
use crate::{State, iam, kms, queues, s3, topics};

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

/// A message to a queue with what its sender says of it. A queue that is gone loses it, as in AWS.
pub(crate) fn send(state: &mut State, queue: &str, message: &str, attributes: BTreeMap<String, String>) {
    let _ = queues::send_with(state, queue, message, attributes);
}

/// May a service send to this queue for this resource? Its policy and its key decide (EventBridge guide, dead-letter
/// queues; SQS guide, key management).
pub(crate) fn queue_allows(state: &State, queue: &str, service: &str, source: &str) -> bool {
    let name = queue.rsplit(':').next().unwrap_or_default();
    let Some(found) = state.queues.queues.get(name) else { return false };
    let context = Context::from([("aws:SourceArn".to_owned(), vec![source.to_owned()])]);
    let is_allowed = |policy: &String| iam::resource_allows(policy, service, "sqs:SendMessage", queue, &context);
    found.attributes.get("Policy").is_some_and(is_allowed)
        && key_of(&found.attributes)
            .is_none_or(|key| kms::authorize_service(state, service, key, kms::TO_SEND, &context).is_ok())
}

/// A service that publishes, and for which resource of which account: EventBridge says neither.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Publisher<'a> {
    pub(crate) service: &'a str,
    pub(crate) source: Option<(&'a str, &'a str)>,
}

/// A message to a topic, from a service: the topic's policy and its key decide. Without a policy only who speaks for
/// the topic's account may, which EventBridge does not (SNS guide; EventBridge guide, resource-based policies).
///
/// # Errors
/// Why not, in the words of an alarm's history.
pub(crate) fn publish_as(state: &mut State, by: Publisher<'_>, topic: &str, message: &str) -> Result<(), String> {
    let name = topic.rsplit(':').next().unwrap_or_default();
    let attributes =
        state.queues.topics.get(name).map(|topic| topic.attributes.clone()).ok_or("Topic does not exist")?;
    let mut context = Context::new();
    if let Some((arn, account)) = by.source {
        context.insert("aws:SourceArn".to_owned(), vec![arn.to_owned()]);
        context.insert("aws:SourceAccount".to_owned(), vec![account.to_owned()]);
    }
    let is_allowed = match attributes.get("Policy") {
        Some(policy) => iam::resource_allows(policy, by.service, "sns:Publish", topic, &context),
        None => by.source.is_some(),
    };
    if !is_allowed {
        let who = by.source.map_or(by.service, |(arn, _)| arn);
        return Err(format!("Resource: {who} is not authorized to perform: SNS:Publish on resource: {topic}"));
    }
    if let Some(key) = key_of(&attributes)
        && kms::authorize_service(state, by.service, key, kms::TO_SEND, &context).is_err()
    {
        return Err("CloudWatch Alarms does not have authorization to access the SNS topic encryption key.".to_owned());
    }
    topics::publish(state, topic, "", message).map_err(|error| error.message)
}

/// A message to a topic, from one that was authorized.
pub(crate) fn publish(state: &mut State, topic: &str, message: &str) {
    let _ = topics::publish(state, topic, "", message);
}

/// The key that a queue or a topic is encrypted with, if it is one of KMS.
pub(crate) fn key_of(attributes: &BTreeMap<String, String>) -> Option<&String> {
    attributes.get("KmsMasterKeyId").filter(|key| !key.is_empty())
}

/// May this caller use the key of the queue or topic of this ARN to send to it?
pub(crate) fn may_send_to(state: &State, caller: &Caller, target: &str) -> ApiResult<()> {
    let name = target.rsplit(':').next().unwrap_or_default();
    let attributes = match target.split(':').nth(2) {
        Some("sqs") => state.queues.queues.get(name).map(|queue| &queue.attributes),
        Some("sns") => state.queues.topics.get(name).map(|topic| &topic.attributes),
        Some(_) | None => None,
    };
    let key = attributes.and_then(key_of);
    key.map_or(Ok(()), |key| kms::authorize(state, caller, key, kms::TO_SEND))
}
