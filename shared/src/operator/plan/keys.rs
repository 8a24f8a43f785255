//! Property keys, by group and name, never a value: which change with the deployment, and which are not what the stack
//! gave. CloudFormation's own drift detection is blind to them: they are write-only (`semantics.md` B.1).

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::seen::Seen;
use crate::contract::PropertyGroups;
use crate::flink::Application;
use crate::stack::APPLICATION;
use crate::template::resolve::{Difference, compare, is_known, text};

/// Property keys as `Group/key`, with their resolved values.
#[derive(Default)]
pub(super) struct PropertyKeys {
    known: BTreeMap<String, Json>,
    /// Whether there may be others, which only the deployment decides.
    has_more: bool,
}

/// What a side gives an application's job: the injected groups, and those of the application itself.
pub(super) fn given(seen: &Seen, before: bool) -> PropertyKeys {
    let (mut keys, injected) = (own(seen, before), injected(seen, before));
    keys.known.extend(injected.known);
    keys.has_more |= injected.has_more;
    keys
}

/// The injected keys that the application's own EnvironmentProperties lack, as they will be.
pub(super) fn injected_only(seen: &Seen) -> Vec<String> {
    let own = own(seen, false);
    injected(seen, false).known.into_keys().filter(|key| !own.has_more && !own.known.contains_key(key)).collect()
}

fn own(seen: &Seen, before: bool) -> PropertyKeys {
    let path = ["ApplicationConfiguration", "EnvironmentProperties", "PropertyGroups"];
    of(&path, seen.all(APPLICATION, before))
}

fn injected(seen: &Seen, before: bool) -> PropertyKeys {
    of(&["PropertyGroups"], seen.all(PropertyGroups::<String>::TYPE, before))
}

fn of(path: &[&str], resources: Vec<&Map<String, Json>>) -> PropertyKeys {
    let mut keys = PropertyKeys::default();
    for properties in resources {
        let Some((first, rest)) = path.split_first() else { continue };
        let mut at = properties.get(*first);
        for name in rest {
            keys.has_more |= at.is_some_and(Json::is_string);
            at = at.and_then(|json| json.get(name));
        }
        keys.has_more |= at.is_some_and(Json::is_string);
        for group in at.and_then(Json::as_array).into_iter().flatten() {
            let id = group.get("PropertyGroupId").map(text).filter(|id| is_known(id));
            let map = group.get("PropertyMap").and_then(Json::as_object);
            // A text in the place of a group or of its map is a token.
            let (Some(id), Some(map)) = (id, map) else {
                keys.has_more = true;
                continue;
            };
            keys.known.extend(map.iter().map(|(key, value)| (format!("{id}/{key}"), value.clone())));
        }
    }
    keys
}

/// What the deployment changes, in sentences.
pub(super) fn changed(before: &PropertyKeys, after: &PropertyKeys) -> Vec<String> {
    let differs = after.known.iter().filter_map(|(key, value)| match before.known.get(key) {
        None if before.has_more => Some(format!("{key} cannot be compared")),
        None => Some(format!("{key} is added")),
        Some(old) => match compare(Some(old), Some(value)) {
            Difference::None => None,
            Difference::Some => Some(format!("{key} changes")),
            Difference::Open => Some(format!("{key} cannot be compared")),
        },
    });
    let gone = before.known.keys().filter(|key| !after.known.contains_key(*key)).map(|key| {
        let what = if after.has_more { "cannot be compared" } else { "is removed" };
        format!("{key} {what}")
    });
    differs.chain(gone).collect()
}

/// What the live application has otherwise than the stack gave it.
pub(super) fn drift(before: &PropertyKeys, application: &Application) -> Vec<String> {
    let live = live(application);
    let ours = before.known.iter().filter_map(|(key, value)| match live.get(key) {
        None => Some(format!("{key} is gone")),
        Some(found) if is_known(&text(value)) && *found != text(value) => {
            Some(format!("{key} has another value than the stack gave it"))
        }
        Some(_) => None,
    });
    ours.chain(others(before, application).into_iter().map(|key| format!("{key} is not of this stack"))).collect()
}

/// The live keys that the stack did not give.
pub(super) fn others(before: &PropertyKeys, application: &Application) -> Vec<String> {
    live(application).into_keys().filter(|key| !before.has_more && !before.known.contains_key(key)).collect()
}

fn live(application: &Application) -> BTreeMap<String, String> {
    let of = |group: &crate::flink::PropertyGroup| {
        let id = group.id.clone();
        group.map.clone().into_iter().map(move |(key, value)| (format!("{id}/{key}"), value))
    };
    application.groups.iter().flat_map(of).collect()
}
