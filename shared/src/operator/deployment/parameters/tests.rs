//! What is sent, and what stays.

mod kept;

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
    assert_eq!(access_parameters(&given(&[]), &Values::new()), values(&[]));
    let prefixes = access_parameters(&given(&[("PREFIX", "a-"), ("MAIL", "x@y")]), &Values::new());
    let expected = [("ApplicationNamePrefix", "a-"), ("DataNamePrefix", "a-"), ("IncidentMail", "x@y")];
    assert_eq!(prefixes, values(&expected));
    let data = access_parameters(&given(&[("PREFIX", "a-"), ("DATA_PREFIX", "b-")]), &Values::new());
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
    assert!(error.contains("PARAMETERS: expected Key=Value, separated by spaces, found \"Key\""), "{error}");
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
