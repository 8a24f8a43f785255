use super::*;
use serde_json::json;

fn template() -> Json {
    json!({
        "Parameters": {
            "Name": {"Type": "String"},
            "Secret": {"Type": "String", "NoEcho": true},
            "Subnets": {"Type": "CommaDelimitedList", "Default": "a, b"},
            "Image": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/image"},
        },
        "Mappings": {"Sizes": {"prod": {"Kpus": 4, "Zones": ["x", "y"]}}},
        "Conditions": {
            "IsProd": {"Fn::Equals": [{"Ref": "Name"}, "prod"]},
            "IsNot": {"Fn::Not": [{"Condition": "IsProd"}]},
            "Either": {"Fn::Or": [{"Condition": "IsOpen"}, {"Condition": "IsProd"}]},
            "IsOpen": {"Fn::Equals": [{"Ref": "Image"}, "x"]},
            "Circle": {"Fn::Not": [{"Condition": "Circle"}]},
        },
        "Resources": {"Custom": {"Type": "Custom::Theirs"}, "Flink": {"Type": "Custom::FlinkAutoStart"}},
    })
}

/// What an expression is where the parameter Name is `prod`, the bucket is there, `New` is made anew and custom
/// resources are called.
fn resolved(json: &Json) -> Option<Json> {
    let template = template();
    let texts = BTreeMap::from([("Name".to_owned(), "prod".to_owned()), ("Secret".to_owned(), "****".to_owned())]);
    let parameters = values(&template, &texts, Some(&BTreeMap::new()), false);
    let pseudo = BTreeMap::from([("AWS::Region".to_owned(), "eu-west-1".to_owned())]);
    let physical = [("Bucket", "b-1"), ("Flink", "auto-start/x"), ("Custom", "c-1")];
    let physical = physical.map(|(id, name)| (id.to_owned(), name.to_owned())).into();
    let (renewed, volatile) = (["New".to_owned()].into(), ["Custom".to_owned(), "Flink".to_owned()].into());
    let side = Resolver {
        template: &template,
        parameters: &parameters,
        pseudo: &pseudo,
        physical: &physical,
        renewed: &renewed,
        volatile: &volatile,
    };
    side.resolve(json)
}

#[test]
fn each_function_is_evaluated_as_far_as_its_arguments_are_known() {
    for (expression, value) in [
        (json!({"Ref": "Name"}), json!("prod")),
        (json!({"Ref": "Subnets"}), json!(["a", "b"])),
        (json!({"Ref": "Bucket"}), json!("b-1")),
        (json!({"Ref": "Flink"}), json!("auto-start/x")),
        (json!({"Fn::Sub": "${Name}-${AWS::Region}-${!Name}"}), json!("prod-eu-west-1-${Name}")),
        (json!({"Fn::Sub": ["${a}", {"a": {"Ref": "Bucket"}}]}), json!("b-1")),
        (json!({"Fn::Join": [",", {"Ref": "Subnets"}]}), json!("a,b")),
        (json!({"Fn::Select": ["1", {"Fn::Split": ["-", "x-y"]}]}), json!("y")),
        (json!({"Fn::FindInMap": ["Sizes", {"Ref": "Name"}, "Kpus"]}), json!(4)),
        (json!({"Fn::FindInMap": ["Sizes", "none", "Kpus", {"DefaultValue": "1"}]}), json!("1")),
        (json!({"Fn::Select": [0, {"Fn::FindInMap": ["Sizes", "prod", "Zones"]}]}), json!("x")),
        (json!({"Fn::Length": {"Ref": "Subnets"}}), json!(2)),
        (json!("{{resolve:ssm:/a:3}}"), json!("{{resolve:ssm:/a:3}}")),
        (json!("{{resolve:secretsmanager:a}}"), json!("{{resolve:secretsmanager:a}}")),
        (json!({"Fn::If": ["IsProd", true, "no"]}), json!(true)),
        (json!({"Fn::If": ["IsNot", "no", {"Fn::If": ["Either", 1, 2]}]}), json!(1)),
    ] {
        assert_eq!(resolved(&expression), Some(value), "{expression}");
    }
    assert_eq!(resolved(&json!({"a": {"Ref": "AWS::NoValue"}})), Some(json!({})));
}

#[test]
fn what_is_not_known_is_a_token_of_its_kind() {
    for (expression, kind) in [
        (json!({"Fn::GetAtt": ["Bucket", "Arn"]}), '='),
        (json!({"Fn::ImportValue": "x"}), '='),
        (json!({"Fn::Base64": "x"}), '='),
        (json!({"Ref": "Secret"}), '='),
        (json!({"Fn::Split": ["-", {"Fn::GetAtt": "Bucket.Arn"}]}), '='),
        (json!({"Ref": "New"}), '+'),
        (json!({"Fn::Select": [0, {"Fn::Split": ["-", {"Ref": "New"}]}]}), '+'),
        (json!({"Ref": "Image"}), '?'),
        (json!({"Ref": "Custom"}), '?'),
        (json!({"Fn::GetAtt": "Custom.Value"}), '?'),
        (json!({"Fn::If": ["IsOpen", 1, 2]}), '?'),
        (json!({"Fn::If": ["Circle", 1, 2]}), '?'),
        (json!({"Fn::If": ["None", 1, 2]}), '?'),
        (json!({"Fn::FindInMap": ["Sizes", "none", "Kpus"]}), '?'),
        (json!({"Fn::Transform": {"Name": "Theirs"}}), '?'),
        (json!({"Fn::Join": ["-", {"Fn::Theirs": 1}]}), '?'),
        (json!("{{resolve:ssm:/a}}"), '?'),
        (json!("{{resolve:ssm:/a:3}}-{{resolve:ssm:/b}}"), '?'),
    ] {
        let value = resolved(&expression).unwrap();
        assert!(text(&value).starts_with(&format!("{BEGIN}{kind}")), "{expression}: {value}");
    }
    assert_eq!(
        reasons(&text(&resolved(&json!({"Ref": "Image"})).unwrap())),
        ["Image is read from Parameter Store at the deployment"]
    );
}
