//! Calls, by what is called: a method of an instance, a function, a class, or what is not in the sources.

pub(super) mod applied;
pub(super) mod construct;
pub(super) mod foreign;
pub(super) mod functions;
pub(super) mod inherited;
pub(super) mod lambdas;
pub(super) mod library;

use super::names::ORIGINS;
use super::words::{EACH, HANDS_ON, QUIET, RUNS, STANDS_IN, TEXTUAL};
use super::{Frame, Walk};
use crate::sources::tree::{Argument, CONSTRUCTOR, Node, ON_ARGUMENT, Op};
use crate::sources::value::{Object, ValueSet};
use functions::Given;
use library::is_method;

impl<'p> Walk<'p> {
    pub(super) fn call(
        &mut self,
        function: &'p Node,
        arguments: &'p [Argument],
        line: usize,
        scope: &mut Frame,
    ) -> ValueSet {
        let name = function.called().unwrap_or_default();
        let is_quiet = QUIET.contains(&name) || name.ends_with("Exception") || name.ends_with("Error");
        // What stands in for a missing value; not when it is an error.
        let fails = arguments.iter().any(|argument| argument.value.fails());
        let optional = usize::from(STANDS_IN.contains(&name) && !fails && !arguments.is_empty());
        // What a message shows is not lost; what another call in it takes may be.
        let quiet = self.quiet;
        if is_quiet {
            self.quiet += 1;
        } else if !TEXTUAL.contains(&name) && !HANDS_ON.contains(&name) {
            self.quiet = 0;
        }
        self.optional += optional;
        let value = match &function.op {
            Op::Member(base, name) => self.method(base, name, arguments, line, scope),
            Op::Name(name) => self.plain(name, arguments, line, scope),
            _ => {
                let on = self.value(function, scope);
                let given = self.values(arguments, scope);
                self.apply_value(&on, function, arguments, &given, line, scope)
            }
        };
        self.quiet = quiet;
        self.optional -= optional;
        self.settle(scope);
        value
    }

    fn method(
        &mut self,
        base: &'p Node,
        name: &str,
        arguments: &'p [Argument],
        line: usize,
        scope: &mut Frame,
    ) -> ValueSet {
        if ORIGINS.contains(&name) && !self.defines(base, name, scope) {
            self.values(arguments, scope);
            return self.origin(line, scope);
        }
        if is_super(base) {
            let given = self.values(arguments, scope);
            return self.inherited(name, arguments, &given, line, scope);
        }
        let on = self.value(base, scope);
        let mut given = self.values(arguments, scope);
        if let [Argument { name: Some(word), value: argument }] = arguments
            && word == ON_ARGUMENT
        {
            let has = |object: &Object| !self.program.methods(object.class, name, 1).is_empty();
            if on.objects.iter().any(has) {
                for (name, _) in &mut given {
                    *name = None;
                }
            } else {
                return self.method(argument, name, &[], line, scope);
            }
        }
        let extensions = self.program.extensions(name, arguments.len());
        if !extensions.is_empty() {
            return self.invoke_all(&extensions, &on, &given, line, scope);
        }
        let mut whole = ValueSet::default();
        let mut is_known = false;
        for object in &on.objects {
            let this = ValueSet { objects: [object.clone()].into(), ..ValueSet::default() };
            // An index calls Kotlin's `get`, Python's `__getitem__`.
            let names = if name == "[]" { &["get", "__getitem__"][..] } else { &[name] };
            let methods = |name: &&str| self.program.methods(object.class, name, arguments.len());
            let places = self.implemented(names.iter().flat_map(methods).collect(), &this.objects, name);
            let inner: Vec<usize> = self.program.classes_named(name);
            if !places.is_empty() {
                whole.join(self.invoke_filling(&places, &this, arguments, &given, line, scope));
                is_known = true;
            } else if self.program.classes[object.class].is_module && !inner.is_empty() {
                for class in inner {
                    whole.join(self.construct(class, &given, line, scope));
                }
                is_known = true;
            } else if let Some(field) = self.getter(object, name, arguments) {
                let called = if field.closures.is_empty() {
                    field
                } else {
                    self.apply_value(&field, base, arguments, &given, line, scope)
                };
                whole.join(called);
                is_known = true;
            } else if name == "copy" {
                // Of a data or case class: the same but for the fields that are named.
                let mut copied = object.clone();
                for (name, value) in given.iter().filter_map(|(name, value)| Some((name.clone()?, value))) {
                    copied.own.get_or_insert_default().insert(name, value.clone());
                }
                whole.objects.insert(copied);
                is_known = true;
            } else if RUNS.contains(&name) || EACH.contains(&name) {
                // Kotlin's scope functions, and each instance of a list.
                for (_, value) in &given {
                    value.closures.iter().for_each(|closure| {
                        whole.join(self.apply(closure, std::slice::from_ref(&this), Some(&this), line));
                    });
                }
                whole.join(this);
                is_known = true;
            }
        }
        if !on.trails.is_empty() {
            whole.join(self.on_trails(&on, name, &given, Some(base), line, scope));
            is_known = true;
        }
        for closure in &on.closures {
            let values: Vec<ValueSet> = given.iter().map(|(_, value)| value.clone()).collect();
            whole.join(self.apply(closure, &values, None, line));
            is_known = true;
        }
        if !on.texts.is_empty() {
            is_known = self.on_texts(&on, name, &given, line, &mut whole) || is_known;
        }
        if !on.read.is_empty() {
            if ["isEmpty", "isBlank", "trim", "isNullOrEmpty", "isNullOrBlank", "strip"].contains(&name) {
                self.ask(&on);
            }
            if STANDS_IN.contains(&name) {
                whole.read.extend(on.read.clone());
            }
        }
        if !is_known {
            whole.join(self.foreign(name, Some((base, &on)), arguments, &given, line, scope));
        }
        whole
    }

