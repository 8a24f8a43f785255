//! Functions: run once for each set of arguments, and the order in which everything is run.

use std::collections::{BTreeMap, BTreeSet};

use super::{Found, Scope, Walk};
use crate::sources::program::{Place, Program};
use crate::sources::tree::{Argument, CONSTRUCTOR, Node, Op, Parameter};
use crate::sources::value::{Object, Value};

/// A run of a function.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Call {
    place: Place,
    this: Value,
    arguments: Vec<Given>,
    optional: bool,
    quiet: bool,
}

/// A value with the name that it was given by.
pub(super) type Given = (Option<String>, Value);

/// What a run leaves.
#[derive(Debug, Clone, Default)]
pub(super) struct Outcome {
    pub(super) value: Value,
    pub(super) this: Value,
    /// Arguments that got properties put in, by position.
    pub(super) filled: BTreeMap<usize, Value>,
}

/// Rounds until what is known of fields no longer changes.
const ROUNDS: usize = 12;

/// Runs all sources.
pub(in crate::sources) fn run(program: &Program) -> Found {
    let mut walk = Walk {
        program,
        found: Found::default(),
        assigned: BTreeMap::new(),
        constructed: BTreeMap::new(),
        lambdas: Vec::new(),
        results: BTreeMap::new(),
        running: BTreeSet::new(),
        applying: BTreeSet::new(),
        waiting: BTreeSet::new(),
        constructing: BTreeSet::new(),
        refill: Vec::new(),
        evaluated: BTreeSet::new(),
        escaped: BTreeSet::new(),
        made: BTreeSet::new(),
        handed: BTreeSet::new(),
        dead: 0,
        depth: 0,
        steps: 0,
        quiet: 0,
        optional: 0,
        asked: Vec::new(),
    };
    let mut settled = false;
    for _ in 0..ROUNDS {
        let before = (walk.assigned.clone(), walk.constructed.clone());
        walk.found = Found::default();
        walk.results.clear();
        walk.evaluated.clear();
        walk.escaped.clear();
        walk.waiting.clear();
        walk.round();
        settled = before == (walk.assigned.clone(), walk.constructed.clone());
        if settled {
            break;
        }
    }
    if !settled || walk.steps > super::STEPS {
        walk.found.lost.insert((
            0,
            1,
            "the sources are too large or too entangled to be followed to the end".to_owned(),
        ));
    }
    let checked = std::mem::take(&mut walk.found.checked);
    for (key, read) in &mut walk.found.keys {
        read.has_default |= checked.contains(key);
    }
    walk.found
}

impl<'p> Walk<'p> {
    fn round(&mut self) {
        let program = self.program;
        (0..program.classes.len()).for_each(|class| self.initialize(class));
        let places =
            |class: usize| (0..program.classes[class].functions.len()).map(move |function| Place { class, function });
        let all: Vec<Place> = (0..program.classes.len()).flat_map(places).collect();
        // First what nobody calls; then what no call reached.
        for is_first in [true, false] {
            for place in &all {
                let function = program.function(*place);
                let name =
                    if function.name == CONSTRUCTOR { &program.classes[place.class].name } else { &function.name };
                if self.evaluated.contains(place) || is_first && program.called.contains(name) {
                    continue;
                }
                self.alone(*place);
            }
            let waiting: Vec<_> = std::mem::take(&mut self.waiting).into_iter().collect();
            for closure in waiting {
                let scope = Scope { class: self.lambdas[closure.lambda].class, ..Scope::default() };
                let line = self.lambdas[closure.lambda].function.line;
                let value = Value { closures: [closure].into(), ..Value::default() };
                self.escape(line, &value, "", &scope);
            }
        }
    }

    /// What a class or a module does when it is loaded.
    fn initialize(&mut self, class: usize) {
        let this = Value::object(class, None);
        let mut scope = Scope { class, names: [("this".to_owned(), this)].into(), ..Scope::default() };
        let declared = &self.program.classes[class];
        for argument in declared.supers.iter().flat_map(|(_, arguments)| arguments) {
            self.value(&argument.value, &mut scope);
        }
        for node in &declared.body {
            self.value(node, &mut scope);
        }
        let line = declared.body.last().map_or(1, |node| node.line);
        let returned = std::mem::take(&mut scope.returned);
        self.escape(line, &returned, "is returned", &scope);
        scope.names.remove("this");
        for (name, value) in scope.names {
            self.constructed.entry((class, name)).or_default().join(value);
        }
    }

    /// A function that no source calls: its arguments are not known.
    fn alone(&mut self, place: Place) {
        let this = Value::object(place.class, None);
        let scope = Scope { class: place.class, ..Scope::default() };
        let function = self.program.function(place);
        // A method that no source calls, of a class whose instances all stay in the sources.
        let class = &self.program.classes[place.class];
        let stays = self.made.contains(&place.class) && !self.handed.contains(&place.class);
        let dead = stays && class.supers.is_empty();
        self.dead += usize::from(dead);
        let value = self.invoke(place, &this, &[], function.line, &scope);
        self.dead -= usize::from(dead);
        // So is an accessor of a field.
        if dead || !function.body.any(&|node| matches!(node.op, Op::Call(..))) && !class.is_module {
            return;
        }
        let what = format!("is returned by {}, and no source that is read calls it", function.name);
        self.escape(function.line, &value, &what, &scope);
    }

