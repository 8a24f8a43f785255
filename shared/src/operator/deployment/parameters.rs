//! Which parameters and variables a deployment gives. What was given once stays until it is given again: only what is
//! given now is sent, CloudFormation keeps every other parameter, and a function's variables are read before they are
//! written.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use super::GivenSettings;
use crate::contract::{CONTINUE_WITH_OWN_ROLE, Function, VERSION, VERSION_VARIABLE, Variable};

/// The settings that are a parameter of `access.template.json`.
const ACCESS: [(&str, &str); 11] = [
    ("BOUNDARY", "BoundaryArn"),
    ("FURTHER_STREAMS", "FurtherStreams"),
    ("FURTHER_TABLES", "FurtherTables"),
    ("FURTHER_BUCKETS", "FurtherBuckets"),
    ("FURTHER_KEYS", "FurtherKeys"),
    ("CONTINUE_WITH_OWN_ROLE", "ContinueWithOwnRole"),
    ("IGNORE_CONSENT_TAG", "IgnoreConsentTag"),
    ("MAIL", "IncidentMail"),
    ("KEY", "KeyArn"),
    ("TRACING", "Tracing"),
    ("PREFIX", "ApplicationNamePrefix"),
];
/// The settings that are a parameter of `handlers.template.json`.
const HANDLERS: [(&str, &str); 2] = [("SWEEP", "Sweep"), ("UNSTICKER_CONCURRENCY", "UnstickerConcurrency")];

/// The tag that a new application stack carries unless TAG says otherwise.
pub const DEFAULT_TAG: &str = "flink-unstick=enabled";

/// What the functions are built for before ARCH was ever given.
pub const ARCHITECTURE: &str = "x86_64";

/// Names and values, sent to CloudFormation or Lambda.
pub type Values = BTreeMap<String, String>;

fn renamed(given: &GivenSettings, names: &[(&str, &str)]) -> Values {
    let value = |(setting, name): &(&str, &str)| Some(((*name).to_owned(), given.get(setting)?.to_owned()));
    names.iter().filter_map(value).collect()
}

/// The parameters of the access stack that are given; `deployed` are those that it has. The prefixes of data follow
/// those of applications until they are given on their own.
#[must_use]
pub fn access_parameters(given: &GivenSettings, deployed: &Values) -> Values {
    let mut values = renamed(given, &ACCESS);
    let follow = deployed.get("DataNamePrefix") == deployed.get("ApplicationNamePrefix");
    let followed = given.get("PREFIX").filter(|_| follow);
    if let Some(prefixes) = given.get("DATA_PREFIX").or(followed) {
        values.insert("DataNamePrefix".to_owned(), prefixes.to_owned());
    }
    values
}

/// The parameters of the handlers stack that are given.
#[must_use]
pub fn handlers_parameters(given: &GivenSettings) -> Values {
    renamed(given, &HANDLERS)
}

/// The parameters of the application stack: the jar's key, names and topic for a new stack, then what the environment's
/// file says, then PARAMETERS. What stands later counts.
///
/// # Errors
/// A word of PARAMETERS that is not `Key=Value`.
pub fn application_parameters(
    given: &GivenSettings,
    jar_key: Option<&str>,
    new: Option<&NewStack>,
    environment: &Values,
) -> Result<Values, String> {
    let mut values = Values::new();
    let mut put = |name: &str, value: &str| values.insert(name.to_owned(), value.to_owned());
    if let Some(key) = jar_key {
        put("JarKey", key);
    }
    // Names are given once, at creation.
    if let Some(new) = new {
        for name in ["ApplicationName", "StreamName", "TableName"] {
            put(name, &given.stack());
        }
        if let Some(topic) = &new.topic {
            put("AlarmTopicArn", topic);
        }
    }
    if let Some(key) = given.get("KEY") {
        put("KeyArn", key);
    }
    values.extend(environment.clone());
    values.extend(pairs("PARAMETERS", given.get("PARAMETERS").unwrap_or_default())?);
    Ok(values)
}

/// An application stack that is not there yet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewStack {
    /// The ARN of the incident topic, which its alarms notify.
    pub topic: Option<String>,
}

/// Reads `Key=Value Key=Value ...`.
///
/// # Errors
/// The word that is none.
pub fn pairs(setting: &str, text: &str) -> Result<Vec<(String, String)>, String> {
    let pair = |word: &str| {
        let pair = word.split_once('=').filter(|(key, _)| !key.is_empty());
        let pair = pair.map(|(key, value)| (key.to_owned(), value.to_owned()));
        pair.ok_or_else(|| format!("{setting}: expected Key=Value, separated by spaces, found \"{word}\""))
    };
    text.split_whitespace().map(pair).collect()
}

/// The tags of the application stack: those that are given, else those that it has, else consent.
///
/// # Errors
/// A word of TAG that is not `Key=Value`.
pub fn tags(given: &GivenSettings, deployed: Option<&Values>) -> Result<Values, String> {
    let tags = match (given.get("TAG"), deployed) {
        (Some(tags), _) => pairs("TAG", tags)?.into_iter().collect(),
        (None, Some(tags)) => tags.clone(),
        (None, None) => pairs("TAG", DEFAULT_TAG)?.into_iter().collect(),
    };
    Ok(tags)
}

/// The variables of a function: those that are given, else those that it has, else the defaults. `own_role` is the
/// access stack's ContinueWithOwnRole: what the roles allow and what the function believes are one parameter.
#[must_use]
pub fn function_variables(function: Function, given: &GivenSettings, present: &Values, own_role: &str) -> Values {
    let is_unsticker = function == Function::RollbackUnsticker;
    let value = |variable: Variable| {
        let present = present.get(variable.name).filter(|value| !value.is_empty()).cloned();
        let chosen = given.get(variable.name).map(str::to_owned).or(present);
        (variable.name.to_owned(), chosen.unwrap_or_else(|| variable.default.to_string()))
    };
    let read = Variable::ALL.into_iter().filter(|variable| is_unsticker || !variable.is_unstickers);
    let mut values: Values = read.map(value).collect();
    values.insert(VERSION_VARIABLE.to_owned(), VERSION.to_owned());
    if is_unsticker {
        values.insert(CONTINUE_WITH_OWN_ROLE.to_owned(), own_role.to_owned());
    }
    values
}

/// What the functions are built for: what is given, else what they have, else the tested one.
#[must_use]
pub fn architecture(given: &GivenSettings, deployed: Option<&str>) -> String {
    given.get("ARCH").or(deployed).unwrap_or(ARCHITECTURE).to_owned()
}

/// Whether the application stays when its stack goes: as RETAIN says, else as it is.
#[must_use]
pub fn is_retained(given: &GivenSettings, deployed: bool) -> bool {
    given.switch("RETAIN").unwrap_or(deployed)
}

/// The output of the access stack that holds a function's role: `AutoStartRoleArn` of flink-auto-start.
#[must_use]
pub fn role_output(function: Function) -> String {
    let capital = |word: &str| word.split_at_checked(1).map_or(String::new(), |(a, b)| a.to_uppercase() + b);
    let words: String = function.name().split('-').skip(1).map(capital).collect();
    format!("{words}RoleArn")
}
