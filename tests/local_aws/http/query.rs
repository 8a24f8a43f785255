//! The query protocol: a form in, XML out. Lists travel as `Tags.member.1.Key=..`; services here see JSON.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::response::Response;
use serde_json::{Map, Value, json};

use super::request::{Incoming, form};
use super::{engine, reply};
use crate::api::{ApiError, ApiResult, Caller, members};
use crate::{World, dispatch, iam};

pub(super) fn answer(world: &Arc<World>, incoming: &Incoming) -> Response {
    let mut params = incoming.query.clone();
    params.extend(form(&incoming.text()));
    let action = params.remove("Action").unwrap_or_default();
    let version = params.remove("Version").unwrap_or_default();
    let result = match &incoming.caller {
        Some(caller) => match incoming.check_scope(world, signed_service(&version)) {
            Ok(()) => dispatch(world, caller, &version, &action, &params),
            Err(error) => Err(ApiError { code: "SignatureDoesNotMatch".to_owned(), ..error }),
        },
        None => {
            Err(ApiError::with_status(403, "MissingAuthenticationToken", "Request is missing Authentication Token"))
        }
    };
    let request_id = world.state().ids.uuid();
    match result {
        Ok(inner) => {
            let body = format!(
                "<{action}Response xmlns=\"{}\"><{action}Result>{inner}</{action}Result><ResponseMetadata>\
                 <RequestId>{request_id}</RequestId></ResponseMetadata></{action}Response>",
                namespace(&version)
            );
            reply::with(world, 200, "text/xml", body)
        }
        Err(error) => {
            let error = as_query_error(error);
            let kind = if error.status >= 500 { "Receiver" } else { "Sender" };
            let body = format!(
                "<ErrorResponse xmlns=\"{}\"><Error><Type>{kind}</Type>{}</Error>\
                 <RequestId>{request_id}</RequestId></ErrorResponse>",
                namespace(&version),
                reply::xml_error(&error)
            );
            reply::with(world, error.status, "text/xml", body)
        }
    }
}

/// The service that a version of the query protocol is for, as signatures name it.
fn signed_service(version: &str) -> &str {
    match version {
        "2010-05-15" => "cloudformation",
        "2010-05-08" => "iam",
        "2010-03-31" => "sns",
        "2011-06-15" => "sts",
        "2010-08-01" => "monitoring",
        other => other,
    }
}

fn dispatch(
    world: &Arc<World>,
    caller: &Caller,
    version: &str,
    action: &str,
    params: &BTreeMap<String, String>,
) -> ApiResult<String> {
    if version == "2010-05-15" {
        return engine::cloudformation(world, caller, action, params);
    }
    let known = members::check(signed_service(version), action, params);
    known.inspect_err(|error| world.state().unknown.push(error.message.clone()))?;
    let (settings, body) = (&world.settings, nest(params));
    let service = match version {
        "2010-05-08" => "iam",
        "2010-03-31" => "sns",
        "2010-08-01" => "cloudwatch",
        "2011-06-15" if action == "GetCallerIdentity" => {
            let arn = iam::principal(&world.state(), &settings.account, caller);
            let identity = json!({ "Arn": arn, "UserId": "AIDALOCALAWS", "Account": settings.account });
            return Ok(xml(&identity));
        }
        other => other,
    };
    dispatch::call(&mut world.state(), settings, caller, (service, action), &body).map(|value| xml(&value))
}

/// JSON services say AccessDeniedException with 400, query services AccessDenied with 403.
fn as_query_error(error: ApiError) -> ApiError {
    match error.code.as_str() {
        "AccessDeniedException" => ApiError::with_status(403, "AccessDenied", error.message),
        "ThrottlingException" => ApiError::with_status(400, "Throttling", error.message),
        _ => error,
    }
}

fn namespace(version: &str) -> String {
    let service = match version {
        "2010-05-15" => return format!("http://cloudformation.amazonaws.com/doc/{version}/"),
        "2010-03-31" => return format!("http://sns.amazonaws.com/doc/{version}/"),
        "2011-06-15" => "sts",
        _ => "iam",
    };
    format!("https://{service}.amazonaws.com/doc/{version}/")
}

/// `A.member.1.B=c` as `{"A": [{"B": "c"}]}`.
fn nest(params: &BTreeMap<String, String>) -> Value {
    let mut root = Map::new();
    for (name, value) in params {
        let parts: Vec<&str> = name.split('.').collect();
        insert(&mut root, &parts, value);
    }
    lists(Value::Object(root))
}

fn insert(into: &mut Map<String, Value>, parts: &[&str], value: &str) {
    match parts {
        [] => {}
        [leaf] => {
            into.insert((*leaf).to_owned(), json!(value));
        }
        [part, rest @ ..] => {
            if let Value::Object(inner) = into.entry(*part).or_insert_with(|| json!({})) {
                insert(inner, rest, value);
            }
        }
    }
}

fn lists(value: Value) -> Value {
    let Value::Object(mut members) = value else { return value };
    let numbered = members.remove("member").or_else(|| members.remove("entry"));
    if let Some(Value::Object(numbered)) = numbered {
        let mut rows: Vec<(u32, Value)> =
            numbered.into_iter().map(|(number, row)| (number.parse().unwrap_or(0), lists(row))).collect();
        rows.sort_by_key(|(number, _)| *number);
        return rows.into_iter().map(|(_, row)| row).collect();
    }
    members.into_iter().map(|(key, value)| (key, lists(value))).collect::<Map<_, _>>().into()
}

/// JSON as AWS's XML: members become elements, list items become `<member>`.
fn xml(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => reply::escape(text),
        Value::Array(list) => list.iter().map(|item| element("member", item)).collect(),
        Value::Object(members) => members.iter().map(|(key, value)| element(key, value)).collect(),
        other => other.to_string(),
    }
}

fn element(name: &str, value: &Value) -> String {
    format!("<{name}>{}</{name}>", xml(value))
}

#[cfg(test)]
mod tests {
    use super::{nest, xml};
    use crate::http::request::form;
    use serde_json::json;

    #[test]
    fn numbered_members_become_lists_and_go_back() {
        let body = nest(&form("RoleName=r&Tags.member.2.Key=b&Tags.member.1.Key=a&Tags.member.1.Value=1"));
        assert_eq!(body, json!({ "RoleName": "r", "Tags": [{ "Key": "a", "Value": "1" }, { "Key": "b" }] }));
        assert_eq!(xml(&json!({ "A": ["x<y", true] })), "<A><member>x&lt;y</member><member>true</member></A>");
    }
}
