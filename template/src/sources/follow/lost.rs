//! Where a trail ends in what is not known.

use super::{Frame, Walk};
use crate::sources::value::{Ids, Trail, ValueSet};

impl Walk<'_> {
    pub(super) fn note(&mut self, line: usize, what: String, scope: &Frame) {
        if self.dead == 0 {
            self.found.lost.insert((self.file(scope), line, what));
        }
    }

    /// Reports properties that go where they cannot be followed.
    pub(super) fn lose(&mut self, line: usize, value: &ValueSet, what: &str, scope: &Frame) {
        if self.dead > 0 || !value.leads() {
            return;
        }
        for trail in &value.trails {
            let words = match trail {
                Trail::File => "the file of the properties".to_owned(),
                Trail::All => "the map of all groups".to_owned(),
                Trail::Pair(None) | Trail::Group(None) => "a group whose ID is not known".to_owned(),
                Trail::Pair(Some(ids)) | Trail::Group(Some(ids)) => format!("group {}", words(ids)),
                Trail::Item(None) => "an entry of a group whose ID is not known".to_owned(),
                Trail::Item(Some(ids)) => format!("an entry of group {}", words(ids)),
                Trail::Id(_) => continue,
            };
            match trail {
                Trail::Pair(Some(ids)) | Trail::Group(Some(ids)) | Trail::Item(Some(ids)) => {
                    self.found.whole.extend(ids.iter().cloned());
                }
                Trail::Id(_) => {}
                Trail::File | Trail::All | Trail::Pair(None) | Trail::Group(None) | Trail::Item(None) => {
                    self.found.all = true;
                }
            }
            self.note(line, format!("{words} {what}"), scope);
        }
    }

    /// As [`lose`](Self::lose); and what the value can do is done: lambdas run, methods of an instance are called by
    /// others.
    pub(super) fn escape(&mut self, line: usize, value: &ValueSet, what: &str, scope: &Frame) {
        self.lose(line, value, what, scope);
        for closure in &value.closures {
            let result = self.apply(closure, &[], None, line);
            if !result.is_unknown() {
                self.escape(line, &result, "is returned by a lambda whose caller is not in these sources", scope);
            }
        }
        for object in &value.objects {
            self.handed.insert(object.class);
            if object.own.is_none() || !self.escaped.insert(object.clone()) {
                continue;
            }
            let this = ValueSet { objects: [object.clone()].into(), ..ValueSet::default() };
            let program = self.program;
            let family = program.family(object.class);
            let functions = family.iter().flat_map(|class| &program.classes[*class].functions);
            let used =
                |name: &str| functions.clone().any(|function| super::calls::functions::mentions(&function.body, name));
            let unused: Vec<_> =
                object.own.iter().flatten().filter(|(name, _)| !used(name)).map(|(_, held)| held.clone()).collect();
            for held in unused {
                self.escape(line, &held, &format!("{what}, in a {}", program.classes[object.class].name), scope);
            }
            for class in family {
                for function in 0..program.classes[class].functions.len() {
                    let place = crate::sources::program::FunctionPlace { class, function };
                    if program.function(place).name != crate::sources::tree::CONSTRUCTOR {
                        let outcome = self.invoke(place, &this, &[], line, scope);
                        let name = &program.function(place).name;
                        let what = format!("is returned by {name}, whose caller is not in these sources");
                        self.escape(program.function(place).line, &outcome, &what, scope);
                    }
                }
            }
        }
    }
}

/// One ID, or the IDs of maps that were merged.
pub(super) fn words(ids: &std::collections::BTreeSet<String>) -> String {
    ids.iter().cloned().collect::<Vec<_>>().join("+")
}

/// The IDs, where they are known.
pub(super) fn known(ids: &Ids) -> Vec<String> {
    ids.iter().flatten().cloned().collect()
}
