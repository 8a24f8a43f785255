//! AWS::KinesisAnalyticsV2::Application: created READY and left so; an update is one UpdateApplication (semantics B).
//!
//! There is no Start and no Stop here, because there is none in the real handler's permissions (B.1, G.32).

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{Desk, Handler, Made, Refused};
use crate::cloudformation::custom_resource::stringified;
use crate::cloudformation::{GroupsOnUpdate, TagsOnUpdate};

pub(super) const SERVICE: &str = "kinesisanalytics";

/// Written by a call of its own.
const MAINTENANCE: &str = "ApplicationMaintenanceConfiguration";

pub(super) const HANDLERS: &[Handler] = &[Handler {
    kind: "AWS::KinesisAnalyticsV2::Application",
    properties: &[
        "ApplicationConfiguration",
        "ApplicationDescription",
        MAINTENANCE,
        "ApplicationMode",
        "ApplicationName",
        "RunConfiguration",
        "RuntimeEnvironment",
        "ServiceExecutionRole",
        "Tags",
    ],
    required: &["RuntimeEnvironment", "ServiceExecutionRole"],
    create_only: &["ApplicationName", "ApplicationMode"],
    // B.1: no readOnlyProperties, so no Fn::GetAtt.
    attributes: &[],
    create,
    update,
    delete,
    is_settled,
}];

fn create(desk: &mut Desk<'_>) -> Result<Made, Refused> {
    let name = desk.name("ApplicationName", 128);
    let mut body = desk.only(&[
        "ApplicationConfiguration",
        "ApplicationDescription",
        "ApplicationMode",
        "RuntimeEnvironment",
        "ServiceExecutionRole",
    ]);
    typed(&mut body);
    body.insert("ApplicationName".to_owned(), json!(name));
    body.insert("Tags".to_owned(), desk.tag_list());
    desk.call(SERVICE, "CreateApplication", &Value::Object(body))?;
    maintain(desk, &name)?;
    Ok(Made::new(name, []))
}

fn update(desk: &mut Desk<'_>) -> Result<Made, Refused> {
    let name = desk.physical_id.to_owned();
    let vpc = "/ApplicationConfiguration/VpcConfigurations";
    if desk.properties.pointer(vpc) != desk.old.pointer(vpc) {
        return Err(Refused::plain(
            "this engine does not know how a VpcConfiguration of an existing application is changed",
        ));
    }
    let sql = "/ApplicationConfiguration/SqlApplicationConfiguration";
    if desk.properties.pointer(sql) != desk.old.pointer(sql) {
        return Err(Refused::plain("this engine does not know how a SqlApplicationConfiguration is changed"));
    }
    let detail = describe(desk)?;
    if desk.has_changed(MAINTENANCE) {
        // Before the update, which leaves the application UPDATING.
        maintain(desk, &name)?;
    }
    let body = update_body(desk, &detail);
    if ["ApplicationConfiguration", "RunConfiguration", "RuntimeEnvironment", "ServiceExecutionRole"]
        .iter()
        .any(|property| desk.has_changed(property))
    {
        desk.call(SERVICE, "UpdateApplication", &body)?;
    }
    retag(desk, &detail)?;
    Ok(Made::new(name, []))
}

/// The maintenance window; nothing is called without one.
fn maintain(desk: &mut Desk<'_>, name: &str) -> Result<(), Refused> {
    let Some(window) = desk.only(&[MAINTENANCE]).remove(MAINTENANCE) else { return Ok(()) };
    let body = json!({ "ApplicationName": name, "ApplicationMaintenanceConfigurationUpdate": suffixed(&window) });
    desk.call(SERVICE, "UpdateApplicationMaintenanceConfiguration", &body).map(|_| ())
}

fn update_body(desk: &Desk<'_>, detail: &Value) -> Value {
    let mut configuration = desk.only(&["ApplicationConfiguration"]);
    typed(&mut configuration);
    let mut configuration = configuration.remove("ApplicationConfiguration").unwrap_or_else(|| json!({}));
    if let Some(members) = configuration.as_object_mut() {
        members.remove("SqlApplicationConfiguration");
    }
    let groups = configuration.as_object_mut().and_then(|members| members.remove("EnvironmentProperties"));
    let mut updates = suffixed(&configuration);
    let groups_pointer = "/ApplicationConfiguration/EnvironmentProperties";
    let is_changed = desk.properties.pointer(groups_pointer) != desk.old.pointer(groups_pointer);
    let is_sent = match desk.settings.modes.groups {
        GroupsOnUpdate::Rewritten => true,
        GroupsOnUpdate::OnlyWhenChanged => is_changed,
    };
    if is_sent {
        updates["EnvironmentPropertyUpdates"] = groups.unwrap_or_else(|| json!({ "PropertyGroups": [] }));
    }
    let mut body = Map::from_iter([
        ("ApplicationName".to_owned(), json!(desk.physical_id)),
        ("ApplicationConfigurationUpdate".to_owned(), updates),
    ]);
    match detail.get("ConditionalToken") {
        Some(token) => body.insert("ConditionalToken".to_owned(), token.clone()),
        None => body.insert("CurrentApplicationVersionId".to_owned(), detail["ApplicationVersionId"].clone()),
    };
    for (property, member) in
        [("ServiceExecutionRole", "ServiceExecutionRoleUpdate"), ("RuntimeEnvironment", "RuntimeEnvironmentUpdate")]
    {
        if desk.has_changed(property) {
            body.insert(member.to_owned(), desk.properties[property].clone());
        }
    }
    // Only while RUNNING: the API takes a RunConfigurationUpdate in no other status (A.6, roadmap#1059).
    if detail["ApplicationStatus"] == "RUNNING" {
        let mut run = desk.only(&["RunConfiguration"]);
        typed(&mut run);
        if let Some(run) = run.remove("RunConfiguration") {
            body.insert("RunConfigurationUpdate".to_owned(), run);
        }
    }
    Value::Object(body)
}

