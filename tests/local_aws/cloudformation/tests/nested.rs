//! A stack inside a stack.

use serde_json::{Value, json};

use super::{answer, custom, handler, world};
use crate::cloudformation::Status;
use crate::cloudformation::scenario::{request, rows, settled};

fn parent(value: &str) -> String {
    json!({
        "Resources": { "Child": { "Type": "AWS::CloudFormation::Stack", "Properties": {
            "TemplateURL": "https://templates.s3.eu-west-1.amazonaws.com/child.json",
            "Parameters": { "Value": value } } } },
        "Outputs": { "Out": { "Value": { "Fn::GetAtt": ["Child", "Outputs.Answer"] } } },
    })
    .to_string()
}

fn child() -> Value {
    json!({
        "Parameters": { "Value": { "Type": "String" } },
        "Resources": { "Thing": custom(&json!({ "Ref": "Value" })) },
        "Outputs": { "Answer": { "Value": { "Fn::GetAtt": ["Thing", "Answer"] } } },
    })
}

// C.2, D.1: children first, the parent's rollback continues them, a child is never continued itself.
#[tokio::test]
async fn a_child_that_cannot_go_back_wedges_its_parent_until_the_parent_is_continued() {
    let world = world();
    let mut invocations = handler(&world);
    crate::s3::put(&mut world.state(), "templates", "child.json", child().to_string());
    request(&world, "CreateStack", [("StackName", "s"), ("TemplateBody", &parent("1"))]).unwrap();
    answer(&world, &mut invocations, "SUCCESS", "id").await;
    assert_eq!(settled(&world, "s").await, Status::CreateComplete, "{:#?}", rows(&world, "s"));
    assert_eq!(world.state().cloudformation.stack("s").unwrap().outputs[0].value, "42");

    request(&world, "UpdateStack", [("StackName", "s"), ("TemplateBody", &parent("2"))]).unwrap();
    answer(&world, &mut invocations, "FAILED", "id").await;
    answer(&world, &mut invocations, "FAILED", "id").await;
    assert_eq!(settled(&world, "s").await, Status::UpdateRollbackFailed);
    let wedged: Vec<Value> = {
        let state = world.state();
        let is_wedged = |event: &&Value| event["detail"]["status-details"]["status"] == "UPDATE_ROLLBACK_FAILED";
        state.events.emitted.iter().filter(is_wedged).map(|event| event["detail"]["stack-id"].clone()).collect()
    };
    let (root, inner) = {
        let state = world.state();
        let inner = state.cloudformation.stacks.iter().find(|stack| stack.parent_id.is_some()).unwrap();
        (inner.root_id.clone().unwrap(), inner.id.clone())
    };
    assert_eq!(wedged, [json!(inner), json!(root)]);

    let refused = request(&world, "ContinueUpdateRollback", [("StackName", inner.as_str())]).unwrap_err();
    assert_eq!(refused.message, "RollbackUpdatedStack cannot be invoked on child stacks");
    request(&world, "ContinueUpdateRollback", [("StackName", "s")]).unwrap();
    answer(&world, &mut invocations, "SUCCESS", "id").await;
    assert_eq!(settled(&world, "s").await, Status::UpdateRollbackComplete, "{:#?}", rows(&world, "s"));
    request(&world, "DeleteStack", [("StackName", "s")]).unwrap();
    answer(&world, &mut invocations, "SUCCESS", "id").await;
    assert_eq!(settled(&world, "s").await, Status::DeleteComplete);
}
