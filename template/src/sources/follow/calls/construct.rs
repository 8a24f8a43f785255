//! Instances, with the fields that their constructors give them.

use std::collections::BTreeMap;

use super::functions::Given;
use crate::sources::follow::{Frame, Walk};
use crate::sources::program::FunctionPlace;
use crate::sources::tree::{Argument, CONSTRUCTOR};
use crate::sources::value::ValueSet;

impl<'p> Walk<'p> {
    /// Runs the constructors and initializers of a class, and returns the instance with the fields that they assign.
    pub(in crate::sources::follow) fn construct(
        &mut self,
        class: usize,
        arguments: &[Given],
        line: usize,
        caller: &Frame,
    ) -> ValueSet {
        if self.depth > 40 {
            return ValueSet::object(class, None);
        }
        self.depth += 1;
        self.made.insert(class);
        let declared = &self.program.classes[class];
        let own: Vec<FunctionPlace> =
            (0..declared.functions.len()).map(|function| FunctionPlace { class, function }).collect();
        let own = own.into_iter().filter(|place| self.program.function(*place).name == CONSTRUCTOR).collect();
        let mut constructors = self.program.fitting(own, arguments.len());
        if constructors.is_empty() && declared.parameters.is_empty() {
            constructors = self.program.methods(class, CONSTRUCTOR, arguments.len());
        }
        let is_primary = !declared.parameters.is_empty() && arguments.len() <= declared.parameters.len();
        let mut inner = Frame { class, constructs: true, ..Frame::default() };
        let name = declared.name.clone();
        if is_primary {
            self.bind(&declared.parameters, arguments, &name, line, &mut inner, caller);
        } else if constructors.is_empty() && declared.declared.len() >= arguments.len() {
            for (at, (name, value)) in arguments.iter().enumerate() {
                let name = name.clone().unwrap_or_else(|| declared.declared[at].clone());
                inner.names.insert(name, value.clone());
            }
        } else if constructors.is_empty() {
            for (_, value) in arguments {
                self.escape(
                    line,
                    value,
                    &format!("is passed to a constructor of {name} that is not in these sources"),
                    caller,
                );
            }
        }
        for (parent, given) in &declared.supers {
            let values = self.values(given, &mut inner);
            if !values.is_empty() {
                let inherited = self.construct_named(parent, &values, line, &inner);
                inner.names.extend(inherited);
            }
        }
        inner.names.remove("this");
        let this = ValueSet::object(class, Some(inner.names.clone()));
        inner.names.insert("this".to_owned(), this);
        // An instance that a static field holds is made once.
        if self.constructing.insert(class) {
            for node in &declared.body {
                self.value(node, &mut inner);
            }
            self.constructing.remove(&class);
        }
        // What initializers assigned is in names; what they assigned by `this.` is in the instance.
        let mut fields = BTreeMap::new();
        for object in inner.names.remove("this").unwrap_or_default().objects {
            fields.extend(object.own.unwrap_or_default());
        }
        fields.extend(inner.names);
        for (field, value) in &fields {
            self.constructed.entry((class, field.clone())).or_default().join(value.clone());
        }
        // Deeper, an instance is any instance of its class.
        let is_deep = fields.values().any(|value| value.depth() > 4);
        let mut this = ValueSet::object(class, Some(fields).filter(|_| !is_deep));
        if !is_primary {
            for place in constructors {
                let outcome = self.run_function(place, &this, arguments, line, caller);
                this = if outcome.this.objects.is_empty() { this } else { outcome.this };
            }
        }
        self.depth -= 1;
        this
    }

    /// A call by the name of a class: its companion's `apply`, or an instance; `None` where no class has the name.
    pub(in crate::sources::follow) fn construct_any(
        &mut self,
        name: &str,
        arguments: &'p [Argument],
        given: &[Given],
        line: usize,
        scope: &mut Frame,
    ) -> Option<ValueSet> {
        let classes = self.program.classes_named(name);
        // Within the class itself its constructor is meant.
        let is_own = classes.iter().any(|class| self.program.around(scope.class).contains(class));
        let applies = classes.iter().flat_map(|class| self.program.methods(*class, "apply", arguments.len()));
        let applies: Vec<_> = applies.filter(|_| !is_own).collect();
        if !applies.is_empty() {
            return Some(self.invoke_filling(&applies, &ValueSet::default(), arguments, given, line, scope));
        }
        // An object of the class's name is not made.
        let is_made = |class: &usize| {
            let class = &self.program.classes[*class];
            let has_constructor = class.functions.iter().any(|function| function.name == CONSTRUCTOR);
            !class.parameters.is_empty() || !class.declared.is_empty() || has_constructor
        };
        let is_one_made = classes.iter().any(is_made);
        let caller = scope.clone();
        let classes = classes.into_iter().filter(|class| !is_one_made || is_made(class)).collect::<Vec<_>>();
        classes.into_iter().map(|class| self.construct(class, given, line, &caller)).reduce(ValueSet::joined)
    }

    /// The fields that a class around gets from what it extends.
    pub(in crate::sources::follow) fn construct_named(
        &mut self,
        name: &str,
        arguments: &[Given],
        line: usize,
        scope: &Frame,
    ) -> BTreeMap<String, ValueSet> {
        let classes = self.program.classes_named(name);
        if classes.is_empty() {
            for (_, value) in arguments {
                self.escape(line, value, &format!("is passed to {name}, which is not in these sources"), scope);
            }
        }
        let mut fields = BTreeMap::new();
        for class in classes {
            for object in self.construct(class, arguments, line, scope).objects {
                fields.extend(object.own.unwrap_or_default());
            }
        }
        fields
    }
}
