//! What libraries do with property groups: the methods of maps, lists, options, streams and of Flink's `ParameterTool`, in four languages.

use std::collections::BTreeSet;

use super::functions::Given;
use super::lost::known;
use super::words::{ASKS, CHOOSES, EACH, FILLS, HARMLESS, IMPLICIT, LISTS, PARTS, READS, RUNS, SAME};
use super::{Scope, Walk};
use crate::sources::tree::Node;
use crate::sources::value::{Ids, Trail, Value};

/// Whether maps have such a method.
pub(super) fn is_method(name: &str) -> bool {
    READS.contains(&name)
        || ASKS.contains(&name)
        || LISTS.contains(&name)
        || SAME.contains(&name)
        || HARMLESS.contains(&name)
}

/// Whether a second argument stands in for a value that is missing; `null` does not.
fn has_default(given: &[Given]) -> bool {
    given.get(1).is_some_and(|(_, value)| value.open || !value.is_unknown())
}

impl<'p> Walk<'p> {
    pub(super) fn on_trails(
        &mut self,
        on: &Value,
        name: &str,
        given: &[Given],
        base: &'p Node,
        line: usize,
        scope: &mut Scope,
    ) -> Value {
        self.on_trails_of(on, name, given, Some(base), line, scope)
    }

    /// A method on groups.
    pub(super) fn on_trails_of(
        &mut self,
        on: &Value,
        name: &str,
        given: &[Given],
        base: Option<&'p Node>,
        line: usize,
        scope: &mut Scope,
    ) -> Value {
        let leads = given.iter().any(|(_, value)| value.leads());
        if let Some(base) = base.filter(|_| leads && (FILLS.contains(&name) || name == "mergeWith")) {
            let nothing = Value::default();
            match given {
                [(_, one)] if name == "mergeWith" => return on.merged(one),
                [(_, one)] => self.fill(base, &nothing, one, line, scope),
                [(_, key), (_, held), ..] => self.fill(base, key, held, line, scope),
                [] => {}
            }
            return on.clone();
        }
        if name == "mergeWith" {
            return on.clone();
        }
        let mut whole = Value::default();
        for trail in &on.trails {
            let value = match trail {
                Trail::File => self.on_file(name, given, line, scope),
                Trail::All => self.on_all(name, given, line, scope),
                Trail::Pair(ids) => self.on_pair(ids, name, given, line, scope),
                Trail::Id(_) => Value::unknown(),
                Trail::Group(ids) => self.on_group(ids, name, given, line, scope),
                Trail::Item(ids) => self.on_item(ids, name, given, line, scope),
            };
            whole.join(value);
        }
        whole
    }

    fn unknown_use(&mut self, trail: Trail, name: &str, given: &[Given], line: usize, scope: &Scope) -> Value {
        self.lose(
            line,
            &Value::trail(trail),
            &format!("is used by {name}, of which it is not known what it reads"),
            scope,
        );
        for (_, value) in given {
            self.escape(line, value, &format!("is passed to {name}, of which it is not known what it does"), scope);
        }
        Value::unknown()
    }

    fn on_file(&mut self, name: &str, given: &[Given], line: usize, scope: &mut Scope) -> Value {
        let first = given.first().map(|(_, value)| value);
        if HARMLESS.contains(&name) {
            return Value::unknown();
        }
        if READS.contains(&name) && first.is_some_and(|first| !first.texts.is_empty() || first.is_number) {
            return self.on_all(name, given, line, scope);
        }
        for (_, value) in given {
            self.escape(line, value, &format!("is passed to {name}"), scope);
        }
        Value::trail(Trail::File)
    }

