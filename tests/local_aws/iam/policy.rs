//! A policy document, parsed once and strictly: what this world cannot evaluate it refuses to store.

use serde_json::Value;

use super::condition::Condition;
use crate::api::{ApiError, ApiResult, Context};

/// A policy as it was written, and as it is evaluated.
#[derive(Debug, Clone)]
pub struct Policy {
    /// The document as it was given.
    pub document: Value,
    pub(super) statements: Vec<Statement>,
}

#[derive(Debug, Clone)]
pub(super) struct Statement {
    pub(super) effect: Effect,
    pub(super) principals: Vec<String>,
    actions: Patterns,
    resources: Patterns,
    conditions: Vec<Condition>,
}

/// What a statement says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It is allowed.
    Allow,
    /// It is denied, whatever else allows it.
    Deny,
}

/// `Action` or `NotAction`, `Resource` or `NotResource`.
#[derive(Debug, Clone)]
enum Patterns {
    Any(Vec<String>),
    None(Vec<String>),
}

impl Policy {
    /// Reads a document, given as JSON or as a string of JSON.
    ///
    /// # Errors
    /// MalformedPolicyDocument, naming what is wrong or not known here.
    pub fn parse(document: &Value) -> ApiResult<Self> {
        let document = match document {
            Value::String(text) => serde_json::from_str(text).map_err(|error| malformed(&error.to_string()))?,
            other => other.clone(),
        };
        let statements = match &document["Statement"] {
            Value::Array(list) => list.iter().map(Statement::parse).collect::<ApiResult<_>>()?,
            one @ Value::Object(_) => vec![Statement::parse(one)?],
            _ => return Err(malformed("Statement is missing")),
        };
        Ok(Self { document, statements })
    }
}

impl Statement {
    fn parse(value: &Value) -> ApiResult<Self> {
        const KNOWN: [&str; 8] =
            ["Sid", "Effect", "Principal", "Action", "NotAction", "Resource", "NotResource", "Condition"];
        let members = value.as_object().ok_or_else(|| malformed("a statement is not an object"))?;
        if let Some(unknown) = members.keys().find(|key| !KNOWN.contains(&key.as_str())) {
            return Err(malformed(&format!("{unknown} in a statement")));
        }
        let effect = match value["Effect"].as_str() {
            Some("Allow") => Effect::Allow,
            Some("Deny") => Effect::Deny,
            _ => return Err(malformed("Effect must be Allow or Deny")),
        };
        let conditions = match &value["Condition"] {
            Value::Null => Vec::new(),
            condition => Condition::parse_block(condition)?,
        };
        let principals = match &value["Principal"] {
            Value::Object(kinds) => kinds.values().flat_map(strings).collect(),
            other => strings(other),
        };
        Ok(Self {
            effect,
            principals,
            actions: Patterns::parse(value, "Action", "NotAction"),
            resources: Patterns::parse(value, "Resource", "NotResource"),
            conditions,
        })
    }

    pub(super) fn applies(&self, action: &str, resource: &str, context: &Context) -> bool {
        self.actions.hold(|pattern| wildcard(&pattern.to_lowercase(), &action.to_lowercase()))
            && self.resources.hold(|pattern| wildcard(pattern, resource))
            && self.conditions.iter().all(|condition| condition.holds(context))
    }
}

impl Patterns {
    fn parse(value: &Value, positive: &str, negative: &str) -> Self {
        match &value[negative] {
            Value::Null => Self::Any(strings(&value[positive])),
            excluded => Self::None(strings(excluded)),
        }
    }

    fn hold(&self, matches: impl Fn(&str) -> bool) -> bool {
        match self {
            Self::Any(patterns) => patterns.iter().any(|pattern| matches(pattern)),
            Self::None(patterns) => !patterns.iter().any(|pattern| matches(pattern)),
        }
    }
}

/// One string, a list of them, or neither. Booleans appear in conditions.
pub(super) fn strings(value: &Value) -> Vec<String> {
    match value {
        Value::String(one) => vec![one.clone()],
        Value::Bool(one) => vec![one.to_string()],
        Value::Array(list) => list.iter().flat_map(strings).collect(),
        _ => Vec::new(),
    }
}

pub(super) fn malformed(what: &str) -> ApiError {
    ApiError::new("MalformedPolicyDocument", format!("Syntax errors in policy: {what}"))
}

/// IAM's wildcards: `*` is any run of characters, `?` is one.
#[must_use]
pub fn wildcard(pattern: &str, text: &str) -> bool {
    let (mut pattern_rest, mut text_rest) = (pattern.chars(), text.chars());
    match (pattern_rest.next(), text_rest.next()) {
        (None, None) => true,
        (None, Some(_)) => false,
        // The star stands for nothing, or for one character more.
        (Some('*'), found) => {
            wildcard(pattern_rest.as_str(), text) || found.is_some() && wildcard(pattern, text_rest.as_str())
        }
        (Some(_), None) => false,
        (Some(expected), Some(found)) => {
            (expected == '?' || expected == found) && wildcard(pattern_rest.as_str(), text_rest.as_str())
        }
    }
}
