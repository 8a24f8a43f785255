//! Lambdas: made with the names that they use, run when they are called or handed on.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::sources::follow::{Frame, Lambda, Walk};
use crate::sources::tree::{Node, Op, SourceFunction};
use crate::sources::value::{Closure, ValueSet};

impl<'p> Walk<'p> {
    pub(in crate::sources::follow) fn closure(&mut self, function: &'p SourceFunction, scope: &Frame) -> ValueSet {
        let same = |known: &Lambda<'_>| std::ptr::eq(known.function, function);
        let lambda = self.lambdas.iter().position(same).unwrap_or_else(|| {
            self.lambdas.push(Lambda { function, class: scope.class });
            self.lambdas.len() - 1
        });
        let mut used = std::collections::BTreeSet::from(["this".to_owned()]);
        names(&function.body, &mut used);
        let held = scope.names.iter().filter(|(name, _)| used.contains(*name) && **name != function.name);
        let names: BTreeMap<_, _> = held.map(|(name, value)| (name.clone(), value.clone())).collect();
        let closure = Closure { lambda, names: Rc::new(names) };
        self.waiting.insert(closure.clone());
        ValueSet { closures: [closure].into(), ..ValueSet::default() }
    }

    /// Runs it. `this` is what Kotlin's scope functions put before each call in it.
    pub(in crate::sources::follow) fn apply(
        &mut self,
        closure: &Closure,
        arguments: &[ValueSet],
        this: Option<&ValueSet>,
        line: usize,
    ) -> ValueSet {
        self.waiting.remove(closure);
        let Lambda { function, class } = self.lambdas[closure.lambda];
        let running = (closure.clone(), arguments.to_vec(), this.cloned());
        if self.depth > 40 || !self.applying.insert(running.clone()) {
            return ValueSet::unknown();
        }
        self.depth += 1;
        let mut inner = Frame { class, names: (*closure.names).clone(), ..Frame::default() };
        let given: Vec<_> = arguments.iter().map(|value| (None, value.clone())).collect();
        let caller = inner.clone();
        // An unused `it`.
        let takes = function.parameters.len();
        let given = if takes < given.len() && given.len() == 1 { &[] } else { given.as_slice() };
        self.bind(&function.parameters, given, "a lambda", line, &mut inner, &caller);
        if let ([one, other], [id, _]) = (function.parameters.as_slice(), arguments)
            && id.trails.iter().any(|trail| matches!(trail, crate::sources::value::Trail::Id(_)))
        {
            inner.pairs.extend(one.names.first().cloned().zip(other.names.first().cloned()));
        }
        if let Some(this) = this {
            inner.names.insert("this".to_owned(), this.clone());
        }
        let value = self.value(&function.body, &mut inner);
        self.depth -= 1;
        self.applying.remove(&running);
        for name in inner.filled.iter().filter(|name| closure.names.contains_key(*name)) {
            let filled = inner.names.get(name).cloned().unwrap_or_default();
            self.refill.push((name.clone(), filled));
        }
        value.joined(inner.returned)
    }

    /// Takes over what lambdas put into collections of the scope around them.
    pub(in crate::sources::follow) fn settle(&mut self, scope: &mut Frame) {
        for (name, value) in std::mem::take(&mut self.refill) {
            if let Some(known) = scope.names.get_mut(&name) {
                known.join(value);
                scope.filled.insert(name);
            }
        }
    }

    /// What a function's names hold is seen in a class that it defines.
    pub(in crate::sources::follow) fn capture(&mut self, name: &str, scope: &Frame) {
        let classes: Vec<usize> = self.program.classes_named(name);
        let here = classes.into_iter().filter(|class| self.program.classes[*class].file == self.file(scope));
        for class in here.collect::<Vec<_>>() {
            for (name, value) in scope.names.iter().filter(|(name, held)| *name != "this" && !held.is_unknown()) {
                self.assigned.entry((class, name.clone())).or_default().join(value.clone());
            }
        }
    }
}

fn names(node: &Node, used: &mut std::collections::BTreeSet<String>) {
    if let Op::Name(name) = &node.op {
        used.insert(name.clone());
    }
    if let Op::Assign(target, _) = &node.op
        && let crate::sources::tree::Target::Name { name, .. } = target
    {
        used.insert(name.clone());
    }
    for part in node.parts() {
        names(part, used);
    }
}
