//! What a person may choose when deploying, and what CloudFormation refuses before anything is created.

use serde_json::{Map, Value as Json};

/// A parameter that is not in a template yet.
#[derive(Debug)]
pub struct ParameterOf(Map<String, Json>);

impl ParameterOf {
    /// A parameter of the type String.
    #[must_use]
    pub fn text(description: &str) -> Self {
        Self(Map::new()).with("Type", "String".into()).with("Description", description.into())
    }

    /// A number; it too is a string where it is referred to.
    #[must_use]
    pub fn number(description: &str) -> Self {
        Self(Map::new()).with("Type", "Number".into()).with("Description", description.into())
    }

    /// A list of strings, given with commas; an empty one is the list of one empty string.
    #[must_use]
    pub fn list(description: &str) -> Self {
        Self(Map::new()).with("Type", "CommaDelimitedList".into()).with("Description", description.into())
    }

    /// Without one, it must be given.
    #[must_use]
    pub fn default(self, value: impl Into<Json>) -> Self {
        self.with("Default", value.into())
    }

    /// Takes one of these values only (AllowedValues).
    #[must_use]
    pub fn one_of<V: Into<Json>>(self, values: impl IntoIterator<Item = V>) -> Self {
        self.with("AllowedValues", Json::Array(values.into_iter().map(Into::into).collect()))
    }

    /// Matching all of this, and what to say when it does not. Of a list, each item matches.
    #[must_use]
    pub fn matching(self, pattern: &str, explanation: &str) -> Self {
        self.with("AllowedPattern", pattern.into()).with("ConstraintDescription", explanation.into())
    }

    /// Takes a number within these bounds, both included (MinValue, MaxValue).
    #[must_use]
    pub fn between(self, least: u32, most: u32) -> Self {
        self.with("MinValue", least.into()).with("MaxValue", most.into())
    }

    /// A string of such lengths.
    #[must_use]
    pub fn length(self, least: u32, most: u32) -> Self {
        self.with("MinLength", least.into()).with("MaxLength", most.into())
    }

    pub(in crate::template) fn into_json(self) -> Json {
        Json::Object(self.0)
    }

    fn with(mut self, name: &str, value: Json) -> Self {
        self.0.insert(name.to_owned(), value);
        self
    }
}
