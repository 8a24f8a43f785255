//! What a template may say, and how it is refused.

use serde_json::{Value, json};

use super::{create, settled_complete, world};
use crate::cloudformation::scenario::{request, settled};
use crate::cloudformation::{Status, Template};

fn refusal(document: &Value) -> String {
    Template::parse(&document.to_string()).unwrap_err().message
}

#[test]
fn an_unknown_type_is_refused_by_name() {
    let message = refusal(&json!({ "Resources": { "A": { "Type": "AWS::Foo::Bar" } } }));
    assert_eq!(message, "Template format error: Unrecognized resource types: [AWS::Foo::Bar]");
}

#[test]
fn a_cycle_is_refused_with_its_names() {
    let group = |of: &str| json!({ "Type": "AWS::Logs::LogGroup", "Properties": { "LogGroupName": { "Ref": of } } });
    let message = refusal(&json!({ "Resources": { "A": group("B"), "B": group("A") } }));
    assert_eq!(message, "Circular dependency between resources: [A, B]");
}

#[test]
fn an_attribute_that_a_type_does_not_have_is_refused() {
    let message = refusal(&json!({
        "Resources": { "A": { "Type": "AWS::Logs::LogGroup" } },
        "Outputs": { "O": { "Value": { "Fn::GetAtt": "A.Nope" } } },
    }));
    assert!(message.contains("does not support attribute type Nope in Fn::GetAtt"), "{message}");
}

#[tokio::test]
async fn functions_and_conditions_are_resolved() {
    let world = world();
    let body = json!({
        "Parameters": { "Env": { "Type": "String", "AllowedValues": ["dev", "prod"] }, "Days": { "Type": "Number", "Default": 7 } },
        "Conditions": { "IsProd": { "Fn::Equals": [{ "Ref": "Env" }, "prod"] } },
        "Resources": {
            "Group": { "Type": "AWS::Logs::LogGroup", "Properties": {
                "LogGroupName": { "Fn::Sub": ["/${Env}/${Name}-${!Literal}", { "Name": { "Fn::Select": [1, { "Fn::Split": [",", "a,b"] }] } }] },
                "RetentionInDays": { "Fn::If": ["IsProd", { "Ref": "Days" }, { "Ref": "AWS::NoValue" }] } } },
            "Never": { "Type": "AWS::Logs::LogGroup", "Condition": "IsProd" },
        },
        "Outputs": { "Name": { "Value": { "Fn::Join": ["|", [{ "Ref": "Group" }, { "Ref": "AWS::Region" }]] } } },
    });
    let params = [
        ("StackName", "s"),
        ("TemplateBody", &*body.to_string()),
        ("Parameters.member.1.ParameterKey", "Env"),
        ("Parameters.member.1.ParameterValue", "dev"),
    ];
    request(&world, "CreateStack", params).unwrap();
    settled_complete(&world).await;
    let state = world.state();
    let stack = state.cloudformation.stack("s").unwrap();
    assert_eq!(stack.outputs[0].value, "/dev/b-${Literal}|eu-west-1");
    assert!(!stack.resources.contains_key("Never"));
}

#[tokio::test]
async fn a_text_that_becomes_a_list_keeps_its_value_and_each_item_of_a_list_matches_the_pattern() {
    let world = world();
    let body = |kind: &str, days: u32| {
        json!({
            "Parameters": { "Names": { "Type": kind, "Default": "a-", "AllowedPattern": "^[a-z]-$" } },
            "Resources": { "Group": { "Type": "AWS::Logs::LogGroup", "Properties": { "RetentionInDays": days } } },
        })
        .to_string()
    };
    let list = |days| body("CommaDelimitedList", days);
    request(&world, "CreateStack", [("StackName", "s"), ("TemplateBody", &body("String", 1))]).unwrap();
    settled_complete(&world).await;
    let names = |value: (&'static str, &'static str), template: &str| {
        let params =
            [("StackName", "s"), ("TemplateBody", template), ("Parameters.member.1.ParameterKey", "Names"), value];
        request(&world, "UpdateStack", params)
    };
    names(("Parameters.member.1.UsePreviousValue", "true"), &list(3)).unwrap();
    assert_eq!(settled(&world, "s").await, Status::UpdateComplete);
    assert_eq!(world.state().cloudformation.stack("s").unwrap().parameters["Names"], json!(["a-"]));
    let refused = names(("Parameters.member.1.ParameterValue", "a-,B"), &list(5)).unwrap_err();
    assert!(refused.message.contains("must match pattern"), "{refused}");
    names(("Parameters.member.1.ParameterValue", "b-,c-"), &list(5)).unwrap();
    assert_eq!(settled(&world, "s").await, Status::UpdateComplete);
    assert_eq!(world.state().cloudformation.stack("s").unwrap().parameters["Names"], json!(["b-", "c-"]));
}

