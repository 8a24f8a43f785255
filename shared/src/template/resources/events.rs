//! EventBridge rules and what they call.

use crate::stack::types;
use serde_json::{Value as Json, json};

use crate::template::cloudformation::resource::{Handle, Resource};
use crate::template::cloudformation::value::{Value, pseudo};

/// The type of a resource: `AWS::Events::Rule`.
#[derive(Debug)]
pub enum Rule {}

/// What a rule invokes, with its retries and its dead-letter queue.
#[derive(Debug)]
pub struct RuleTarget {
    arn: Value,
    more: Vec<(&'static str, Json)>,
}

impl RuleTarget {
    /// The event as it is.
    #[must_use]
    pub const fn of(arn: Value) -> Self {
        Self { arn, more: Vec::new() }
    }

    /// This instead of the event.
    #[must_use]
    pub fn input(self, input: &Json) -> Self {
        self.with("Input", input.to_string().into())
    }

    /// What cannot be delivered goes to this queue.
    #[must_use]
    pub fn undeliverable_to(self, queue: &Value) -> Self {
        self.with("DeadLetterConfig", json!({"Arn": queue}))
    }

    fn with(mut self, name: &'static str, value: Json) -> Self {
        self.more.push((name, value));
        self
    }

    fn into_json(self) -> Json {
        let mut json = json!({"Id": "Target", "Arn": self.arn});
        for (name, value) in self.more {
            json[name] = value;
        }
        json
    }
}

impl Rule {
    /// For events of this pattern on the default bus.
    #[must_use]
    pub fn on(description: &str, pattern: &Json, target: RuleTarget) -> Resource<Self> {
        let properties = json!({"Description": description, "EventPattern": pattern, "Targets": [target.into_json()]});
        Resource::of(types::RULE, properties)
    }

    /// Again and again, when its state says so.
    #[must_use]
    pub fn every(description: &str, rate: &str, state: &Value, target: RuleTarget) -> Resource<Self> {
        let properties = json!({
            "Description": description,
            "ScheduleExpression": format!("rate({rate})"),
            "State": state,
            "Targets": [target.into_json()],
        });
        Resource::of(types::RULE, properties)
    }
}

impl Handle<Rule> {
    /// Lets this rule of this account, and nothing else, call the function.
    #[must_use]
    pub fn permission_to_invoke(&self, function: &Value) -> Resource {
        let properties = json!({
            "Action": "lambda:InvokeFunction",
            "FunctionName": function,
            "Principal": "events.amazonaws.com",
            "SourceAccount": pseudo::account(),
            "SourceArn": self.arn(),
        });
        Resource::of(types::LAMBDA_PERMISSION, properties)
    }
}
