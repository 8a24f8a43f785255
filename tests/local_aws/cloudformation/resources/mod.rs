//! What CloudFormation's registry handlers do, one file per family of types.
//!
//! A handler calls the services with the stack's role or the caller's credentials. It refuses to know stacks: it is
//! given a [`Desk`], and says what it made, or why it could not.

mod events;
mod flink;
mod flink_logging;
mod iam;
mod lambda;
mod lambda_function;
mod logs;
mod messaging;
mod queues;
mod recorded;
mod refused;
mod storage;
mod tables;
pub(super) mod tagging;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::api::{ApiError, Caller};
use crate::{Settings, State, dispatch};

/// The type of a custom resource that has no name of its own.
const GENERIC: &str = "AWS::CloudFormation::CustomResource";
/// The type of a stack in a stack, which is the type of a stack's own rows too.
pub(crate) const NESTED_STACK: &str = "AWS::CloudFormation::Stack";

pub(crate) use refused::Refused;
use refused::{handler_error_code, title};

/// What a handler works with.
#[derive(Debug)]
pub(crate) struct Desk<'a> {
    pub(crate) state: &'a mut State,
    pub(crate) settings: &'a Settings,
    pub(crate) caller: &'a Caller,
    pub(crate) stack_name: &'a str,
    pub(crate) kind: &'a str,
    pub(crate) logical_id: &'a str,
    /// The random part of a generated name, the same as long as one request is worked on.
    pub(crate) suffix: &'a str,
    /// Template, stack and system tags.
    pub(crate) tags: &'a BTreeMap<String, String>,
    /// The same as they were before.
    pub(crate) old_tags: &'a BTreeMap<String, String>,
    pub(crate) properties: &'a Value,
    pub(crate) old: &'a Value,
    /// Empty on create.
    pub(crate) physical_id: &'a str,
}

/// A physical resource.
#[derive(Debug, Clone, Default)]
pub(crate) struct Made {
    pub(crate) physical_id: String,
    pub(crate) attributes: Map<String, Value>,
}

impl Desk<'_> {
    /// One call, with the stack's credentials.
    pub(crate) fn call(&mut self, service: &str, operation: &str, body: &Value) -> Result<Value, Refused> {
        self.try_call(service, operation, body).map_err(|error| Refused::by_service(title(service), &error))
    }

    pub(crate) fn try_call(&mut self, service: &str, operation: &str, body: &Value) -> Result<Value, ApiError> {
        dispatch::call(self.state, self.settings, self.caller, (service, operation), body)
    }

    /// A delete that also succeeds if the resource is gone.
    pub(crate) fn remove(&mut self, service: &str, operation: &str, body: &Value) -> Result<(), Refused> {
        match self.try_call(service, operation, body) {
            Ok(_) => Ok(()),
            Err(error) if handler_error_code(&error.code) == "NotFound" || error.code.contains("NonExistent") => Ok(()),
            Err(error) => Err(Refused::by_service(title(service), &error)),
        }
    }

    /// The given name, or `<stack>-<logical ID>-<random>`.
    pub(crate) fn name(&self, property: &str, longest: usize) -> String {
        let given = self.properties.get(property).and_then(Value::as_str).map(str::to_owned);
        given.unwrap_or_else(|| {
            let mut name = format!("{}-{}", self.stack_name, self.logical_id);
            name.truncate(longest - 13);
            format!("{name}-{}", self.suffix)
        })
    }

    pub(crate) fn text(&self, property: &str) -> &str {
        self.properties.get(property).and_then(Value::as_str).unwrap_or_default()
    }

    pub(crate) fn has_changed(&self, property: &str) -> bool {
        self.properties.get(property) != self.old.get(property)
    }

    /// The properties named, as they are.
    pub(crate) fn only(&self, names: &[&str]) -> Map<String, Value> {
        let members = names.iter().filter_map(|name| Some(((*name).to_owned(), self.properties.get(name)?.clone())));
        members.collect()
    }

    /// `[{"Key": .., "Value": ..}]`
    pub(crate) fn tag_list(&self) -> Value {
        self.tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect()
    }

    pub(crate) fn arn(&self, service: &str, rest: &str) -> String {
        format!("arn:aws:{service}:{}:{}:{rest}", self.settings.region, self.settings.account)
    }
}

impl Made {
    pub(crate) fn new<const N: usize>(physical_id: impl Into<String>, attributes: [(&str, Value); N]) -> Self {
        let attributes = attributes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Self { physical_id: physical_id.into(), attributes }
    }
}

/// A type of the registry.
#[derive(Debug)]
pub(crate) struct Handler {
    pub(crate) kind: &'static str,
    pub(crate) properties: &'static [&'static str],
    pub(crate) required: &'static [&'static str],
    pub(crate) create_only: &'static [&'static str],
    pub(crate) attributes: &'static [&'static str],
    pub(crate) create: fn(&mut Desk<'_>) -> Result<Made, Refused>,
    /// `None` in the attributes' place: they stay.
    pub(crate) update: fn(&mut Desk<'_>) -> Result<Made, Refused>,
    pub(crate) delete: fn(&mut Desk<'_>) -> Result<(), Refused>,
    pub(crate) is_settled: fn(&mut Desk<'_>) -> Result<bool, Refused>,
}

/// For types that are finished when the call returns.
#[expect(clippy::unnecessary_wraps, reason = "the type of Handler::is_settled")]
fn at_once(_: &mut Desk<'_>) -> Result<bool, Refused> {
    Ok(true)
}

const FAMILIES: [&[Handler]; 12] = [
    flink::HANDLERS,
    flink_logging::HANDLERS,
    iam::HANDLERS,
    lambda::HANDLERS,
    lambda_function::HANDLERS,
    events::HANDLERS,
    logs::HANDLERS,
    messaging::HANDLERS,
    queues::HANDLERS,
    recorded::HANDLERS,
    storage::HANDLERS,
    tables::HANDLERS,
];

/// The handler of a type.
pub(crate) fn handler(kind: &str) -> Option<&'static Handler> {
    FAMILIES.iter().flat_map(|family| family.iter()).find(|handler| handler.kind == kind)
}

/// Whether a type goes to a function of the user's.
pub(crate) fn is_custom(kind: &str) -> bool {
    kind.starts_with("Custom::") || kind == GENERIC
}

/// Whether this engine knows the type.
pub(crate) fn is_known(kind: &str) -> bool {
    is_custom(kind) || kind == NESTED_STACK || handler(kind).is_some()
}

/// Whether Fn::GetAtt of this attribute can be resolved at all.
pub(crate) fn has_attribute(kind: &str, attribute: &str) -> bool {
    is_custom(kind)
        || (kind == NESTED_STACK && attribute.starts_with("Outputs."))
        || handler(kind).is_some_and(|handler| handler.attributes.contains(&attribute))
}

/// What the registry's schema refuses before any call.
pub(crate) fn validate(handler: &Handler, logical_id: &str, properties: &Value) -> Result<(), Refused> {
    let members = properties.as_object().cloned().unwrap_or_default();
    let wrong = members.keys().find(|key| !handler.properties.contains(&key.as_str()));
    let extraneous = wrong.map(|key| format!("#: extraneous key [{key}] is not permitted"));
    let missing = handler.required.iter().find(|key| !members.contains_key(**key));
    let missing = missing.map(|key| format!("#: required key [{key}] not found"));
    match extraneous.or(missing) {
        None => Ok(()),
        Some(problem) => Err(Refused::plain(format!(
            "Properties validation failed for resource {logical_id} with message:\n{problem}"
        ))),
    }
}
