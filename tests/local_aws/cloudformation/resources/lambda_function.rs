//! AWS::Lambda::Function, from an object in the local S3 or an inline zip.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::lambda::act;
use super::{Desk, Handler, Made, Refused, at_once};
use crate::lambda;

pub(super) const HANDLERS: &[Handler] = &[Handler {
    kind: "AWS::Lambda::Function",
    properties: &[
        "Architectures",
        "Code",
        "DeadLetterConfig",
        "Description",
        "Environment",
        "FunctionName",
        "Handler",
        "KmsKeyArn",
        "LoggingConfig",
        "MemorySize",
        "ReservedConcurrentExecutions",
        "Role",
        "Runtime",
        "Tags",
        "Timeout",
        "TracingConfig",
        "VpcConfig",
    ],
    required: &["Code", "Role"],
    create_only: &["FunctionName"],
    attributes: &["Arn"],
    create,
    update,
    delete: |desk| {
        let (settings, name) = (desk.settings, desk.physical_id);
        act(desk, "DeleteFunction", |state| match lambda::delete(state, settings, name) {
            Err(error) if error.status == 404 => Ok(()),
            other => other,
        })
    },
    is_settled: at_once,
}];

fn create(desk: &mut Desk<'_>) -> Result<Made, Refused> {
    let name = desk.name("FunctionName", 64);
    let mut body = desk.properties.clone();
    body["FunctionName"] = json!(name);
    body["Tags"] = json!(desk.tags);
    body["Code"] = code(desk)?;
    let (settings, caller) = (desk.settings, desk.caller);
    let made = act(desk, "CreateFunction", |state| lambda::create(state, settings, caller, &body))?;
    if let reserved @ Some(_) = reserved(desk) {
        act(desk, "PutFunctionConcurrency", |state| lambda::reserve(state, settings, &name, reserved))?;
    }
    Ok(Made::new(name, [("Arn", made["FunctionArn"].clone())]))
}

fn update(desk: &mut Desk<'_>) -> Result<Made, Refused> {
    let (settings, caller, name) = (desk.settings, desk.caller, desk.physical_id);
    let (mut body, code) = (desk.properties.clone(), code(desk)?);
    // What a resource does not name goes, where a request would leave it as it is.
    body["VpcConfig"] = json!({
        "SubnetIds": body.pointer("/VpcConfig/SubnetIds").cloned().unwrap_or_else(|| json!([])),
        "SecurityGroupIds": body.pointer("/VpcConfig/SecurityGroupIds").cloned().unwrap_or_else(|| json!([])),
    });
    body["KMSKeyArn"] = json!(desk.text("KmsKeyArn"));
    if desk.has_changed("Code") {
        act(desk, "UpdateFunctionCode", |state| lambda::update_code(state, settings, caller, name, &code))?;
    }
    act(desk, "UpdateFunctionConfiguration", |state| {
        lambda::update_configuration(state, settings, caller, name, &body)
    })?;
    if desk.has_changed("ReservedConcurrentExecutions") {
        let reserved = reserved(desk);
        let call = if reserved.is_some() { "PutFunctionConcurrency" } else { "DeleteFunctionConcurrency" };
        act(desk, call, |state| lambda::reserve(state, settings, name, reserved))?;
    }
    if desk.has_changed("Tags") {
        let tags = json!(desk.tags);
        act(desk, "TagResource", |state| lambda::tag(state, settings, name, &tags))?;
    }
    Ok(Made::new(name, []))
}

/// ReservedConcurrentExecutions, which arrives as a text from a parameter.
fn reserved(desk: &Desk<'_>) -> Option<usize> {
    let reserved = &desk.properties["ReservedConcurrentExecutions"];
    reserved.as_u64().map(|number| number.to_string()).or_else(|| reserved.as_str().map(str::to_owned))?.parse().ok()
}

/// ZipFile is source text for Node.js and Python: CloudFormation packs it as `index`
/// (<https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-lambda-function-code.html>). For
/// another runtime it is what the API takes.
fn code(desk: &Desk<'_>) -> Result<Value, Refused> {
    let mut code = desk.properties["Code"].clone();
    let extension = match desk.text("Runtime") {
        runtime if runtime.starts_with("python") => "py",
        runtime if runtime.starts_with("nodejs") => "js",
        _ => return Ok(code),
    };
    if let Some(source) = code["ZipFile"].as_str() {
        let zip = lambda::packed(&format!("index.{extension}"), source.as_bytes());
        let zip = zip.map_err(|error| Refused::plain(format!("the code cannot be packed: {error}")))?;
        code["ZipFile"] = json!(STANDARD.encode(zip));
    }
    Ok(code)
}
