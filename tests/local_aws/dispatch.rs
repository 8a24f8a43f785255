//! One way in for every service of an account, by the name IAM has for it: the wire and CloudFormation's resource
//! handlers make the same calls, so that each is authorized, recorded and refused alike.

use serde_json::Value;

use crate::api::{ApiError, ApiResult, Caller};
use crate::{Settings, State, dynamodb, flink, iam, kinesis, logs, queues, s3};

/// One call in its JSON form: `service` as in IAM actions, `operation` and the members of `body` as in the API reference.
///
/// # Errors
/// As the service says them; UnknownOperationException (501) for what this world does not know.
pub fn call(
    state: &mut State,
    settings: &Settings,
    caller: &Caller,
    (service, operation): (&str, &str),
    body: &Value,
) -> ApiResult {
    let result = match service {
        "kinesisanalytics" => flink::call(state, settings, caller, operation, body),
        "kinesis" => kinesis::call(state, settings, caller, operation, body),
        "dynamodb" => dynamodb::call(state, settings, caller, operation, body),
        "logs" => logs::call(state, settings, caller, operation, body),
        "iam" => iam::call(state, settings, caller, operation, body),
        "s3" => s3::call(state, settings, caller, operation, body),
        "sns" | "sqs" => queues::call(state, settings, caller, service, operation, body),
        _ => Err(ApiError::unknown_operation(&format!("{service}:{operation}"))),
    };
    result.inspect_err(|error| {
        if error.status == 501 {
            state.unknown.push(error.message.clone());
        }
    })
}
