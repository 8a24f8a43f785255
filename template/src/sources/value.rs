//! What is known of a value: which texts it may be, which property groups it may hold.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// IDs of groups that were merged into one map; `None`: which group is not known.
pub(super) type Ids = Option<BTreeSet<String>>;

/// A value that leads to properties.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Trail {
    /// The file that the service writes, unread or unparsed.
    File,
    /// The map of all groups, by their IDs.
    All,
    /// One group with its ID.
    Pair(Ids),
    /// The ID of one of these groups, as a key of the map of all.
    Id(Ids),
    /// The map of one of these groups: its keys are what the job reads.
    Group(Ids),
    /// Some key, value or entry of a group's map.
    Item(Ids),
}

/// An instance; without fields of its own, any instance of the class, or the class itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Object {
    pub(super) class: usize,
    pub(super) own: Option<BTreeMap<String, ValueSet>>,
}

/// A lambda (an index into the ones that were met) and the names that it uses from around it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Closure {
    pub(super) lambda: usize,
    pub(super) names: Rc<BTreeMap<String, ValueSet>>,
}

/// Everything that a value may be.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ValueSet {
    pub(super) texts: BTreeSet<String>,
    pub(super) trails: BTreeSet<Trail>,
    pub(super) objects: BTreeSet<Object>,
    pub(super) closures: BTreeSet<Closure>,
    /// The properties whose value it is.
    pub(super) read: BTreeSet<(BTreeSet<String>, String)>,
    /// Where it was made, when it is a collection of the job's own.
    pub(super) made: BTreeSet<(usize, usize)>,
    /// A number that is written out.
    pub(super) is_number: bool,
    /// It may also be something that is not known.
    pub(super) open: bool,
}

/// So many instances of a class, or runs of a lambda, are distinguished.
const VARIANTS: usize = 8;

/// One instance of each class, with all that the instances hold.
fn widened(objects: BTreeSet<Object>) -> BTreeSet<Object> {
    let mut classes: BTreeMap<usize, Option<BTreeMap<String, ValueSet>>> = BTreeMap::new();
    for object in objects {
        let known = classes.entry(object.class).or_insert_with(|| Some(BTreeMap::new()));
        match (known.as_mut(), object.own) {
            (Some(fields), Some(own)) => {
                for (name, value) in own {
                    fields.entry(name).or_default().join(value);
                }
            }
            _ => *known = None,
        }
    }
    classes.into_iter().map(|(class, own)| Object { class, own }).collect()
}

impl ValueSet {
    /// How deep instances are inside instances.
    pub(super) fn depth(&self) -> usize {
        let fields = self.objects.iter().flat_map(|object| object.own.iter().flatten());
        let inner = fields.map(|(_, value)| value.depth()).max();
        inner.map_or(usize::from(!self.objects.is_empty()), |depth| depth + 1)
    }

    pub(super) fn unknown() -> Self {
        Self { open: true, ..Self::default() }
    }

    pub(super) fn text(text: &str) -> Self {
        Self { texts: BTreeSet::from([text.to_owned()]), ..Self::default() }
    }

    pub(super) fn trail(trail: Trail) -> Self {
        Self { trails: BTreeSet::from([trail]), ..Self::default() }
    }

    pub(super) fn object(class: usize, own: Option<BTreeMap<String, ValueSet>>) -> Self {
        Self { objects: BTreeSet::from([Object { class, own }]), ..Self::default() }
    }

    pub(super) fn join(&mut self, other: ValueSet) {
        self.texts.extend(other.texts);
        self.trails.extend(other.trails);
        self.objects.extend(other.objects);
        self.closures.extend(other.closures);
        self.read.extend(other.read);
        self.made.extend(other.made);
        self.open |= other.open;
        self.is_number |= other.is_number;
        if self.objects.len() > VARIANTS {
            self.objects = widened(std::mem::take(&mut self.objects));
        }
        if self.closures.len() > VARIANTS {
            let mut names: BTreeMap<usize, BTreeMap<String, ValueSet>> = BTreeMap::new();
            for closure in std::mem::take(&mut self.closures) {
                let known = names.entry(closure.lambda).or_default();
                for (name, value) in &*closure.names {
                    known.entry(name.clone()).or_default().join(value.clone());
                }
            }
            let one = |(lambda, names)| Closure { lambda, names: Rc::new(names) };
            self.closures = names.into_iter().map(one).collect();
        }
    }

    pub(super) fn joined(mut self, other: ValueSet) -> Self {
        self.join(other);
        self
    }

    /// Whether it leads to properties that could still be read.
    pub(super) fn leads(&self) -> bool {
        self.trails.iter().any(|trail| !matches!(trail, Trail::Id(_)))
    }

    /// Whether nothing at all is known of it.
    pub(super) fn is_unknown(&self) -> bool {
        self.texts.is_empty() && self.trails.is_empty() && self.objects.is_empty() && self.closures.is_empty()
    }

    /// The group that two maps make when one is put into the other.
    pub(super) fn merged(&self, other: &ValueSet) -> Self {
        let mut merged = self.clone();
        let groups = |value: &ValueSet| -> Vec<Ids> {
            let ids = |trail: &Trail| match trail {
                Trail::Group(ids) | Trail::Item(ids) => Some(ids.clone()),
                Trail::File | Trail::All | Trail::Pair(_) | Trail::Id(_) => None,
            };
            value.trails.iter().filter_map(ids).collect()
        };
        let (mine, theirs) = (groups(self), groups(other));
        merged.trails.retain(|trail| !matches!(trail, Trail::Group(_)));
        for ids in &theirs {
            if mine.is_empty() {
                merged.trails.insert(Trail::Group(ids.clone()));
            }
            for known in &mine {
                let both = known.as_ref().zip(ids.as_ref()).map(|(one, two)| one | two);
                merged.trails.insert(Trail::Group(both));
            }
        }
        if theirs.is_empty() {
            merged.trails.extend(mine.into_iter().map(Trail::Group));
        }
        let others =
            other.trails.iter().filter(|trail| !matches!(trail, Trail::Group(_) | Trail::Item(_) | Trail::Id(_)));
        merged.trails.extend(others.cloned());
        merged
    }
}
