//! What Lambda's API changes: functions, their code, configuration and asynchronous settings.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::execution::concurrency;
use super::execution::host::not_found;
use super::execution::package::Package;
use super::network::{self, Network};
use super::{Function, function_name};
use crate::api::{ApiError, ApiResult, Caller};
use crate::{Settings, State, clock, kms, services, stamp};

/// CreateFunction's body, also a resource's properties.
pub(crate) fn create(state: &mut State, settings: &Settings, caller: &Caller, body: &Value) -> ApiResult {
    let name = body["FunctionName"].as_str().unwrap_or_default().to_owned();
    if state.lambda.functions.contains_key(&name) {
        let message = format!("Function already exist: {name}");
        return Err(ApiError::with_status(409, "ResourceConflictException", message));
    }
    let role = body["Role"].as_str().unwrap_or_default().to_owned();
    services::authorize_pass_role(state, caller, &role, "lambda.amazonaws.com")?;
    if !services::is_assumable(state, &role, "lambda.amazonaws.com") {
        let message = "The role defined for the function cannot be assumed by Lambda.";
        return Err(ApiError::new("InvalidParameterValueException", message));
    }
    may_encrypt(state, caller, body)?;
    let network = Network::read(body)?;
    network::check_role(state, &role, &network)?;
    let code = code(state, caller, &body["Code"])?;
    let mut function = Function::new(settings, &name, &role, code);
    (function.network, function.key) = (network, network::key(body));
    configure(&mut function, body);
    function.tags = strings(&body["Tags"]);
    let configuration = function.configuration();
    state.lambda.functions.insert(name, function);
    Ok(configuration)
}

/// UpdateFunctionCode: the next invocation starts a new process.
pub(crate) fn update_code(
    state: &mut State,
    settings: &Settings,
    caller: &Caller,
    name: &str,
    body: &Value,
) -> ApiResult {
    let code = code(state, caller, body)?;
    let function = find(state, settings, name)?;
    function.code = Arc::new(Package::new(code));
    touched(function)
}

/// UpdateFunctionConfiguration: what is not given stays; an empty VpcConfig takes the function out of its VPC.
pub(crate) fn update_configuration(
    state: &mut State,
    settings: &Settings,
    caller: &Caller,
    name: &str,
    body: &Value,
) -> ApiResult {
    may_encrypt(state, caller, body)?;
    let network = body["VpcConfig"].is_object().then(|| Network::read(body)).transpose()?;
    let present = find(state, settings, name)?.role.clone();
    let role = body["Role"].as_str().unwrap_or(&present).to_owned();
    if let Some(network) = &network {
        network::check_role(state, &role, network)?;
    }
    let function = find(state, settings, name)?;
    if let Some(network) = network {
        function.network = network;
    }
    if body["KMSKeyArn"].is_string() {
        function.key = network::key(body);
    }
    configure(function, body);
    touched(function)
}

/// The key of the environment variables is the caller's to use (Lambda guide, configuration-envvars-encryption).
fn may_encrypt(state: &State, caller: &Caller, body: &Value) -> ApiResult<()> {
    let key = body["KMSKeyArn"].as_str().or(body["KmsKeyArn"].as_str()).unwrap_or_default();
    kms::authorize(state, caller, key, &["kms:CreateGrant", "kms:Encrypt"])
}

#[expect(clippy::unnecessary_wraps, reason = "the tail of two operations that can fail before it")]
fn touched(function: &mut Function) -> ApiResult {
    function.revision = stamp::uuid();
    function.modified = clock::now();
    Ok(function.configuration())
}

/// DeleteFunction: its processes end.
pub(crate) fn delete(state: &mut State, settings: &Settings, name: &str) -> ApiResult<()> {
    let name = function_name(name);
    state.lambda.functions.remove(name).ok_or_else(|| not_found(settings, name))?;
    state.lambda.environments.retain(|each| each.function != name);
    Ok(())
}

