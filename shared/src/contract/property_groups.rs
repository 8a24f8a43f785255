//! `Custom::FlinkPropertyGroups`: its properties and attributes.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::application::PropertyGroup;
use super::unreadable::Unreadable;
use crate::lifecycle::{ConflictPolicy, Group, How, Settled};

/// Properties of `Custom::FlinkPropertyGroups`: an expression in the template, strings once resolved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PropertyGroups<V = String> {
    /// The function's ARN; CloudFormation's own.
    pub service_token: V,
    /// Seconds CloudFormation waits for the answer, 1 to 3600; CloudFormation's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_timeout: Option<V>,
    /// The application's name. This or `application_logical_id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application_name: Option<V>,
    /// The application's logical ID in the request's own stack, for generated names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application_logical_id: Option<V>,
    /// Opaque: a change is what makes CloudFormation call the handler after any change of the application.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub configuration_digest: Option<V>,
    /// What the job reads.
    pub property_groups: Vec<PropertyGroup<V>>,
    /// One of [`ConflictPolicy`](crate::lifecycle::ConflictPolicy)'s words. Default `Fail`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conflict_policy: Option<V>,
}

impl<V> PropertyGroups<V> {
    /// The name CloudFormation knows it by.
    pub const TYPE: &'static str = "Custom::FlinkPropertyGroups";

    /// These groups, every other property absent.
    pub const fn of(service_token: V, property_groups: Vec<PropertyGroup<V>>) -> Self {
        Self {
            service_token,
            service_timeout: None,
            application_name: None,
            application_logical_id: None,
            configuration_digest: None,
            property_groups,
            conflict_policy: None,
        }
    }
}

impl PropertyGroups {
    /// The conflict policy.
    ///
    /// # Errors
    /// A word that is none of the three.
    pub fn conflict_policy(&self) -> Result<ConflictPolicy, Unreadable> {
        match self.conflict_policy.as_deref() {
            None | Some("Fail") => Ok(ConflictPolicy::Fail),
            Some("Overwrite") => Ok(ConflictPolicy::Overwrite),
            Some("Keep") => Ok(ConflictPolicy::Keep),
            Some(other) => Err(Unreadable::at("ConflictPolicy", format!("\"{other}\""), "Fail, Overwrite or Keep")),
        }
    }
}

/// What an earlier version of the properties gave, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Given {
    pub(super) groups: Vec<Group>,
    pub(super) policy: ConflictPolicy,
    /// Whether there was something that could not be read; it is nobody's of ours.
    pub(super) unread: bool,
}

impl Given {
    /// Nothing.
    pub(super) const NOTHING: Self = Self { groups: Vec::new(), policy: ConflictPolicy::Fail, unread: false };

    /// Reads what can be read: the properties may be an older template's.
    pub(super) fn by(properties: &Value) -> Self {
        let policy = match properties.get("ConflictPolicy").and_then(Value::as_str) {
            Some("Keep") => ConflictPolicy::Keep,
            Some("Overwrite") => ConflictPolicy::Overwrite,
            Some(_) | None => ConflictPolicy::Fail,
        };
        let listed = properties.get("PropertyGroups").and_then(Value::as_array);
        let read: Vec<Option<Group>> = listed.into_iter().flatten().map(group).collect();
        let unread = listed.is_none() || read.contains(&None);
        Self { groups: read.into_iter().flatten().collect(), policy, unread }
    }
}

fn group(entry: &Value) -> Option<Group> {
    let id = entry.get("PropertyGroupId")?.as_str()?.to_owned();
    let map = entry.get("PropertyMap")?.as_object()?;
    let map = map.iter().map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect::<Option<_>>()?;
    Some(Group { id, map })
}

/// What was done about keys with another value, by key.
pub(super) fn groups_told(settled: &[Settled], unread: bool) -> String {
    let mut text = "The property groups are as wanted.".to_owned();
    for (how, because) in [
        (How::Repaired, "Repaired, because they were changed or dropped behind this resource's back"),
        (How::Replaced, "Replaced, though somebody else had set them"),
        (How::Kept, "Kept as somebody else set them"),
    ] {
        let places: Vec<&str> = settled.iter().filter(|one| one.how == how).map(|one| one.place.as_str()).collect();
        if !places.is_empty() {
            text = format!("{text} {because}: {}.", places.join(", "));
        }
    }
    if unread {
        text.push_str(" The former properties could not all be read: what could not was left in place.");
    }
    text
}

/// What `Fn::GetAtt` reads from a `Custom::FlinkPropertyGroups`. Every SUCCESS carries all of them, empty when unknown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PropertyGroupsAttributes {
    /// The version after the groups were written.
    pub application_version_id: String,
    /// Comma-separated, in the order of the PropertyGroups property.
    pub property_group_ids: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_can_be_read_of_an_older_template_is_ours_and_the_rest_is_not() {
        let old = json!({"ConflictPolicy": "Keep", "PropertyGroups": [
            {"PropertyGroupId": "a", "PropertyMap": {"k": "v"}}, {"PropertyGroupId": "b"}, 7]});
        let given = Given::by(&old);
        assert_eq!(given.groups.iter().map(|group| group.id.as_str()).collect::<Vec<_>>(), ["a"]);
        assert_eq!((given.policy, given.unread), (ConflictPolicy::Keep, true));
        assert!(Given::by(&json!({"PropertyGroups": "hunter2"})).unread);
    }

    #[test]
    fn what_was_settled_is_told_by_key() {
        let one = |place: &str, how| Settled { place: place.into(), how };
        let settled = vec![one("g/a", How::Repaired), one("g/b", How::Kept), one("h/c", How::Kept)];
        let text = groups_told(&settled, false);
        assert!(text.contains("behind this resource's back: g/a."), "{text}");
        assert!(text.ends_with("Kept as somebody else set them: g/b, h/c."), "{text}");
    }
}
