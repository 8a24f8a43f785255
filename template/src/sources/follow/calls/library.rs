//! What libraries do with property groups: the methods of maps, lists, options, streams and of Flink's `ParameterTool`,
//! in four languages.

use super::functions::Given;
use crate::sources::follow::lost::known;
use crate::sources::follow::words::{ASKS, FILLS, HARMLESS, LISTS, READS, SAME};
use crate::sources::follow::{Frame, Walk};
use crate::sources::tree::Node;
use crate::sources::value::{Ids, Trail, ValueSet};

/// Whether maps have such a method.
pub(in crate::sources::follow) fn is_method(name: &str) -> bool {
    READS.contains(&name)
        || ASKS.contains(&name)
        || LISTS.contains(&name)
        || SAME.contains(&name)
        || HARMLESS.contains(&name)
}

/// Whether a second argument stands in for a value that is missing; `null` does not.
pub(in crate::sources::follow) fn has_default(given: &[Given]) -> bool {
    given.get(1).is_some_and(|(_, value)| value.open || !value.is_unknown())
}

impl<'p> Walk<'p> {
    /// Follows a library's method that is called on the file, on all groups, or on one of them.
    pub(in crate::sources::follow) fn on_trails(
        &mut self,
        on: &ValueSet,
        name: &str,
        given: &[Given],
        base: Option<&'p Node>,
        line: usize,
        scope: &mut Frame,
    ) -> ValueSet {
        let leads = given.iter().any(|(_, value)| value.leads());
        if let Some(base) = base.filter(|_| leads && (FILLS.contains(&name) || name == "mergeWith")) {
            let nothing = ValueSet::default();
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
        let mut whole = ValueSet::default();
        for trail in &on.trails {
            let value = match trail {
                Trail::File => self.on_file(name, given, line, scope),
                Trail::All => self.on_all(name, given, line, scope),
                Trail::Pair(ids) => self.on_pair(ids, name, given, line, scope),
                Trail::Id(_) => ValueSet::unknown(),
                Trail::Group(ids) => self.on_group(ids, name, given, line, scope),
                Trail::Item(ids) => self.on_item(ids, name, given, line, scope),
            };
            whole.join(value);
        }
        whole
    }

    pub(in crate::sources::follow) fn unknown_use(
        &mut self,
        trail: Trail,
        name: &str,
        given: &[Given],
        line: usize,
        scope: &Frame,
    ) -> ValueSet {
        self.lose(
            line,
            &ValueSet::trail(trail),
            &format!("is used by {name}, of which it is not known what it reads"),
            scope,
        );
        for (_, value) in given {
            self.escape(line, value, &format!("is passed to {name}, of which it is not known what it does"), scope);
        }
        ValueSet::unknown()
    }

    fn on_file(&mut self, name: &str, given: &[Given], line: usize, scope: &mut Frame) -> ValueSet {
        let first = given.first().map(|(_, value)| value);
        if HARMLESS.contains(&name) {
            return ValueSet::unknown();
        }
        if READS.contains(&name) && first.is_some_and(|first| !first.texts.is_empty() || first.is_number) {
            return self.on_all(name, given, line, scope);
        }
        for (_, value) in given {
            self.escape(line, value, &format!("is passed to {name}"), scope);
        }
        ValueSet::trail(Trail::File)
    }

    fn on_all(&mut self, name: &str, given: &[Given], line: usize, scope: &mut Frame) -> ValueSet {
        let first = given.first().map(|(_, value)| value);
        if HARMLESS.contains(&name) || ASKS.contains(&name) || FILLS.contains(&name) {
            return ValueSet::unknown();
        }
        if given.iter().any(|(_, value)| !value.closures.is_empty()) && first.is_none_or(|first| first.texts.is_empty())
        {
            return self.for_each(&Trail::All, name, given, line, scope);
        }
        match name {
            "keySet" | "keys" | "stringPropertyNames" => return ValueSet::trail(Trail::Id(None)),
            "values" => return ValueSet::trail(Trail::Group(None)),
            _ => {}
        }
        let Some(first) = first.filter(|_| READS.contains(&name)) else {
            return if SAME.contains(&name) {
                ValueSet::trail(Trail::All)
            } else {
                self.unknown_use(Trail::All, name, given, line, scope)
            };
        };
        if first.is_number {
            return ValueSet::trail(Trail::Pair(None));
        }
        let has_default = has_default(given);
        let mut whole = ValueSet::default();
        for id in &first.texts {
            whole.join(self.group(id, line, has_default, scope));
        }
        let ids: Vec<Ids> = first
            .trails
            .iter()
            .filter_map(|trail| if let Trail::Id(ids) = trail { Some(ids.clone()) } else { None })
            .collect();
        for ids in &ids {
            whole.join(ValueSet::trail(Trail::Group(ids.clone())));
        }
        if first.texts.is_empty() && ids.is_empty() || first.open {
            self.lose(
                line,
                &ValueSet::trail(Trail::All),
                &format!("is asked by {name} for a group whose ID is put together or comes from elsewhere"),
                scope,
            );
            whole.join(ValueSet::trail(Trail::Group(None)));
        }
        whole
    }

    fn on_pair(&mut self, ids: &Ids, name: &str, given: &[Given], line: usize, scope: &mut Frame) -> ValueSet {
        let first = given.first().map(|(_, value)| value);
        let member = first.filter(|_| ["[]", "get", "getOrDefault", "apply", "pop"].contains(&name));
        let word = member.and_then(|member| member.texts.first()).map_or(name, String::as_str);
        match word {
            "PropertyGroupId" | "getKey" | "key" | "_1" | "getPropertyGroupId" | "propertyGroupId" | "component1" => {
                return ValueSet::trail(Trail::Id(ids.clone()));
            }
            "PropertyMap" | "getValue" | "value" | "_2" | "getPropertyMap" | "propertyMap" | "component2" => {
                for id in known(ids) {
                    self.group(&id, line, false, scope);
                }
                return ValueSet::trail(Trail::Group(ids.clone()));
            }
            _ => {}
        }
        let trail = Trail::Pair(ids.clone());
        if given.iter().any(|(_, value)| !value.closures.is_empty()) {
            return self.for_each(&trail, name, given, line, scope);
        }
        if HARMLESS.contains(&name) {
            return ValueSet::unknown();
        }
        if SAME.contains(&name) || member.is_some_and(|member| member.is_number) {
            return ValueSet::trail(trail);
        }
        self.unknown_use(trail, name, given, line, scope)
    }
}
