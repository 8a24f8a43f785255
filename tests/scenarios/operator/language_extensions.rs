//! `flink-stack plan` of templates that CloudFormation rewrites: what stays open is said to be open, and a change set
//! closes it.

use std::collections::BTreeSet;

use local_aws::cloudformation::Status;
use project::deployment::{Deployment, deploy_stack};
use serde_json::{Value, json};

use super::{Answered, flink_stack, look};
use crate::stage::{Scratch, handlers};

const STACK: &str = "flink-loops";

fn template() -> Value {
    let topic = json!({"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Fn::Sub": "${Word} of ${Name}"}}});
    json!({
        "Transform": "AWS::LanguageExtensions",
        "Parameters": {"Names": {"Type": "CommaDelimitedList"}, "Word": {"Type": "String"}},
        "Conditions": {"Keeps": {"Fn::Equals": [{"Ref": "Word"}, "one"]}},
        "Resources": {
            "Fn::ForEach::Topics": ["Name", {"Ref": "Names"}, {"Topic${Name}": topic}],
            "Logs": {"Type": "AWS::Logs::LogGroup", "DeletionPolicy": {"Fn::If": ["Keeps", "Retain", "Delete"]}},
        },
    })
}

async fn plan(deployment: &Deployment, template: &Value, more: &[&str]) -> Answered {
    let folder = Scratch::new();
    let file = folder.write("template.json", template.to_string());
    let file_name = file.to_str().unwrap();
    let arguments = [&["plan", "--json", "--stack", STACK, "--template", file_name], more].concat();
    if more.contains(&"--change-set") {
        flink_stack(&deployment.aws, &arguments).await
    } else {
        look(deployment, &arguments).await
    }
}

/// What loops make of a template is said by a change set, and only by it.
#[tokio::test(flavor = "multi_thread")]
async fn what_loops_make_of_a_template_is_said_by_a_change_set() {
    let deployment = handlers().await;
    let world = deployment.world();
    let given = [("Names", "a,b"), ("Word", "one")];
    let status = deploy_stack(world, STACK, &template().to_string(), &given, &[], None).await;
    assert_eq!(status, Status::CreateComplete);
    let open = plan(&deployment, &template(), &["Names=b,c", "Word=one"]).await;
    assert_eq!(open.code, 2, "{}", open.printed);
    assert!(open.json()["Unknown"].to_string().contains("the loop Fn::ForEach::Topics"), "{}", open.printed);
    assert!(open.json()["Next"].to_string().contains("--change-set"), "{}", open.printed);
    let said = plan(&deployment, &template(), &["--change-set", "Names=b,c", "Word=one"]).await;
    assert_eq!(said.code, 0, "{}", said.printed);
    let changes: BTreeSet<String> = said.json()["Changes"].as_array().unwrap().iter().map(row).collect();
    assert_eq!(changes, ["Topica Remove".to_owned(), "Topicc Add".to_owned()].into());
    let given = [("Names", "b,c"), ("Word", "one")];
    assert_eq!(deploy_stack(world, STACK, &template().to_string(), &given, &[], None).await, Status::UpdateComplete);
    let same = plan(&deployment, &template(), &["--change-set", "Names=b,c", "Word=one"]).await;
    assert_eq!((same.code, same.json()["Outlook"].as_str()), (0, Some("Nothing")), "{}", same.printed);
    let mut without = template();
    without["Resources"].as_object_mut().unwrap().remove("Logs");
    let left = plan(&deployment, &without, &["--change-set", "Names=b,c", "Word=one"]).await;
    let changes: Vec<String> = left.json()["Changes"].as_array().unwrap().iter().map(row).collect();
    assert_eq!(changes, ["Logs Leave"], "{}", left.printed);
}

fn row(change: &Value) -> String {
    format!("{} {}", change["LogicalId"].as_str().unwrap(), change["Effect"].as_str().unwrap())
}

/// A template that a macro, SAM or an include rewrites is never said to change nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_template_that_a_macro_rewrites_is_never_said_to_change_nothing() {
    let deployment = handlers().await;
    let parameters = template()["Parameters"].clone();
    let plain = json!({"Parameters": parameters, "Resources": {"Logs": {"Type": "AWS::Logs::LogGroup"}}});
    let given = [("Names", "a,b"), ("Word", "one")];
    let status = deploy_stack(deployment.world(), STACK, &plain.to_string(), &given, &[], None).await;
    assert_eq!(status, Status::CreateComplete);
    let mut macros = Vec::new();
    for transform in [
        json!("AWS::Serverless-2016-10-31"),
        json!({"Name": "AWS::Include", "Parameters": {"Location": "s3://b/k"}}),
        json!(["AWS::LanguageExtensions", "Theirs"]),
    ] {
        let mut one = plain.clone();
        one["Transform"] = transform;
        macros.push(one);
    }
    let mut nested = plain.clone();
    nested["Resources"]["Logs"]["Properties"] = json!({"Fn::Transform": {"Name": "AWS::Include", "Parameters": {}}});
    let mut globals = macros[0].clone();
    globals["Globals"] = json!({"Function": {"Timeout": 3}});
    for one in macros.into_iter().chain([nested, globals]) {
        let answered = plan(&deployment, &one, &["Names=a,b", "Word=one"]).await;
        assert_eq!((answered.code, answered.json()["Outlook"].as_str()), (2, Some("CannotTell")), "{one:#}");
    }
}
