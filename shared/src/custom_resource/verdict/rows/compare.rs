//! A request against the ResourceProperties of its row: what CloudFormation shows is what it asked for.

use serde_json::Value;

use super::super::super::request::Request;
use super::Row;

/// The properties that are compared.
const COMPARED: [&str; 4] = ["ApplicationName", "ApplicationLogicalId", "ConfigurationDigest", "ServiceToken"];

/// The first compared property in which the row differs from the request. Only a row of the same physical ID says anything, and only by what
/// it carries.
///
/// `goes_back`: whether a row of a rollback shows the properties that are restored or those that failed is not documented, so there what
/// the request calls old counts too: an application that was renamed must come back to its name.
pub(super) fn difference(row: &Row, request: &Request, goes_back: bool) -> Option<&'static str> {
    // What cannot be read is answered as that, without work.
    if !request.properties.is_object() || row.physical_id != request.physical_resource_id.as_deref().unwrap_or_default()
    {
        return None;
    }
    let differs = |name: &str| {
        let Some(shown) = text(&row.properties, name).filter(|shown| is_comparable(shown)) else { return false };
        let given = text(&request.properties, name);
        let was = text(&request.old_properties, name);
        let is_old = goes_back && was.as_ref() == Some(&shown);
        given.as_ref() != Some(&shown) && !is_old
    };
    COMPARED.into_iter().find(|name| differs(name))
}

/// Scalars are strings in a request, whatever the row shows.
fn text(properties: &Value, name: &str) -> Option<String> {
    match properties.get(name)? {
        Value::String(text) => Some(text.clone()),
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
        difference(&row, &given(properties, old), goes_back)
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
            assert_eq!(of(&forged, &own, &nothing, false), None, "the row does not carry {name}");
        }
        let by_id = json!({"ApplicationLogicalId": "A"});
        assert_eq!(of(&by_id, &json!({"ApplicationName": "theirs"}), &nothing, false), Some("ApplicationLogicalId"));
    }

    #[test]
    fn a_row_without_properties_or_of_another_physical_id_says_nothing() {
        let (own, nothing) = (json!({"ApplicationName": "a"}), json!({}));
        assert_eq!(of(&own, &json!([]), &nothing, false), None, "unreadable, which is another answer");
        assert_eq!(of(&Value::Null, &own, &nothing, false), None);
        let row = Row { physical_id: "another".into(), properties: json!({"ApplicationName": "x"}), ..Row::default() };
        assert_eq!(difference(&row, &given(&own, &nothing), false), None);
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
}