    fn on_all(&mut self, name: &str, given: &[Given], line: usize, scope: &mut Scope) -> Value {
        let first = given.first().map(|(_, value)| value);
        if HARMLESS.contains(&name) || ASKS.contains(&name) || FILLS.contains(&name) {
            return Value::unknown();
        }
        if given.iter().any(|(_, value)| !value.closures.is_empty()) && first.is_none_or(|first| first.texts.is_empty())
        {
            return self.for_each(&Trail::All, name, given, line, scope);
        }
        match name {
            "keySet" | "keys" | "stringPropertyNames" => return Value::trail(Trail::Id(None)),
            "values" => return Value::trail(Trail::Group(None)),
            _ => {}
        }
        let Some(first) = first.filter(|_| READS.contains(&name)) else {
            return if SAME.contains(&name) {
                Value::trail(Trail::All)
            } else {
                self.unknown_use(Trail::All, name, given, line, scope)
            };
        };
        if first.is_number {
            return Value::trail(Trail::Pair(None));
        }
        let has_default = has_default(given);
        let mut whole = Value::default();
        for id in &first.texts {
            whole.join(self.group(id, line, has_default, scope));
        }
        let ids: Vec<Ids> = first
            .trails
            .iter()
            .filter_map(|trail| if let Trail::Id(ids) = trail { Some(ids.clone()) } else { None })
            .collect();
        for ids in &ids {
            whole.join(Value::trail(Trail::Group(ids.clone())));
        }
        if first.texts.is_empty() && ids.is_empty() || first.open {
            self.lose(
                line,
                &Value::trail(Trail::All),
                &format!("is asked by {name} for a group whose ID is put together or comes from elsewhere"),
                scope,
            );
            whole.join(Value::trail(Trail::Group(None)));
        }
        whole
    }

    fn on_pair(&mut self, ids: &Ids, name: &str, given: &[Given], line: usize, scope: &mut Scope) -> Value {
        let first = given.first().map(|(_, value)| value);
        let member = first.filter(|_| ["[]", "get", "getOrDefault", "apply", "pop"].contains(&name));
        let word = member.and_then(|member| member.texts.first()).map_or(name, String::as_str);
        match word {
            "PropertyGroupId" | "getKey" | "key" | "_1" | "getPropertyGroupId" | "propertyGroupId" | "component1" => {
                return Value::trail(Trail::Id(ids.clone()));
            }
            "PropertyMap" | "getValue" | "value" | "_2" | "getPropertyMap" | "propertyMap" | "component2" => {
                for id in known(ids) {
                    self.group(&id, line, false, scope);
                }
                return Value::trail(Trail::Group(ids.clone()));
            }
            _ => {}
        }
        let trail = Trail::Pair(ids.clone());
        if given.iter().any(|(_, value)| !value.closures.is_empty()) {
            return self.for_each(&trail, name, given, line, scope);
        }
        if HARMLESS.contains(&name) {
            return Value::unknown();
        }
        if SAME.contains(&name) || member.is_some_and(|member| member.is_number) {
            return Value::trail(trail);
        }
        self.unknown_use(trail, name, given, line, scope)
    }

    fn on_group(&mut self, ids: &Ids, name: &str, given: &[Given], line: usize, scope: &mut Scope) -> Value {
        let trail = Trail::Group(ids.clone());
        let first = given.first().map(|(_, value)| value);
        let texts = first.map(|first| first.texts.clone()).unwrap_or_default();
        let is_open = first.is_some_and(|first| first.open || first.texts.is_empty())
            && !first.is_some_and(|first| first.is_number);
        if HARMLESS.contains(&name) {
            return Value::unknown();
        }
        if FILLS.contains(&name) && name != "setdefault" {
            return Value::unknown();
        }
        if name == "fold" {
            return Value::trail(trail);
        }
        if given.iter().any(|(_, value)| !value.closures.is_empty()) && texts.is_empty() {
            return self.for_each(&trail, name, given, line, scope);
        }
        if ASKS.contains(&name) && !texts.is_empty() {
            for key in &texts {
                let value = self.read(ids, key, line, true, scope);
                match self.asked.last_mut() {
                    Some(asked) => asked.extend(value.read),
                    None => self.found.checked.extend(value.read),
                }
            }
            return Value::unknown();
        }
        let mut whole = Value::default();
        if !texts.is_empty() {
            for key in &texts {
                whole.join(self.read(ids, key, line, has_default(given), scope));
            }
            if !is_open {
                return whole;
            }
        }
        if is_open && (READS.contains(&name) || ASKS.contains(&name) || !texts.is_empty()) {
            self.lose(
                line,
                &Value::trail(trail),
                &format!("is asked by {name} for a key that is put together or comes from elsewhere"),
                scope,
            );
            return Value::unknown();
        }
        if LISTS.contains(&name) {
            return Value::trail(Trail::Item(ids.clone()));
        }
        if SAME.contains(&name) || first.is_some_and(|first| first.is_number) {
            return Value::trail(trail);
        }
        self.unknown_use(trail, name, given, line, scope)
    }