#[tokio::test]
async fn an_update_without_changes_is_refused() {
    let world = world();
    let resources = json!({ "Group": { "Type": "AWS::Logs::LogGroup" } });
    create(&world, &resources);
    settled_complete(&world).await;
    let body = super::template(&resources);
    let refused = request(&world, "UpdateStack", [("StackName", "s"), ("TemplateBody", &body)]).unwrap_err();
    assert_eq!(refused.message, "No updates are to be performed.");
}

#[tokio::test]
async fn an_export_in_use_cannot_be_deleted() {
    let world = world();
    let exporter = json!({
        "Resources": { "Group": { "Type": "AWS::Logs::LogGroup" } },
        "Outputs": { "Name": { "Value": { "Ref": "Group" }, "Export": { "Name": "group" } } },
    });
    request(&world, "CreateStack", [("StackName", "s"), ("TemplateBody", &exporter.to_string())]).unwrap();
    settled_complete(&world).await;
    let importer = json!({ "Resources": { "Stream": { "Type": "AWS::Logs::LogStream", "Properties": {
        "LogGroupName": { "Fn::ImportValue": "group" } } } } });
    request(&world, "CreateStack", [("StackName", "t"), ("TemplateBody", &importer.to_string())]).unwrap();
    crate::cloudformation::scenario::settled(&world, "t").await;
    request(&world, "DeleteStack", [("StackName", "s")]).unwrap();
    let state = world.state();
    let stack = state.cloudformation.stack("s").unwrap();
    assert_eq!(stack.status, crate::cloudformation::Status::CreateComplete);
    assert_eq!(stack.reason, "Export group cannot be deleted as it is in use by t");
    assert_eq!(stack.events.last().map(|row| &row.reason), Some(&stack.reason));
}

/// As CDK writes it: the version of the bootstrap stack comes from Parameter Store, and a rule asks for a new one.
fn bootstrapped() -> String {
    let old = json!({ "Fn::Contains": [["1", "2", "3", "4", "5"], { "Ref": "BootstrapVersion" }] });
    json!({
        "Parameters": { "BootstrapVersion": { "Type": "AWS::SSM::Parameter::Value<String>", "Default": "/cdk/version" } },
        "Rules": { "Check": { "Assertions": [{ "Assert": { "Fn::Not": [old] }, "AssertDescription": "run cdk bootstrap" }] } },
        "Resources": { "Group": { "Type": "AWS::Logs::LogGroup", "Properties": { "LogGroupName": { "Ref": "BootstrapVersion" } } } },
    })
    .to_string()
}

#[tokio::test]
async fn a_parameter_of_parameter_store_is_its_value() {
    let world = world();
    world.state().ssm.parameters.insert("/cdk/version".to_owned(), "21".to_owned());
    request(&world, "CreateStack", [("StackName", "s"), ("TemplateBody", &bootstrapped())]).unwrap();
    settled_complete(&world).await;
    let state = world.state();
    let stack = state.cloudformation.stack("s").unwrap();
    assert_eq!(stack.resources["Group"].physical_id.as_deref(), Some("21"));
    assert_eq!(stack.parameters["BootstrapVersion"], "/cdk/version");
}

#[tokio::test]
async fn a_parameter_that_parameter_store_does_not_have_is_refused() {
    let refused =
        request(&world(), "CreateStack", [("StackName", "s"), ("TemplateBody", &bootstrapped())]).unwrap_err();
    assert_eq!(refused.message, "Unable to fetch parameters [/cdk/version] from parameter store for this account.");
}

#[tokio::test]
async fn a_rule_that_does_not_hold_is_refused_in_its_own_words() {
    let world = world();
    world.state().ssm.parameters.insert("/cdk/version".to_owned(), "5".to_owned());
    let refused = request(&world, "CreateStack", [("StackName", "s"), ("TemplateBody", &bootstrapped())]).unwrap_err();
    assert!(refused.message.ends_with("run cdk bootstrap"), "{}", refused.message);
}
