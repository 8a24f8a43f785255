//! SNS topics: who is subscribed, and what was published.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::api::{self, ApiError, ApiResult};
use crate::{State, clock, events};

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

pub(super) fn of_topic(state: &mut State, operation: &str, name: &str, arn: &str, body: &Value) -> ApiResult {
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
            let filter = filter.map_err(|error| unfit(&error.to_string()))?;
            filter.as_ref().map_or(Ok(()), crate::events::check).map_err(|reason| unfit(&reason))?;
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
                Some("FilterPolicy") => {
                    let filter = serde_json::from_str(value).map_err(|error| unfit(&error.to_string()))?;
                    crate::events::check(&filter).map_err(|reason| unfit(&reason))?;
                    subscription.filter = Some(filter);
                }
                Some("FilterPolicyScope") => subscription.is_on_body = value == "MessageBody",
                other => {
                    let name = other.unwrap_or("nothing");
                    return Err(ApiError::unknown_operation(&format!("sns:SetSubscriptionAttributes of {name}")));
                }
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

/// What SNS says of a filter that it does not take.
fn unfit(reason: &str) -> ApiError {
    ApiError::new("InvalidParameter", format!("Invalid parameter: FilterPolicy: {reason}"))
}

pub(super) fn topic<'a>(state: &'a mut State, name: &str) -> ApiResult<&'a mut Topic> {
    let missing = || ApiError::with_status(404, "NotFound", "Topic does not exist");
    state.queues.topics.get_mut(name).ok_or_else(missing)
}
