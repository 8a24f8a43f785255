//! Runs the sources with what is known of each value, and notes which keys of which groups are read. A value that leads
//! to properties and arrives where nothing is known of its use is reported with its line.

mod branches;
mod calls;
mod elements;
mod lost;
mod names;
mod reads;
mod rounds;
mod values;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use super::program::{FunctionPlace, Program};
use super::tree::{Node, Op, SourceFunction, Target};
use super::value::{Closure, Trail, ValueSet};

pub(super) use rounds::run;

/// A key and where it is read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Read {
    /// Each place as the file's index and the line, from 1.
    pub(crate) places: BTreeSet<(usize, usize)>,
    /// Whether the job can do without it at each of them.
    pub(crate) has_default: bool,
}

/// Every property that the sources read, and every place where properties cannot be followed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Found {
    /// By group (several where maps were merged: one of them has the key) and key.
    pub(crate) keys: BTreeMap<(BTreeSet<String>, String), Read>,
    /// Groups that are asked for.
    pub(crate) groups: BTreeMap<String, Read>,
    /// Groups whose keys cannot all be known.
    pub(crate) whole: BTreeSet<String>,
    /// Whether all groups are such.
    pub(crate) all: bool,
    /// Keys that are read from a group whose ID is not known.
    pub(crate) loose: BTreeSet<String>,
    /// File, line, and what cannot be followed there.
    pub(crate) lost: BTreeSet<(usize, usize, String)>,
    /// Keys that are only read where they are there.
    checked: BTreeSet<(BTreeSet<String>, String)>,
    /// Where the groups come from.
    pub(super) origins: BTreeSet<(usize, usize)>,
}

/// Fields by class and name.
type Fields = BTreeMap<(usize, String), ValueSet>;

struct Walk<'p> {
    program: &'p Program,
    found: Found,
    /// What methods assign to fields, what constructors do.
    assigned: Fields,
    constructed: Fields,
    lambdas: Vec<Lambda<'p>>,
    results: BTreeMap<calls::functions::FollowedCall, calls::functions::CallEffect>,
    running: BTreeSet<calls::functions::FollowedCall>,
    /// Lambdas that run, that no one has called yet, and what they put into collections around them.
    applying: BTreeSet<(Closure, Vec<ValueSet>, Option<ValueSet>)>,
    waiting: BTreeSet<Closure>,
    refill: Vec<(String, ValueSet)>,
    /// Classes of which an instance is being made.
    constructing: BTreeSet<usize>,
    evaluated: BTreeSet<FunctionPlace>,
    escaped: BTreeSet<super::value::Object>,
    /// Classes of which the sources make instances, and of which instances go where they cannot be followed.
    made: BTreeSet<usize>,
    handed: BTreeSet<usize>,
    /// Inside a function that nothing calls.
    dead: usize,
    depth: usize,
    steps: usize,
    /// Inside a message for people.
    quiet: usize,
    /// Inside an expression that something stands in for.
    optional: usize,
    /// Keys that the condition being read asks about.
    asked: Vec<BTreeSet<(BTreeSet<String>, String)>>,
}

#[derive(Clone, Copy)]
struct Lambda<'p> {
    function: &'p SourceFunction,
    class: usize,
}

/// The names that a function's body sees while it is followed, and what it has returned so far.
#[derive(Debug, Clone, Default)]
struct Frame {
    class: usize,
    names: BTreeMap<String, ValueSet>,
    /// Which name holds the group whose ID another one holds.
    pairs: BTreeMap<String, String>,
    globals: BTreeSet<String>,
    returned: ValueSet,
    /// Names whose collections got properties put in.
    filled: BTreeSet<String>,
    /// Whether `this` is being made.
    constructs: bool,
}

/// More than this, and the sources are reported as too large.
const STEPS: usize = 1_000_000;

impl<'p> Walk<'p> {
    fn file(&self, scope: &Frame) -> usize {
        self.program.classes[scope.class].file
    }

