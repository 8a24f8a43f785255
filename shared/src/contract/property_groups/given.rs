//! What the properties of an earlier version gave, read tolerantly: they may be an older template's.

use serde_json::Value;

use crate::flink::PropertyGroup;
use crate::lifecycle::ConflictPolicy;

/// What an earlier version of the properties gave, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PreviousGroups {
    pub(super) groups: Vec<PropertyGroup>,
    pub(super) policy: ConflictPolicy,
    /// Whether there was something that could not be read; it is not ours.
    pub(super) unread: bool,
}

impl PreviousGroups {
    /// Nothing was given: what a first Create finds before it.
    pub(super) const NOTHING: Self = Self { groups: Vec::new(), policy: ConflictPolicy::Fail, unread: false };

    /// Reads what can be read: the properties may be an older template's.
    pub(super) fn by(properties: &Value) -> Self {
        let policy = match properties.get("ConflictPolicy").and_then(Value::as_str) {
            Some("Keep") => ConflictPolicy::Keep,
            Some("Overwrite") => ConflictPolicy::Overwrite,
            Some(_) | None => ConflictPolicy::Fail,
        };
        let listed = properties.get("PropertyGroups").and_then(Value::as_array);
        let read: Vec<Option<PropertyGroup>> = listed.into_iter().flatten().map(group).collect();
        let unread = listed.is_none() || read.contains(&None);
        Self { groups: read.into_iter().flatten().collect(), policy, unread }
    }
}

/// Group and key of everything that a resource with these properties writes; `None` where they cannot all be read.
pub(in crate::contract) fn keys(properties: &Value) -> Option<Vec<(String, String)>> {
    let given = PreviousGroups::by(properties);
    let all = given.groups.iter().flat_map(|group| group.map.keys().map(|key| (group.id.clone(), key.clone())));
    (!given.unread).then(|| all.collect())
}

fn group(entry: &Value) -> Option<PropertyGroup> {
    let id = entry.get("PropertyGroupId")?.as_str()?.to_owned();
    let map = entry.get("PropertyMap")?.as_object()?;
    let map = map.iter().map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect::<Option<_>>()?;
    Some(PropertyGroup { id, map })
}
