//! A stack inside a stack (C.5).

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedReceiver;

use super::{answer, custom, handler, put, response, world};
use crate::cloudformation::scenario::{history, request, rows, settled};
use crate::cloudformation::{Stack, Status};
use crate::lambda::TestInvocation;
use crate::{State, World};

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

/// Two children of one template, the second after the first, and a resource of the root's own beside them.
fn siblings(first: &str, second: &str) -> String {
    let child = |value: &str| {
        json!({ "Type": "AWS::CloudFormation::Stack", "Properties": {
            "TemplateURL": "https://templates.s3.eu-west-1.amazonaws.com/child.json",
            "Parameters": { "Value": value } } })
    };
    let mut second = child(second);
    second["DependsOn"] = json!("First");
    json!({ "Resources": { "First": child(first), "Second": second } }).to_string()
}

/// Answers so many requests, each by its new value; the values in the order in which they came.
async fn answers(
    world: &Arc<World>,
    invocations: &mut UnboundedReceiver<TestInvocation>,
    many: usize,
    succeeds: impl Fn(&str) -> bool,
) -> Vec<String> {
    let mut values = Vec::new();
    for _ in 0..many {
        let invocation = invocations.recv().await.unwrap();
        let event = invocation.event.clone();
        let value = event["ResourceProperties"]["Value"].as_str().unwrap();
        let status = if succeeds(value) { "SUCCESS" } else { "FAILED" };
        let body = response(&event, status, "id", &json!({ "Answer": value })).to_string();
        assert_eq!(put(world, &event, &body).await, 200);
        values.push(value.to_owned());
        invocation.succeed(json!({}));
    }
    values
}

fn child_of(world: &World, logical_id: &str) -> Stack {
    let state = world.state();
    let prefix = format!("s-{logical_id}-");
    state.cloudformation.stacks.iter().find(|stack| stack.name.starts_with(&prefix)).cloned().unwrap()
}

fn created(template: &str) -> (Arc<World>, UnboundedReceiver<TestInvocation>) {
    let world = world();
    let invocations = handler(&world);
    crate::s3::put(&mut world.state(), "templates", "child.json", child().to_string());
    request(&world, "CreateStack", [("StackName", "s"), ("TemplateBody", template)]).unwrap();
    (world, invocations)
}

async fn two_siblings() -> (Arc<World>, UnboundedReceiver<TestInvocation>) {
    let (world, mut invocations) = created(&siblings("a1", "b1"));
    answers(&world, &mut invocations, 2, |_| true).await;
    assert_eq!(settled(&world, "s").await, Status::CreateComplete, "{:#?}", rows(&world, "s"));
    (world, invocations)
}

// C.5: the probe of the way back: what is continued brings back what was there before the root's operation.
#[tokio::test]
async fn a_child_that_had_its_update_goes_back_to_what_it_was_before_its_roots_operation() {
    let (world, mut invocations) = two_siblings().await;
    request(&world, "UpdateStack", [("StackName", "s"), ("TemplateBody", &siblings("a2", "b2"))]).unwrap();
    assert_eq!(answers(&world, &mut invocations, 1, |_| true).await, ["a2"]);
    // The second fails, goes back well, and the first cannot go back.
    answers(&world, &mut invocations, 3, |value| value == "b1").await;
    assert_eq!(settled(&world, "s").await, Status::UpdateRollbackFailed, "{:#?}", rows(&world, "s"));
    let first = child_of(&world, "First");
    assert_eq!(first.status, Status::UpdateRollbackFailed);
    assert_eq!(child_of(&world, "Second").status, Status::UpdateRollbackCompleteCleanupInProgress);
    let reason = |status: Status| rows(&world, "s").into_iter().rev().find(|row| row.status == status).unwrap().reason;
    assert_eq!(reason(Status::UpdateRollbackFailed), "The following resource(s) failed to update: [First]. ");
    let row = rows(&world, "s").into_iter().rev().find(|row| row.logical_id == "First").unwrap();
    let text = format!(
        "Embedded stack {} was not successfully updated. Currently in UPDATE_ROLLBACK_FAILED with reason: The \
         following resource(s) failed to update: [Thing]. ",
        first.id
    );
    assert_eq!((row.status, row.reason), (Status::UpdateFailed, text));

    request(&world, "ContinueUpdateRollback", [("StackName", "s")]).unwrap();
    assert_eq!(answers(&world, &mut invocations, 1, |_| true).await, ["a1"], "the way back has one target");
    assert_eq!(settled(&world, "s").await, Status::UpdateRollbackComplete, "{:#?}", rows(&world, "s"));
    for logical_id in ["First", "Second"] {
        let child = child_of(&world, logical_id);
        assert_eq!(child.status, Status::UpdateRollbackComplete);
        assert!(child.parameters["Value"].as_str().unwrap().ends_with('1'), "{:?}", child.parameters);
    }
    assert!(invocations.try_recv().is_err());
}