    fn value(&mut self, node: &'p Node, scope: &mut Frame) -> ValueSet {
        self.steps += 1;
        if self.steps > STEPS {
            return ValueSet::unknown();
        }
        match &node.op {
            Op::Text(text) if is_file(text) => {
                self.found.origins.insert((self.file(scope), node.line));
                ValueSet::trail(Trail::File)
            }
            Op::Text(text) => ValueSet::text(text),
            Op::Number => ValueSet { is_number: true, ..ValueSet::unknown() },
            Op::Null | Op::Jump => ValueSet::default(),
            Op::Name(name) => self.name(name, node.line, scope),
            Op::Member(base, name) => self.member(base, name, node.line, scope),
            Op::Call(function, arguments) => self.call(function, arguments, node.line, scope),
            Op::Lambda(function) | Op::Local(function) => {
                let closure = self.closure(function, scope);
                if matches!(node.op, Op::Local(_)) {
                    scope.names.insert(function.name.clone(), closure.clone());
                }
                closure
            }
            Op::Either { condition, branches } => self.either(condition.as_deref(), branches, scope),
            Op::Match(subject, arms) => self.choose(subject, arms, scope),
            Op::Default(left, right) => {
                let optional = usize::from(!right.fails());
                self.optional += optional;
                let left = self.value(left, scope);
                self.optional -= optional;
                left.joined(self.value(right, scope))
            }
            Op::Block(parts) => {
                let mut last = ValueSet::default();
                for (at, part) in parts.iter().enumerate() {
                    last = self.value(part, scope);
                    if at + 1 < parts.len() && last.trails.contains(&Trail::File) && matches!(part.op, Op::Call(..)) {
                        self.lose(part.line, &last, "is read by a call whose result is not used", scope);
                    }
                }
                last
            }
            Op::Assign(target, value) => {
                let value = self.value(value, scope);
                self.assign(target, value.clone(), node.line, scope);
                value
            }
            Op::Each { target, over, conditions, body } => self.each(target, over, conditions, body, scope),
            Op::Loop(body) => self.repeat(body, scope),
            Op::Pair(key, value) => self.pair(key, value, scope),
            Op::Literal(parts) => self.literal(parts, node.line, scope),
            Op::Return(values) => {
                let value = self.one_of(values, node.line, scope);
                scope.returned.join(value);
                ValueSet::default()
            }
            Op::Throw(values) => {
                self.quiet += 1;
                for value in values {
                    self.value(value, scope);
                }
                self.quiet -= 1;
                ValueSet::default()
            }
            Op::Compare { left, right, .. } => self.compare(left, right, node.line, scope),
            Op::Join(parts) => self.join(parts, node.line, scope),
            Op::Uses(parts) => {
                for part in parts {
                    self.value(part, scope);
                }
                let is_number = matches!(parts.as_slice(), [Node { op: Op::Number, .. }]);
                ValueSet { is_number, ..ValueSet::unknown() }
            }
            Op::Captures(class) => {
                self.capture(class, scope);
                ValueSet::default()
            }
            Op::Global(names) => {
                scope.globals.extend(names.iter().cloned());
                ValueSet::default()
            }
            Op::Unknown(parts) => {
                for part in parts {
                    let value = self.value(part, scope);
                    self.escape(part.line, &value, "is used in a way that is not known", scope);
                }
                ValueSet::unknown()
            }
        }
    }

    fn assign(&mut self, target: &'p Target, value: ValueSet, line: usize, scope: &mut Frame) {
        match target {
            Target::Name { name, of, declares } => {
                let value = self.typed(value, of.as_deref());
                self.set(name, value, *declares, scope);
            }
            Target::Names(names) => self.spread(names, &value, line, scope),
            Target::Member(base, name) => {
                let base = self.value(base, scope);
                self.set_field(&base, name, &value, line, scope);
            }
            Target::Index(base, key) => {
                let key = self.value(key, scope);
                self.fill(base, &key, &value, line, scope);
            }
        }
    }
}

fn is_spread(node: &Node) -> bool {
    matches!(&node.op, Op::Unknown(_))
}

/// The file in which the service hands the properties to a Python job.
fn is_file(text: &str) -> bool {
    text.ends_with("application_properties.json") && !text.contains(char::is_whitespace)
}
