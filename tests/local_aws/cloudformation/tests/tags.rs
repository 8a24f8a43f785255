//! A stack's tags reach every resource that takes them, and a role that may not tag is refused (`SEMANTICS.md` H.3).

use std::sync::Arc;

use serde_json::{Value, json};

use super::world;
use crate::World;
use crate::api::Caller;
use crate::cloudformation::Status;
use crate::cloudformation::scenario::{request, settled};
use crate::iam;

/// A role that CloudFormation may assume, which may do everything but `denied`.
fn role_that_may_not(world: &World, denied: &[&str]) -> String {
    let trust = json!({"Statement": {"Effect": "Allow", "Principal": {"Service": "cloudformation.amazonaws.com"},
        "Action": "sts:AssumeRole"}});
    let mut statements = vec![json!({"Effect": "Allow", "Action": "*", "Resource": "*"})];
    statements.extend(denied.iter().map(|action| json!({"Effect": "Deny", "Action": action, "Resource": "*"})));
    let call = |action: &str, body: &Value| {
        iam::call(&mut world.state(), &world.settings, &Caller::Operator, action, body).unwrap()
    };
    let role = call("CreateRole", &json!({"RoleName": "stacks", "AssumeRolePolicyDocument": trust}));
    let policy = json!({"Statement": statements});
    call("PutRolePolicy", &json!({"RoleName": "stacks", "PolicyName": "p", "PolicyDocument": policy}));
    role["Role"]["Arn"].as_str().unwrap().to_owned()
}

async fn deploy(world: &Arc<World>, action: &str, resource: &Value, role: &str, tag: &str) -> (Status, String) {
    let body = super::template(&json!({ "Only": resource }));
    let params = [
        ("StackName", "s"),
        ("TemplateBody", &*body),
        ("Capabilities.member.1", "CAPABILITY_NAMED_IAM"),
        ("RoleARN", role),
        ("Tags.member.1.Key", "team"),
        ("Tags.member.1.Value", tag),
    ];
    request(world, action, params).unwrap();
    let status = settled(world, "s").await;
    let state = world.state();
    let reasons = state.cloudformation.stack("s").unwrap().events.iter().map(|row| row.reason.clone());
    (status, reasons.collect::<Vec<_>>().join("\n"))
}

fn taggable() -> Vec<(Value, Vec<&'static str>, Vec<&'static str>)> {
    let of = |kind: &str, properties: Value| json!({"Type": kind, "Properties": properties});
    let keys = json!([{"AttributeName": "key", "KeyType": "HASH"}]);
    let alarm = json!({"ComparisonOperator": "GreaterThanThreshold", "EvaluationPeriods": 1});
    let trust = json!({"Statement": {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": "sts:AssumeRole"}});
    let both = |action| (vec![action], vec![action]);
    let row = |resource, (create, update)| (resource, create, update);
    let kinesis = (vec!["kinesis:AddTagsToStream"], vec!["kinesis:AddTagsToStream", "kinesis:TagResource"]);
    let bucket = vec!["s3:PutBucketTagging", "s3:TagResource"];
    let dashboard = json!({"DashboardName": "d", "DashboardBody": "{\"widgets\": []}"});
    vec![
        row(of("AWS::CloudWatch::Alarm", alarm), both("cloudwatch:TagResource")),
        row(of("AWS::CloudWatch::Dashboard", dashboard), both("cloudwatch:TagResource")),
        row(of("AWS::DynamoDB::Table", json!({"KeySchema": keys})), both("dynamodb:TagResource")),
        row(of("AWS::Events::Rule", json!({"ScheduleExpression": "rate(1 hour)"})), both("events:TagResource")),
        row(of("AWS::IAM::Role", json!({"AssumeRolePolicyDocument": trust})), both("iam:TagRole")),
        row(of("AWS::Kinesis::Stream", json!({})), kinesis),
        row(of("AWS::Logs::LogGroup", json!({})), both("logs:TagResource")),
        row(of("AWS::S3::Bucket", json!({})), (bucket.clone(), bucket)),
        row(of("AWS::SNS::Topic", json!({})), both("sns:TagResource")),
        row(of("AWS::SQS::Queue", json!({})), both("sqs:TagQueue")),
    ]
}

#[tokio::test]
async fn a_resource_is_not_created_with_tags_that_the_role_may_not_give() {
    for (resource, create, _) in taggable() {
        for action in create {
            let world = world();
            let role = role_that_may_not(&world, &[action]);
            let (status, reasons) = deploy(&world, "CreateStack", &resource, &role, "a").await;
            assert_eq!(status, Status::RollbackComplete, "{resource}: {reasons}");
            assert!(reasons.contains(&format!("not authorized to perform: {action}")), "{reasons}");
        }
    }
}

#[tokio::test]
async fn changed_tags_of_a_stack_need_the_permission_too() {
    for (resource, create, update) in taggable() {
        for action in update {
            let world = world();
            let role = role_that_may_not(&world, &[]);
            let (status, reasons) = deploy(&world, "CreateStack", &resource, &role, "a").await;
            assert_eq!(status, Status::CreateComplete, "{resource}: {reasons}");
            let deny = json!({"Statement": {"Effect": "Deny", "Action": action, "Resource": "*"}});
            let body = json!({"RoleName": "stacks", "PolicyName": "deny", "PolicyDocument": deny});
            iam::call(&mut world.state(), &world.settings, &Caller::Operator, "PutRolePolicy", &body).unwrap();
            let (_, reasons) = deploy(&world, "UpdateStack", &resource, &role, "b").await;
            assert!(reasons.contains(&format!("not authorized to perform: {action}")), "{resource} {create:?}");
        }
    }
}

#[tokio::test]
async fn changed_tags_of_a_stack_reach_its_stream() {
    let world = world();
    let role = role_that_may_not(&world, &[]);
    let stream = json!({"Type": "AWS::Kinesis::Stream", "Properties": {"Name": "orders"}});
    for (action, tag) in [("CreateStack", "a"), ("UpdateStack", "b")] {
        deploy(&world, action, &stream, &role, tag).await;
        assert_eq!(world.state().kinesis.streams["orders"].tags["team"], tag);
    }
}
