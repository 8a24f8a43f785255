//! What a YAML template means, and what is refused of it.

use super::*;

fn refusal(text: &str) -> String {
    parse(text).unwrap_err().to_string()
}

/// Source: the long and the short form of each function on its page of the intrinsic function reference.
#[test]
fn a_short_form_is_its_function() {
    for (short, long) in [
        ("!Ref A", json!({"Ref": "A"})),
        ("!GetAtt A.Outputs.B", json!({"Fn::GetAtt": ["A", "Outputs.B"]})),
        ("!GetAtt [A, B]", json!({"Fn::GetAtt": ["A", "B"]})),
        ("!Sub '${A}-1'", json!({"Fn::Sub": "${A}-1"})),
        ("!Sub [x, {A: !Ref B}]", json!({"Fn::Sub": ["x", {"A": {"Ref": "B"}}]})),
        ("!ImportValue\n  Fn::Sub: a", json!({"Fn::ImportValue": {"Fn::Sub": "a"}})),
        ("!Join ['', [a, !Ref B]]", json!({"Fn::Join": ["", ["a", {"Ref": "B"}]]})),
        ("!If [C, 1, !Ref AWS::NoValue]", json!({"Fn::If": ["C", 1, {"Ref": "AWS::NoValue"}]})),
        ("!Not [!Condition C]", json!({"Fn::Not": [{"Condition": "C"}]})),
    ] {
        assert_eq!(parse(short).unwrap(), long, "{short}");
    }
}

/// Source: <https://yaml.org/type/>; a timestamp is none to CloudFormation.
#[test]
fn an_unquoted_scalar_is_what_it_looks_like() {
    for (text, value) in [
        ("24", json!(24)),
        ("-1.5", json!(-1.5)),
        ("yes", json!(true)),
        ("Off", json!(false)),
        ("'24'", json!("24")),
        ("!!str 24", json!("24")),
        ("2012-10-17", json!("2012-10-17")),
        ("1.20.5", json!("1.20.5")),
        ("FLINK-1_20", json!("FLINK-1_20")),
        ("12 parsecs", json!("12 parsecs")),
        ("|\n  a\n  b\n", json!("a\nb\n")),
    ] {
        assert_eq!(parse(text).unwrap(), value, "{text}");
    }
}

#[test]
fn what_cloudformation_does_not_take_is_refused_with_its_place() {
    for (text, why) in [
        ("A: &x 1\nB: *x", "(line 2, column 4) YAML aliases are not allowed"),
        ("A:\n  <<: {B: 1}", "(line 2, column 3) a key is a plain text"),
        ("A: 1\nA: 2", "(line 2, column 1) the key A is there twice"),
        ("A:\nB: 1", "null values are not allowed in templates"),
        ("A: !Reff B", "the tag !Reff is not a CloudFormation function"),
        ("A: !!binary aGk=", "is not a CloudFormation function"),
        ("A: 012345678901", "quote it"),
        ("A: 1:30", "quote it"),
        ("A: [1", "(line "),
        ("A: 1\n---\nB: 2", "one document is expected"),
        ("", "the template is empty"),
    ] {
        assert!(refusal(text).contains(why), "{text}: {}", refusal(text));
    }
}
