//! A request against the ResourceProperties of its row: what CloudFormation shows is what it asked for.

use serde_json::Value;

use super::super::super::request::Request;
use super::Row;

/// The properties that are compared.
const COMPARED: [&str; 4] = ["ApplicationName", "ApplicationLogicalId", "ConfigurationDigest", "ServiceToken"];

/// The first compared property in which the row differs from the request: by what the row carries, and a row with a
/// ServiceToken carries all of its resource's properties. Neither the request's physical ID nor its old properties
/// decide what is compared: who forges a request writes them too.
///
/// On the way back it is not documented whether a row shows the properties that are `restored` or those that failed, so
/// there either may stand in it. `restored` is the row with which they were last deployed, where it can be read;
/// without it, what the request calls old counts: an application that was renamed must come back to its name.
pub(super) fn difference(
    row: &Row,
    request: &Request,
    goes_back: bool,
    restored: Option<&Row>,
) -> Option<&'static str> {
    // What cannot be read is answered as that, without work.
    if !request.properties.is_object() {
        return None;
    }
    let differs = |name: &str| {
        let given = text(&request.properties, name);
        let is_shown = |row: &Row| agrees(row, name, given.as_ref());
        let is_restored = match restored {
            Some(restored) => is_shown(restored),
            None => agrees(row, name, text(&request.old_properties, name).as_ref()),
        };
        !(is_shown(row) || (goes_back && is_restored))
    };
    COMPARED.into_iter().find(|name| differs(name))
}

/// Whether a row shows this text as the property, or does not say.
fn agrees(row: &Row, name: &str, given: Option<&String>) -> bool {
    let is_whole = text(&row.properties, "ServiceToken").is_some();
    match text(&row.properties, name) {
        None => !is_whole || given.is_none(),
        Some(shown) => !is_comparable(&shown) || given == Some(&shown),
    }
}

/// Scalars are strings in a request, whatever the row shows.
fn text(properties: &Value, name: &str) -> Option<String> {
    match properties.get(name)? {
        // An empty name is none.
        Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        Value::Bool(_) | Value::Number(_) => properties.get(name).map(Value::to_string),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// CloudFormation masks what a NoEcho parameter gave, and may show a dynamic reference instead of its value.
fn is_comparable(shown: &str) -> bool {
    !shown.contains("****") && !shown.contains("{{resolve:")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn given(properties: &Value, old: &Value) -> Request {
        let event = json!({"ResponseURL": "u", "RequestType": "Update", "PhysicalResourceId": "id",
            "ResourceProperties": properties, "OldResourceProperties": old});
        Request::read(&event).unwrap()
    }

    fn of(shown: &Value, properties: &Value, old: &Value, goes_back: bool) -> Option<&'static str> {
        let row = Row { physical_id: "id".into(), properties: shown.clone(), ..Row::default() };
        difference(&row, &given(properties, old), goes_back, None)
    }

    fn back(shown: &Value, restored: &Value, properties: &Value, old: &Value) -> Option<&'static str> {
        let row = |properties: &Value| Row { properties: properties.clone(), ..Row::default() };
        difference(&row(shown), &given(properties, old), true, Some(&row(restored)))
    }

    #[test]
    fn what_the_row_carries_must_be_what_the_request_says() {
        let nothing = json!({});
        let own =
            json!({"ApplicationName": "a", "ConfigurationDigest": "d", "ServiceToken": "t", "ServiceTimeout": 60});
        assert_eq!(of(&own, &own, &nothing, false), None);
        for name in ["ApplicationName", "ConfigurationDigest", "ServiceToken"] {
            let mut forged = own.clone();
            forged[name] = json!("x");
            assert_eq!(of(&own, &forged, &nothing, false), Some(name));
            forged.as_object_mut().unwrap().remove(name);
            assert_eq!(of(&own, &forged, &nothing, false), Some(name));
        }
        let partly = json!({"ConfigurationDigest": "d"});
        assert_eq!(of(&partly, &own, &nothing, false), None, "the row does not carry the others");
        let whole = json!({"ServiceToken": "t", "Theirs": "x"});
        assert_eq!(of(&whole, &own, &nothing, false), Some("ApplicationName"), "a resource that is not ours");
        let by_id = json!({"ApplicationLogicalId": "A"});
        assert_eq!(of(&by_id, &json!({"ApplicationName": "theirs"}), &nothing, false), Some("ApplicationLogicalId"));
    }

    #[test]
    fn a_row_without_properties_says_nothing_and_another_physical_id_hides_none() {
        let (own, nothing) = (json!({"ApplicationName": "a"}), json!({}));
        assert_eq!(of(&own, &json!([]), &nothing, false), None, "unreadable, which is another answer");
        assert_eq!(of(&Value::Null, &own, &nothing, false), None);
        let row = Row { physical_id: "another".into(), properties: json!({"ApplicationName": "x"}), ..Row::default() };
        assert_eq!(difference(&row, &given(&own, &nothing), false, None), Some("ApplicationName"));
    }

    #[test]
    fn what_cloudformation_masks_or_does_not_resolve_is_not_compared() {
        for shown in ["a-****", "{{resolve:ssm:digest}}"] {
            let (shown, own) = (json!({"ConfigurationDigest": shown}), json!({"ConfigurationDigest": "a-b"}));
            assert_eq!(of(&shown, &own, &json!({}), false), None);
        }
    }

    #[test]
    fn on_the_way_back_the_row_may_show_what_failed() {
        let (failed, restored) = (
            json!({"ApplicationName": "a", "ConfigurationDigest": "2"}),
            json!({"ApplicationName": "a", "ConfigurationDigest": "1"}),
        );
        assert_eq!(of(&failed, &restored, &failed, true), None);
        assert_eq!(of(&restored, &restored, &failed, true), None);
        assert_eq!(of(&failed, &restored, &failed, false), Some("ConfigurationDigest"));
        let theirs = json!({"ApplicationName": "theirs", "ConfigurationDigest": "1"});
        assert_eq!(
            of(&failed, &theirs, &json!({}), true),
            Some("ApplicationName"),
            "neither what failed nor what is restored"
        );
        let by_id = json!({"ApplicationLogicalId": "A", "ConfigurationDigest": "1"});
        assert_eq!(of(&failed, &by_id, &failed, true), None);
    }

    #[test]
    fn on_the_way_back_what_was_deployed_before_decides_and_not_what_the_request_calls_old() {
        let properties = |name: &str, digest: &str| json!({"ServiceToken": "t", "ApplicationName": name, "ConfigurationDigest": digest});
        let (before, failed, forged) = (properties("a", "1"), properties("b", "2"), properties("c", "3"));
        for shown in [&failed, &before] {
            assert_eq!(back(shown, &before, &before, &failed), None, "renamed, and renamed back");
            for old in [&failed, &before, &forged] {
                assert_eq!(back(shown, &before, &forged, old), Some("ApplicationName"));
            }
        }
    }
}