/// The stack's tags after an update: exactly these, or only what changed. See [`TagsOnUpdate`].
fn retag(desk: &mut Desk<'_>, detail: &Value) -> Result<(), Refused> {
    let arn = detail["ApplicationARN"].clone();
    let reply = desk.call(SERVICE, "ListTagsForResource", &json!({ "ResourceARN": arn }))?;
    let present: BTreeMap<String, String> = reply["Tags"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|tag| Some((tag["Key"].as_str()?.to_owned(), tag["Value"].as_str().unwrap_or_default().to_owned())))
        .collect();
    let candidates: Vec<&String> = match desk.settings.modes.tags {
        TagsOnUpdate::Erased => present.keys().collect(),
        TagsOnUpdate::Kept => desk.old_tags.keys().filter(|key| present.contains_key(*key)).collect(),
    };
    let gone: Vec<_> = candidates.into_iter().filter(|key| !desk.tags.contains_key(*key)).collect();
    let new = desk.tags.iter().filter(|(key, value)| present.get(*key) != Some(value));
    let new: Vec<_> = new.map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
    if !gone.is_empty() {
        desk.call(SERVICE, "UntagResource", &json!({ "ResourceARN": arn, "TagKeys": gone }))?;
    }
    if !new.is_empty() {
        desk.call(SERVICE, "TagResource", &json!({ "ResourceARN": arn, "Tags": new }))?;
    }
    Ok(())
}

fn delete(desk: &mut Desk<'_>) -> Result<(), Refused> {
    let name = json!(desk.physical_id);
    let Some(detail) = found(desk, &name)?.filter(|detail| detail["ApplicationStatus"] != "DELETING") else {
        return Ok(());
    };
    let body = json!({ "ApplicationName": desk.physical_id, "CreateTimestamp": detail["CreateTimestamp"] });
    desk.remove(SERVICE, "DeleteApplication", &body)
}

/// READY, RUNNING and gone are settled; a stuck UPDATING holds the stack (B.1). An unhealthy job is no failure (G.35).
fn is_settled(desk: &mut Desk<'_>) -> Result<bool, Refused> {
    let name = json!(desk.physical_id);
    is_settled_in(desk, &name, &["READY", "RUNNING", "ROLLED_BACK"])
}

/// The application of this name; none when it is gone.
pub(super) fn found(desk: &mut Desk<'_>, name: &Value) -> Result<Option<Value>, Refused> {
    match desk.try_call(SERVICE, "DescribeApplication", &json!({ "ApplicationName": name })) {
        Ok(reply) => Ok(Some(reply["ApplicationDetail"].clone())),
        Err(error) if error.code == "ResourceNotFoundException" => Ok(None),
        Err(error) => Err(Refused::by_service("KinesisAnalyticsV2", &error)),
    }
}

/// Whether it has one of these statuses, or is gone.
pub(super) fn is_settled_in(desk: &mut Desk<'_>, name: &Value, statuses: &[&str]) -> Result<bool, Refused> {
    let detail = found(desk, name)?;
    Ok(detail.is_none_or(|detail| statuses.contains(&detail["ApplicationStatus"].as_str().unwrap_or_default())))
}

pub(super) fn describe(desk: &mut Desk<'_>) -> Result<Value, Refused> {
    let reply = desk.call(SERVICE, "DescribeApplication", &json!({ "ApplicationName": desk.physical_id }))?;
    Ok(reply["ApplicationDetail"].clone())
}

/// Update shapes are the create shapes with every member suffixed (A.2).
fn suffixed(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            members.iter().map(|(key, inner)| (format!("{key}Update"), suffixed(inner))).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => value.clone(),
    }
}

/// Parameters arrive as strings; the registry turns them into what the schema says. Property maps stay strings.
fn typed(members: &mut Map<String, Value>) {
    const NUMBERS: [&str; 4] = ["CheckpointInterval", "MinPauseBetweenCheckpoints", "Parallelism", "ParallelismPerKPU"];
    const FLAGS: [&str; 5] =
        ["AllowNonRestoredState", "AutoScalingEnabled", "CheckpointingEnabled", "RollbackEnabled", "SnapshotsEnabled"];
    for (key, value) in members.iter_mut() {
        if key == "PropertyGroups" {
            if let Some(groups) = value.as_array_mut() {
                for group in groups {
                    *group = stringified(group);
                }
            }
            continue;
        }
        let parsed = match value {
            Value::String(text) if NUMBERS.contains(&key.as_str()) => {
                text.parse::<i64>().ok().map(|number| json!(number))
            }
            Value::String(text) if FLAGS.contains(&key.as_str()) => text.parse::<bool>().ok().map(|flag| json!(flag)),
            Value::Object(inner) => {
                typed(inner);
                None
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => None,
        };
        if let Some(parsed) = parsed {
            *value = parsed;
        }
    }
}
