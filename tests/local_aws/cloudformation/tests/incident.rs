//! The incident of semantics C.4, with the real Flink control plane of this world.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{create, custom, handler, template, update, world};
use crate::api::Caller;
use crate::cloudformation::Status;
use crate::cloudformation::scenario::{history, request, rows, settled};
use crate::cloudformation::{GroupsOnUpdate, TagsOnUpdate};
use crate::flink;
use crate::{Settings, World};

pub(super) fn stack(parallelism: u32) -> Value {
    json!({
        "Role": { "Type": "AWS::IAM::Role", "Properties": {
            "RoleName": "flink-job",
            "AssumeRolePolicyDocument": { "Version": "2012-10-17", "Statement": [{
                "Effect": "Allow", "Principal": { "Service": "kinesisanalytics.amazonaws.com" }, "Action": "sts:AssumeRole" }] },
            "Policies": [{ "PolicyName": "code", "PolicyDocument": { "Version": "2012-10-17", "Statement": [{
                "Effect": "Allow", "Resource": "*",
                "Action": ["s3:GetObject*", "kinesis:GetRecords", "dynamodb:PutItem"] }] } }],
        } },
        "Stream": { "Type": "AWS::Kinesis::Stream", "Properties": {
            "Name": "in", "StreamModeDetails": { "StreamMode": "ON_DEMAND" }, "RetentionPeriodHours": 24 } },
        "Table": { "Type": "AWS::DynamoDB::Table", "Properties": {
            "TableName": "out", "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{ "AttributeName": "key", "AttributeType": "S" }],
            "KeySchema": [{ "AttributeName": "key", "KeyType": "HASH" }] } },
        "Flink": { "Type": "AWS::KinesisAnalyticsV2::Application", "Properties": {
            "ApplicationName": "job",
            "RuntimeEnvironment": "FLINK-1_20",
            "ServiceExecutionRole": { "Fn::GetAtt": ["Role", "Arn"] },
            "ApplicationConfiguration": {
                "ApplicationCodeConfiguration": {
                    "CodeContentType": "ZIPFILE",
                    "CodeContent": { "S3ContentLocation": { "BucketARN": "arn:aws:s3:::code", "FileKey": "job.jar" } } },
                "FlinkApplicationConfiguration": { "ParallelismConfiguration": {
                    "ConfigurationType": "CUSTOM", "Parallelism": parallelism } },
                "EnvironmentProperties": { "PropertyGroups": [{
                    "PropertyGroupId": "FlinkApplicationProperties",
                    "PropertyMap": { "stream.name": { "Ref": "Stream" }, "table.name": { "Ref": "Table" } } }] },
                "ApplicationSnapshotConfiguration": { "SnapshotsEnabled": "true" },
            },
        } },
    })
}

pub(super) fn call(world: &Arc<World>, operation: &str, body: &Value) -> Value {
    flink::call(&mut world.state(), &world.settings, &Caller::Operator, operation, body).unwrap()
}

pub(super) fn status(world: &Arc<World>) -> String {
    let reply = call(world, "DescribeApplication", &json!({ "ApplicationName": "job" }));
    reply["ApplicationDetail"]["ApplicationStatus"].as_str().unwrap().to_owned()
}

