//! What is read: keys of groups, and groups by their IDs.

use std::collections::BTreeSet;

use super::{Frame, Read, Walk};
use crate::sources::value::{Ids, Trail, ValueSet};

impl Walk<'_> {
    /// Records that a key is read from one of these groups, and returns the value that it then is.
    pub(super) fn read(&mut self, ids: &Ids, key: &str, line: usize, has_default: bool, scope: &Frame) -> ValueSet {
        let place = (self.file(scope), line);
        let Some(ids) = ids else {
            self.found.loose.insert(key.to_owned());
            self.note(line, format!("{key} is read from a group whose ID is not known"), scope);
            return ValueSet::unknown();
        };
        let key = (ids.clone(), key.to_owned());
        let has_default = has_default || self.optional > 0;
        let read = self.found.keys.entry(key.clone()).or_insert(Read { places: BTreeSet::new(), has_default });
        read.has_default &= has_default;
        read.places.insert(place);
        ValueSet { read: BTreeSet::from([key]), ..ValueSet::unknown() }
    }

    /// A group that is asked for by its ID.
    pub(super) fn group(&mut self, id: &str, line: usize, has_default: bool, scope: &Frame) -> ValueSet {
        let place = (self.file(scope), line);
        let has_default = has_default || self.optional > 0;
        let read = self.found.groups.entry(id.to_owned()).or_insert(Read { places: BTreeSet::new(), has_default });
        read.has_default &= has_default;
        read.places.insert(place);
        ValueSet::trail(Trail::Group(Some(BTreeSet::from([id.to_owned()]))))
    }
}
