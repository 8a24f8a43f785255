//! Functions: run once for each set of arguments, and the order in which everything is run.

use std::collections::{BTreeMap, BTreeSet};

use crate::sources::follow::{Frame, Walk};
use crate::sources::program::FunctionPlace;
use crate::sources::tree::{Argument, CONSTRUCTOR, FunctionParameter, IMPLICIT, Node, Op};
use crate::sources::value::{Object, ValueSet};

/// A run of a function.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::sources::follow) struct FollowedCall {
    place: FunctionPlace,
    this: ValueSet,
    arguments: Vec<Given>,
    optional: bool,
    quiet: bool,
}

/// A value with the name that it was given by.
pub(in crate::sources::follow) type Given = (Option<String>, ValueSet);

/// What a function returns, and what it puts into its instance and its arguments.
#[derive(Debug, Clone, Default)]
pub(in crate::sources::follow) struct CallEffect {
    pub(in crate::sources::follow) value: ValueSet,
    pub(in crate::sources::follow) this: ValueSet,
    /// Arguments that got properties put in, by position.
    pub(in crate::sources::follow) filled: BTreeMap<usize, ValueSet>,
}

impl<'p> Walk<'p> {
    pub(in crate::sources::follow) fn invoke(
        &mut self,
        place: FunctionPlace,
        this: &ValueSet,
        arguments: &[Given],
        line: usize,
        caller: &Frame,
    ) -> ValueSet {
        self.run_function(place, this, arguments, line, caller).value
    }

    /// Those that are more than declared, where a component of a record or a property implements what an interface
    /// declares.
    pub(super) fn implemented(
        &self,
        places: Vec<FunctionPlace>,
        objects: &BTreeSet<Object>,
        name: &str,
    ) -> Vec<FunctionPlace> {
        let is_declared = |place: &FunctionPlace| matches!(self.program.function(*place).body.op, Op::Null);
        let has_field = objects.iter().any(|object| self.field(object, name).is_some());
        if has_field && places.iter().all(is_declared) { Vec::new() } else { places }
    }

    /// Runs each of them, and joins what they return.
    pub(in crate::sources::follow) fn invoke_all(
        &mut self,
        places: &[FunctionPlace],
        this: &ValueSet,
        arguments: &[Given],
        line: usize,
        caller: &Frame,
    ) -> ValueSet {
        let mut whole = ValueSet::default();
        for place in places {
            let this = self.seen_by(*place, this);
            whole.join(self.invoke(*place, &this, arguments, line, caller));
        }
        whole
    }

    /// `this` for a function: the instance, if it is of the function's class; else some instance.
    pub(in crate::sources::follow) fn seen_by(&self, place: FunctionPlace, this: &ValueSet) -> ValueSet {
        if self.program.function(place).extends {
            return this.clone();
        }
        let fits = |object: &&Object| self.program.family(object.class).contains(&place.class);
        let objects: BTreeSet<Object> = this.objects.iter().filter(fits).cloned().collect();
        if objects.is_empty() {
            ValueSet::object(place.class, None)
        } else {
            ValueSet { objects, ..ValueSet::default() }
        }
    }

    pub(in crate::sources::follow) fn run_function(
        &mut self,
        place: FunctionPlace,
        this: &ValueSet,
        arguments: &[Given],
        line: usize,
        caller: &Frame,
    ) -> CallEffect {
        let call = FollowedCall {
            place,
            this: this.clone(),
            arguments: arguments.to_vec(),
            optional: self.optional > 0,
            quiet: self.quiet > 0,
        };
        if let Some(known) = self.results.get(&call) {
            return known.clone();
        }
        if self.depth > 40 {
            for (_, value) in arguments {
                self.lose(line, value, "goes through more calls than are followed", caller);
            }
            return CallEffect::default();
        }
        if !self.running.insert(call.clone()) {
            return CallEffect::default();
        }
        self.evaluated.insert(place);
        self.depth += 1;
        let function = self.program.function(place);
        let constructs = function.name == CONSTRUCTOR;
        let mut inner = Frame { class: place.class, constructs, ..Frame::default() };
        inner.names.insert("this".to_owned(), this.clone());
        if let Some(own) = &function.own {
            inner.names.insert(own.clone(), this.clone());
        }
        self.bind(&function.parameters, arguments, &function.name, line, &mut inner, caller);
        let value = self.value(&function.body, &mut inner);
        self.depth -= 1;
        self.running.remove(&call);
        let named = function.parameters.iter().enumerate();
        let filled = named.filter_map(|(at, parameter)| {
            let name = parameter.names.first().filter(|name| inner.filled.contains(*name))?;
            Some((at, inner.names.get(name)?.clone()))
        });
        let filled = filled.collect();
        let this = inner.names.get("this").cloned().unwrap_or_default();
        let outcome = CallEffect { value: value.joined(inner.returned), this, filled };
        self.results.insert(call, outcome.clone());
        outcome
    }

    pub(in crate::sources::follow) fn bind(
        &mut self,
        parameters: &'p [FunctionParameter],
        arguments: &[Given],
        of: &str,
        line: usize,
        inner: &mut Frame,
        caller: &Frame,
    ) {
        let mut given: Vec<Option<ValueSet>> = vec![None; parameters.len()];
        let mut next = 0;
        for (name, value) in arguments {
            let by_name = name.as_ref().map(|name| parameters.iter().position(|one| one.names.contains(name)));
            let at = if let Some(found) = by_name {
                found
            } else {
                next += 1;
                Some(next - 1).filter(|at| *at < parameters.len())
            };
            let at = at.or_else(|| parameters.iter().position(|parameter| parameter.rest));
            match at {
                Some(at) => given[at].get_or_insert_with(ValueSet::default).join(value.clone()),
                None => self.escape(line, value, &format!("is passed to {of}, which takes no such argument"), caller),
            }
        }
        for (parameter, value) in parameters.iter().zip(given) {
            let value = match (value, &parameter.default) {
                (Some(value), _) => value,
                (None, Some(default)) => {
                    let value = self.value(default, inner);
                    let is_implicit = matches!(&default.op, Op::Name(name) if name == IMPLICIT);
                    if is_implicit { self.summoned(value, parameter.of.as_deref()) } else { value }
                }
                (None, None) => ValueSet::unknown(),
            };
            let value = self.typed(value, parameter.of.as_deref());
            match parameter.names.as_slice() {
                [name] => drop(inner.names.insert(name.clone(), value)),
                names => self.spread(names, &value, line, inner),
            }
        }
    }

    pub(in crate::sources::follow) fn values(&mut self, arguments: &'p [Argument], scope: &mut Frame) -> Vec<Given> {
        arguments.iter().map(|argument| (argument.name.clone(), self.value(&argument.value, scope))).collect()
    }
}

/// Whether this name is used.
pub(in crate::sources::follow) fn mentions(node: &Node, name: &str) -> bool {
    node.any(&|node| match &node.op {
        Op::Name(used) | Op::Member(_, used) => used == name,
        _ => false,
    })
}