pub(super) async fn become_status(world: &Arc<World>, wanted: &str) {
    for _ in 0..10_000 {
        if status(world) == wanted {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("the application is {}", status(world));
}

pub(super) fn jar(world: &Arc<World>) {
    let jar = json!({ "job": "count", "version": "1", "fails_on": ["bad"] }).to_string();
    crate::s3::put(&mut world.state(), "code", "job.jar", jar);
}

pub(super) async fn running(world: &Arc<World>) {
    jar(world);
    create(world, &stack(1));
    assert_eq!(settled(world, "s").await, Status::CreateComplete, "{:#?}", rows(world, "s"));
    // G.32: created, and left so.
    assert_eq!(status(world), "READY");
    call(world, "StartApplication", &json!({ "ApplicationName": "job" }));
    become_status(world, "RUNNING").await;
}

// G.13, G.35
#[tokio::test]
async fn an_update_of_a_running_application_ends_with_it_running() {
    let world = world();
    running(&world).await;
    update(&world, &stack(2));
    assert_eq!(settled(&world, "s").await, Status::UpdateComplete, "{:#?}", rows(&world, "s"));
    assert_eq!(status(&world), "RUNNING");
}

// G.33, G.34, G.36, G.37, G.40
#[tokio::test]
async fn an_unhealthy_job_wedges_the_stack_until_it_is_stopped_by_force() {
    let world = world();
    running(&world).await;
    make_unhealthy(&world);
    update(&world, &stack(2));
    assert_eq!(settled(&world, "s").await, Status::UpdateRollbackFailed, "{:#?}", rows(&world, "s"));
    let failed: Vec<_> = rows(&world, "s").into_iter().filter(|row| row.status == Status::UpdateFailed).collect();
    assert_eq!(failed.len(), 2, "forward and back");
    assert!(failed.iter().all(|row| row.reason.contains("Failed to take snapshot for the application job")));
    assert!(failed.iter().all(|row| row.reason.starts_with("Resource handler returned message: \"")));
    let refused = request(&world, "UpdateStack", [("StackName", "s"), ("TemplateBody", &template(&stack(3)))]);
    assert!(refused.unwrap_err().message.contains("is in UPDATE_ROLLBACK_FAILED state and can not be updated."));

    call(&world, "StopApplication", &json!({ "ApplicationName": "job", "Force": true }));
    become_status(&world, "READY").await;
    request(&world, "ContinueUpdateRollback", [("StackName", "s"), ("ClientRequestToken", "attempt-1")]).unwrap();
    assert_eq!(settled(&world, "s").await, Status::UpdateRollbackComplete, "{:#?}", rows(&world, "s"));
    assert_eq!(status(&world), "READY");
    let restored = history(&world, "s").into_iter().filter(|row| row.starts_with("Role UPDATE")).count();
    assert_eq!(restored, 0, "only what was touched is restored");
}

// G.36, C.2
#[tokio::test]
async fn a_rollback_that_did_not_fail_cannot_be_continued() {
    let world = world();
    running(&world).await;
    let refused = request(&world, "ContinueUpdateRollback", [("StackName", "s")]).unwrap_err();
    assert_eq!(refused.message, "RollbackUpdatedStack cannot be called from current stack status");
}

// G.38
#[tokio::test]
async fn a_skipped_resource_is_complete_without_being_touched() {
    let world = world();
    running(&world).await;
    make_unhealthy(&world);
    update(&world, &stack(2));
    assert_eq!(settled(&world, "s").await, Status::UpdateRollbackFailed);
    let params = [("StackName", "s"), ("ResourcesToSkip.member.1", "Flink")];
    request(&world, "ContinueUpdateRollback", params).unwrap();
    assert_eq!(settled(&world, "s").await, Status::UpdateRollbackComplete);
    assert!(rows(&world, "s").iter().any(|row| row.reason == "Resource skipped during UpdateRollback"));
    assert_eq!(status(&world), "RUNNING");
}

// G.38, G.39
#[tokio::test]
async fn a_forced_rollback_skips_what_failed_and_a_token_counts_once() {
    let world = world();
    running(&world).await;
    make_unhealthy(&world);
    update(&world, &stack(2));
    assert_eq!(settled(&world, "s").await, Status::UpdateRollbackFailed);
    let token = ("ClientRequestToken", "attempt-1");
    request(&world, "ContinueUpdateRollback", [("StackName", "s"), token]).unwrap();
    assert_eq!(settled(&world, "s").await, Status::UpdateRollbackFailed, "no caller stopped the job");
    let again = request(&world, "ContinueUpdateRollback", [("StackName", "s"), token]).unwrap_err();
    assert_eq!(again.code, "TokenAlreadyExistsException");
    request(&world, "ContinueUpdateRollback", [("StackName", "s"), ("ForceRollback", "true")]).unwrap();
    assert_eq!(settled(&world, "s").await, Status::UpdateRollbackComplete);
    let tokens: Vec<_> = rows(&world, "s").into_iter().filter_map(|row| row.token).collect();
    assert!(tokens.iter().all(|token| token == "attempt-1") && !tokens.is_empty());
}

// G.50
#[tokio::test]
async fn a_logging_option_on_a_running_unhealthy_application_fails_like_an_update() {
    let world = world();
    running(&world).await;
    make_unhealthy(&world);
    let mut with_option = stack(1);
    with_option["Group"] = json!({ "Type": "AWS::Logs::LogGroup", "Properties": { "LogGroupName": "g" } });
    with_option["LogStream"] = json!({ "Type": "AWS::Logs::LogStream", "Properties": {
        "LogGroupName": { "Ref": "Group" }, "LogStreamName": "l" } });
    let arn = json!({ "Fn::Sub": "arn:aws:logs:${AWS::Region}:${AWS::AccountId}:log-group:${Group}:log-stream:${LogStream}" });
    with_option["Option"] = json!({
        "Type": "AWS::KinesisAnalyticsV2::ApplicationCloudWatchLoggingOption",
        "Properties": { "ApplicationName": { "Ref": "Flink" }, "CloudWatchLoggingOption": { "LogStreamARN": arn } } });
    update(&world, &with_option);
    assert_eq!(settled(&world, "s").await, Status::UpdateRollbackComplete, "{:#?}", rows(&world, "s"));
    let failed = rows(&world, "s").into_iter().find(|row| row.status == Status::CreateFailed).unwrap();
    assert!(failed.reason.contains("Failed to take snapshot"), "{}", failed.reason);
}

pub(super) fn make_unhealthy(world: &Arc<World>) {
    crate::kinesis::put(&mut world.state(), "in", &json!({ "key": "bad", "featureName": "f" }));
    flink::pump(&mut world.state());
}

// G.49, B.2: what others gave the application, after an update that changes neither groups nor tags.
#[tokio::test]
async fn injected_groups_and_foreign_tags_are_lost_or_kept_as_the_world_is_set() {
    for (groups, tags, survives) in [
        (GroupsOnUpdate::Rewritten, TagsOnUpdate::Erased, false),
        (GroupsOnUpdate::OnlyWhenChanged, TagsOnUpdate::Kept, true),
    ] {
        let mut settings = Settings::at("http://127.0.0.1:1");
        (settings.modes.groups, settings.modes.tags) = (groups, tags);
        let world = Arc::new(World::new(settings));
        running(&world).await;
        let detail =
            call(&world, "DescribeApplication", &json!({ "ApplicationName": "job" }))["ApplicationDetail"].clone();
        let arn = detail["ApplicationARN"].clone();
        let marker = json!([{ "Key": "stopped-for", "Value": "event" }]);
        call(&world, "TagResource", &json!({ "ResourceARN": arn, "Tags": marker }));
        let mut injected = detail["ApplicationConfigurationDescription"]["EnvironmentPropertyDescriptions"]
            ["PropertyGroupDescriptions"]
            .clone();
        injected.as_array_mut().unwrap().push(json!({ "PropertyGroupId": "Injected", "PropertyMap": { "a": "b" } }));
        let update_groups = json!({ "EnvironmentPropertyUpdates": { "PropertyGroups": injected } });
        call(
            &world,
            "UpdateApplication",
            &json!({
                "ApplicationName": "job",
                "ConditionalToken": detail["ConditionalToken"],
                "ApplicationConfigurationUpdate": update_groups,
            }),
        );
        become_status(&world, "RUNNING").await;
        update(&world, &stack(2));
        assert_eq!(settled(&world, "s").await, Status::UpdateComplete, "{:#?}", rows(&world, "s"));
        let state = world.state();
        let application = &state.flink.applications["job"];
        assert_eq!(application.tags.contains_key("stopped-for"), survives);
        assert_eq!(application.configuration.property("Injected", "a").is_some(), survives);
    }
}

// C.3
#[tokio::test]
async fn a_custom_resource_that_was_not_reached_gets_no_rollback() {
    let world = world();
    let mut invocations = handler(&world);
    jar(&world);
    let with_starter = |parallelism: u32| {
        let mut resources = stack(parallelism);
        resources["Starter"] = custom(&json!(parallelism));
        resources["Starter"]["DependsOn"] = json!("Flink");
        resources
    };
    create(&world, &with_starter(1));
    super::answer(&world, &mut invocations, "SUCCESS", "starter").await;
    assert_eq!(settled(&world, "s").await, Status::CreateComplete, "{:#?}", rows(&world, "s"));
    call(&world, "StartApplication", &json!({ "ApplicationName": "job" }));
    become_status(&world, "RUNNING").await;
    make_unhealthy(&world);
    update(&world, &with_starter(2));
    assert_eq!(settled(&world, "s").await, Status::UpdateRollbackFailed);
    assert!(invocations.try_recv().is_err());
}
