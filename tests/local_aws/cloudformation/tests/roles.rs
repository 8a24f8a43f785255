//! The service role and the caller's credentials in the incident of semantics C.4.

use std::sync::Arc;

use serde_json::json;

use super::incident::*;
use super::{template, update, world};
use crate::World;
use crate::api::Caller;
use crate::cloudformation::Status;
use crate::cloudformation::scenario::{request, rows, settled};

// C.2: without a service role it is the caller's own credentials that act.
#[tokio::test]
async fn a_role_that_may_only_continue_cannot_restore_the_application() {
    let world = world();
    running(&world).await;
    make_unhealthy(&world);
    update(&world, &stack(2));
    assert_eq!(settled(&world, "s").await, Status::UpdateRollbackFailed);
    narrow_role(&world);
    let params = std::collections::BTreeMap::from([("StackName".to_owned(), "s".to_owned())]);
    let caller = Caller::Role("narrow".to_owned());
    crate::cloudformation::query(&world, &caller, "ContinueUpdateRollback", &params).unwrap();
    assert_eq!(settled(&world, "s").await, Status::UpdateRollbackFailed);
    assert!(rows(&world, "s").iter().any(|row| row.reason.contains("is not authorized to perform")));
}

fn narrow_role(world: &Arc<World>) {
    let trust = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": { "Service": "lambda.amazonaws.com" }, "Action": "sts:AssumeRole" }] });
    let allow = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Action": "cloudformation:ContinueUpdateRollback", "Resource": "*" }] });
    let mut state = world.state();
    let role = json!({ "RoleName": "narrow", "AssumeRolePolicyDocument": trust });
    crate::iam::call(&mut state, &world.settings, &Caller::Operator, "CreateRole", &role).unwrap();
    let policy = json!({ "RoleName": "narrow", "PolicyName": "p", "PolicyDocument": allow });
    crate::iam::call(&mut state, &world.settings, &Caller::Operator, "PutRolePolicy", &policy).unwrap();
}

// C.2
#[tokio::test]
async fn a_role_that_does_not_trust_cloudformation_is_refused() {
    let world = world();
    narrow_role(&world);
    let body = template(&json!({ "Group": { "Type": "AWS::Logs::LogGroup" } }));
    let role = "arn:aws:iam::111122223333:role/narrow";
    let refused = request(&world, "CreateStack", [("StackName", "s"), ("TemplateBody", &body), ("RoleARN", role)]);
    assert_eq!(refused.unwrap_err().message, format!("Role {role} is invalid or cannot be assumed"));
}
