//! Lambda functions: their ARNs, which are known before they are deployed, how they are made from a zip, and how they
//! are called asynchronously.

use crate::stack::types;
use serde_json::{Map, Value as Json, json};

use super::arn;
use crate::contract::Function;
use crate::template::cloudformation::resource::Resource;
use crate::template::cloudformation::value::Value;

/// The function's ARN, known before the function is.
#[must_use]
pub fn function_arn(function: Function) -> Value {
    arn::regional("lambda", [format!("function:{}", function.name()).into()])
}

/// Its part of a logical ID: `AutoStart`.
#[must_use]
pub fn logical_id(function: Function) -> String {
    let words = function.name().split('-').filter(|word| *word != "flink").map(|word| word.split_at(1));
    words.map(|(first, rest)| first.to_uppercase() + rest).collect()
}

/// A Lambda function that a template makes.
#[derive(Debug)]
pub enum LambdaFunction {}

impl LambdaFunction {
    /// The function of this name, from `code`, as `cargo lambda deploy` makes it.
    #[must_use]
    pub fn of(function: Function, code: &Json, role: &Value) -> Resource<Self> {
        let properties = json!({
            "Code": code,
            "FunctionName": function.name(),
            "Handler": "bootstrap",
            "Role": role,
            "Runtime": "provided.al2023",
        });
        Resource::of(types::LAMBDA_FUNCTION, properties)
    }
}

/// How a function is called asynchronously.
#[derive(Debug)]
pub struct EventInvokeConfig<'a> {
    /// The function that is invoked asynchronously.
    pub function: Function,
    /// After so many seconds an event is no longer worth delivering.
    pub event_age_seconds: u32,
    /// Where events go that failed for good.
    pub on_failure: &'a Value,
    /// The ARN of the destination of results; none where they are dropped.
    pub on_success: Option<&'a Value>,
}

impl EventInvokeConfig<'_> {
    /// Lambda's setting. Two retries: a function errs only where another attempt may still help.
    #[must_use]
    pub fn resource(&self) -> Resource {
        let mut destinations = Map::new();
        destinations.insert("OnFailure".into(), json!({"Destination": self.on_failure}));
        if let Some(topic) = self.on_success {
            destinations.insert("OnSuccess".into(), json!({"Destination": topic}));
        }
        let properties = json!({
            "FunctionName": self.function.name(),
            "Qualifier": "$LATEST",
            "MaximumRetryAttempts": 2,
            "MaximumEventAgeInSeconds": self.event_age_seconds,
            "DestinationConfig": destinations,
        });
        Resource::of(types::EVENT_INVOKE_CONFIG, properties)
    }
}
