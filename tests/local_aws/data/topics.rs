//! SNS topics: who is subscribed, and what was published.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::api::{self, ApiError, ApiResult};
use crate::iam::Policy;
use crate::{State, clock, events, services};

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
    /// RawMessageDelivery: a queue gets the text alone, without the notification around it.
    pub is_raw: bool,
    /// FilterPolicyScope is MessageBody; otherwise the filter is for message attributes, of which nothing here has any.
    pub is_on_body: bool,
}

impl Subscription {
    /// One of its attributes; another one is refused, because nothing here would act on it.
    fn set(&mut self, attribute: &str, value: &str) -> ApiResult<()> {
        match attribute {
            "FilterPolicy" => {
                let filter = serde_json::from_str(value).map_err(|error| unfit(&error.to_string()))?;
                events::check(&filter).map_err(|reason| unfit(&reason))?;
                self.filter = Some(filter);
            }
            "FilterPolicyScope" if ["MessageBody", "MessageAttributes"].contains(&value) => {
                self.is_on_body = value == "MessageBody";
            }
            "RawMessageDelivery" if ["true", "false"].contains(&value) => self.is_raw = value == "true",
            _ => return Err(unknown_attribute(attribute, value)),
        }
        Ok(())
    }

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

/// For event targets: publishes to a topic by ARN, without authorization.
///
/// # Errors
/// When there is no such topic.
pub fn publish(state: &mut State, topic_arn: &str, subject: &str, message: &str) -> ApiResult<()> {
    let name = topic_arn.rsplit(':').next().unwrap_or_default();
    let published = Published { time: clock::now(), subject: subject.to_owned(), message: message.to_owned() };
    let topic = topic(state, name)?;
    let takers = topic.subscriptions.iter().filter(|subscription| subscription.takes(message));
    let takers: Vec<Subscription> = takers.cloned().collect();
    topic.delivered.extend(takers.iter().map(|one| (one.endpoint.clone(), published.clone())));
    topic.published.push(published);
    for taker in takers.iter().filter(|taker| taker.protocol == "sqs") {
        // Without the queue's own leave the message is lost (SNS guide, subscribe a queue).
        if services::queue_allows(state, &taker.endpoint, "sns.amazonaws.com", topic_arn) {
            let envelope =
                json!({ "Type": "Notification", "TopicArn": topic_arn, "Subject": subject, "Message": message });
            let body = if taker.is_raw { message.to_owned() } else { envelope.to_string() };
            services::send(state, &taker.endpoint, &body, BTreeMap::new());
        }
    }
    Ok(())
}

pub(super) fn of_topic(state: &mut State, operation: &str, name: &str, arn: &str, body: &Value) -> ApiResult {
    match operation {
        "CreateTopic" => {
            // Idempotent, as SNS is: the existing topic's ARN comes back.
            let mut topic = state.queues.topics.get(name).cloned().unwrap_or_default();
            for (name, value) in attributes(&body["Attributes"]) {
                set_attribute(&mut topic, &name, value)?;
            }
            state.queues.topics.insert(name.to_owned(), topic);
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
            set_attribute(topic(state, name)?, &attribute, value)?;
            Ok(json!({}))
        }
        "Subscribe" => {
            let arn = format!("{arn}:{}", state.ids.uuid());
            let mut subscription = Subscription {
                arn: arn.clone(),
                protocol: body["Protocol"].as_str().unwrap_or_default().to_owned(),
                endpoint: body["Endpoint"].as_str().unwrap_or_default().to_owned(),
                filter: None,
                is_on_body: false,
                is_raw: false,
            };
            for (name, value) in attributes(&body["Attributes"]) {
                subscription.set(&name, &value)?;
            }
            topic(state, name)?.subscriptions.push(subscription);
            Ok(json!({ "SubscriptionArn": arn }))
        }
        "SetSubscriptionAttributes" => {
            let arn = api::text(body, "SubscriptionArn", "InvalidParameter")?;
            let value = body["AttributeValue"].as_str().unwrap_or_default();
            let topics = state.queues.topics.values_mut();
            let subscription = topics.flat_map(|topic| &mut topic.subscriptions).find(|one| one.arn == arn);
            let missing = || ApiError::with_status(404, "NotFound", "Subscription does not exist");
            let subscription = subscription.ok_or_else(missing)?;
            subscription.set(body["AttributeName"].as_str().unwrap_or_default(), value)?;
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

/// `[{"key": .., "value": ..}]`, as the query protocol sends them, or an object.
fn attributes(given: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    match given {
        Value::Array(entries) => entries.iter().map(|entry| (text(&entry["key"]), text(&entry["value"]))).collect(),
        _ => api::string_map(given).into_iter().collect(),
    }
}

/// A topic's policy is read once, strictly; an empty text takes an attribute away.
fn set_attribute(topic: &mut Topic, name: &str, value: String) -> ApiResult<()> {
    let is_fit = match name {
        "Policy" => value.is_empty() || Policy::parse(&Value::String(value.clone())).is_ok(),
        "DisplayName" | "KmsMasterKeyId" => true,
        _ => false,
    };
    if !is_fit {
        return Err(unknown_attribute(name, &value));
    }
    topic.attributes.insert(name.to_owned(), value);
    topic.attributes.retain(|_, value| !value.is_empty());
    Ok(())
}

fn unknown_attribute(name: &str, value: &str) -> ApiError {
    ApiError::new(
        "InvalidParameter",
        format!("Invalid parameter: {name}: the local AWS does not know it, or '{value}' of it"),
    )
}

/// What SNS says of a filter that it does not take.
fn unfit(reason: &str) -> ApiError {
    ApiError::new("InvalidParameter", format!("Invalid parameter: FilterPolicy: {reason}"))
}

pub(super) fn topic<'a>(state: &'a mut State, name: &str) -> ApiResult<&'a mut Topic> {
    let missing = || ApiError::with_status(404, "NotFound", "Topic does not exist");
    state.queues.topics.get_mut(name).ok_or_else(missing)
}
