//! Methods of one group's map and of its entries, and methods that take a lambda.

use std::collections::BTreeSet;

use super::calls::functions::Given;
use super::calls::library::has_default;
use super::words::{ASKS, CHOOSES, EACH, FILLS, HARMLESS, IMPLICIT, LISTS, PARTS, READS, RUNS, SAME};
use super::{Frame, Walk};
use crate::sources::value::{Ids, Trail, ValueSet};

impl Walk<'_> {
    pub(super) fn on_group(
        &mut self,
        ids: &Ids,
        name: &str,
        given: &[Given],
        line: usize,
        scope: &mut Frame,
    ) -> ValueSet {
        let trail = Trail::Group(ids.clone());
        let first = given.first().map(|(_, value)| value);
        let texts = first.map(|first| first.texts.clone()).unwrap_or_default();
        let is_open = first.is_some_and(|first| first.open || first.texts.is_empty())
            && !first.is_some_and(|first| first.is_number);
        if HARMLESS.contains(&name) {
            return ValueSet::unknown();
        }
        if FILLS.contains(&name) && name != "setdefault" {
            return ValueSet::unknown();
        }
        // What these are given stands in for a group that is missing.
        if ["fold", "toRight", "toLeft"].contains(&name) {
            return ValueSet::trail(trail);
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
            return ValueSet::unknown();
        }
        let mut whole = ValueSet::default();
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
                &ValueSet::trail(trail),
                &format!("is asked by {name} for a key that is put together or comes from elsewhere"),
                scope,
            );
            return ValueSet::unknown();
        }
        if LISTS.contains(&name) {
            return ValueSet::trail(Trail::Item(ids.clone()));
        }
        if SAME.contains(&name) || first.is_some_and(|first| first.is_number) {
            return ValueSet::trail(trail);
        }
        self.unknown_use(trail, name, given, line, scope)
    }

    pub(super) fn on_item(
        &mut self,
        ids: &Ids,
        name: &str,
        given: &[Given],
        line: usize,
        scope: &mut Frame,
    ) -> ValueSet {
        let trail = Trail::Item(ids.clone());
        if given.iter().any(|(_, value)| !value.closures.is_empty()) {
            return self.for_each(&trail, name, given, line, scope);
        }
        match name {
            "collect" | "toMap" | "associate" => ValueSet::trail(Trail::Group(ids.clone())),
            _ if PARTS.contains(&name) || SAME.contains(&name) => ValueSet::trail(trail),
            "hasNext" | "hasMoreElements" | "isEmpty" | "size" => ValueSet::unknown(),
            _ => self.unknown_use(trail, name, given, line, scope),
        }
    }

    /// A method that takes a lambda.
    pub(super) fn for_each(
        &mut self,
        trail: &Trail,
        name: &str,
        given: &[Given],
        line: usize,
        scope: &mut Frame,
    ) -> ValueSet {
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
        let mut whole = ValueSet::default();
        for closure in given.iter().flat_map(|(_, value)| value.closures.clone()) {
            let function = self.lambdas[closure.lambda].function;
            let takes: usize = function.parameters.len();
            let is_two = takes == 2 || function.parameters.first().is_some_and(|one| one.names.len() == 2);
            let own = ValueSet::trail(if is_each { element.clone() } else { trail.clone() });
            let arguments = if takes == 2 {
                vec![ValueSet::trail(two.0.clone()), ValueSet::trail(two.1.clone())]
            } else if is_two {
                let both = if let Trail::Group(ids) = trail { Trail::Item(ids.clone()) } else { element.clone() };
                vec![ValueSet::trail(both)]
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
                whole.join(ValueSet::trail(narrowed));
            }
        }
        if ["also", "apply", "onEach", "orElseGet", "getOrElse", "orElse", "orElseThrow"].contains(&name) {
            whole.join(ValueSet::trail(trail.clone()));
        }
        whole.open = true;
        whole
    }

    /// The IDs with which the condition of a filter compares.
    pub(super) fn chosen(&mut self, closure: &crate::sources::value::Closure) -> BTreeSet<String> {
        let function = self.lambdas[closure.lambda].function;
        let mut scope =
            Frame { class: self.lambdas[closure.lambda].class, names: (*closure.names).clone(), ..Frame::default() };
        for parameter in &function.parameters {
            match parameter.names.as_slice() {
                [name] => drop(scope.names.insert(name.clone(), ValueSet::trail(Trail::Pair(None)))),
                names => self.spread(names, &ValueSet::trail(Trail::Pair(None)), 0, &mut scope),
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
