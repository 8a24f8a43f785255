//! What every service of the local AWS has in common: who calls, how a call is admitted, and how it is refused.

pub mod dispatch;
pub(crate) mod members;
pub(crate) mod services;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::faults::Strike;
use crate::lambda::Moment;
use crate::{State, clock, iam, lambda, rates, record};

/// Who made a call. Taken from the access key ID in the SigV4 `Credential`; signatures themselves are not verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// A person with an administrator's rights: any access key ID that this world did not hand out itself.
    Operator,
    /// A role by name: a function's credentials, a stack's service role, an application's execution role.
    Role(String),
}

/// An error as a service says it: the code that SDKs match on, and the message people read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct ApiError {
    /// `__type` in JSON protocols, `Code` in query and REST-XML ones.
    pub code: String,
    /// The text for people.
    pub message: String,
    /// The HTTP status: 400 for everything that Flink and CloudFormation model. 0: no answer, the connection drops.
    pub status: u16,
}

impl ApiError {
    /// A modelled client error, HTTP 400.
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self { code: code.to_owned(), message: message.into(), status: 400 }
    }

    /// An error with another HTTP status.
    pub fn with_status(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self { code: code.to_owned(), message: message.into(), status }
    }

    /// `Rate exceeded`, as the Flink control plane throttles (`SEMANTICS.md` A.11, G.29).
    #[must_use]
    pub fn throttled() -> Self {
        Self::new("ThrottlingException", "Rate exceeded")
    }

    /// The service's own fault.
    #[must_use]
    pub fn internal() -> Self {
        Self::with_status(500, "InternalFailure", "The request processing has failed because of an internal error.")
    }

    /// What this world does not know it says so, with the operation's name.
    #[must_use]
    pub fn unknown_operation(operation: &str) -> Self {
        let message = format!("The local AWS does not know the operation {operation}");
        Self::with_status(501, "UnknownOperationException", message)
    }
}

/// What a service answers.
pub type ApiResult<T = Value> = Result<T, ApiError>;

/// Condition keys and their values, as IAM sees them: `aws:ResourceTag/team` -> `["streams"]`.
pub type Context = BTreeMap<String, Vec<String>>;

/// One API call as it arrived, for scenarios to assert on.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// When it arrived.
    pub time: f64,
    /// IAM form, `kinesisanalytics:StartApplication`.
    pub action: String,
    /// Who called.
    pub caller: Caller,
    /// The resource's ARN as IAM sees it, or `*`.
    pub resource: String,
    /// The request's body as JSON (query parameters as an object of strings).
    pub body: Value,
    /// `None` when it was accepted, else the error's code. `ReplyLost`: it was accepted, and the caller got no answer
    /// of it.
    pub refused: Option<String>,
}

impl Recorded {
    /// Whether the service did what it was asked.
    #[must_use]
    pub fn is_done(&self) -> bool {
        matches!(self.refused.as_deref(), None | Some("ReplyLost"))
    }
}

/// A call on its way in, before it is authorized.
#[derive(Debug, Clone)]
pub struct Call<'a> {
    /// IAM form.
    pub action: String,
    /// Who calls.
    pub caller: &'a Caller,
    /// The resource's ARN as IAM sees it, or `*`.
    pub resource: String,
    /// What conditions can ask about.
    pub context: Context,
    /// The request.
    pub body: &'a Value,
}

/// Admits a call (faults first, then the rate, then IAM), lets it act, and writes it into the journal whatever became
/// of it.
///
/// # Errors
/// An injected fault, `Rate exceeded`, a denial, or what `act` itself answers.
pub fn perform<T>(state: &mut State, call: Call<'_>, act: impl FnOnce(&mut State) -> ApiResult<T>) -> ApiResult<T> {
    let time = clock::now();
    let strike = state.faults.strike(&call.action, call.caller);
    let dropped = |code| Err(ApiError::with_status(0, code, "the process that called was killed"));
    let result = match strike {
        Strike::Nothing if lambda::strike(state, call.caller, &call.action, Moment::BeforeTheCall) => {
            dropped("RequestLost")
        }
        Strike::Nothing => {
            let result = admitted(state, &call, act);
            let is_killed = lambda::strike(state, call.caller, &call.action, Moment::BeforeTheAnswer);
            if is_killed && result.is_ok() { dropped("ReplyLost") } else { result }
        }
        Strike::Refuse(error) => Err(error),
        Strike::LoseReply => {
            admitted(state, &call, act).and_then(|_| Err(ApiError::with_status(0, "ReplyLost", "the reply was lost")))
        }
    };
    let recorded = Recorded {
        time,
        action: call.action,
        caller: call.caller.clone(),
        resource: call.resource,
        body: call.body.clone(),
        refused: result.as_ref().err().map(|error| error.code.clone()),
    };
    record::call(&recorded);
    state.journal.push(recorded);
    result
}

fn admitted<T>(state: &mut State, call: &Call<'_>, act: impl FnOnce(&mut State) -> ApiResult<T>) -> ApiResult<T> {
    rates::admit(state, call)?;
    iam::authorize(state, call.caller, &call.action, &call.resource, &call.context)?;
    act(state)
}

/// A required string member.
///
/// # Errors
/// `code` when it is missing or not a string.
pub fn text<'a>(body: &'a Value, member: &str, code: &str) -> ApiResult<&'a str> {
    body[member].as_str().ok_or_else(|| ApiError::new(code, format!("{member} is required and must be a string")))
}

/// `[{Key, Value}]` as a map; anything else is empty.
#[must_use]
pub fn tags(list: &Value) -> BTreeMap<String, String> {
    list.as_array()
        .into_iter()
        .flatten()
        .filter_map(|tag| Some((tag["Key"].as_str()?.to_owned(), tag["Value"].as_str().unwrap_or_default().to_owned())))
        .collect()
}

/// Tags as a list, the way most services send them.
pub(crate) fn tag_list(tags: &BTreeMap<String, String>) -> Value {
    tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect()
}

/// A map of strings; what is not a string is empty.
pub(crate) fn string_map(map: &Value) -> BTreeMap<String, String> {
    let members = map.as_object().into_iter().flatten();
    members.map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().to_owned())).collect()
}

/// A list of strings.
pub(crate) fn string_list(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(|item| Some(item.as_str()?.to_owned())).collect()
}

/// Tags as condition keys: `prefix` is `aws:ResourceTag` or `aws:RequestTag`.
pub(crate) fn tag_context(prefix: &str, tags: &BTreeMap<String, String>) -> Context {
    tags.iter().map(|(key, value)| (format!("{prefix}/{key}"), vec![value.clone()])).collect()
}
