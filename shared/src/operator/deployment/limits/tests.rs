//! What is refused before anything is made.

use serde_json::json;

use super::*;

fn template() -> Json {
    json!({"Parameters": {
        "Mode": {"Type": "String", "AllowedValues": ["Probe", "Stop"], "Default": "Probe"},
        "Seconds": {"Type": "Number", "MinValue": 0, "MaxValue": 3600, "Default": 60},
        "Name": {"Type": "String", "AllowedPattern": "[a-z]+", "MinLength": 3, "MaxLength": 5, "Default": "abc"},
        "Names": {"Type": "CommaDelimitedList", "AllowedPattern": "[a-z]+", "ConstraintDescription": "names", "Default": "a"},
        "Jar": {"Type": "String"},
    }, "Resources": {}})
}

/// Letters alone match, whatever the pattern.
fn letters(_pattern: &str, value: &str) -> bool {
    value.chars().all(|letter| letter.is_ascii_lowercase())
}

fn found(given: &[(&str, &str)], is_new: bool) -> Vec<String> {
    let values = given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    refusals(&Sent { file: "t", template: &template(), values: &values, is_new }, &letters)
}

#[test]
fn each_value_is_held_against_what_its_parameter_takes() {
    assert_eq!(
        found(&[("Mode", "Stop"), ("Seconds", "0"), ("Name", "abcde"), ("Names", "a, b"), ("Jar", "")], true),
        [""; 0]
    );
    let long = "x".repeat(4097);
    for (name, value, says) in [
        ("Mode", "Kill", "expected Probe or Stop"),
        ("Seconds", "x", "expected a number"),
        ("Seconds", "-1", "expected a number of at least 0 and at most 3600"),
        ("Name", "ABC", "expected what matches [a-z]+"),
        ("Name", "ab", "expected at least 3 and at most 5 characters"),
        ("Names", "a,B", "t: Names: expected names"),
        ("Gone", "x", "t: Gone is not a parameter of it"),
        ("Jar", long.as_str(), "t: Jar has 4097 bytes; CloudFormation takes 4096"),
    ] {
        let problems = found(&[(name, value)], false);
        assert!(problems.len() == 1 && problems[0].contains(says), "{says}: {problems:?}");
    }
}

#[test]
fn a_new_stack_wants_what_has_no_default_and_an_old_one_keeps_it() {
    assert_eq!(found(&[], true), ["t: Jar is missing; it has no default"]);
    assert_eq!(found(&[], false), [""; 0]);
}

#[test]
fn a_template_beyond_the_quota_is_refused() {
    let large = json!({"Description": "x".repeat(MAX_TEMPLATE_BYTES), "Resources": {}});
    let sent = Sent { file: "t", template: &large, values: &Values::new(), is_new: true };
    assert!(refusals(&sent, &letters)[0].ends_with("CloudFormation takes 51200"));
}

#[test]
fn tags_beyond_the_quota_are_refused() {
    let many: Values = (0..51).map(|number| (number.to_string(), String::new())).collect();
    assert_eq!(tag_refusals(&many), ["TAG has 51 tags; a stack takes 50"]);
    let long = Values::from([("team".to_owned(), "x".repeat(257))]);
    assert!(tag_refusals(&long)[0].starts_with("TAG: team is too long"));
    assert_eq!(tag_refusals(&Values::from([("a".to_owned(), "b".to_owned())])), [""; 0]);
}

#[test]
fn a_reservation_that_lambda_would_refuse_is_said_before_and_one_that_is_there_counts() {
    assert_eq!(
        (concurrency_note(1000, 0, 10), concurrency_note(100, 10, 10), concurrency_note(10, 0, 0)),
        (None, None, None)
    );
    assert!(concurrency_note(109, 0, 10).unwrap().contains("goes without the 10"));
    assert!(applications_note(50).unwrap().contains("50 applications") && applications_note(49).is_none());
}
