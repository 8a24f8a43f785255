//! All files together: classes, modules, functions, by name.

use std::collections::{BTreeMap, BTreeSet};

use super::lower::Lowered;
use super::tree::{Class, Node, Op, SourceFunction};

/// A function: its class and its place there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FunctionPlace {
    pub(super) class: usize,
    pub(super) function: usize,
}

/// The classes and functions of all source files, found by their names.
#[derive(Debug, Default)]
pub(super) struct Program {
    pub(super) classes: Vec<Class>,
    /// For each file the names that its imports give to others.
    pub(super) aliases: Vec<BTreeMap<String, String>>,
    by_name: BTreeMap<String, Vec<usize>>,
    functions: BTreeMap<String, Vec<FunctionPlace>>,
    /// Every name that is called somewhere.
    pub(super) called: BTreeSet<String>,
}

impl Program {
    pub(super) fn of(files: Vec<Lowered>) -> Self {
        let mut program = Self::default();
        for (file, lowered) in files.into_iter().enumerate() {
            let offset = program.classes.len();
            for class in lowered.classes {
                let outer = class.outer.map(|outer| outer + offset);
                program.classes.push(Class { file, outer, ..class });
            }
            program.aliases.push(lowered.aliases);
        }
        for (index, class) in program.classes.iter().enumerate() {
            program.by_name.entry(class.name.clone()).or_default().push(index);
            for (function, one) in class.functions.iter().enumerate() {
                program.functions.entry(one.name.clone()).or_default().push(FunctionPlace { class: index, function });
            }
        }
        let mut called = BTreeSet::new();
        let mut collect = |node: &Node| calls(node, &mut called);
        for class in &program.classes {
            class.body.iter().for_each(&mut collect);
            for function in &class.functions {
                collect(&function.body);
            }
            let arguments = class.supers.iter().flat_map(|(_, arguments)| arguments);
            for argument in arguments {
                collect(&argument.value);
            }
        }
        program.called = called;
        program
    }

    pub(super) fn function(&self, place: FunctionPlace) -> &SourceFunction {
        &self.classes[place.class].functions[place.function]
    }

    /// Classes of this name, not modules.
    pub(super) fn classes_named(&self, name: &str) -> Vec<usize> {
        let found = self.by_name.get(name).into_iter().flatten();
        found.copied().filter(|index| !self.classes[*index].is_module).collect()
    }

    /// Modules of this name, as an import names them.
    pub(super) fn modules_named(&self, name: &str) -> Vec<usize> {
        let found = self.by_name.get(name).into_iter().flatten();
        found.copied().filter(|index| self.classes[*index].is_module).collect()
    }

    /// The class and all that it extends.
    pub(super) fn family(&self, class: usize) -> Vec<usize> {
        let mut found = vec![class];
        let mut at = 0;
        while at < found.len() {
            let supers = &self.classes[found[at]].supers;
            for index in supers.iter().flat_map(|(name, _)| self.classes_named(name)) {
                if !found.contains(&index) {
                    found.push(index);
                }
            }
            at += 1;
        }
        // A companion has the class's name.
        let named = self.classes_named(&self.classes[class].name);
        let same = named.into_iter().filter(|other| self.classes[*other].file == self.classes[class].file);
        found.extend(same.collect::<Vec<_>>());
        found.dedup();
        found
    }

    /// The classes around this one, from the inside out, to the module.
    pub(super) fn around(&self, class: usize) -> Vec<usize> {
        std::iter::successors(Some(class), |class| self.classes[*class].outer).collect()
    }

    /// The methods of this name that an instance of this class has; of its subclasses, where it only declares one.
    pub(super) fn methods(&self, class: usize, name: &str, arguments: usize) -> Vec<FunctionPlace> {
        let own: Vec<FunctionPlace> =
            self.family(class).into_iter().flat_map(|one| self.methods_of(one, name)).collect();
        let has_body = |place: &FunctionPlace| !matches!(self.function(*place).body.op, Op::Null);
        let own = self.fitting(own, arguments);
        if own.iter().any(has_body) {
            return own.into_iter().filter(has_body).collect();
        }
        let below = (0..self.classes.len()).filter(|other| *other != class && self.family(*other).contains(&class));
        self.fitting(below.flat_map(|one| self.methods_of(one, name)).filter(has_body).collect(), arguments)
    }

    fn methods_of(&self, class: usize, name: &str) -> Vec<FunctionPlace> {
        let places = self.functions.get(name).into_iter().flatten();
        places.copied().filter(|place| place.class == class).collect()
    }

    /// Those that take so many arguments, exactly so many if there are such.
    pub(super) fn fitting(&self, places: Vec<FunctionPlace>, arguments: usize) -> Vec<FunctionPlace> {
        let takes = |place: &FunctionPlace| self.function(*place).parameters.len();
        let exact: Vec<FunctionPlace> = places.iter().copied().filter(|place| takes(place) == arguments).collect();
        if !exact.is_empty() {
            return exact;
        }
        let rest = |place: &FunctionPlace| self.function(*place).parameters.iter().any(|parameter| parameter.rest);
        places.into_iter().filter(|place| takes(place) > arguments || rest(place)).collect()
    }

    /// What `name(..)` may call, seen from a class: its methods, those around it, the module's, any module's.
    pub(super) fn visible(&self, class: usize, name: &str, arguments: usize) -> Vec<FunctionPlace> {
        for around in self.around(class) {
            let found = self.methods(around, name, arguments);
            if !found.is_empty() {
                return found;
            }
        }
        let all = self.functions.get(name).into_iter().flatten().copied();
        let free = all.filter(|place| self.classes[place.class].is_module || self.is_object(place.class));
        self.fitting(free.filter(|place| !self.function(*place).extends).collect(), arguments)
    }

    /// Static imports reach the functions of any class.
    fn is_object(&self, class: usize) -> bool {
        self.classes[class].parameters.is_empty()
    }

    pub(super) fn extensions(&self, name: &str, arguments: usize) -> Vec<FunctionPlace> {
        let all = self.functions.get(name).into_iter().flatten().copied();
        self.fitting(all.filter(|place| self.function(*place).extends).collect(), arguments)
    }

    pub(super) fn has_function(&self, name: &str) -> bool {
        self.functions.contains_key(name)
    }
}

fn calls(node: &Node, called: &mut BTreeSet<String>) {
    if let Op::Call(function, _) = &node.op {
        called.extend(function.called().map(str::to_owned));
    }
    // A property or a Scala function is called by its name alone.
    if let Op::Name(name) | Op::Member(_, name) = &node.op {
        called.insert(name.clone());
    }
    for part in node.parts() {
        calls(part, called);
    }
}
