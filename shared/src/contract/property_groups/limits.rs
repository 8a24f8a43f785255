//! The service's limits on property groups, in one place: while a template is written, for what is known then, and in
//! the handler, before any call.
//!
//! CloudFormation's own schema lets an empty map and a duplicate ID through (`semantics.md` A.10, B.1); the service
//! refuses them in the middle of a deployment. Nothing here repeats a value: it may be a secret.

use std::collections::BTreeSet;

use crate::contract::resource::unreadable::Unreadable;
use crate::flink::PropertyGroup;
use crate::lifecycle::{MOST_GROUPS, MOST_KEYS};

/// Characters of a group's ID.
pub const MAX_ID_LENGTH: usize = 50;
/// Characters of a key, and of a value.
pub const MAX_PROPERTY_LENGTH: usize = 2048;
/// A leaf whose text may be known already.
pub trait Leaf {
    /// The text, when it is known.
    fn known(&self) -> Option<&str>;
}

impl Leaf for String {
    fn known(&self) -> Option<&str> {
        Some(self)
    }
}

impl<V: Leaf> PropertyGroup<V> {
    /// Characters of a key that a refusal's path repeats.
    pub const MAX_SHOWN: usize = 100;

    /// Refuses what the service would refuse.
    ///
    /// # Errors
    /// The path of the first offender.
    pub fn check_all(groups: &[Self]) -> Result<(), Unreadable> {
        within(groups.len(), MOST_GROUPS, "PropertyGroups", "groups")?;
        let mut seen = BTreeSet::new();
        for (index, group) in groups.iter().enumerate() {
            let place = format!("PropertyGroups[{index}]");
            if let Some(id) = group.id.known() {
                let path = format!("{place}.PropertyGroupId");
                let legal = id.chars().all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c));
                if !legal || !(1..=MAX_ID_LENGTH).contains(&id.len()) {
                    let takes = "1 to 50 of a-z, A-Z, 0-9, _, . and -";
                    return Err(Unreadable::at(path, format!("\"{}\"", shown(id)), takes));
                }
                if !seen.insert(id) {
                    return Err(Unreadable::at(path, format!("\"{id}\" twice"), "each ID once"));
                }
            }
            group.check(&format!("{place}.PropertyMap"))?;
        }
        Ok(())
    }

    fn check(&self, place: &str) -> Result<(), Unreadable> {
        within(self.map.len(), MOST_KEYS, place, "keys")?;
        for (key, value) in &self.map {
            let path = format!("{place}.{}", shown(key));
            within(key.chars().count(), MAX_PROPERTY_LENGTH, &path, "characters in the key")?;
            if let Some(value) = value.known() {
                within(value.chars().count(), MAX_PROPERTY_LENGTH, &path, "characters in the value")?;
            }
        }
        Ok(())
    }
}

fn within(found: usize, most: usize, path: &str, what: &str) -> Result<(), Unreadable> {
    if (1..=most).contains(&found) {
        return Ok(());
    }
    Err(Unreadable::at(path, found.to_string(), format!("1 to {most} {what}")))
}

fn shown(text: &str) -> String {
    text.chars().take(PropertyGroup::<String>::MAX_SHOWN).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(id: &str, pairs: &[(&str, &str)]) -> PropertyGroup {
        let map = pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        PropertyGroup { id: id.into(), map }
    }

    fn refusal(groups: &[PropertyGroup]) -> String {
        PropertyGroup::check_all(groups).unwrap_err().to_string()
    }

    #[test]
    fn groups_at_the_limits_pass() {
        let (id, key, value) = ("g".repeat(50), "k".repeat(2048), "v".repeat(2048));
        let full = PropertyGroup { id: "full".into(), map: (0..50).map(|n| (format!("k{n}"), "v".into())).collect() };
        let mut groups = vec![group(&id, &[(&key, &value)]), full];
        groups.extend((0..48).map(|n| group(&format!("g{n}"), &[("k", "v")])));
        assert_eq!(PropertyGroup::check_all(&groups), Ok(()));
        groups.push(group("one-more", &[("k", "v")]));
        assert_eq!(refusal(&groups), "PropertyGroups: expected 1 to 50 groups, found 51");
    }

    #[test]
    fn a_duplicate_id_is_named_where_it_stands_again() {
        let twice = [group("a", &[("k", "v")]), group("a", &[("k", "v")])];
        assert_eq!(refusal(&twice), "PropertyGroups[1].PropertyGroupId: expected each ID once, found \"a\" twice");
    }

    #[test]
    fn an_id_takes_letters_digits_and_three_signs() {
        for id in ["", "a b", "ä", &"g".repeat(51)] {
            assert!(
                refusal(&[group(id, &[("k", "v")])]).starts_with("PropertyGroups[0].PropertyGroupId: expected"),
                "{id}"
            );
        }
    }

    #[test]
    fn no_groups_no_keys_and_fifty_one_keys_are_refused() {
        assert_eq!(refusal(&[]), "PropertyGroups: expected 1 to 50 groups, found 0");
        assert_eq!(refusal(&[group("a", &[])]), "PropertyGroups[0].PropertyMap: expected 1 to 50 keys, found 0");
        let many: Vec<(String, String)> = (0..51).map(|n| (format!("k{n}"), "v".into())).collect();
        let full = PropertyGroup { id: "a".into(), map: many.into_iter().collect() };
        assert!(refusal(&[full]).contains("expected 1 to 50 keys, found 51"));
    }

    #[test]
    fn a_value_at_fault_is_named_by_its_key_and_not_repeated() {
        let text = refusal(&[group("a", &[("password", &"hunter2".repeat(300))])]);
        let expected = "PropertyGroups[0].PropertyMap.password: expected 1 to 2048 characters in the value, found 2100";
        assert_eq!(text, expected);
        assert!(refusal(&[group("a", &[("k", "")])]).contains("characters in the value, found 0"));
        assert!(refusal(&[group("a", &[("", "v")])]).contains("characters in the key, found 0"));
        let long = refusal(&[group("a", &[(&"k".repeat(2049), "v")])]);
        assert!(long.contains("characters in the key, found 2049") && long.len() < 300, "{long}");
    }
}
