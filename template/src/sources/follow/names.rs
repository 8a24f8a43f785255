//! What names stand for, and what is assigned to them.

use std::collections::BTreeMap;

use super::{Frame, Walk};
use crate::sources::tree::{Node, Op, Target};
use crate::sources::value::{Object, Trail, ValueSet};

/// Where all groups come from: AWS's runtime library, and the function of AWS's Python examples.
pub(super) const ORIGINS: [&str; 2] = ["getApplicationProperties", "get_application_properties"];

impl<'p> Walk<'p> {
    pub(super) fn origin(&mut self, line: usize, scope: &Frame) -> ValueSet {
        self.found.origins.insert((self.file(scope), line));
        ValueSet::trail(Trail::All)
    }

    pub(super) fn name(&mut self, name: &str, line: usize, scope: &mut Frame) -> ValueSet {
        if let Some(value) = scope.names.get(name) {
            return value.clone();
        }
        if let Some(found) = self.known(name, line, scope) {
            return found;
        }
        match self.program.aliases[self.file(scope)].get(name).cloned() {
            Some(original) if original != name => self.known(&original, line, scope).unwrap_or_else(ValueSet::unknown),
            _ => ValueSet::unknown(),
        }
    }

    fn known(&mut self, name: &str, line: usize, scope: &mut Frame) -> Option<ValueSet> {
        let mut found: Option<ValueSet> = None;
        let this = scope.names.get("this").cloned().unwrap_or_default();
        for object in &this.objects {
            if let Some(value) = self.field(object, name) {
                found = Some(found.unwrap_or_default().joined(value));
            }
        }
        if found.is_some() {
            return found;
        }
        for around in self.program.around(scope.class) {
            if let Some(value) = self.field(&Object { class: around, own: None }, name) {
                return Some(value);
            }
        }
        // A function that is called by its name alone.
        let properties: Vec<_> = self.program.visible(scope.class, name, 0);
        let properties: Vec<_> =
            properties.into_iter().filter(|place| self.program.function(*place).is_property).collect();
        if !properties.is_empty() {
            return Some(self.invoke_all(&properties, &this, &[], line, scope));
        }
        if ORIGINS.contains(&name) && !self.program.has_function(name) {
            return Some(self.origin(line, scope));
        }
        for classes in [self.program.classes_named(name), self.program.modules_named(name)] {
            let all = classes.into_iter().map(|class| ValueSet::object(class, None)).reduce(ValueSet::joined);
            if all.is_some() {
                return all;
            }
        }
        // Imported: a field of any module or class.
        let fields = self.assigned.iter().chain(&self.constructed).filter(|((_, field), _)| field == name);
        fields.map(|(_, value)| value.clone()).reduce(ValueSet::joined)
    }

    /// A field of an instance, of the class itself where the instance is not known.
    pub(super) fn field(&self, object: &Object, name: &str) -> Option<ValueSet> {
        let mut found: Option<ValueSet> = object.own.as_ref().and_then(|own| own.get(name)).cloned();
        for class in self.program.family(object.class) {
            let key = (class, name.to_owned());
            let constructed = self.constructed.get(&key).filter(|_| object.own.is_none());
            for value in [constructed, self.assigned.get(&key)].into_iter().flatten() {
                found = Some(found.unwrap_or_default().joined(value.clone()));
            }
        }
        found
    }

    /// All constants of an enum, by the name that lists them.
    pub(super) fn constants(&self, object: &Object, name: &str) -> Option<ValueSet> {
        let names =
            self.program.classes[object.class].constants.iter().filter(|_| ["values", "entries"].contains(&name));
        names.filter_map(|constant| self.field(object, constant)).reduce(ValueSet::joined)
    }

    pub(super) fn member(&mut self, base: &'p Node, name: &str, line: usize, scope: &mut Frame) -> ValueSet {
        if ORIGINS.contains(&name) && !self.defines(base, name, scope) {
            return self.origin(line, scope);
        }
        let on = self.value(base, scope);
        let mut found = ValueSet::default();
        let mut is_known = false;
        for object in &on.objects {
            if let Some(value) = self.field(object, name).or_else(|| self.constants(object, name)) {
                found.join(value);
                is_known = true;
                continue;
            }
            let places = self.program.methods(object.class, name, 0);
            let places: Vec<_> = places.into_iter().filter(|place| self.program.function(*place).is_property).collect();
            if !places.is_empty() {
                let this = ValueSet { objects: [object.clone()].into(), ..ValueSet::default() };
                found.join(self.invoke_all(&places, &this, &[], line, scope));
                is_known = true;
            }
            // Python's answer to a name that it has not.
            let asked = self.program.methods(object.class, "__getattr__", 1);
            if places.is_empty() && !asked.is_empty() {
                let this = ValueSet { objects: [object.clone()].into(), ..ValueSet::default() };
                found.join(self.invoke_all(&asked, &this, &[(None, ValueSet::text(name))], line, scope));
                is_known = true;
            }
            let inner = self.program.classes_named(name);
            let inner = inner.into_iter().filter(|class| self.program.classes[*class].outer == Some(object.class));
            for class in inner.collect::<Vec<_>>() {
                found.join(ValueSet::object(class, None));
                is_known = true;
            }
        }
        // Python's and Scala's constants of an enum: `.value`.
        if ["value", "key", "toString"].contains(&name) && !on.texts.is_empty() {
            found.texts.extend(on.texts.clone());
            is_known = true;
        }
        if on.leads() || !on.trails.is_empty() {
            let called = self.on_trails(&on, name, &[], Some(base), line, scope);
            found.join(called);
            is_known = true;
        }
        for closure in &on.closures {
            let value = self.apply(closure, &[], None, line);
            found.join(value);
            is_known = true;
        }
        if is_known { found } else { ValueSet::unknown() }
    }

