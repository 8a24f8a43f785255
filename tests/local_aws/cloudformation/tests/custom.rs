//! The custom-resource protocol from both ends (semantics E).

use serde_json::json;

use super::{answer, create, creating, custom, handler, length, put, response, taken, update, world};
use crate::cloudformation::scenario::{history, request, rows, settled};
use crate::cloudformation::{ResponseFault, Status};

// G.43
#[tokio::test]
async fn every_scalar_arrives_as_a_string() {
    let (world, mut invocations) = creating(&json!({ "Thing": custom(&json!({ "Flag": true, "List": [1, "a"] })) }));
    let event = answer(&world, &mut invocations, "SUCCESS", "id").await;
    assert_eq!(event["ResourceProperties"]["Value"], json!({ "Flag": "true", "List": ["1", "a"] }));
    assert_eq!(event["RequestType"], "Create");
    assert_eq!(settled(&world, "s").await, Status::CreateComplete);
}

// G.43
#[tokio::test]
async fn an_update_is_sent_only_for_changed_properties_and_swapped_in_a_rollback() {
    let (world, mut invocations) = creating(&json!({ "A": custom(&json!("1")), "B": custom(&json!("1")) }));
    answer(&world, &mut invocations, "SUCCESS", "id").await;
    answer(&world, &mut invocations, "SUCCESS", "id").await;
    assert_eq!(settled(&world, "s").await, Status::CreateComplete);
    update(&world, &json!({ "A": custom(&json!("2")), "B": custom(&json!("1")) }));
    let forward = answer(&world, &mut invocations, "FAILED", "id").await;
    assert_eq!(forward["LogicalResourceId"], "A");
    let back = answer(&world, &mut invocations, "SUCCESS", "id").await;
    assert_eq!(back["ResourceProperties"], forward["OldResourceProperties"]);
    assert_eq!(back["OldResourceProperties"], forward["ResourceProperties"]);
    assert_eq!(settled(&world, "s").await, Status::UpdateRollbackComplete);
}

// G.48
#[tokio::test]
async fn an_update_that_fails_in_a_rollback_wedges_the_stack() {
    let (world, mut invocations) = creating(&json!({ "A": custom(&json!("1")) }));
    answer(&world, &mut invocations, "SUCCESS", "id").await;
    assert_eq!(settled(&world, "s").await, Status::CreateComplete);
    update(&world, &json!({ "A": custom(&json!("2")) }));
    answer(&world, &mut invocations, "FAILED", "id").await;
    answer(&world, &mut invocations, "FAILED", "id").await;
    assert_eq!(settled(&world, "s").await, Status::UpdateRollbackFailed);
    let reason = rows(&world, "s").last().unwrap().reason.clone();
    assert_eq!(reason, "The following resource(s) failed to update: [A]. ");
}

// G.44
#[tokio::test]
async fn a_put_with_a_content_type_or_another_url_is_refused() {
    let (world, mut invocations) = creating(&json!({ "Thing": custom(&json!("1")) }));
    let event = taken(&mut invocations).await;
    let body = response(&event, "SUCCESS", "id", &json!({})).to_string();
    let path = event["ResponseURL"].as_str().unwrap().strip_prefix("http://127.0.0.1:1").unwrap();
    let typed = [("content-type".to_owned(), "application/json".to_owned())].into();
    let bytes = body.as_bytes();
    assert_eq!(crate::cloudformation::response_put(&world, path, "PUT", &typed, bytes).await, 403);
    let other = path.replace("%7C", "|");
    assert_eq!(crate::cloudformation::response_put(&world, &other, "PUT", &length(&body), bytes).await, 403);
    assert_eq!(put(&world, &event, &body).await, 200);
    assert_eq!(settled(&world, "s").await, Status::CreateComplete);
    assert_eq!(world.state().cloudformation.puts.len(), 3);
}

