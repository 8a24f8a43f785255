//! What notebooks and SQL applications have in their configuration, with members of the model only.

use serde_json::{Map, Value};

use crate::api::{ApiError, ApiResult};

/// The members of ZeppelinApplicationConfiguration, each a path to a value or to a list.
const ZEPPELIN: &[&str] = &[
    "/MonitoringConfiguration/LogLevel",
    "/CatalogConfiguration/GlueDataCatalogConfiguration/DatabaseARN",
    "/DeployAsApplicationConfiguration/S3ContentLocation/BucketARN",
    "/DeployAsApplicationConfiguration/S3ContentLocation/BasePath",
    "/CustomArtifactsConfiguration",
];
const SQL: &[&str] = &["/Inputs", "/Outputs", "/ReferenceDataSources"];

/// A notebook's own configuration, with members of the model only.
pub(in crate::flink) fn zeppelin(given: Option<Map<String, Value>>) -> ApiResult<Map<String, Value>> {
    checked(given.unwrap_or_default(), ZEPPELIN)
}

/// The same after an update, whose members have a suffix each.
pub(in crate::flink) fn updated_zeppelin(now: &mut Map<String, Value>, update: Map<String, Value>) -> ApiResult<()> {
    let Value::Object(update) = without_suffix(&Value::Object(update)) else { return Ok(()) };
    merge(now, checked(update, ZEPPELIN)?);
    Ok(())
}

/// A SQL application's own configuration.
pub(in crate::flink) fn sql(given: Option<Map<String, Value>>) -> ApiResult<Map<String, Value>> {
    checked(given.unwrap_or_default(), SQL)
}

fn checked(given: Map<String, Value>, known: &[&str]) -> ApiResult<Map<String, Value>> {
    let mut paths = Vec::new();
    leaves("", &given, &mut paths);
    match paths.into_iter().find(|path| !known.contains(&path.as_str())) {
        None => Ok(given),
        Some(path) => Err(ApiError::new("SerializationException", format!("unknown field `{path}`"))),
    }
}

fn leaves(path: &str, members: &Map<String, Value>, found: &mut Vec<String>) {
    for (name, value) in members {
        let path = format!("{path}/{name}");
        match value {
            Value::Object(inner) => leaves(&path, inner, found),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => found.push(path),
        }
    }
}

fn merge(now: &mut Map<String, Value>, update: Map<String, Value>) {
    for (name, value) in update {
        match (now.get_mut(&name), value) {
            (Some(Value::Object(now)), Value::Object(value)) => merge(now, value),
            (_, value) => {
                now.insert(name, value);
            }
        }
    }
}

fn without_suffix(value: &Value) -> Value {
    let Value::Object(members) = value else { return value.clone() };
    let name = |name: &str| name.strip_suffix("Update").unwrap_or(name).to_owned();
    members.iter().map(|(key, inner)| (name(key), without_suffix(inner))).collect()
}

/// Description shapes are the create shapes with every structure suffixed.
pub(in crate::flink) fn described_as(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let name = |name: &str, inner: &Value| match inner {
                Value::Object(_) | Value::Array(_) => format!("{name}Description"),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => name.to_owned(),
            };
            members.iter().map(|(key, inner)| (name(key, inner), described_as(inner))).collect()
        }
        Value::Array(items) => items.iter().map(described_as).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}
