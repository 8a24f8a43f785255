//! Calls of what is not in the sources, and what is put into collections.

use super::functions::Given;
use crate::sources::follow::words::{FILLS, HANDS_ON, IMPLICIT, IS_READ, MAKES, RUNS};
use crate::sources::follow::{Frame, Walk};
use crate::sources::tree::{Argument, Node, Op};
use crate::sources::value::{Trail, ValueSet};

impl<'p> Walk<'p> {
    /// A call of what is not in the sources.
    pub(in crate::sources::follow) fn foreign(
        &mut self,
        name: &str,
        on: Option<(&'p Node, &ValueSet)>,
        arguments: &'p [Argument],
        given: &[Given],
        line: usize,
        scope: &mut Frame,
    ) -> ValueSet {
        let values: Vec<&ValueSet> = given.iter().map(|(_, value)| value).collect();
        if RUNS.contains(&name) && values.iter().any(|value| !value.closures.is_empty()) {
            let mut whole = ValueSet::default();
            let element = values.iter().find(|value| value.closures.is_empty()).map(|value| (*value).clone());
            for value in &values {
                for closure in &value.closures {
                    let given: Vec<ValueSet> = element.iter().cloned().collect();
                    let this = element.as_ref().filter(|_| IMPLICIT.contains(&name));
                    whole.join(self.apply(closure, &given, this, line));
                }
                if value.closures.is_empty() {
                    whole.join((*value).clone());
                }
            }
            return whole;
        }
        if let Some((base, _)) = on.filter(|_| FILLS.contains(&name)) {
            match values.as_slice() {
                [one] if one.leads() => self.fill(base, &ValueSet::default(), one, line, scope),
                [key, held, ..] if held.leads() || key.leads() => self.fill(base, key, held, line, scope),
                _ => {}
            }
            return ValueSet::unknown();
        }
        if HANDS_ON.contains(&name) {
            return self.handed_on(name, &values, line, scope);
        }
        // A helper that is not in the sources, such as `property_map(properties, "Group")`.
        for at in 0..values.len() {
            let key = values.get(at + 1).filter(|key| !key.texts.is_empty());
            if let Some(key) = key
                .filter(|_| name != "getattr" && values[at].leads())
                .filter(|_| IS_READ.any(|word| name.to_lowercase().contains(word)))
            {
                let given = std::iter::once((None, (*key).clone()));
                let rest = values[at + 2..].iter().map(|value| (None, (*value).clone()));
                let given: Vec<Given> = given.chain(rest).collect();
                return self.on_trails(values[at], "get", &given, None, line, scope);
            }
        }
        let mut whole = ValueSet::unknown();
        for value in &values {
            if value.trails.contains(&Trail::File) {
                let parses = ["load", "json", "parse", "readvalue", "readtree", "decode"];
                let is_parsed = parses.iter().any(|word| name.to_lowercase().contains(word));
                whole.trails.insert(if is_parsed { Trail::All } else { Trail::File });
            }
            let mut others = (*value).clone();
            others.trails.remove(&Trail::File);
            if self.quiet > 0 {
                others.trails.clear();
            }
            self.escape(line, &others, &format!("is passed to {name}, which is not in these sources"), scope);
        }
        let is_made = name.starts_with(char::is_uppercase) && on.is_none() || MAKES.contains(&name);
        if is_made && arguments.iter().all(|argument| !matches!(argument.value.op, Op::Lambda(_))) {
            whole.made.insert((self.file(scope), line));
        }
        whole
    }

    /// What comes back as it was given, or in another wrapping.
    pub(in crate::sources::follow) fn handed_on(
        &mut self,
        name: &str,
        values: &[&ValueSet],
        line: usize,
        scope: &mut Frame,
    ) -> ValueSet {
        let mut whole = ValueSet::default();
        for value in values {
            if value.leads() || !value.objects.is_empty() || !value.closures.is_empty() || values.len() == 1 {
                whole.join((*value).clone());
            } else if MAKES.contains(&name) {
                whole.texts.extend(value.texts.clone());
                whole.open |= value.open;
            }
            whole.read.extend(value.read.clone());
        }
        if values.is_empty() || whole.is_unknown() {
            whole.open = true;
        }
        if let Some(closure) = whole.closures.first().cloned().filter(|_| whole.closures.len() > 1 || name == "filter")
        {
            self.escape(line, &ValueSet { closures: [closure].into(), ..ValueSet::default() }, "", scope);
        }
        whole.made.insert((self.file(scope), line));
        whole
    }

    /// Properties are put into a collection.
    pub(in crate::sources::follow) fn fill(
        &mut self,
        base: &'p Node,
        key: &ValueSet,
        held: &ValueSet,
        line: usize,
        scope: &mut Frame,
    ) {
        let into = self.value(base, scope);
        let whole = key.is_unknown() && !key.open;
        let entry = if whole { Some(held.clone()) } else { Self::entry(key, held) };
        let Some(entry) = entry else {
            self.escape(line, held, "is put into a collection", scope);
            self.lose(line, key, "is put into a collection", scope);
            return;
        };
        if !entry.leads() {
            return;
        }
        if into.made.is_empty() && into.trails.is_empty() {
            self.lose(line, &entry, "is put into a collection that is not made here", scope);
            return;
        }
        let is_group =
            |value: &ValueSet| value.trails.iter().all(|trail| matches!(trail, Trail::Group(_) | Trail::Item(_)));
        let filled = if is_group(&entry) && is_group(&into) { into.merged(&entry) } else { into.clone().joined(entry) };
        match &base.op {
            Op::Name(name) if scope.names.contains_key(name) => {
                let made = into.made.clone();
                let same = |held: &ValueSet| !made.is_empty() && held.made == made;
                let names: Vec<String> =
                    scope.names.iter().filter(|(_, held)| same(held)).map(|(name, _)| name.clone()).collect();
                for name in names.into_iter().chain([name.clone()]) {
                    scope.names.insert(name.clone(), filled.clone());
                    scope.filled.insert(name);
                }
            }
            Op::Name(name) => self.set(name, filled, false, scope),
            Op::Member(holder, name) => {
                let holder = self.value(holder, scope);
                self.set_field(&holder, name, &filled, line, scope);
            }
            _ => self.lose(line, &filled, "is put into a collection that has no name", scope),
        }
    }
}
