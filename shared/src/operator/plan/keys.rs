//! Property keys, by group and name, never a value: which change with the deployment, and which are not what the stack
//! gave. CloudFormation's own drift detection is blind to them: they are write-only (`semantics.md` B.1).

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::seen::Seen;
use crate::contract::PropertyGroups;
use crate::flink::Application;
use crate::stack::APPLICATION;
use crate::template::resolve::{Difference, compare, is_known, text};

/// Property keys as `Group/key`, with their resolved values.
type PropertyKeys = BTreeMap<String, Json>;

/// What a side gives an application's job: the injected groups, and those of the application itself.
pub(super) fn given(seen: &Seen, before: bool) -> PropertyKeys {
    let mut keys = own(seen, before);
    keys.extend(injected(seen, before));
    keys
}

/// The injected keys that the application's own EnvironmentProperties lack, as they will be.
pub(super) fn injected_only(seen: &Seen) -> Vec<String> {
    let own = own(seen, false);
    injected(seen, false).into_keys().filter(|key| !own.contains_key(key)).collect()
}

fn own(seen: &Seen, before: bool) -> PropertyKeys {
    let own = seen.all(APPLICATION, before).into_iter().filter_map(|properties| {
        properties.get("ApplicationConfiguration")?.pointer("/EnvironmentProperties/PropertyGroups")
    });
    of(own)
}

fn injected(seen: &Seen, before: bool) -> PropertyKeys {
    let injected = seen.all(PropertyGroups::<String>::TYPE, before).into_iter();
    of(injected.filter_map(|properties| properties.get("PropertyGroups")))
}

fn of<'a>(groups: impl Iterator<Item = &'a Json>) -> PropertyKeys {
    let mut keys = PropertyKeys::new();
    for group in groups.filter_map(Json::as_array).flatten() {
        let id = group.get("PropertyGroupId").map(text).unwrap_or_default();
        let map = group.get("PropertyMap").and_then(Json::as_object);
        keys.extend(map.into_iter().flatten().map(|(key, value)| (format!("{id}/{key}"), value.clone())));
    }
    keys
}

/// What the deployment changes, in sentences.
pub(super) fn changed(before: &PropertyKeys, after: &PropertyKeys) -> Vec<String> {
    let differs = after.iter().filter_map(|(key, value)| match before.get(key) {
        None => Some(format!("{key} is added")),
        Some(old) => match compare(Some(old), Some(value)) {
            Difference::None => None,
            Difference::Some => Some(format!("{key} changes")),
            Difference::Open => Some(format!("{key} cannot be compared")),
        },
    });
    let gone = before.keys().filter(|key| !after.contains_key(*key)).map(|key| format!("{key} is removed"));
    differs.chain(gone).collect()
}

/// What the live application has otherwise than the stack gave it.
pub(super) fn drift(before: &PropertyKeys, application: &Application) -> Vec<String> {
    let live = live(application);
    let ours = before.iter().filter_map(|(key, value)| match live.get(key) {
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
    live(application).into_keys().filter(|key| !before.contains_key(key)).collect()
}

fn live(application: &Application) -> BTreeMap<String, String> {
    let of = |group: &crate::flink::Group| {
        let id = group.id.clone();
        group.map.clone().into_iter().map(move |(key, value)| (format!("{id}/{key}"), value))
    };
    application.groups.iter().flat_map(of).collect()
}
