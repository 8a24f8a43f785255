//! What a template injects, judged while it is written, where a value is known then.

use crate::contract::{Leaf, looks_like_a_secret};
use crate::flink::PropertyGroup;
use crate::template::cloudformation::error::Problem;
use crate::template::cloudformation::value::Value;

impl Leaf for Value {
    fn known(&self) -> Option<&str> {
        self.literal()
    }
}

/// Refuses what the service would refuse.
///
/// # Errors
/// The path of the group, key or value at fault, and what the service takes.
pub fn check(groups: &[PropertyGroup<Value>]) -> Result<(), Problem> {
    PropertyGroup::check_all(groups).map_err(Problem::PropertyGroup)
}

/// A sentence for each key that looks as if its value were a secret: everybody who may look at the application reads
/// it.
#[must_use]
pub fn warnings(groups: &[PropertyGroup<Value>]) -> Vec<String> {
    let keys = groups.iter().flat_map(|group| {
        let id = group.id.literal().unwrap_or("a group");
        group.map.keys().map(move |key| (id, key))
    });
    keys.filter(|(_, key)| looks_like_a_secret(key))
        .map(|(id, key)| {
            format!(
                "{id}/{key} looks like a secret, and property groups are plain text in the console; let the job read \
                 it from Secrets Manager, and inject the secret's name"
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(id: Value, key: &str, value: Value) -> PropertyGroup<Value> {
        PropertyGroup { id, map: [(key.to_owned(), value)].into() }
    }

    #[test]
    fn what_is_known_is_checked_and_what_only_cloudformation_knows_passes() {
        let reference = Value::reference_to("TableName");
        assert_eq!(check(&[group(reference.clone(), "table.name", reference)]), Ok(()));
        let problem = check(&[group("a b".into(), "k", "v".into())]).unwrap_err();
        assert!(problem.to_string().ends_with("a-z, A-Z, 0-9, _, . and -, found \"a b\""), "{problem}");
    }

    #[test]
    fn a_key_that_looks_like_a_secret_is_a_warning_without_its_value() {
        let groups =
            [group("g".into(), "db.password", "hunter2".into()), group("h".into(), "db.name", "orders".into())];
        let warnings = warnings(&groups);
        assert_eq!(warnings.len(), 1);
        assert!(warnings[0].starts_with("g/db.password looks like a secret") && !warnings[0].contains("hunter2"));
    }
}
