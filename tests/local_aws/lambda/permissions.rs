//! A function's resource policy: who else may invoke it.

use serde_json::{Value, json};

use super::{Function, function_name};
use crate::api::{ApiError, ApiResult};
use crate::{Settings, State};

/// Adds a statement, from AddPermission's body or a resource's properties.
pub(crate) fn add(state: &mut State, settings: &Settings, name: &str, body: &Value) -> ApiResult<Value> {
    let id = body["StatementId"].as_str().unwrap_or_default().to_owned();
    let function = function(state, settings, name)?;
    if function.policy.iter().any(|statement| statement["Sid"] == id) {
        let message = format!(
            "The statement id ({id}) provided already exists. Please provide a new statement id, or remove the existing statement."
        );
        return Err(ApiError::with_status(409, "ResourceConflictException", message));
    }
    let principal = body["Principal"].as_str().unwrap_or_default();
    let principal = if principal.contains('.') { json!({ "Service": principal }) } else { json!({ "AWS": principal }) };
    let mut statement = json!({
        "Sid": id,
        "Effect": "Allow",
        "Principal": principal,
        "Action": body["Action"],
        "Resource": function.arn,
    });
    let mut condition = json!({});
    if let Some(arn) = body["SourceArn"].as_str() {
        condition["ArnLike"] = json!({ "AWS:SourceArn": arn });
    }
    if let Some(account) = body["SourceAccount"].as_str() {
        condition["StringEquals"] = json!({ "AWS:SourceAccount": account });
    }
    if condition != json!({}) {
        statement["Condition"] = condition;
    }
    function.policy.push(statement.clone());
    Ok(statement)
}

/// Removes a statement.
pub(crate) fn remove(state: &mut State, settings: &Settings, name: &str, id: &str) -> ApiResult<()> {
    let function = function(state, settings, name)?;
    let before = function.policy.len();
    function.policy.retain(|statement| statement["Sid"] != id);
    if function.policy.len() == before {
        let message = format!("Statement {id} is not found in resource policy.");
        return Err(ApiError::with_status(404, "ResourceNotFoundException", message));
    }
    Ok(())
}

/// Whether a service may invoke the function on behalf of `source_arn` in `account`.
pub(crate) fn allows(function: &Function, service: &str, source_arn: &str, account: &str) -> bool {
    function.policy.iter().any(|statement| {
        let is_source = statement
            .pointer("/Condition/ArnLike/AWS:SourceArn")
            .and_then(Value::as_str)
            .is_none_or(|pattern| crate::services::wildcard(pattern, source_arn));
        let is_account = statement
            .pointer("/Condition/StringEquals/AWS:SourceAccount")
            .and_then(Value::as_str)
            .is_none_or(|wanted| wanted == account);
        let action = statement["Action"].as_str().unwrap_or_default();
        statement["Principal"]["Service"] == service
            && ["lambda:InvokeFunction", "lambda:*"].contains(&action)
            && is_source
            && is_account
    })
}

fn function<'a>(state: &'a mut State, settings: &Settings, name: &str) -> ApiResult<&'a mut Function> {
    let name = function_name(name);
    state.lambda.functions.get_mut(name).ok_or_else(|| super::execution::host::not_found(settings, name))
}