    /// Whether the sources have such a function themselves: then it is followed.
    pub(super) fn defines(&mut self, base: &'p Node, name: &str, scope: &mut Frame) -> bool {
        let Op::Name(class) = &base.op else { return self.program.has_function(name) };
        if class == "KinesisAnalyticsRuntime" {
            return false;
        }
        let on = self.name(class, base.line, scope);
        on.objects.iter().any(|object| {
            let family = self.program.family(object.class);
            family.iter().any(|class| self.program.classes[*class].functions.iter().any(|one| one.name == name))
        })
    }

    pub(super) fn set(&mut self, name: &str, value: ValueSet, declares: bool, scope: &mut Frame) {
        if name == "_" {
            return;
        }
        if scope.globals.contains(name) {
            let module = self.program.around(scope.class).last().copied().unwrap_or_default();
            self.assigned.entry((module, name.to_owned())).or_default().join(value);
            return;
        }
        if !declares && !scope.names.contains_key(name) {
            let this = scope.names.get("this").cloned().unwrap_or_default();
            let holder = this.objects.iter().map(|object| object.class).chain(self.program.around(scope.class));
            let holder: Vec<usize> = holder.flat_map(|class| self.program.family(class)).collect();
            if let Some(class) = holder.into_iter().find(|class| self.declares(*class, name)) {
                let object = this.objects.iter().find(|object| self.program.family(object.class).contains(&class));
                let base = object.map_or_else(
                    || ValueSet::object(class, None),
                    |object| ValueSet { objects: [object.clone()].into(), ..ValueSet::default() },
                );
                self.set_field(&base, name, &value, 0, scope);
                return;
            }
        }
        scope.names.insert(name.to_owned(), value);
    }

    fn declares(&self, class: usize, name: &str) -> bool {
        let class = &self.program.classes[class];
        let is_named =
            |node: &Node| matches!(&node.op, Op::Assign(Target::Name { name: assigned, .. }, _) if assigned == name);
        let assigns = |node: &Node| match &node.op {
            Op::Block(parts) => parts.iter().any(is_named),
            _ => is_named(node),
        };
        class.declared.iter().any(|declared| declared == name)
            || class.parameters.iter().any(|parameter| parameter.names.iter().any(|one| one == name))
            || class.body.iter().any(assigns)
    }

    pub(super) fn set_field(&mut self, base: &ValueSet, name: &str, value: &ValueSet, line: usize, scope: &mut Frame) {
        if base.objects.is_empty() {
            self.escape(
                line,
                value,
                &format!("is assigned to {name} of something that is not in these sources"),
                scope,
            );
            return;
        }
        for object in &base.objects {
            let key = (object.class, name.to_owned());
            if scope.constructs && object.own.is_some() {
                self.constructed.entry(key).or_default().join(value.clone());
            } else {
                self.assigned.entry(key).or_default().join(value.clone());
            }
        }
        if scope.constructs
            && let Some(this) = scope.names.get("this").cloned()
            && this == *base
        {
            let set = |mut object: Object| {
                object.own.get_or_insert_with(BTreeMap::new).insert(name.to_owned(), value.clone());
                object
            };
            let is_new = this.objects.iter().all(|object| object.own.is_some());
            if is_new {
                let made = ValueSet { objects: this.objects.into_iter().map(set).collect(), ..ValueSet::default() };
                let own: Vec<String> =
                    scope.names.iter().filter(|(_, held)| *held == base).map(|(name, _)| name.clone()).collect();
                for name in own {
                    scope.names.insert(name, made.clone());
                }
            }
        }
    }

    /// A value of a declared type of which nothing else is known is some instance of it.
    pub(super) fn typed(&self, value: ValueSet, of: Option<&str>) -> ValueSet {
        let classes = of.filter(|_| value.is_unknown() && value.open).map(|of| self.program.classes_named(of));
        let classes = classes.into_iter().flatten();
        classes.fold(value, |value, class| value.joined(ValueSet::object(class, None)))
    }

    /// Of all implicit values those that a type of the sources takes; where the type is not in them, all.
    pub(super) fn summoned(&self, mut value: ValueSet, of: Option<&str>) -> ValueSet {
        let classes = of.map(|of| self.program.classes_named(of)).unwrap_or_default();
        if !classes.is_empty() {
            value.trails.clear();
            let is_one = |object: &Object| {
                let family = self.program.family(object.class);
                classes.iter().any(|class| family.contains(class))
            };
            value.objects.retain(is_one);
        }
        value
    }
}
