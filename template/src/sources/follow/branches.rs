//! Branches and loops, and what a comparison says of a group's ID.

use std::collections::BTreeSet;

use super::{Frame, Walk};
use crate::sources::tree::{Arm, Node, Op, Target};
use crate::sources::value::{Ids, Trail, ValueSet};

impl<'p> Walk<'p> {
    pub(super) fn either(&mut self, condition: Option<&'p Node>, branches: &'p [Node], scope: &mut Frame) -> ValueSet {
        self.asked.push(BTreeSet::new());
        if let Some(condition) = condition {
            self.value(condition, scope);
        }
        let asked = self.asked.pop().unwrap_or_default();
        if !branches.iter().any(Node::fails) {
            self.found.checked.extend(asked);
        }
        let mut whole = ValueSet::default();
        let mut after: Option<Frame> = None;
        let before = scope.clone();
        let mut without = before.clone();
        if let Some(condition) = condition {
            self.narrow(condition, false, &mut without);
        }
        for (at, branch) in branches.iter().enumerate() {
            let mut inner = if at == 0 { before.clone() } else { without.clone() };
            if let Some(condition) = condition.filter(|_| at == 0) {
                self.narrow(condition, true, &mut inner);
            }
            whole.join(self.value(branch, &mut inner));
            if branch.jumps() {
                scope.returned.join(inner.returned);
            } else {
                join_first(&mut after, inner);
            }
        }
        if condition.is_none() || branches.len() < 2 {
            join_first(&mut after, without);
        }
        if let Some(mut after) = after {
            after.returned.join(std::mem::take(&mut scope.returned));
            *scope = after;
        }
        whole
    }

    pub(super) fn choose(&mut self, subject: &'p Node, arms: &'p [Arm], scope: &mut Frame) -> ValueSet {
        let value = self.value(subject, scope);
        let mut whole = ValueSet::default();
        let mut after = scope.clone();
        for arm in arms {
            let mut inner = scope.clone();
            if arm.takes_apart {
                self.escape(arm.body.line, &value, "is taken apart", scope);
            }
            if arm.names.len() == 2 {
                self.spread(&arm.names, &value, arm.body.line, &mut inner);
            } else {
                for name in &arm.names {
                    inner.names.insert(name.clone(), value.clone());
                }
            }
            for label in &arm.labels {
                let label = self.value(label, &mut inner);
                if value.trails.iter().any(|trail| matches!(trail, Trail::Item(_))) && !label.texts.is_empty() {
                    self.lose(arm.body.line, &value, "is compared", scope);
                }
                if let (Op::Name(name), false) = (&subject.op, label.texts.is_empty()) {
                    narrow_name(name, &label.texts, &mut inner);
                }
            }
            whole.join(self.value(&arm.body, &mut inner));
            join(&mut after, inner);
        }
        *scope = after;
        whole
    }

    pub(super) fn each(
        &mut self,
        target: &'p Target,
        over: &'p Node,
        conditions: &'p [Node],
        body: &'p Node,
        scope: &mut Frame,
    ) -> ValueSet {
        let over = self.value(over, scope);
        let element = self.element(&over);
        let mut whole = ValueSet::default();
        // What the first round leaves, the second one meets.
        for _ in 0..2 {
            let mut inner = scope.clone();
            self.assign(target, element.clone(), body.line, &mut inner);
            for condition in conditions {
                self.value(condition, &mut inner);
                self.narrow(condition, true, &mut inner);
            }
            whole.join(self.value(body, &mut inner));
            join(scope, inner);
        }
        whole
    }

    pub(super) fn repeat(&mut self, body: &'p Node, scope: &mut Frame) -> ValueSet {
        for _ in 0..2 {
            let mut inner = scope.clone();
            self.value(body, &mut inner);
            join(scope, inner);
        }
        ValueSet::unknown()
    }

    /// What a loop over this meets.
    pub(super) fn element(&self, over: &ValueSet) -> ValueSet {
        let mut element = over.clone();
        let step = |trail: &Trail| match trail {
            Trail::File | Trail::All => Trail::Pair(None),
            Trail::Group(ids) => Trail::Item(ids.clone()),
            Trail::Pair(_) | Trail::Id(_) | Trail::Item(_) => trail.clone(),
        };
        element.trails = over.trails.iter().map(step).collect();
        for object in over.objects.iter().filter(|object| object.own.is_none()) {
            let constants = &self.program.classes[object.class].constants;
            if !constants.is_empty() {
                element.objects.remove(object);
                constants.iter().filter_map(|name| self.field(object, name)).for_each(|value| element.join(value));
            }
        }
        element
    }