// G.44, S3 guide RESTAuthentication: what the signature does not cover, and what cannot be measured.
#[tokio::test]
async fn a_put_with_anything_unsigned_or_without_a_length_is_refused() {
    let (world, mut invocations) = creating(&json!({ "Thing": custom(&json!("1")) }));
    let event = taken(&mut invocations).await;
    let body = response(&event, "SUCCESS", "id", &json!({})).to_string();
    let path = event["ResponseURL"].as_str().unwrap().strip_prefix("http://127.0.0.1:1").unwrap();
    for (name, value, status) in [
        ("content-type", "application/json", 403),
        ("content-md5", "1B2M2Y8AsgTpgAmY7PhCfg==", 403),
        ("x-amz-acl", "bucket-owner-full-control", 403),
        ("authorization", "AWS4-HMAC-SHA256 x", 400),
        ("transfer-encoding", "chunked", 501),
        ("content-length", "", 411),
    ] {
        let mut headers = length(&body);
        headers.insert(name.to_owned(), value.to_owned());
        let answered = crate::cloudformation::response_put(&world, path, "PUT", &headers, body.as_bytes()).await;
        assert_eq!(answered, status, "{name}");
    }
    assert_eq!(put(&world, &event, &body).await, 200);
    assert_eq!(settled(&world, "s").await, Status::CreateComplete);
}

// G.44
#[tokio::test]
async fn a_response_without_an_id_or_with_a_member_of_the_wrong_type_fails_the_resource() {
    for (member, value) in
        [("PhysicalResourceId", json!("")), ("PhysicalResourceId", json!("x".repeat(1025))), ("NoEcho", json!("false"))]
    {
        let (world, mut invocations) = creating(&json!({ "Thing": custom(&json!("1")) }));
        let event = taken(&mut invocations).await;
        let mut body = response(&event, "SUCCESS", "id", &json!({}));
        body[member] = value;
        assert_eq!(put(&world, &event, &body.to_string()).await, 200);
        answer(&world, &mut invocations, "SUCCESS", "id").await;
        assert_eq!(settled(&world, "s").await, Status::RollbackComplete);
        assert!(rows(&world, "s").iter().any(|row| row.reason.starts_with("Invalid ")));
    }
}

// G.44
#[tokio::test]
async fn a_response_over_4096_bytes_fails_the_resource() {
    let (world, mut invocations) = creating(&json!({ "Thing": custom(&json!("1")) }));
    let event = taken(&mut invocations).await;
    let body = response(&event, "SUCCESS", "id", &json!({ "Long": "x".repeat(4096) })).to_string();
    assert_eq!(put(&world, &event, &body).await, 200);
    answer(&world, &mut invocations, "SUCCESS", "id").await;
    assert_eq!(settled(&world, "s").await, Status::RollbackComplete);
    assert!(rows(&world, "s").iter().any(|row| row.reason == "Response object is too long."));
}

// G.45
#[tokio::test]
async fn a_changed_physical_id_deletes_the_old_one_in_the_cleanup_phase() {
    let (world, mut invocations) = creating(&json!({ "Thing": custom(&json!("1")) }));
    answer(&world, &mut invocations, "SUCCESS", "one").await;
    assert_eq!(settled(&world, "s").await, Status::CreateComplete);
    update(&world, &json!({ "Thing": custom(&json!("2")) }));
    answer(&world, &mut invocations, "SUCCESS", "two").await;
    for _ in 0..3 {
        let event = answer(&world, &mut invocations, "FAILED", "one").await;
        assert_eq!((&event["RequestType"], &event["PhysicalResourceId"]), (&json!("Delete"), &json!("one")));
    }
    assert_eq!(settled(&world, "s").await, Status::UpdateComplete);
    assert!(history(&world, "s").contains(&"Thing DELETE_FAILED".to_owned()));
}

// G.46
#[tokio::test]
async fn a_cancelled_create_is_deleted_under_an_id_of_cloudformations_own() {
    let (world, mut invocations) = creating(&json!({ "A": custom(&json!("1")), "B": custom(&json!("1")) }));
    let first = taken(&mut invocations).await;
    let second = taken(&mut invocations).await;
    let (a, b) = if first["LogicalResourceId"] == "A" { (first, second) } else { (second, first) };
    put(&world, &b, &response(&b, "FAILED", "b", &json!({})).to_string()).await;
    let mut deleted = Vec::new();
    for _ in 0..2 {
        let event = answer(&world, &mut invocations, "SUCCESS", "x").await;
        deleted.push((event["LogicalResourceId"].clone(), event["PhysicalResourceId"].as_str().unwrap().to_owned()));
    }
    assert_eq!(settled(&world, "s").await, Status::RollbackComplete, "{:#?}", rows(&world, "s"));
    let of_a = deleted.iter().find(|(id, _)| *id == a["LogicalResourceId"]).unwrap();
    assert!(of_a.1.starts_with("s-A-"), "{of_a:?}");
    assert!(rows(&world, "s").iter().any(|row| row.reason == "Resource creation cancelled"));
}

