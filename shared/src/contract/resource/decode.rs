//! Reading properties once, strictly, with the path of whatever cannot be read.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::common::Common;
use super::unreadable::Unreadable;

/// Reads a contract from a custom resource's properties.
///
/// # Errors
/// The path of the first property of the wrong shape. A property that this version does not know is passed over: it may
/// come from a newer template.
pub fn read<T: DeserializeOwned>(properties: &Value) -> Result<T, Unreadable> {
    serde_path_to_error::deserialize(properties).map_err(|error| {
        // What is flattened into a contract fails without its path: asked for alone, it has one.
        let common = || serde_path_to_error::deserialize::<_, Common>(properties).err();
        let error = if error.path().to_string() == "." { common().unwrap_or(error) } else { error };
        let path = error.path().to_string();
        let path = if path == "." { "ResourceProperties".to_owned() } else { path };
        // serde_json says `invalid type: boolean `true`, expected a string`: the shape found, and the value of scalars
        // that are not strings. A string found where a map is expected would be printed, so only its kind is kept.
        let text = error.into_inner().to_string();
        let (found, takes) = text
            .split_once(", expected ")
            .unwrap_or((&text, "the shape in the property tables of functions/README.md"));
        // serde names the Rust type that a map is read into.
        let takes = if takes.starts_with("struct ") { "a map of properties" } else { takes };
        let found = found.strip_prefix("invalid type: ").unwrap_or(found);
        let found = if found.starts_with("string ") { "a string" } else { found };
        // A list is read into the contract by position until it ends.
        let found = if found.starts_with("invalid length") { "sequence" } else { found };
        Unreadable::at(path, found, takes)
    })
}

/// `"true"` or `"false"`, as CloudFormation sends booleans.
pub(crate) fn boolean(path: &str, text: &str) -> Result<bool, Unreadable> {
    match text {
        "true" => Ok(true),
        "false" => Ok(false),
        other => Err(Unreadable::at(path, format!("\"{other}\""), "\"true\" or \"false\"")),
    }
}

/// A whole number within bounds, as CloudFormation sends numbers.
pub(crate) fn whole(path: &str, text: &str, most: u32) -> Result<u32, Unreadable> {
    text.parse()
        .ok()
        .filter(|number| *number <= most)
        .ok_or_else(|| Unreadable::at(path, format!("\"{text}\""), format!("a whole number from 0 to {most}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::{AutoStart, PropertyGroups};
    use serde_json::json;

    #[test]
    fn a_wrong_shape_is_refused_with_its_path() {
        let properties = json!({"ServiceToken": "t", "RunConfiguration": {"FlinkRunConfiguration": {"AllowNonRestoredState": true}}});
        let error = read::<AutoStart>(&properties).unwrap_err();
        assert_eq!(error.path, "RunConfiguration.FlinkRunConfiguration.AllowNonRestoredState");
        assert_eq!(error.found, "boolean `true`");
        assert_eq!(error.takes, "a string");
    }

    #[test]
    fn a_wrong_shape_among_the_common_properties_is_refused_with_its_path_too() {
        let error = read::<AutoStart>(&json!({"ServiceToken": "t", "ApplicationName": ["a"]})).unwrap_err();
        assert_eq!(error.to_string(), "ApplicationName: expected a string, found sequence");
    }

    #[test]
    fn no_rust_type_is_named() {
        let list = json!([]);
        let nested = json!({"ServiceToken": "t", "RunConfiguration": {"FlinkRunConfiguration": "x"}});
        for properties in [list, nested, json!(null), json!(7), json!({"ServiceToken": "t", "RunConfiguration": "x"})] {
            let error = read::<AutoStart>(&properties).unwrap_err().to_string();
            assert!(!error.contains("struct"), "{error}");
        }
        let error = read::<AutoStart>(&json!([])).unwrap_err().to_string();
        assert_eq!(error, "ResourceProperties: expected a map of properties, found sequence");
    }

    #[test]
    fn a_string_in_the_wrong_place_is_not_repeated_because_it_may_be_a_secret() {
        let properties =
            json!({"ServiceToken": "t", "PropertyGroups": [{"PropertyGroupId": "g", "PropertyMap": "hunter2"}]});
        let error = read::<PropertyGroups>(&properties).unwrap_err();
        assert_eq!(error.path, "PropertyGroups[0].PropertyMap");
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }

    #[test]
    fn booleans_are_strict() {
        assert_eq!(boolean("P", "false"), Ok(false));
        assert_eq!(boolean("P", "yes").unwrap_err().to_string(), "P: expected \"true\" or \"false\", found \"yes\"");
    }

    #[test]
    fn a_property_of_a_newer_template_is_passed_over() {
        let properties = json!({"ServiceToken": "t", "ApplicationName": "app", "Tomorrow": "x"});
        assert!(read::<AutoStart>(&properties).is_ok());
    }
}
