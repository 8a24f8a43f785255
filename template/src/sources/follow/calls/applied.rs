//! Calls of a value: a lambda, an instance that can be called, a class.

use super::functions::Given;
use crate::sources::follow::{Frame, Walk};
use crate::sources::program::FunctionPlace;
use crate::sources::tree::{Argument, Node};
use crate::sources::value::ValueSet;

impl<'p> Walk<'p> {
    /// What a name holds, called.
    pub(in crate::sources::follow) fn apply_named(
        &mut self,
        on: &ValueSet,
        name: &str,
        parts: (&'p [Argument], &[Given]),
        line: usize,
        scope: &mut Frame,
    ) -> ValueSet {
        if on.is_unknown() {
            return self.foreign(name, None, parts.0, parts.1, line, scope);
        }
        self.applied(on, parts.0, parts.1, line, scope)
    }

    pub(in crate::sources::follow) fn apply_value(
        &mut self,
        on: &ValueSet,
        function: &'p Node,
        arguments: &'p [Argument],
        given: &[Given],
        line: usize,
        scope: &mut Frame,
    ) -> ValueSet {
        if on.is_unknown() {
            let name = function.called().unwrap_or("a function").to_owned();
            return self.foreign(&name, None, arguments, given, line, scope);
        }
        self.applied(on, arguments, given, line, scope)
    }

    fn applied(
        &mut self,
        on: &ValueSet,
        arguments: &'p [Argument],
        given: &[Given],
        line: usize,
        scope: &mut Frame,
    ) -> ValueSet {
        let mut whole = ValueSet::default();
        let values: Vec<ValueSet> = given.iter().map(|(_, value)| value.clone()).collect();
        for closure in &on.closures {
            whole.join(self.apply(closure, &values, None, line));
        }
        for object in &on.objects {
            let this = ValueSet { objects: [object.clone()].into(), ..ValueSet::default() };
            let names = ["apply", "invoke", "__call__"];
            let places: Vec<FunctionPlace> =
                names.iter().flat_map(|name| self.program.methods(object.class, name, arguments.len())).collect();
            if !places.is_empty() {
                whole.join(self.invoke_filling(&places, &this, arguments, given, line, scope));
            } else if object.own.is_none() {
                whole.join(self.construct(object.class, given, line, &scope.clone()));
            } else {
                for value in &values {
                    self.escape(line, value, "is passed to an instance", scope);
                }
            }
        }
        if !on.trails.is_empty() {
            whole.join(self.on_trails(on, "apply", given, None, line, scope));
        }
        whole
    }
}
