//! Which parameters and variables a deployment gives. What was given once stays until it is given again: only what is
//! given now is sent, CloudFormation keeps every other parameter, and a function's variables are read before they are
//! written.

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

/// Names and values, sent to CloudFormation or Lambda.
pub type Values = BTreeMap<String, String>;

fn renamed(given: &GivenSettings, names: &[(&str, &str)]) -> Values {
    let value = |(setting, name): &(&str, &str)| Some(((*name).to_owned(), given.get(setting)?.to_owned()));
    names.iter().filter_map(value).collect()
}

/// The parameters of the access stack that are given.
#[must_use]
pub fn access_parameters(given: &GivenSettings) -> Values {
    let mut values = renamed(given, &ACCESS);
    if let Some(prefixes) = given.get("DATA_PREFIX").or_else(|| given.get("PREFIX")) {
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
/// A word of PARAMETERS that is no `Key=Value`.
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
        pair.ok_or_else(|| format!("{setting} has \"{word}\"; it takes Key=Value, separated by spaces"))
    };
    text.split_whitespace().map(pair).collect()
}

/// The tags of the application stack: those that are given, else those that it has, else consent.
///
/// # Errors
/// A word of TAG that is no `Key=Value`.
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

/// The output of the access stack that holds a function's role: `AutoStartRoleArn` of flink-auto-start.
#[must_use]
pub fn role_output(function: Function) -> String {
    let capital = |word: &str| word.split_at_checked(1).map_or(String::new(), |(a, b)| a.to_uppercase() + b);
    let words: String = function.name().split('-').skip(1).map(capital).collect();
    format!("{words}RoleArn")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value as Json;

    fn given(pairs: &[(&'static str, &str)]) -> GivenSettings {
        GivenSettings::of(pairs.iter().map(|(name, value)| (*name, (*value).to_owned())))
    }

    fn values(pairs: &[(&str, &str)]) -> Values {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn only_what_is_given_now_is_sent_to_a_stack() {
        assert_eq!(access_parameters(&given(&[])), values(&[]));
        let prefixes = access_parameters(&given(&[("PREFIX", "a-"), ("MAIL", "x@y")]));
        let expected = [("ApplicationNamePrefix", "a-"), ("DataNamePrefix", "a-"), ("IncidentMail", "x@y")];
        assert_eq!(prefixes, values(&expected));
        let data = access_parameters(&given(&[("PREFIX", "a-"), ("DATA_PREFIX", "b-")]));
        assert_eq!(data["DataNamePrefix"], "b-");
        assert_eq!(handlers_parameters(&given(&[("SWEEP", "DISABLED")])), values(&[("Sweep", "DISABLED")]));
    }

    #[test]
    fn a_new_stack_gets_its_names_and_what_stands_later_counts() {
        let new = NewStack { topic: Some("topic".into()) };
        let all = [("STACK", "orders"), ("ENV", "dev"), ("KEY", "k"), ("PARAMETERS", "TableName=t A=b=c")];
        let environment = values(&[("TableName", "e"), ("OnDelete", "Stop")]);
        let found = application_parameters(&given(&all), Some("jars/1.jar"), Some(&new), &environment).unwrap();
        let expected = [
            ("JarKey", "jars/1.jar"),
            ("ApplicationName", "orders-dev"),
            ("StreamName", "orders-dev"),
            ("TableName", "t"),
            ("AlarmTopicArn", "topic"),
            ("KeyArn", "k"),
            ("OnDelete", "Stop"),
            ("A", "b=c"),
        ];
        assert_eq!(found, values(&expected));
        let update = application_parameters(&given(&[]), Some("jars/1.jar"), None, &Values::new()).unwrap();
        assert_eq!(update, values(&[("JarKey", "jars/1.jar")]));
        let error = application_parameters(&given(&[("PARAMETERS", "Key")]), None, None, &Values::new()).unwrap_err();
        assert!(error.contains("PARAMETERS has \"Key\""), "{error}");
    }

    #[test]
    fn what_was_given_to_a_function_stays_until_it_is_given_again() {
        let present = values(&[("MAX_REPLAY_HOURS", "7"), ("STOP_MINUTES", "3"), ("POLL_INTERVAL_MS", "")]);
        let found = function_variables(Function::RollbackUnsticker, &given(&[("STOP_MINUTES", "4")]), &present, "true");
        let expected = [
            ("POLL_INTERVAL_MS", "5000"),
            ("REPLY_MARGIN_MS", "15000"),
            ("MAX_REPLAY_HOURS", "7"),
            ("STOP_MINUTES", "4"),
            ("STABILIZE_SECONDS", "60"),
            ("KEEP_SNAPSHOTS", "10"),
            ("CONTINUE_WITH_OWN_ROLE", "true"),
            (VERSION_VARIABLE, VERSION),
        ];
        assert_eq!(found, values(&expected));
        let found = function_variables(Function::AutoStart, &given(&[("STOP_MINUTES", "4")]), &present, "true");
        let of_each = [("POLL_INTERVAL_MS", "5000"), ("REPLY_MARGIN_MS", "15000"), (VERSION_VARIABLE, VERSION)];
        assert_eq!(found, values(&of_each));
    }

    #[test]
    fn both_ways_of_installing_give_each_function_the_same_variables() {
        let template: Json = serde_json::from_str(&crate::template::functions().unwrap().render().unwrap()).unwrap();
        let default = |value: &Json| match value["Ref"].as_str() {
            Some(parameter) => template["Parameters"][parameter]["Default"].clone(),
            // The version, which is the template's unless another is given.
            None => value["Fn::If"][2].clone(),
        };
        let text = |value: Json| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        for function in Function::ALL {
            let by_cargo_lambda = function_variables(function, &given(&[]), &Values::new(), "false");
            let id = role_output(function).trim_end_matches("RoleArn").to_owned();
            let released = &template["Resources"][&id]["Properties"];
            assert_eq!(released["FunctionName"], function.name());
            let variables = released["Environment"]["Variables"].as_object().unwrap();
            let released = variables.iter().map(|(name, value)| (name.clone(), text(default(value)))).collect();
            assert_eq!(by_cargo_lambda, released, "{function:?}");
        }
    }

    #[test]
    fn a_stack_keeps_its_tags_until_others_are_given() {
        let deployed = values(&[("flink-unstick", "dry-run")]);
        assert_eq!(tags(&given(&[]), Some(&deployed)), Ok(deployed.clone()));
        assert_eq!(tags(&given(&[("TAG", "a=b")]), Some(&deployed)), Ok(values(&[("a", "b")])));
        assert_eq!(tags(&given(&[]), None), Ok(values(&[("flink-unstick", "enabled")])));
    }

    #[test]
    fn each_function_has_its_role_in_an_output() {
        let outputs = Function::ALL.map(role_output);
        let expected = ["AutoStartRoleArn", "PropertyGroupsRoleArn", "UpdateGuardRoleArn", "RollbackUnstickerRoleArn"];
        assert_eq!(outputs, expected);
    }
}
