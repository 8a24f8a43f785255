//! Topics and queues as mailboxes: what is sent stays for a scenario to read.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::topics::{Topic, of_topic};
use crate::api::{self, ApiError, ApiResult, Call, Caller, Context};
use crate::{Settings, State};

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
    send_with(state, queue_arn, message, BTreeMap::new())
}

/// The same with attributes.
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
    queue(state, name)?.messages.push(Message { receipt, body: message.to_owned(), attributes });
    Ok(())
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
            let rows: Vec<_> = queue(state, name)?.messages.iter().take(limit).map(received).collect();
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

fn received(message: &Message) -> Value {
    let attributes = message
        .attributes
        .iter()
        .map(|(name, value)| (name.clone(), json!({ "DataType": "String", "StringValue": value })));
    json!({
        "MessageId": message.receipt, "ReceiptHandle": message.receipt, "Body": message.body,
        "MessageAttributes": attributes.collect::<serde_json::Map<_, _>>(),
    })
}

fn queue<'a>(state: &'a mut State, name: &str) -> ApiResult<&'a mut Queue> {
    let code = "com.amazonaws.sqs#QueueDoesNotExist";
    let missing = || ApiError::new(code, "The specified queue does not exist.");
    state.queues.queues.get_mut(name).ok_or_else(missing)
}
