//! Topics and queues as mailboxes: what is sent stays for a scenario to read.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::api::{self, ApiError, ApiResult, Call, Caller, Context};
use crate::{Settings, State, clock, events};

/// Topics and queues by name.
#[derive(Debug, Default)]
pub struct Queues {
    /// SNS topics.
    pub topics: BTreeMap<String, Topic>,
    /// SQS queues.
    pub queues: BTreeMap<String, Queue>,
}

/// A topic.
#[derive(Debug, Clone, Default)]
pub struct Topic {
    /// Every message that was published.
    pub published: Vec<Published>,
    /// Who subscribed.
    pub subscriptions: Vec<Subscription>,
    /// What reached each endpoint, as it was published, once for each subscription whose filter lets it through.
    pub delivered: Vec<(String, Published)>,
    /// DisplayName, Policy, ...
    pub attributes: BTreeMap<String, String>,
}

/// Who gets a topic's messages.
#[derive(Debug, Clone)]
pub struct Subscription {
    /// Its ARN.
    pub arn: String,
    /// `email`, ...
    pub protocol: String,
    /// An address.
    pub endpoint: String,
    /// FilterPolicy.
    pub filter: Option<Value>,
    /// FilterPolicyScope is MessageBody; otherwise the filter is for message attributes, of which nothing here has any.
    pub is_on_body: bool,
}

impl Subscription {
    /// Payload-based filtering takes JSON only (SNS guide, sns-message-filtering-scope): other texts are dropped.
    fn takes(&self, message: &str) -> bool {
        let Some(filter) = &self.filter else { return true };
        let body: Result<Value, _> = serde_json::from_str(message);
        self.is_on_body && body.is_ok_and(|body| events::matches(filter, &body))
    }
}

/// A message on a topic.
#[derive(Debug, Clone)]
pub struct Published {
    /// When.
    pub time: f64,
    /// Empty when there was none.
    pub subject: String,
    /// The text.
    pub message: String,
}

/// A queue.
#[derive(Debug, Clone, Default)]
pub struct Queue {
    /// Messages that were not deleted: receipt handle and body.
    pub messages: Vec<(String, String)>,
    /// MessageRetentionPeriod, Policy, ...
    pub attributes: BTreeMap<String, String>,
}

/// One call of `service`, `sns` or `sqs`.
///
/// # Errors
/// As the services say them, and a denial.
pub fn call(
    state: &mut State,
    settings: &Settings,
    caller: &Caller,
    service: &str,
    operation: &str,
    body: &Value,
) -> ApiResult {
    let given = ["TopicArn", "TargetArn", "Name", "QueueUrl", "QueueName", "ResourceArn"]
        .iter()
        .find_map(|member| body[*member].as_str())
        .unwrap_or_default();
    let name = given.rsplit([':', '/']).next().unwrap_or_default().to_owned();
    let resource = if name.is_empty() { "*".to_owned() } else { settings.arn(service, &name) };
    let arn = resource.clone();
    let action = format!("{service}:{operation}");
    let call = Call { action: action.clone(), caller, resource, context: Context::new(), body };
    api::perform(state, call, |state| match service {
        "sns" => of_topic(state, operation, &name, &arn, body),
        "sqs" => of_queue(state, settings, operation, &name, body),
        _ => Err(ApiError::unknown_operation(&action)),
    })
}

/// For destinations and dead letters: puts a message on a queue by ARN, without authorization.
///
/// # Errors
/// When there is no such queue.
pub fn send(state: &mut State, queue_arn: &str, message: &str) -> ApiResult<()> {
    let receipt = state.ids.hex(32);
    let name = queue_arn.rsplit(':').next().unwrap_or_default();
    queue(state, name)?.messages.push((receipt, message.to_owned()));
    Ok(())
}

/// For event targets: publishes to a topic by ARN, without authorization.
///
/// # Errors
/// When there is no such topic.
pub fn publish(state: &mut State, topic_arn: &str, subject: &str, message: &str) -> ApiResult<()> {
    let name = topic_arn.rsplit(':').next().unwrap_or_default();
    let published = Published { time: clock::now(), subject: subject.to_owned(), message: message.to_owned() };
    let topic = topic(state, name)?;
    let takers = topic.subscriptions.iter().filter(|subscription| subscription.takes(message));
    let delivered: Vec<_> = takers.map(|one| (one.endpoint.clone(), published.clone())).collect();
    topic.delivered.extend(delivered);
    topic.published.push(published);
    Ok(())
}

