//! Property keys, by group and name, never a value: which change with the deployment, and which are not what the stack gave. CloudFormation's
//! own drift detection is blind to them: they are write-only (`semantics.md` B.1).

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::resolve::{is_known, text};
use crate::contract::PropertyGroups;
use crate::lifecycle::Application;

/// `Group/key` with its value.
type Keys = BTreeMap<String, String>;

/// What a side gives the job: the injected groups, and those of the application itself.
pub(super) fn given(kinds: &BTreeMap<String, String>, side: &BTreeMap<String, Map<String, Json>>) -> Keys {
    let mut keys = Keys::new();
    for (id, properties) in side {
        let groups = match kinds.get(id).map(String::as_str) {
            Some(super::APPLICATION) => properties
                .get("ApplicationConfiguration")
                .and_then(|all| all.pointer("/EnvironmentProperties/PropertyGroups")),
            Some(kind) if kind == PropertyGroups::<String>::TYPE => properties.get("PropertyGroups"),
            Some(_) | None => None,
        };
        for group in groups.and_then(Json::as_array).into_iter().flatten() {
            let id = group.get("PropertyGroupId").map(text).unwrap_or_default();
            let map = group.get("PropertyMap").and_then(Json::as_object);
            keys.extend(map.into_iter().flatten().map(|(key, value)| (format!("{id}/{key}"), text(value))));
        }
    }
    keys
}

/// What the deployment changes, in sentences.
pub(super) fn changed(before: &Keys, after: &Keys) -> Vec<String> {
    let differs = after.iter().filter_map(|(key, value)| match before.get(key) {
        None => Some(format!("{key} is added")),
        Some(old) if old != value => Some(format!("{key} changes")),
        Some(_) => None,
    });
    let gone = before.keys().filter(|key| !after.contains_key(*key)).map(|key| format!("{key} is removed"));
    differs.chain(gone).collect()
}

/// What the live application has otherwise than the stack gave it.
pub(super) fn drift(before: &Keys, application: &Application) -> Vec<String> {
    let live = live(application);
    let ours = before.iter().filter_map(|(key, value)| match live.get(key) {
        None => Some(format!("{key} is gone")),
        Some(found) if is_known(value) && found != value => {
            Some(format!("{key} has another value than the stack gave it"))
        }
        Some(_) => None,
    });
    ours.chain(others(before, application).into_iter().map(|key| format!("{key} is not of this stack"))).collect()
}

/// The live keys that the stack did not give.
pub(super) fn others(before: &Keys, application: &Application) -> Vec<String> {
    live(application).into_keys().filter(|key| !before.contains_key(key)).collect()
}

fn live(application: &Application) -> Keys {
    let of = |group: &crate::lifecycle::Group| {
        let id = group.id.clone();
        group.map.clone().into_iter().map(move |(key, value)| (format!("{id}/{key}"), value))
    };
    application.groups.iter().flat_map(of).collect()
}