    fn on_item(&mut self, ids: &Ids, name: &str, given: &[Given], line: usize, scope: &mut Scope) -> Value {
        let trail = Trail::Item(ids.clone());
        if given.iter().any(|(_, value)| !value.closures.is_empty()) {
            return self.for_each(&trail, name, given, line, scope);
        }
        match name {
            "collect" | "toMap" | "associate" => Value::trail(Trail::Group(ids.clone())),
            _ if PARTS.contains(&name) || SAME.contains(&name) => Value::trail(trail),
            "hasNext" | "hasMoreElements" | "isEmpty" | "size" => Value::unknown(),
            _ => self.unknown_use(trail, name, given, line, scope),
        }
    }

    /// A method that takes a lambda.
    fn for_each(&mut self, trail: &Trail, name: &str, given: &[Given], line: usize, scope: &mut Scope) -> Value {
        let pair = |ids: &Ids| (Trail::Id(ids.clone()), Trail::Group(ids.clone()));
        let item = |ids: &Ids| (Trail::Item(ids.clone()), Trail::Item(ids.clone()));
        let (element, two) = match trail {
            Trail::File | Trail::All | Trail::Id(_) => (Trail::Pair(None), pair(&None)),
            Trail::Pair(ids) => (trail.clone(), pair(ids)),
            Trail::Group(ids) => (trail.clone(), item(ids)),
            Trail::Item(ids) => (trail.clone(), item(ids)),
        };
        let is_each = EACH.contains(&name);
        if !is_each && !SAME.contains(&name) && !RUNS.contains(&name) {
            return self.unknown_use(trail.clone(), name, given, line, scope);
        }
        let mut whole = Value::default();
        for closure in given.iter().flat_map(|(_, value)| value.closures.clone()) {
            let function = self.lambdas[closure.lambda].function;
            let takes: usize = function.parameters.len();
            let is_two = takes == 2 || function.parameters.first().is_some_and(|one| one.names.len() == 2);
            let own = Value::trail(if is_each { element.clone() } else { trail.clone() });
            let arguments = if takes == 2 {
                vec![Value::trail(two.0.clone()), Value::trail(two.1.clone())]
            } else if is_two {
                let both = if let Trail::Group(ids) = trail { Trail::Item(ids.clone()) } else { element.clone() };
                vec![Value::trail(both)]
            } else if takes == 0 {
                Vec::new()
            } else {
                vec![own.clone()]
            };
            let this = Some(&own).filter(|_| IMPLICIT.contains(&name));
            let result = self.apply(&closure, &arguments, this, line);
            if !CHOOSES.contains(&name) && name != "forEach" && name != "also" {
                whole.join(result);
            }
            if CHOOSES.contains(&name) {
                let texts = self.chosen(&closure);
                let known = |ids: &Ids| ids.clone().or_else(|| Some(texts.clone()).filter(|texts| !texts.is_empty()));
                let narrowed = match &own.trails.first() {
                    Some(Trail::Pair(ids)) => Trail::Pair(known(ids)),
                    Some(other) => (*other).clone(),
                    None => continue,
                };
                whole.join(Value::trail(narrowed));
            }
        }
        if name == "also" || name == "apply" || name == "onEach" {
            whole.join(Value::trail(trail.clone()));
        }
        if ["orElseGet", "getOrElse", "orElse", "orElseThrow"].contains(&name) {
            whole.join(Value::trail(trail.clone()));
        }
        whole.open = true;
        whole
    }

    /// The IDs with which the condition of a filter compares.
    fn chosen(&mut self, closure: &crate::sources::value::Closure) -> BTreeSet<String> {
        let function = self.lambdas[closure.lambda].function;
        let mut scope =
            Scope { class: self.lambdas[closure.lambda].class, names: (*closure.names).clone(), ..Scope::default() };
        for parameter in &function.parameters {
            match parameter.names.as_slice() {
                [name] => drop(scope.names.insert(name.clone(), Value::trail(Trail::Pair(None)))),
                names => self.spread(names, &Value::trail(Trail::Pair(None)), 0, &mut scope),
            }
        }
        let body = match &function.body.op {
            crate::sources::tree::Op::Block(parts) if parts.len() == 1 => &parts[0],
            crate::sources::tree::Op::Return(parts) if parts.len() == 1 => &parts[0],
            _ => &function.body,
        };
        self.narrow(body, true, &mut scope);
        let ids = scope.names.values().flat_map(|value| &value.trails).filter_map(|trail| match trail {
            Trail::Pair(ids) | Trail::Group(ids) => ids.clone(),
            Trail::File | Trail::All | Trail::Id(_) | Trail::Item(_) => None,
        });
        ids.flatten().collect()
    }
}
