//! The order in which everything is run, until nothing more is learned.

use std::collections::{BTreeMap, BTreeSet};

use super::{Found, Frame, Walk};
use crate::sources::program::{FunctionPlace, Program};
use crate::sources::tree::{CONSTRUCTOR, Op};
use crate::sources::value::ValueSet;

/// Rounds until what is known of fields no longer changes.
const ROUNDS: usize = 12;

/// Follows all functions of all sources, round by round, until what is known of fields no longer changes.
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

impl Walk<'_> {
    pub(super) fn round(&mut self) {
        let program = self.program;
        (0..program.classes.len()).for_each(|class| self.initialize(class));
        let places = |class: usize| {
            (0..program.classes[class].functions.len()).map(move |function| FunctionPlace { class, function })
        };
        let all: Vec<FunctionPlace> = (0..program.classes.len()).flat_map(places).collect();
        // First what no function calls; then what no call reached.
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
                let scope = Frame { class: self.lambdas[closure.lambda].class, ..Frame::default() };
                let line = self.lambdas[closure.lambda].function.line;
                let value = ValueSet { closures: [closure].into(), ..ValueSet::default() };
                self.escape(line, &value, "", &scope);
            }
        }
    }

    /// What a class or a module does when it is loaded.
    pub(super) fn initialize(&mut self, class: usize) {
        let this = ValueSet::object(class, None);
        let mut scope = Frame { class, names: [("this".to_owned(), this)].into(), ..Frame::default() };
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
    pub(super) fn alone(&mut self, place: FunctionPlace) {
        let this = ValueSet::object(place.class, None);
        let scope = Frame { class: place.class, ..Frame::default() };
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
}
