//! Functions of the sources that are run: those of what a class extends, and those that put something into their
//! arguments.

use super::functions::Given;
use crate::sources::follow::{Frame, Walk};
use crate::sources::program::FunctionPlace;
use crate::sources::tree::{Argument, CONSTRUCTOR, Op};
use crate::sources::value::ValueSet;

impl<'p> Walk<'p> {
    /// A method or constructor of what the class extends.
    pub(in crate::sources::follow) fn inherited(
        &mut self,
        name: &str,
        arguments: &'p [Argument],
        given: &[Given],
        line: usize,
        scope: &mut Frame,
    ) -> ValueSet {
        let name = if name == "__init__" { CONSTRUCTOR } else { name };
        let this = scope.names.get("this").cloned().unwrap_or_default();
        let parents: Vec<usize> = self.program.family(scope.class).into_iter().skip(1).collect();
        let mut whole = ValueSet::default();
        let mut is_known = false;
        for parent in parents {
            let places = self.program.methods(parent, name, arguments.len());
            for place in places.into_iter().filter(|place| place.class != scope.class) {
                let outcome = self.run_function(place, &this, given, line, scope);
                if name == CONSTRUCTOR && outcome.this != this {
                    let own: Vec<String> =
                        scope.names.iter().filter(|(_, held)| **held == this).map(|(name, _)| name.clone()).collect();
                    for name in own {
                        scope.names.insert(name, outcome.this.clone());
                    }
                }
                whole.join(outcome.value);
                is_known = true;
            }
        }
        if !is_known {
            for (_, value) in given {
                self.escape(line, value, "is passed to a class above that is not in these sources", scope);
            }
        }
        whole
    }

    /// Runs functions, and takes over what they put into their arguments.
    pub(in crate::sources::follow) fn invoke_filling(
        &mut self,
        places: &[FunctionPlace],
        this: &ValueSet,
        arguments: &'p [Argument],
        given: &[Given],
        line: usize,
        scope: &mut Frame,
    ) -> ValueSet {
        let mut whole = ValueSet::default();
        for place in places {
            let seen = self.seen_by(*place, this);
            let outcome = self.run_function(*place, &seen, given, line, scope);
            for (at, value) in &outcome.filled {
                match arguments.get(*at).map(|argument| &argument.value.op) {
                    Some(Op::Name(name)) if scope.names.contains_key(name) => {
                        scope.names.insert(name.clone(), value.clone());
                        scope.filled.insert(name.clone());
                    }
                    Some(Op::Member(base, name)) => {
                        let base = self.value(base, scope);
                        self.set_field(&base, name, value, line, scope);
                    }
                    // The caller has another name for what it gave.
                    _ if given.get(*at).is_some_and(|(_, given)| given.leads()) => {}
                    _ => self.lose(line, value, "is put into an argument", scope),
                }
            }
            whole.join(outcome.value);
        }
        whole
    }
}
