//! From the groups that are there to those that are to be: everything of others as it is, ours as wanted.
//!
//! It knows neither the application nor the service. No record is kept: ours are the keys that this resource's last
//! version named.

use std::collections::BTreeMap;

use crate::flink::PropertyGroup;
use crate::lifecycle::goal::Properties;
use crate::lifecycle::goal::choices::ConflictPolicy;
use crate::lifecycle::goal::key_change::{KeyAction, KeyChange};

/// Groups of an application (`semantics.md` A.10).
pub const MOST_GROUPS: usize = 50;
/// Keys of a group; it has at least one.
pub const MOST_KEYS: usize = 50;

/// What a merge comes to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct MergeResult {
    pub(super) groups: Vec<PropertyGroup>,
    /// The keys that another caller wrote with another value, each as `Group/key`.
    pub(super) conflicts: Vec<String>,
    pub(super) settled: Vec<KeyChange>,
}

/// The groups to be written. A key of `previous` that is wanted no more goes only while its value is the one that
/// `previous` gave it. `is_updated`: this deployment has updated the application, and the job runs with what that
/// update left.
pub(super) fn merge(current: &[PropertyGroup], goal: &Properties, is_updated: bool) -> MergeResult {
    let mut merged = MergeResult { groups: current.to_vec(), ..MergeResult::default() };
    for (id, key, value) in pairs(&goal.previous) {
        let dropped = value_of(&goal.wanted, id, key).is_none();
        if dropped && value_of(current, id, key) == Some(value) {
            remove(&mut merged.groups, id, key);
        }
    }
    for (id, key, value) in pairs(&goal.wanted) {
        let present = value_of(current, id, key);
        if present == Some(value) {
            continue;
        }
        let dropped = if is_updated { KeyAction::Wiped } else { KeyAction::Repaired };
        let settled = settle(goal, present, value_of(&goal.previous, id, key), dropped);
        let place = format!("{id}/{key}");
        match settled {
            Ok(None) => insert(&mut merged.groups, id, key, value),
            Ok(Some(how)) => {
                if how != KeyAction::Kept {
                    insert(&mut merged.groups, id, key, value);
                }
                merged.settled.push(KeyChange { place, how });
            }
            Err(Conflict) => merged.conflicts.push(place),
        }
    }
    // A group without a key is not valid (`semantics.md` A.10).
    merged.groups.retain(|group| !group.map.is_empty());
    merged
}

struct Conflict;

/// What becomes of a wanted key whose present value is not the wanted one; nothing to report when that is an ordinary
/// change.
fn settle(
    goal: &Properties,
    present: Option<&String>,
    given: Option<&String>,
    dropped: KeyAction,
) -> Result<Option<KeyAction>, Conflict> {
    match (present, given) {
        (None, None) => return Ok(None),
        (None, Some(_)) => return Ok(Some(dropped)),
        (Some(present), Some(given)) if present == given => return Ok(None),
        (Some(_), _) => {}
    }
    // Under Keep a key with another value never became ours.
    let ours = match goal.previous_policy {
        ConflictPolicy::Keep => false,
        ConflictPolicy::Fail | ConflictPolicy::Overwrite => given.is_some(),
    };
    match goal.policy {
        ConflictPolicy::Keep => Ok(Some(KeyAction::Kept)),
        ConflictPolicy::Fail | ConflictPolicy::Overwrite if ours => Ok(Some(KeyAction::Repaired)),
        ConflictPolicy::Overwrite => Ok(Some(KeyAction::Replaced)),
        ConflictPolicy::Fail => Err(Conflict),
    }
}

/// What the service would refuse of others' groups and ours together.
pub(super) fn over_the_limits(groups: &[PropertyGroup]) -> Option<String> {
    if groups.len() > MOST_GROUPS {
        let many = groups.len();
        return Some(format!(
            "with those of others it would have {many} property groups; expected at most {MOST_GROUPS}."
        ));
    }
    let full = groups.iter().find(|group| group.map.len() > MOST_KEYS)?;
    let (id, many) = (&full.id, full.map.len());
    Some(format!("with those of others the property group {id} would have {many} keys; expected at most {MOST_KEYS}."))
}

/// The keys of `groups` that `present` has with the same value, `Group/key`.
pub(super) fn places(groups: &[PropertyGroup], present: &[PropertyGroup]) -> Vec<String> {
    let there = pairs(groups).filter(|(id, key, value)| value_of(present, id, key) == Some(*value));
    there.map(|(id, key, _)| format!("{id}/{key}")).collect()
}

/// Whether two lists say the same, in whatever order.
pub(super) fn same(left: &[PropertyGroup], right: &[PropertyGroup]) -> bool {
    let sorted = |groups: &[PropertyGroup]| groups.iter().map(|group| (group.id.clone(), group.map.clone())).collect();
    let (left, right): (BTreeMap<_, _>, BTreeMap<_, _>) = (sorted(left), sorted(right));
    left == right
}

pub(super) fn pairs(groups: &[PropertyGroup]) -> impl Iterator<Item = (&str, &str, &String)> {
    groups.iter().flat_map(|group| group.map.iter().map(|(key, value)| (group.id.as_str(), key.as_str(), value)))
}

pub(super) fn value_of<'a>(groups: &'a [PropertyGroup], id: &str, key: &str) -> Option<&'a String> {
    groups.iter().find(|group| group.id == id).and_then(|group| group.map.get(key))
}

fn remove(groups: &mut [PropertyGroup], id: &str, key: &str) {
    if let Some(group) = groups.iter_mut().find(|group| group.id == id) {
        group.map.remove(key);
    }
}

pub(super) fn insert(groups: &mut Vec<PropertyGroup>, id: &str, key: &str, value: &str) {
    if let Some(group) = groups.iter_mut().find(|group| group.id == id) {
        group.map.insert(key.to_owned(), value.to_owned());
    } else {
        groups.push(PropertyGroup { id: id.to_owned(), map: BTreeMap::from([(key.to_owned(), value.to_owned())]) });
    }
}
