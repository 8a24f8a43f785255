//! Topics and queues as mailboxes: what is sent stays for a scenario to read.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::queue_attributes as attributes;
use super::topics::{Topic, of_topic};
use crate::api::{self, ApiError, ApiResult, Call, Caller, Context};
use crate::{Settings, State, services};

/// Topics and queues by name.
#[derive(Debug, Default)]
pub struct Queues {
    /// SNS topics.
    pub topics: BTreeMap<String, Topic>,
    /// SQS queues.
    pub queues: BTreeMap<String, Queue>,
}

/// A message in a queue.
#[derive(Debug, Clone, Default)]
pub struct Message {
    /// What deletes it.
    pub receipt: String,
    /// Its text.
    pub body: String,
    /// Texts by name: what EventBridge says of a dead letter.
    pub attributes: BTreeMap<String, String>,
    /// How often it was received.
    pub received: u64,
}

/// A queue.
#[derive(Debug, Clone, Default)]
pub struct Queue {
    /// Messages that were not deleted.
    pub messages: Vec<Message>,
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
    api::perform(state, call, |state| {
        may_use_the_key(state, caller, service, operation, &arn)?;
        match service {
            "sns" => of_topic(state, operation, &name, &arn, body),
            "sqs" => of_queue(state, settings, operation, &name, body),
            _ => Err(ApiError::unknown_operation(&action)),
        }
    })
}

/// Who sends to an encrypted queue or topic uses its key, and so does who receives (SQS guide, key management).
fn may_use_the_key(state: &State, caller: &Caller, service: &str, operation: &str, arn: &str) -> ApiResult<()> {
    match (service, operation) {
        ("sns", "Publish") | ("sqs", "SendMessage" | "ReceiveMessage") => services::may_send_to(state, caller, arn),
        _ => Ok(()),
    }
}

/// For destinations and dead letters: puts a message on a queue by ARN, with what is said of it, without authorization.
///
/// # Errors
/// When there is no such queue.
pub fn send_with(
    state: &mut State,
    queue_arn: &str,
    message: &str,
    attributes: BTreeMap<String, String>,
) -> ApiResult<()> {
    let receipt = state.ids.hex(32);
    let name = queue_arn.rsplit(':').next().unwrap_or_default();
    queue(state, name)?.messages.push(Message { receipt, body: message.to_owned(), attributes, received: 0 });
    Ok(())
}

fn of_queue(state: &mut State, settings: &Settings, operation: &str, name: &str, body: &Value) -> ApiResult {
    match operation {
        "CreateQueue" => {
            let mut queue = state.queues.queues.get(name).cloned().unwrap_or_default();
            attributes::set(&mut queue.attributes, &body["Attributes"])?;
            state.queues.queues.insert(name.to_owned(), queue);
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
            attributes::set(&mut queue(state, name)?.attributes, &body["Attributes"])?;
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
            send_with(state, name, api::text(body, "MessageBody", "InvalidParameterValue")?, BTreeMap::new())?;
            Ok(json!({ "MessageId": state.ids.uuid() }))
        }
        "ReceiveMessage" => {
            // No visibility timeout: a message is seen until it is deleted.
            let limit = body["MaxNumberOfMessages"].as_u64().and_then(|limit| usize::try_from(limit).ok()).unwrap_or(1);
            bury(state, name)?;
            let messages = queue(state, name)?.messages.iter_mut().take(limit);
            let rows: Vec<_> = messages
                .map(|message| {
                    message.received += 1;
                    received(message)
                })
                .collect();
            Ok(json!({ "Messages": rows }))
        }
        "DeleteMessage" => {
            let receipt = api::text(body, "ReceiptHandle", "ReceiptHandleIsInvalid")?;
            queue(state, name)?.messages.retain(|known| known.receipt != receipt);
            Ok(json!({}))
        }
        "TagQueue" => Ok(json!({})),
        unknown => Err(ApiError::unknown_operation(&format!("sqs:{unknown}"))),
    }
}

/// What was received as often as its RedrivePolicy lets it goes to the dead-letter queue (SQS guide).
fn bury(state: &mut State, name: &str) -> ApiResult<()> {
    let queue = queue(state, name)?;
    let Some(redrive) = queue.attributes.get("RedrivePolicy").and_then(|policy| attributes::redrive(policy)) else {
        return Ok(());
    };
    let (dead, alive) = std::mem::take(&mut queue.messages).into_iter().partition(|one| one.received >= redrive.after);
    queue.messages = alive;
    self::queue(state, &redrive.to)?.messages.extend::<Vec<Message>>(dead);
    Ok(())
}

fn received(message: &Message) -> Value {
    let attributes = message
        .attributes
        .iter()
        .map(|(name, value)| (name.clone(), json!({ "DataType": "String", "StringValue": value })));
    json!({
        "MessageId": message.receipt, "ReceiptHandle": message.receipt, "Body": message.body,
        "Attributes": { "ApproximateReceiveCount": message.received.to_string() },
        "MessageAttributes": attributes.collect::<serde_json::Map<_, _>>(),
    })
}

fn queue<'a>(state: &'a mut State, name: &str) -> ApiResult<&'a mut Queue> {
    let code = "com.amazonaws.sqs#QueueDoesNotExist";
    let missing = || ApiError::new(code, "The specified queue does not exist.");
    state.queues.queues.get_mut(name).ok_or_else(missing)
}
