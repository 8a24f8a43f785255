//! Collections, comparisons and texts that are put together.

use std::collections::BTreeSet;

use super::{Frame, Walk, is_file, is_spread};
use crate::sources::tree::{Node, Op};
use crate::sources::value::{Trail, ValueSet};

impl<'p> Walk<'p> {
    /// The only value, or an unknown one that holds several.
    pub(super) fn one_of(&mut self, values: &'p [Node], line: usize, scope: &mut Frame) -> ValueSet {
        match values {
            [] => ValueSet::default(),
            [one] => self.value(one, scope),
            several => self.literal(several, line, scope),
        }
    }

    /// A list or dictionary: of texts and objects it is known what it holds.
    pub(super) fn literal(&mut self, parts: &'p [Node], line: usize, scope: &mut Frame) -> ValueSet {
        let mut whole = ValueSet::default();
        for part in parts {
            let value = self.value(part, scope);
            if value.leads() && !matches!(part.op, Op::Pair(..)) && !is_spread(part) {
                self.lose(part.line, &value, "is put into a collection", scope);
                continue;
            }
            whole.join(value);
        }
        whole.made.insert((self.file(scope), line));
        whole
    }

    /// An entry of a dictionary: `{id: map}` over all groups is all groups again, `{key: value}` of a group is that
    /// group.
    pub(super) fn pair(&mut self, key: &'p Node, value: &'p Node, scope: &mut Frame) -> ValueSet {
        let (id, held) = (self.value(key, scope), self.value(value, scope));
        let of = Self::entry(&id, &held);
        if of.is_none() {
            self.escape(value.line, &held, "is put into a collection", scope);
            self.escape(key.line, &id, "is put into a collection", scope);
        }
        of.unwrap_or_else(ValueSet::unknown)
    }

    /// What a map becomes when this is put into it.
    pub(super) fn entry(key: &ValueSet, held: &ValueSet) -> Option<ValueSet> {
        let is_id = key.trails.iter().any(|trail| matches!(trail, Trail::Id(_)));
        if is_id && held.leads() {
            return Some(ValueSet::trail(Trail::All));
        }
        let item = |value: &ValueSet| {
            value.trails.iter().find_map(|trail| if let Trail::Item(ids) = trail { Some(ids.clone()) } else { None })
        };
        item(key).filter(|_| item(held).is_some() || !held.leads()).map(|ids| ValueSet::trail(Trail::Group(ids)))
    }

    pub(super) fn compare(&mut self, left: &'p Node, right: &'p Node, line: usize, scope: &mut Frame) -> ValueSet {
        let is_null = |node: &Node| match &node.op {
            Op::Null => true,
            Op::Text(text) => text.is_empty(),
            _ => false,
        };
        for (side, other) in [(left, right), (right, left)] {
            let value = self.value(side, scope);
            if is_null(other) {
                self.ask(&value);
            } else {
                let mut items = value;
                items.trails.retain(|trail| matches!(trail, Trail::Item(_)));
                self.lose(line, &items, "is compared", scope);
            }
        }
        ValueSet::unknown()
    }

    /// Notes that the job looks whether a property is there.
    pub(super) fn ask(&mut self, value: &ValueSet) {
        if let Some(asked) = self.asked.last_mut() {
            asked.extend(value.read.iter().cloned());
        }
    }

    pub(super) fn join(&mut self, parts: &'p [Node], line: usize, scope: &mut Frame) -> ValueSet {
        let mut texts = BTreeSet::from([String::new()]);
        let mut is_known = true;
        let mut file = false;
        for part in parts {
            let mut value = self.value(part, scope);
            file |= value.trails.remove(&Trail::File);
            if self.quiet == 0 {
                self.lose(line, &value, "is made into a text", scope);
            }
            is_known &= !value.open && !value.texts.is_empty() && texts.len() * value.texts.len() <= 64;
            if is_known {
                let mut longer = BTreeSet::new();
                for text in &texts {
                    longer.extend(value.texts.iter().map(|more| format!("{text}{more}")));
                }
                texts = longer;
            }
        }
        if file || is_known && texts.iter().any(|text| is_file(text)) {
            self.found.origins.insert((self.file(scope), line));
            return ValueSet::trail(Trail::File);
        }
        if is_known { ValueSet { texts, ..ValueSet::default() } } else { ValueSet::unknown() }
    }
}