    /// Texts in a list are its elements; a text stays itself through what only wraps it.
    fn on_texts(&mut self, on: &ValueSet, name: &str, given: &[Given], line: usize, whole: &mut ValueSet) -> bool {
        if ["toString", "trim", "strip", "intern", "value", "getValue", "stream", "iterator", "toList", "get"]
            .contains(&name)
        {
            whole.join(on.clone());
            return true;
        }
        let mut is_known = false;
        for closure in given.iter().flat_map(|(_, value)| &value.closures) {
            whole.join(self.apply(closure, std::slice::from_ref(on), None, line));
            is_known = true;
        }
        is_known
    }

    /// A field by its accessor: `source()`, `getSource()`, Python's stored functions.
    fn getter(&self, object: &crate::sources::value::Object, name: &str, arguments: &[Argument]) -> Option<ValueSet> {
        if let Some(field) = self.field(object, name) {
            return Some(field);
        }
        if let Some(constants) = self.constants(object, name) {
            return Some(constants);
        }
        let rest = name.strip_prefix("get").or_else(|| name.strip_prefix("is")).filter(|_| arguments.is_empty())?;
        let mut letters = rest.chars();
        let field: String = letters.next()?.to_lowercase().chain(letters).collect();
        self.field(object, &field)
    }

    fn plain(&mut self, name: &str, arguments: &'p [Argument], line: usize, scope: &mut Frame) -> ValueSet {
        if name == "super" {
            let given = self.values(arguments, scope);
            return self.inherited(CONSTRUCTOR, arguments, &given, line, scope);
        }
        let given = self.values(arguments, scope);
        let this = scope.names.get("this").cloned().unwrap_or_default();
        if name == "this" && scope.constructs {
            let places = self.program.methods(scope.class, CONSTRUCTOR, arguments.len());
            for place in places {
                let outcome = self.run_function(place, &this, &given, line, scope);
                scope.names.insert("this".to_owned(), outcome.this);
            }
            let parameters = &self.program.classes[scope.class].parameters;
            if !parameters.is_empty() {
                let made = self.construct(scope.class, &given, line, &scope.clone());
                scope.names.insert("this".to_owned(), made);
            }
            return ValueSet::default();
        }
        if let Some(local) = scope.names.get(name).cloned() {
            return self.apply_named(&local, name, (arguments, &given), line, scope);
        }
        let original = self.program.aliases[self.file(scope)].get(name).cloned();
        for name in [Some(name.to_owned()), original].into_iter().flatten() {
            let places = self.program.visible(scope.class, &name, arguments.len());
            let places = self.implemented(places, &this.objects, &name);
            if !places.is_empty() {
                return self.invoke_filling(&places, &this, arguments, &given, line, scope);
            }
            let fields = this.objects.iter().filter_map(|object| self.field(object, &name));
            if let Some(field) = fields.filter(|_| arguments.is_empty()).reduce(ValueSet::joined) {
                return field;
            }
            if let Some(made) = self.construct_any(&name, arguments, &given, line, scope) {
                return made;
            }
        }
        if ORIGINS.contains(&name) {
            return self.origin(line, scope);
        }
        let value = self.name(name, line, scope);
        if !value.is_unknown() {
            return self.apply_named(&value, name, (arguments, &given), line, scope);
        }
        if !this.trails.is_empty() && is_method(name) {
            return self.on_trails(&this, name, &given, None, line, scope);
        }
        self.foreign(name, None, arguments, &given, line, scope)
    }
}

/// Whether a node is `super`, or Python's call `super()`.
fn is_super(node: &Node) -> bool {
    match &node.op {
        Op::Name(name) => name == "super",
        Op::Call(function, _) => is_super(function),
        _ => false,
    }
}