// C.5
#[tokio::test]
async fn a_child_rests_before_its_cleanup_until_its_root_is_through() {
    let (world, mut invocations) = two_siblings().await;
    request(&world, "UpdateStack", [("StackName", "s"), ("TemplateBody", &siblings("a2", "b2"))]).unwrap();
    answers(&world, &mut invocations, 1, |_| true).await;
    // The first is through: the second is asked.
    let second = invocations.recv().await.unwrap();
    assert_eq!(child_of(&world, "First").status, Status::UpdateCompleteCleanupInProgress);
    let first = child_of(&world, "First").id;
    let refused = request(&world, "UpdateStack", [("StackName", first.as_str()), ("TemplateBody", "{}")]).unwrap_err();
    assert!(refused.message.contains("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"), "{}", refused.message);
    let body = response(&second.event, "SUCCESS", "id", &json!({ "Answer": "b2" })).to_string();
    put(&world, &second.event, &body).await;
    second.succeed(json!({}));
    assert_eq!(settled(&world, "s").await, Status::UpdateComplete);
    let complete: Vec<Value> = {
        let state = world.state();
        let is_complete = |event: &&Value| event["detail"]["status-details"]["status"] == "UPDATE_COMPLETE";
        state.events.emitted.iter().filter(is_complete).map(|event| event["detail"]["stack-id"].clone()).collect()
    };
    let root = world.state().cloudformation.stack("s").unwrap().id.clone();
    assert_eq!(complete, [json!(first), json!(child_of(&world, "Second").id), json!(root)], "children first");
}

// C.5
#[tokio::test]
async fn an_unchanged_child_has_rows_at_its_parent_and_none_of_its_own() {
    let (world, mut invocations) = two_siblings().await;
    let (before, own) = (history(&world, "s").len(), child_of(&world, "First").events.len());
    request(&world, "UpdateStack", [("StackName", "s"), ("TemplateBody", &siblings("a1", "b2"))]).unwrap();
    assert_eq!(answers(&world, &mut invocations, 1, |_| true).await, ["b2"]);
    assert_eq!(settled(&world, "s").await, Status::UpdateComplete);
    let rows = history(&world, "s").split_off(before);
    let of_first: Vec<_> = rows.iter().filter(|row| row.starts_with("First ")).collect();
    assert_eq!(of_first, ["First UPDATE_IN_PROGRESS", "First UPDATE_COMPLETE"]);
    assert_eq!(child_of(&world, "First").events.len(), own);
}

// C.5: two levels, two stuck at once; C.2: ForceRollback reaches those that are nested.
#[tokio::test]
async fn two_stuck_children_of_two_levels_are_continued_or_given_up_at_the_root() {
    for is_forced in [false, true] {
        let (world, mut invocations) = created(&outer("a1", "b1"));
        crate::s3::put(&mut world.state(), "templates", "middle.json", middle().to_string());
        answers(&world, &mut invocations, 2, |_| true).await;
        assert_eq!(settled(&world, "s").await, Status::CreateComplete, "{:#?}", rows(&world, "s"));
        request(&world, "UpdateStack", [("StackName", "s"), ("TemplateBody", &outer("a2", "b2"))]).unwrap();
        // One of them fails, the other was through or is cancelled; neither can go back.
        answers(&world, &mut invocations, 2, |value| value == "a2").await;
        answers(&world, &mut invocations, 2, |_| false).await;
        assert_eq!(settled(&world, "s").await, Status::UpdateRollbackFailed, "{:#?}", rows(&world, "s"));
        // Both leaves, the stack between, the root: which of them is first is open.
        let stuck = |state: &State| {
            let all = state.cloudformation.stacks.iter();
            all.filter(|one| one.status == Status::UpdateRollbackFailed).count()
        };
        world.until(|state| (stuck(state) == 4).then_some(())).await;
        if is_forced {
            let force = [("StackName", "s"), ("ForceRollback", "true")];
            request(&world, "ContinueUpdateRollback", force).unwrap();
        } else {
            request(&world, "ContinueUpdateRollback", [("StackName", "s")]).unwrap();
            let mut back = answers(&world, &mut invocations, 2, |_| true).await;
            back.sort();
            assert_eq!(back, ["a1", "b1"]);
        }
        assert_eq!(settled(&world, "s").await, Status::UpdateRollbackComplete, "{:#?}", rows(&world, "s"));
        assert_eq!(stuck(&world.state()), 0);
        assert!(invocations.try_recv().is_err());
    }
}

/// The root: one leaf of its own, and a stack between with another.
fn outer(first: &str, second: &str) -> String {
    json!({ "Resources": {
        "First": { "Type": "AWS::CloudFormation::Stack", "Properties": {
            "TemplateURL": "https://templates.s3.eu-west-1.amazonaws.com/child.json",
            "Parameters": { "Value": first } } },
        "Middle": { "Type": "AWS::CloudFormation::Stack", "Properties": {
            "TemplateURL": "https://templates.s3.eu-west-1.amazonaws.com/middle.json",
            "Parameters": { "Value": second } } },
    } })
    .to_string()
}

fn middle() -> Value {
    json!({
        "Parameters": { "Value": { "Type": "String" } },
        "Resources": { "Leaf": { "Type": "AWS::CloudFormation::Stack", "Properties": {
            "TemplateURL": "https://templates.s3.eu-west-1.amazonaws.com/child.json",
            "Parameters": { "Value": { "Ref": "Value" } } } } },
    })
}
