//! The request envelope (`semantics.md` E.1), read without ever failing on a part that an answer does not need.

use serde_json::Value;
use std::time::Duration;

use super::response_url::ResponseUrl;

/// CloudFormation's limit for a physical resource ID, in bytes (`semantics.md` E.2).
pub const LONGEST_ID: usize = 1024;
/// An application's name has at most 128 characters of `[a-zA-Z0-9_.-]`, a logical ID at most 255 alphanumeric ones.
const LONGEST_NAME: usize = 255;

/// The most seconds that the service was seen to take for ServiceTimeout (`semantics.md` E.1). A larger number would
/// overflow a clock.
const LONGEST_TIMEOUT: u64 = 14_400;

/// The RequestType of a custom-resource request (`SEMANTICS.md` E.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestType {
    /// The stack is created with the resource, or an update adds it.
    Create,
    /// Its properties changed; also in a rollback, where the old properties are the new ones.
    Update,
    /// The resource is removed: with its stack, by an update, in the cleanup, or when its creation rolls back.
    Delete,
    /// A word that this version does not know, or none.
    Unknown(String),
}

/// A custom-resource request. Whatever is missing is empty: it is repeated to CloudFormation as it came.
#[derive(Debug, Clone)]
pub struct Request {
    /// Whether the resource is created, updated or deleted.
    pub request_type: RequestType,
    /// The pre-signed URL that the answer is PUT to; a credential for about two hours.
    pub response_url: ResponseUrl,
    /// The ARN of the stack that the resource is in.
    pub stack_id: String,
    /// The request's ID, the same in every delivery.
    pub request_id: String,
    /// The type in the template: `Custom::FlinkAutoStart`, or one that a team chose.
    pub resource_type: String,
    /// The resource's name in the template.
    pub logical_resource_id: String,
    /// Given on Update and Delete.
    pub physical_resource_id: Option<String>,
    /// ResourceProperties as they came; the contract's types decode them.
    pub properties: Value,
    /// The properties before this Update, unread; they may come from an older template.
    pub old_properties: Value,
}

impl Request {
    /// Reads an event.
    ///
    /// # Errors
    /// Only when there is no ResponseURL: then no one waits for an answer.
    pub fn read(event: &Value) -> Result<Self, String> {
        let text = |name: &str| event.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let url = text("ResponseURL");
        if url.is_empty() {
            return Err("the event has no ResponseURL, so it is not a custom-resource request of CloudFormation's; \
                        this function is a ServiceToken, to be called by a stack"
                .to_owned());
        }
        let request_type = match text("RequestType").as_str() {
            "Create" => RequestType::Create,
            "Update" => RequestType::Update,
            "Delete" => RequestType::Delete,
            other => RequestType::Unknown(other.to_owned()),
        };
        Ok(Self {
            request_type,
            response_url: ResponseUrl::new(url),
            stack_id: text("StackId"),
            request_id: text("RequestId"),
            resource_type: text("ResourceType"),
            logical_resource_id: text("LogicalResourceId"),
            physical_resource_id: Some(text("PhysicalResourceId")).filter(|id| !id.is_empty()),
            properties: event.get("ResourceProperties").cloned().unwrap_or_default(),
            old_properties: event.get("OldResourceProperties").cloned().unwrap_or_default(),
        })
    }

    /// How long CloudFormation waits for the answer; its own default when the property says nothing that it takes.
    #[must_use]
    pub fn service_timeout(&self) -> Duration {
        let seconds = self.properties.get("ServiceTimeout").and_then(Value::as_str).and_then(|text| text.parse().ok());
        Duration::from_secs(seconds.filter(|seconds| (1..=LONGEST_TIMEOUT).contains(seconds)).unwrap_or(3600))
    }

    /// The physical resource ID of the answer: the given one, or on a Create `<kind>/<application>/<logical ID>`, known
    /// before any work; without a readable application `unreadable/<logical ID>`. Never empty, never over
    /// [`LONGEST_ID`]: CloudFormation takes neither, and would make up one of its own.
    ///
    /// An Update about another application gets a new one: CloudFormation then deletes the old. A name that became a
    /// logical ID, or the other way round, is another application only if `applications`, the stack's own by logical ID
    /// and name, say so; they are empty until they are known.
    #[must_use]
    pub fn physical_id(&self, kind: &str, applications: &[(String, String)]) -> String {
        // CloudFormation gives no longer one; an event that does is not CloudFormation's.
        let logical_id = beginning(&self.logical_resource_id, LONGEST_ID / 4);
        let derived =
            |properties: &Value| application(properties).map(|(_, name)| format!("{kind}/{name}/{logical_id}"));
        match (&self.request_type, &self.physical_resource_id) {
            (RequestType::Update, Some(given)) => {
                let (new, old) = (application(&self.properties), application(&self.old_properties));
                let is_another = new.zip(old).is_some_and(|(new, old)| differ(new, old, applications));
                let another = derived(&self.properties).filter(|_| is_another);
                another.unwrap_or_else(|| beginning(given, LONGEST_ID).to_owned())
            }
            (RequestType::Create | RequestType::Delete | RequestType::Unknown(_), Some(given)) => {
                beginning(given, LONGEST_ID).to_owned()
            }
            (RequestType::Create | RequestType::Update | RequestType::Delete | RequestType::Unknown(_), None) => {
                derived(&self.properties).unwrap_or_else(|| format!("unreadable/{logical_id}"))
            }
        }
    }
}

