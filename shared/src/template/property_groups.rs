//! The service's limits on property groups, checked while the template is written, where a value is known then.
//!
//! CloudFormation's own schema lets an empty map and a duplicate ID through (`semantics.md` A.10, B.1); the service refuses
//! them in the middle of a deployment.

use std::collections::BTreeSet;

use super::problem::Problem;
use super::value::Value;
use crate::contract::PropertyGroup;

/// Groups of an application, and pairs of a group.
const MOST: usize = 50;
/// Characters of a group's ID.
const LONGEST_ID: usize = 50;
/// Characters of a key, and of a value.
const LONGEST: usize = 2048;

/// Refuses what the service would refuse.
///
/// # Errors
/// The group or the key at fault, and what the service takes.
pub fn check(groups: &[PropertyGroup<Value>]) -> Result<(), Problem> {
    let all = "PropertyGroups".to_owned();
    ensure(groups.len() <= MOST, &all, || format!("{} groups", groups.len()), "at most 50 groups")?;
    let mut seen = BTreeSet::new();
    for (index, group) in groups.iter().enumerate() {
        let id = group.property_group_id.literal();
        let place = id.map_or_else(|| format!("PropertyGroups[{index}]"), |id| format!("PropertyGroups \"{id}\""));
        if let Some(id) = id {
            let legal = id.chars().all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c));
            let takes = "an ID of 1 to 50 of a-z, A-Z, 0-9, _, . and -";
            ensure(legal && (1..=LONGEST_ID).contains(&id.len()), &place, || format!("\"{id}\""), takes)?;
            ensure(seen.insert(id), &place, || "the ID twice".into(), "each ID once")?;
        }
        check_map(&place, group)?;
    }
    Ok(())
}

fn check_map(place: &str, group: &PropertyGroup<Value>) -> Result<(), Problem> {
    let map = &group.property_map;
    ensure((1..=MOST).contains(&map.len()), place, || format!("{} keys", map.len()), "1 to 50 keys")?;
    for (key, value) in map {
        let length = key.chars().count();
        let takes = "keys of 1 to 2048 characters";
        ensure((1..=LONGEST).contains(&length), place, || format!("a key of {length} characters"), takes)?;
        if let Some(length) = value.literal().map(|text| text.chars().count()) {
            let place = format!("{place}, key \"{key}\"");
            let takes = "a value of 1 to 2048 characters";
            ensure((1..=LONGEST).contains(&length), &place, || format!("{length} characters"), takes)?;
        }
    }
    Ok(())
}

fn ensure(holds: bool, place: &str, found: impl Fn() -> String, takes: &'static str) -> Result<(), Problem> {
    if holds { Ok(()) } else { Err(Problem::PropertyGroup { place: place.to_owned(), found: found(), takes }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(id: &str, pairs: &[(&str, &str)]) -> PropertyGroup<Value> {
        let property_map = pairs.iter().map(|(key, value)| ((*key).to_owned(), Value::from(*value))).collect();
        PropertyGroup { property_group_id: id.into(), property_map }
    }

    fn refusal(groups: &[PropertyGroup<Value>]) -> String {
        check(groups).unwrap_err().to_string()
    }

    #[test]
    fn a_group_within_the_limits_passes() {
        assert_eq!(check(&[group("a", &[("k", "v")]), group("b", &[("k", &"v".repeat(2048))])]), Ok(()));
    }

    #[test]
    fn a_duplicate_id_is_refused_with_its_name() {
        let twice = [group("a", &[("k", "v")]), group("a", &[("k", "v")])];
        assert_eq!(refusal(&twice), "PropertyGroups \"a\": found the ID twice, it takes each ID once");
    }

    #[test]
    fn an_empty_map_is_refused() {
        assert_eq!(refusal(&[group("a", &[])]), "PropertyGroups \"a\": found 0 keys, it takes 1 to 50 keys");
    }

    #[test]
    fn a_value_at_fault_is_named_by_its_key_and_not_repeated() {
        let text = refusal(&[group("a", &[("password", &"hunter2".repeat(300))])]);
        assert!(text.contains("key \"password\": found 2100 characters") && !text.contains("hunter2"), "{text}");
        assert!(refusal(&[group("a", &[("k", "")])]).contains("found 0 characters"));
    }

    #[test]
    fn an_id_with_a_space_and_a_fifty_first_group_are_refused() {
        assert!(refusal(&[group("a b", &[("k", "v")])]).contains("\"a b\""));
        let many: Vec<_> = (0..51).map(|n| group(&format!("g{n}"), &[("k", "v")])).collect();
        assert!(refusal(&many).contains("51 groups"));
    }

    #[test]
    fn what_only_cloudformation_knows_passes() {
        let reference = Value::reference_to("TableName");
        let map = [("table.name".to_owned(), reference.clone())].into();
        assert_eq!(check(&[PropertyGroup { property_group_id: reference, property_map: map }]), Ok(()));
    }
}
