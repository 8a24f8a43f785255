//! What every service of the local AWS has in common: who calls, and how a call is refused.

use serde_json::Value;

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
    /// The HTTP status: 400 for everything that Flink and CloudFormation model.
    pub status: u16,
}

impl ApiError {
    /// A modelled client error, HTTP 400.
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self { code: code.to_owned(), message: message.into(), status: 400 }
    }
}

/// What a service answers.
pub type ApiResult<T = Value> = Result<T, ApiError>;

/// One API call as it arrived, for scenarios to assert on.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// IAM form, `kinesisanalytics:StartApplication`.
    pub action: String,
    /// Who called.
    pub caller: Caller,
    /// The resource's ARN as IAM sees it, or `*`.
    pub resource: String,
    /// The request's body as JSON (query parameters as an object of strings).
    pub body: Value,
    /// `None` when it was accepted, else the error's code.
    pub refused: Option<String>,
}