/// PutFunctionEventInvokeConfig's body, also a resource's properties.
pub(crate) fn configure_events(state: &mut State, settings: &Settings, name: &str, body: &Value) -> ApiResult {
    let function = find(state, settings, name)?;
    function.has_event_configuration = true;
    let number = |value: &Value| value.as_u64().or_else(|| value.as_str()?.parse().ok());
    function.retries = number(&body["MaximumRetryAttempts"]).and_then(|n| usize::try_from(n).ok()).unwrap_or(2);
    function.event_age = number(&body["MaximumEventAgeInSeconds"]);
    let target = |kind: &str| body["DestinationConfig"][kind]["Destination"].as_str().map(str::to_owned);
    function.destinations.on_success = target("OnSuccess");
    function.destinations.on_failure = target("OnFailure");
    Ok(json!({
        "FunctionArn": format!("{}:$LATEST", function.arn),
        "LastModified": clock::now(),
        "MaximumRetryAttempts": function.retries,
        "MaximumEventAgeInSeconds": function.event_age,
        "DestinationConfig": body["DestinationConfig"],
    }))
}

/// DeleteFunctionEventInvokeConfig: Lambda's own settings count again.
pub(crate) fn remove_event_configuration(state: &mut State, settings: &Settings, name: &str) -> ApiResult<()> {
    configure_events(state, settings, name, &json!({}))?;
    find(state, settings, name)?.has_event_configuration = false;
    Ok(())
}

/// PutFunctionConcurrency, or DeleteFunctionConcurrency with nothing.
pub(crate) fn reserve(state: &mut State, settings: &Settings, name: &str, reserved: Option<usize>) -> ApiResult<()> {
    find(state, settings, name)?;
    concurrency::check(&state.lambda, function_name(name), reserved.unwrap_or_default())?;
    find(state, settings, name)?.reserved = reserved;
    Ok(())
}

/// TagResource and UntagResource at once: these tags and no other.
pub(crate) fn tag(state: &mut State, settings: &Settings, name: &str, tags: &Value) -> ApiResult<()> {
    find(state, settings, name)?.tags = strings(tags);
    Ok(())
}

pub(crate) fn find<'a>(state: &'a mut State, settings: &Settings, name: &str) -> ApiResult<&'a mut Function> {
    let name = function_name(name);
    state.lambda.functions.get_mut(name).ok_or_else(|| not_found(settings, name))
}

fn configure(function: &mut Function, body: &Value) {
    let number = |value: &Value| value.as_u64().or_else(|| value.as_str()?.parse().ok());
    if let Some(timeout) = number(&body["Timeout"]) {
        function.timeout = timeout;
    }
    if let Some(memory) = number(&body["MemorySize"]) {
        function.memory = memory;
    }
    if let Some(role) = body["Role"].as_str() {
        role.clone_into(&mut function.role);
    }
    if let Some(description) = body["Description"].as_str() {
        description.clone_into(&mut function.description);
    }
    if let Some(runtime) = body["Runtime"].as_str() {
        runtime.clone_into(&mut function.runtime);
    }
    if let Some(mode) = body["TracingConfig"]["Mode"].as_str() {
        mode.clone_into(&mut function.tracing);
    }
    if body["Environment"].is_object() {
        function.environment = strings(&body["Environment"]["Variables"]);
    }
    if let Some(target) = body["DeadLetterConfig"]["TargetArn"].as_str() {
        function.dead_letters = Some(target.to_owned()).filter(|target| !target.is_empty());
    }
    if let Some(architectures) = body["Architectures"].as_array() {
        function.architectures = architectures.iter().filter_map(Value::as_str).map(str::to_owned).collect();
    }
}

fn strings(members: &Value) -> std::collections::BTreeMap<String, String> {
    let members = members.as_object().into_iter().flatten();
    members.map(|(key, value)| (key.clone(), value.as_str().map_or_else(|| value.to_string(), str::to_owned))).collect()
}

fn code(state: &mut State, caller: &Caller, body: &Value) -> ApiResult<Vec<u8>> {
    if let Some(encoded) = body["ZipFile"].as_str() {
        return STANDARD
            .decode(encoded)
            .map_err(|_| ApiError::new("InvalidParameterValueException", "Could not unzip uploaded file."));
    }
    let (bucket, key) = (body["S3Bucket"].as_str(), body["S3Key"].as_str());
    if let (Some(bucket), Some(key)) = (bucket, key) {
        return services::object(state, caller, bucket, key);
    }
    Err(ApiError::new("InvalidParameterValueException", "Please provide a source for function code."))
}