    /// `(key, value)` from a pair.
    pub(super) fn spread(&mut self, names: &[String], value: &ValueSet, line: usize, scope: &mut Frame) {
        let [first, second] = names else {
            self.escape(line, value, "is taken apart", scope);
            for name in names {
                scope.names.insert(name.clone(), ValueSet::unknown());
            }
            return;
        };
        let mut both = (ValueSet::unknown(), ValueSet::unknown());
        for trail in &value.trails {
            let (one, other) = match trail {
                Trail::File | Trail::All => (Trail::Id(None), Trail::Group(None)),
                Trail::Pair(ids) => (Trail::Id(ids.clone()), Trail::Group(ids.clone())),
                Trail::Group(ids) | Trail::Item(ids) => (Trail::Item(ids.clone()), Trail::Item(ids.clone())),
                Trail::Id(_) => continue,
            };
            both.0.trails.insert(one);
            both.1.trails.insert(other);
        }
        let mut objects = value.clone();
        objects.trails.clear();
        self.escape(line, &objects, "is taken apart", scope);
        scope.names.insert(first.clone(), both.0);
        scope.names.insert(second.clone(), both.1);
        scope.pairs.insert(first.clone(), second.clone());
    }

    /// Takes from a condition which group a pair is.
    pub(super) fn narrow(&mut self, condition: &'p Node, holds: bool, scope: &mut Frame) {
        let (equal, left, right) = match &condition.op {
            Op::Compare { equal, left, right } => (*equal, &**left, &**right),
            Op::Call(function, arguments) => match (&function.op, arguments.as_slice()) {
                (Op::Member(base, name), [other])
                    if ["equals", "contains", "equalsIgnoreCase"].contains(&name.as_str()) =>
                {
                    (true, &**base, &other.value)
                }
                _ => return,
            },
            Op::Uses(parts) | Op::Block(parts) => {
                // `!x.equals(..)` and `not ..` turn it around; `&&` does not.
                let holds = if parts.len() == 1 { !holds } else { holds };
                return parts.iter().for_each(|part| self.narrow(part, holds, scope));
            }
            _ => return,
        };
        if equal != holds {
            return;
        }
        for (side, other) in [(left, right), (right, left)] {
            let Some(name) = root(side) else { continue };
            let value = self.value(side, &mut scope.clone());
            if value.trails.iter().any(|trail| matches!(trail, Trail::Id(_))) {
                let texts = self.value(other, &mut scope.clone()).texts;
                if !texts.is_empty() {
                    narrow_name(name, &texts, scope);
                }
            }
        }
    }
}

/// The name that an expression begins with.
fn root(node: &Node) -> Option<&str> {
    match &node.op {
        Op::Name(name) => Some(name),
        Op::Member(base, _) => root(base),
        Op::Call(function, _) => root(function),
        _ => None,
    }
}

fn narrow_name(name: &str, texts: &BTreeSet<String>, scope: &mut Frame) {
    let pair = scope.pairs.get(name).cloned();
    for name in [Some(name.to_owned()), pair].into_iter().flatten() {
        if let Some(value) = scope.names.get_mut(&name) {
            let known = |ids: &Ids| ids.clone().or_else(|| Some(texts.clone()));
            value.trails = value
                .trails
                .iter()
                .map(|trail| match trail {
                    Trail::Pair(ids) => Trail::Pair(known(ids)),
                    Trail::Id(ids) => Trail::Id(known(ids)),
                    Trail::Group(ids) => Trail::Group(known(ids)),
                    Trail::File | Trail::All | Trail::Item(_) => trail.clone(),
                })
                .collect();
        }
    }
}

fn join_first(after: &mut Option<Frame>, inner: Frame) {
    match after {
        Some(after) => join(after, inner),
        None => *after = Some(inner),
    }
}

/// Joins the scopes of two branches: after them a name may have either value.
fn join(after: &mut Frame, inner: Frame) {
    for (name, value) in inner.names {
        match after.names.get_mut(&name) {
            Some(known) => known.join(value),
            None => drop(after.names.insert(name, value)),
        }
    }
    after.returned.join(inner.returned);
    after.filled.extend(inner.filled);
    after.globals.extend(inner.globals);
    after.pairs.extend(inner.pairs);
}