    pub(super) fn invoke(
        &mut self,
        place: Place,
        this: &Value,
        arguments: &[Given],
        line: usize,
        caller: &Scope,
    ) -> Value {
        self.run_function(place, this, arguments, line, caller).value
    }

    /// Runs each of them, and joins what they return.
    pub(super) fn invoke_all(
        &mut self,
        places: &[Place],
        this: &Value,
        arguments: &[Given],
        line: usize,
        caller: &Scope,
    ) -> Value {
        let mut whole = Value::default();
        for place in places {
            let this = self.seen_by(*place, this);
            whole.join(self.invoke(*place, &this, arguments, line, caller));
        }
        whole
    }

    /// `this` for a function: the instance, if it is of the function's class; else some instance.
    pub(super) fn seen_by(&self, place: Place, this: &Value) -> Value {
        if self.program.function(place).extends {
            return this.clone();
        }
        let fits = |object: &&Object| self.program.family(object.class).contains(&place.class);
        let objects: BTreeSet<Object> = this.objects.iter().filter(fits).cloned().collect();
        if objects.is_empty() { Value::object(place.class, None) } else { Value { objects, ..Value::default() } }
    }

    pub(super) fn run_function(
        &mut self,
        place: Place,
        this: &Value,
        arguments: &[Given],
        line: usize,
        caller: &Scope,
    ) -> Outcome {
        let call = Call {
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
            return Outcome::default();
        }
        if !self.running.insert(call.clone()) {
            return Outcome::default();
        }
        self.evaluated.insert(place);
        self.depth += 1;
        let function = self.program.function(place);
        let constructs = function.name == CONSTRUCTOR;
        let mut inner = Scope { class: place.class, constructs, ..Scope::default() };
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
        let outcome = Outcome { value: value.joined(inner.returned), this, filled };
        self.results.insert(call, outcome.clone());
        outcome
    }

    pub(super) fn bind(
        &mut self,
        parameters: &'p [Parameter],
        arguments: &[Given],
        of: &str,
        line: usize,
        inner: &mut Scope,
        caller: &Scope,
    ) {
        let mut given: Vec<Option<Value>> = vec![None; parameters.len()];
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
                Some(at) => given[at].get_or_insert_with(Value::default).join(value.clone()),
                None => self.escape(line, value, &format!("is passed to {of}, which takes no such argument"), caller),
            }
        }
        for (parameter, value) in parameters.iter().zip(given) {
            let value = match (value, &parameter.default) {
                (Some(value), _) => value,
                (None, Some(default)) => self.value(default, inner),
                (None, None) => Value::unknown(),
            };
            let value = self.typed(value, parameter.of.as_deref());
            match parameter.names.as_slice() {
                [name] => drop(inner.names.insert(name.clone(), value)),
                names => self.spread(names, &value, line, inner),
            }
        }
    }

    /// Makes an instance.
    pub(super) fn construct(&mut self, class: usize, arguments: &[Given], line: usize, caller: &Scope) -> Value {
        if self.depth > 40 {
            return Value::object(class, None);
        }
        self.depth += 1;
        self.made.insert(class);
        let declared = &self.program.classes[class];
        let own: Vec<Place> = (0..declared.functions.len()).map(|function| Place { class, function }).collect();
        let own = own.into_iter().filter(|place| self.program.function(*place).name == CONSTRUCTOR).collect();
        let mut constructors = self.program.fitting(own, arguments.len());
        if constructors.is_empty() && declared.parameters.is_empty() {
            constructors = self.program.methods(class, CONSTRUCTOR, arguments.len());
        }
        let is_primary = !declared.parameters.is_empty() && arguments.len() <= declared.parameters.len();
        let mut inner = Scope { class, constructs: true, ..Scope::default() };
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
        let this = Value::object(class, Some(inner.names.clone()));
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
        let mut this = Value::object(class, Some(fields).filter(|_| !is_deep));
        if !is_primary {
            for place in constructors {
                let outcome = self.run_function(place, &this, arguments, line, caller);
                this = if outcome.this.objects.is_empty() { this } else { outcome.this };
            }
        }
        self.depth -= 1;
        this
    }

    /// The fields that a class around gets from what it extends.
    pub(super) fn construct_named(
        &mut self,
        name: &str,
        arguments: &[Given],
        line: usize,
        scope: &Scope,
    ) -> BTreeMap<String, Value> {
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

    pub(super) fn values(&mut self, arguments: &'p [Argument], scope: &mut Scope) -> Vec<Given> {
        arguments.iter().map(|argument| (argument.name.clone(), self.value(&argument.value, scope))).collect()
    }
}

/// Whether this name is used.
pub(super) fn mentions(node: &Node, name: &str) -> bool {
    node.any(&|node| match &node.op {
        Op::Name(used) | Op::Member(_, used) => used == name,
        _ => false,
    })
}
