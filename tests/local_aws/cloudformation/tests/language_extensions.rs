//! Templates with the transform `AWS::LanguageExtensions`.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{settled_complete, world};
use crate::World;
use crate::api::ApiResult;
use crate::cloudformation::scenario::{request, settled};
use crate::cloudformation::{Status, Template};

fn template() -> Value {
    let topic = json!({ "Type": "AWS::SNS::Topic", "Properties": {
        "DisplayName": { "Fn::Join": ["-", [{ "Ref": "Name" }, "${Name}"]] },
        "Fn::ForEach::Of": ["Key", ["TopicName"], { "${Key}": { "Fn::Sub": "t-${Name}-${AWS::Region}" } }] } });
    json!({
        "Transform": "AWS::LanguageExtensions",
        "Parameters": { "Names": { "Type": "CommaDelimitedList", "Default": "a.1,b" }, "Policy": { "Type": "String", "Default": "Retain" } },
        "Mappings": { "Of": { "one": { "Days": 7 } } },
        "Conditions": { "Fn::ForEach::Each": ["N", ["A", "B"], { "Is${N}": { "Fn::Equals": ["A", "${N}"] } }] },
        "Resources": {
            "Fn::ForEach::Topics": ["Name", { "Ref": "Names" }, { "Topic&{Name}": topic }],
            "Group": { "Type": "AWS::Logs::LogGroup", "Condition": "IsA", "DeletionPolicy": { "Ref": "Policy" }, "Properties": {
                "RetentionInDays": { "Fn::FindInMap": ["Of", "two", "Days", { "DefaultValue": 14 }] } } },
            "Never": { "Type": "AWS::Logs::LogGroup", "Condition": "IsB" },
        },
        "Outputs": {
            "Count": { "Value": { "Fn::Length": { "Ref": "Names" } } },
            "Json": { "Value": { "Fn::ToJsonString": { "a": [{ "Ref": "AWS::Region" }] } } },
        },
    })
}

fn asked(world: &Arc<World>, action: &str, template: &Value, more: &[(&str, &str)]) -> ApiResult<String> {
    let body = template.to_string();
    let all = [("StackName", "s"), ("TemplateBody", body.as_str())];
    request(world, action, all.into_iter().chain(more.iter().copied()))
}

const EXPANDS: (&str, &str) = ("Capabilities.member.1", "CAPABILITY_AUTO_EXPAND");

#[tokio::test]
async fn loops_and_functions_are_replaced_before_anything_is_made() {
    let world = world();
    asked(&world, "CreateStack", &template(), &[EXPANDS]).unwrap();
    settled_complete(&world).await;
    let state = world.state();
    let stack = state.cloudformation.stack("s").unwrap();
    let made: Vec<&str> = stack.resources.keys().map(String::as_str).collect();
    assert_eq!(made, ["Group", "Topica1", "Topicb"]);
    let topic = json!({ "DisplayName": "a.1-a.1", "TopicName": "t-a.1-eu-west-1" });
    assert_eq!(stack.resources["Topica1"].properties, topic);
    assert_eq!(stack.resources["Group"].properties["RetentionInDays"], 14);
    assert_eq!(stack.template.resources["Group"].deletion_policy, crate::cloudformation::template::Policy::Retain);
    let outputs: Vec<&str> = stack.outputs.iter().map(|output| output.value.as_str()).collect();
    assert_eq!(outputs, ["2", r#"{"a":["eu-west-1"]}"#]);
}

#[tokio::test]
async fn a_list_that_changes_brings_and_takes_resources_and_both_stages_are_shown() {
    let world = world();
    asked(&world, "CreateStack", &template(), &[EXPANDS]).unwrap();
    settled_complete(&world).await;
    let names = [("Parameters.member.1.ParameterKey", "Names"), ("Parameters.member.1.ParameterValue", "b,c")];
    asked(&world, "CreateChangeSet", &template(), &[&names[..], &[("ChangeSetName", "c")]].concat()).unwrap();
    let shown = |more: &[(&str, &str)]| request(&world, "GetTemplate", [&[("StackName", "s")], more].concat()).unwrap();
    assert!(shown(&[("ChangeSetName", "c")]).contains("Topicc") && shown(&[]).contains("Topica1"));
    assert!(shown(&[("TemplateStage", "Original")]).contains("Fn::ForEach::Topics"));
    asked(&world, "UpdateStack", &template(), &[&names[..], &[EXPANDS]].concat()).unwrap();
    assert_eq!(settled(&world, "s").await, Status::UpdateComplete);
    let state = world.state();
    let left: Vec<&str> = state.cloudformation.stack("s").unwrap().resources.keys().map(String::as_str).collect();
    assert_eq!(left, ["Group", "Topicb", "Topicc"]);
}

#[test]
fn without_the_capability_or_the_transform_or_with_another_one_it_is_refused() {
    let refused = asked(&world(), "CreateStack", &template(), &[]).unwrap_err();
    assert_eq!(refused.message, "Requires capabilities : [CAPABILITY_AUTO_EXPAND]");
    for (transform, why) in [
        (json!("AWS::Serverless-2016-10-31"), "No transform named AWS::Serverless-2016-10-31 found."),
        (json!([{ "Name": "Theirs" }]), "No transform named Theirs found."),
    ] {
        let template = json!({ "Transform": transform, "Resources": { "Fn::ForEach::Topics": ["A", ["b"], {}] } });
        let refused = Template::parse(&template.to_string()).unwrap_err();
        assert!(refused.message.contains(why), "{refused}");
    }
    let without = json!({ "Resources": { "Fn::ForEach::Topics": ["A", ["b"], {}] } });
    assert!(
        Template::parse(&without.to_string()).unwrap_err().message.contains("Fn::ForEach::Topics is non alphanumeric")
    );
    let not_a_list =
        json!({ "Transform": "AWS::LanguageExtensions", "Resources": { "Fn::ForEach::A": ["N", "b", {}] } });
    assert!(Template::parse(&not_a_list.to_string()).unwrap_err().message.contains("is not a list"));
}