// G.47
#[tokio::test]
async fn silence_fails_the_resource_after_its_service_timeout() {
    let world = world();
    let mut invocations = handler(&world);
    world.state().cloudformation.expire_at_once.insert("Thing".to_owned());
    create(&world, &json!({ "Thing": custom(&json!("1")) }));
    let silent = invocations.recv().await.unwrap();
    drop(silent);
    loop {
        let invocation = invocations.recv().await.unwrap();
        if invocation.event["RequestType"] == "Delete" {
            let body = response(&invocation.event, "SUCCESS", "id", &json!({})).to_string();
            put(&world, &invocation.event, &body).await;
            invocation.succeed(json!({}));
            break;
        }
    }
    assert_eq!(settled(&world, "s").await, Status::RollbackComplete);
    let reason = "CloudFormation did not receive a response from your Custom Resource.";
    assert!(rows(&world, "s").iter().any(|row| row.reason.starts_with(reason)));
}

#[tokio::test]
async fn a_put_can_be_refused_on_demand_and_the_next_one_is_taken() {
    let (world, mut invocations) = creating(&json!({ "Thing": custom(&json!("1")) }));
    let event = taken(&mut invocations).await;
    world.state().cloudformation.response_faults.push_back(ResponseFault::Status(503));
    let body = response(&event, "SUCCESS", "id", &json!({})).to_string();
    assert_eq!(put(&world, &event, &body).await, 503);
    assert_eq!(put(&world, &event, &body).await, 200);
    assert_eq!(settled(&world, "s").await, Status::CreateComplete);
}

#[tokio::test]
async fn a_stack_is_deleted_in_the_reverse_order() {
    let world = world();
    let mut invocations = handler(&world);
    let mut second = custom(&json!({ "Fn::GetAtt": ["First", "Answer"] }));
    second["DependsOn"] = json!(["First"]);
    create(&world, &json!({ "First": custom(&json!("1")), "Second": second }));
    answer(&world, &mut invocations, "SUCCESS", "one").await;
    let event = answer(&world, &mut invocations, "SUCCESS", "two").await;
    assert_eq!(event["ResourceProperties"]["Value"], "42");
    assert_eq!(settled(&world, "s").await, Status::CreateComplete);
    request(&world, "DeleteStack", [("StackName", "s")]).unwrap();
    assert_eq!(answer(&world, &mut invocations, "SUCCESS", "two").await["LogicalResourceId"], "Second");
    assert_eq!(answer(&world, &mut invocations, "SUCCESS", "one").await["LogicalResourceId"], "First");
    assert_eq!(settled(&world, "s").await, Status::DeleteComplete);
}

// C.1: with rollback disabled a failure stays where it failed, and is tried again.
#[tokio::test]
async fn without_rollback_an_update_fails_and_can_be_repeated_or_rolled_back() {
    let (world, mut invocations) = creating(&json!({ "A": custom(&json!("1")) }));
    answer(&world, &mut invocations, "SUCCESS", "id").await;
    assert_eq!(settled(&world, "s").await, Status::CreateComplete);
    let body = super::template(&json!({ "A": custom(&json!("2")) }));
    let params = [("StackName", "s"), ("TemplateBody", &*body), ("DisableRollback", "true")];
    for _ in 0..2 {
        request(&world, "UpdateStack", params).unwrap();
        let event = answer(&world, &mut invocations, "FAILED", "id").await;
        assert_eq!(event["ResourceProperties"]["Value"], "2");
        assert_eq!(settled(&world, "s").await, Status::UpdateFailed);
    }
    request(&world, "RollbackStack", [("StackName", "s")]).unwrap();
    let event = answer(&world, &mut invocations, "SUCCESS", "id").await;
    assert_eq!(event["ResourceProperties"]["Value"], "1");
    assert_eq!(settled(&world, "s").await, Status::UpdateRollbackComplete);
}