fn of_topic(state: &mut State, operation: &str, name: &str, arn: &str, body: &Value) -> ApiResult {
    match operation {
        "CreateTopic" => {
            // Idempotent, as SNS is: the existing topic's ARN comes back.
            state.queues.topics.entry(name.to_owned()).or_default();
            Ok(json!({ "TopicArn": arn }))
        }
        "DeleteTopic" => {
            state.queues.topics.remove(name);
            Ok(json!({}))
        }
        "GetTopicAttributes" => {
            let mut attributes = topic(state, name)?.attributes.clone();
            attributes.insert("TopicArn".to_owned(), arn.to_owned());
            Ok(json!({ "Attributes": attributes }))
        }
        "SetTopicAttributes" => {
            let attribute = api::text(body, "AttributeName", "InvalidParameter")?.to_owned();
            let value = body["AttributeValue"].as_str().unwrap_or_default().to_owned();
            topic(state, name)?.attributes.insert(attribute, value);
            Ok(json!({}))
        }
        "Subscribe" => {
            let arn = format!("{arn}:{}", state.ids.uuid());
            let filter = body["Attributes"]["FilterPolicy"].as_str();
            let filter = filter.map(serde_json::from_str).transpose();
            let filter = filter.map_err(|error| ApiError::new("InvalidParameter", format!("FilterPolicy: {error}")))?;
            topic(state, name)?.subscriptions.push(Subscription {
                arn: arn.clone(),
                protocol: body["Protocol"].as_str().unwrap_or_default().to_owned(),
                endpoint: body["Endpoint"].as_str().unwrap_or_default().to_owned(),
                filter,
                is_on_body: body["Attributes"]["FilterPolicyScope"] == "MessageBody",
            });
            Ok(json!({ "SubscriptionArn": arn }))
        }
        "SetSubscriptionAttributes" => {
            let arn = api::text(body, "SubscriptionArn", "InvalidParameter")?;
            let value = body["AttributeValue"].as_str().unwrap_or_default();
            let topics = state.queues.topics.values_mut();
            let subscription = topics.flat_map(|topic| &mut topic.subscriptions).find(|one| one.arn == arn);
            let missing = || ApiError::with_status(404, "NotFound", "Subscription does not exist");
            let subscription = subscription.ok_or_else(missing)?;
            match body["AttributeName"].as_str() {
                Some("FilterPolicy") => subscription.filter = serde_json::from_str(value).ok(),
                Some("FilterPolicyScope") => subscription.is_on_body = value == "MessageBody",
                Some(_) | None => {}
            }
            Ok(json!({}))
        }
        "Unsubscribe" => {
            let arn = body["SubscriptionArn"].as_str().unwrap_or_default();
            for topic in state.queues.topics.values_mut() {
                topic.subscriptions.retain(|one| one.arn != arn);
            }
            Ok(json!({}))
        }
        "TagResource" => Ok(json!({})),
        "Publish" => {
            publish(state, arn, body["Subject"].as_str().unwrap_or_default(), body["Message"].as_str().unwrap_or(""))?;
            Ok(json!({ "MessageId": state.ids.uuid() }))
        }
        unknown => Err(ApiError::unknown_operation(&format!("sns:{unknown}"))),
    }
}

fn of_queue(state: &mut State, settings: &Settings, operation: &str, name: &str, body: &Value) -> ApiResult {
    match operation {
        "CreateQueue" => {
            let queue = state.queues.queues.entry(name.to_owned()).or_default();
            queue.attributes.extend(api::string_map(&body["Attributes"]));
            Ok(json!({ "QueueUrl": format!("{}/{}/{name}", settings.endpoint, settings.account) }))
        }
        "GetQueueUrl" => {
            queue(state, name)?;
            Ok(json!({ "QueueUrl": format!("{}/{}/{name}", settings.endpoint, settings.account) }))
        }
        "DeleteQueue" => {
            queue(state, name)?;
            state.queues.queues.remove(name);
            Ok(json!({}))
        }
        "SetQueueAttributes" => {
            queue(state, name)?.attributes.extend(api::string_map(&body["Attributes"]));
            Ok(json!({}))
        }
        "GetQueueAttributes" => {
            let queue = queue(state, name)?;
            let mut attributes = queue.attributes.clone();
            attributes.insert("QueueArn".to_owned(), settings.arn("sqs", name));
            attributes.insert("ApproximateNumberOfMessages".to_owned(), queue.messages.len().to_string());
            Ok(json!({ "Attributes": attributes }))
        }
        "SendMessage" => {
            send(state, name, api::text(body, "MessageBody", "InvalidParameterValue")?)?;
            Ok(json!({ "MessageId": state.ids.uuid() }))
        }
        "ReceiveMessage" => {
            // No visibility timeout: a message is seen until it is deleted.
            let limit = body["MaxNumberOfMessages"].as_u64().and_then(|limit| usize::try_from(limit).ok()).unwrap_or(1);
            let rows: Vec<_> = queue(state, name)?
                .messages
                .iter()
                .take(limit)
                .map(|(receipt, message)| json!({ "MessageId": receipt, "ReceiptHandle": receipt, "Body": message }))
                .collect();
            Ok(json!({ "Messages": rows }))
        }
        "DeleteMessage" => {
            let receipt = api::text(body, "ReceiptHandle", "ReceiptHandleIsInvalid")?;
            queue(state, name)?.messages.retain(|(known, _)| known != receipt);
            Ok(json!({}))
        }
        "TagQueue" => Ok(json!({})),
        unknown => Err(ApiError::unknown_operation(&format!("sqs:{unknown}"))),
    }
}

fn topic<'a>(state: &'a mut State, name: &str) -> ApiResult<&'a mut Topic> {
    let missing = || ApiError::with_status(404, "NotFound", "Topic does not exist");
    state.queues.topics.get_mut(name).ok_or_else(missing)
}

fn queue<'a>(state: &'a mut State, name: &str) -> ApiResult<&'a mut Queue> {
    let code = "com.amazonaws.sqs#QueueDoesNotExist";
    let missing = || ApiError::new(code, "The specified queue does not exist.");
    state.queues.queues.get_mut(name).ok_or_else(missing)
}
