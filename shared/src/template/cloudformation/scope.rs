//! A part of a template whose names all begin alike, so that the same part can be added twice.

use super::condition::Test;
use super::document::Template;
use super::error::Problem;
use super::parameter::ParameterOf;
use super::resource::Condition;
use super::resource::{Handle, Parameter, Resource};
use super::value::Value;

/// Adds to a template under a prefix: `SourceStream` in the scope `Orders` is `OrdersSourceStream`.
#[derive(Debug)]
pub struct Scope<'a> {
    template: &'a mut Template,
    prefix: String,
}

impl Template {
    /// A part of it, under a prefix of letters and digits; the empty one adds names as they are.
    #[must_use]
    pub fn scope(&mut self, prefix: &str) -> Scope<'_> {
        Scope { template: self, prefix: prefix.to_owned() }
    }
}

impl Scope<'_> {
    /// As [`Template::add`].
    ///
    /// # Errors
    /// A name that is taken, or none.
    pub fn add<K>(&mut self, id: &str, resource: impl Into<Resource<K>>) -> Result<Handle<K>, Problem> {
        self.template.add(&self.name(id), resource)
    }

    /// As [`Template::parameter`].
    ///
    /// # Errors
    /// A name that is taken, or none.
    pub fn parameter(&mut self, id: &str, parameter: ParameterOf) -> Result<Handle<Parameter>, Problem> {
        self.template.parameter(&self.name(id), parameter)
    }

    /// As [`Template::condition`].
    ///
    /// # Errors
    /// A name that is taken, or none.
    pub fn condition(&mut self, id: &str, test: impl Into<Test>) -> Result<Handle<Condition>, Problem> {
        self.template.condition(&self.name(id), test)
    }

    /// Adds an output, as [`Template::output`] does.
    pub fn output(&mut self, id: &str, description: &str, value: &Value) {
        self.template.output(&self.name(id), description, value);
    }

    /// The logical ID of what is added under this name.
    pub(in crate::template) fn name(&self, id: &str) -> String {
        format!("{}{id}", self.prefix)
    }

    /// A physical name of this scope's own: `flink-test` in the scope `Orders` is `flink-test-orders`.
    pub(in crate::template) fn suffixed(&self, name: &str) -> String {
        if self.prefix.is_empty() { name.to_owned() } else { format!("{name}-{}", self.prefix.to_lowercase()) }
    }
}