/// The property that names an application by its name.
const NAME: &str = "ApplicationName";

/// What the properties call the application, and in which of them. A text that cannot be a name is none: it would not
/// fit into an ID either.
fn application(properties: &Value) -> Option<(&'static str, &str)> {
    let is_name = |text: &&str| {
        (1..=LONGEST_NAME).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
    };
    [NAME, "ApplicationLogicalId"]
        .into_iter()
        .find_map(|key| properties.get(key).and_then(Value::as_str).filter(is_name).map(|name| (key, name)))
}

/// Whether two ways to name an application are known to name two. A logical ID that the stack does not have names none
/// that is known.
fn differ(new: (&str, &str), old: (&str, &str), applications: &[(String, String)]) -> bool {
    if new.0 == old.0 {
        return new.1 != old.1;
    }
    let (name, logical_id) = if new.0 == NAME { (new.1, old.1) } else { (old.1, new.1) };
    let of_it = applications.iter().find(|(id, _)| id == logical_id);
    of_it.is_some_and(|(_, own)| own != name)
}

/// At most `bytes` of `text`, ending on a character boundary.
fn beginning(text: &str, bytes: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn request(event: &Value) -> Request {
        Request::read(event).unwrap()
    }

    #[test]
    fn anything_with_a_response_url_is_a_request() {
        let read = request(&json!({"ResponseURL": "https://x", "RequestType": 7, "StackId": null}));
        assert_eq!(read.request_type, RequestType::Unknown(String::new()));
        assert_eq!(read.physical_id("auto-start", &[]), "unreadable/");
    }

    #[test]
    fn nothing_without_one_is() {
        for event in [json!({}), json!(null), json!([1]), json!({"ResponseURL": 1})] {
            assert!(Request::read(&event).unwrap_err().contains("ResponseURL"));
        }
    }

    #[test]
    fn a_service_timeout_that_cloudformation_would_not_take_is_the_default() {
        for (text, seconds) in [("60", 60), ("0", 3600), ("14401", 3600), ("18446744073709551615", 3600), ("x", 3600)] {
            let event = json!({"ResponseURL": "u", "ResourceProperties": {"ServiceTimeout": text}});
            assert_eq!(request(&event).service_timeout(), Duration::from_secs(seconds), "{text}");
        }
    }

    #[test]
    fn an_application_that_cannot_be_named_so_gives_an_id_nevertheless() {
        for name in ["\u{1}", "a b", &"x".repeat(5000), ""] {
            let create = json!({"ResponseURL": "u", "RequestType": "Create", "LogicalResourceId": "Start",
                "ResourceProperties": {"ApplicationName": name}});
            assert_eq!(request(&create).physical_id("auto-start", &[]), "unreadable/Start");
        }
    }

    #[test]
    fn the_physical_id_is_known_before_any_work() {
        let create = json!({"ResponseURL": "u", "RequestType": "Create", "LogicalResourceId": "Start",
            "ResourceProperties": {"ApplicationName": "app"}});
        assert_eq!(request(&create).physical_id("auto-start", &[]), "auto-start/app/Start");
    }

    #[test]
    fn an_update_keeps_it_unless_the_application_is_another() {
        let mut update = json!({"ResponseURL": "u", "RequestType": "Update", "LogicalResourceId": "Start",
            "PhysicalResourceId": "given", "ResourceProperties": {"ApplicationName": "app"},
            "OldResourceProperties": {"ApplicationName": "app"}});
        assert_eq!(request(&update).physical_id("auto-start", &[]), "given");
        update["OldResourceProperties"]["ApplicationName"] = json!("other");
        assert_eq!(request(&update).physical_id("auto-start", &[]), "auto-start/app/Start");
    }

    #[test]
    fn a_name_that_becomes_the_logical_id_of_the_same_application_changes_nothing() {
        let own = |name: &str| [("Application".to_owned(), name.to_owned())];
        let ways = [json!({"ApplicationName": "app"}), json!({"ApplicationLogicalId": "Application"})];
        for (new, old) in [(0, 1), (1, 0)] {
            let update = request(&json!({"ResponseURL": "u", "RequestType": "Update", "LogicalResourceId": "Start",
                "PhysicalResourceId": "given", "ResourceProperties": ways[new], "OldResourceProperties": ways[old]}));
            assert_eq!(update.physical_id("auto-start", &own("app")), "given");
            assert_eq!(update.physical_id("auto-start", &[]), "given", "not known yet");
            assert!(update.physical_id("auto-start", &own("another")).starts_with("auto-start/"), "{new}");
        }
    }
}
