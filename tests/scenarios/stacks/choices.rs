//! What may be chosen for a stack: a key, a VPC, a topic for alarms.

use std::collections::BTreeMap;

use local_aws::cloudformation::Status;
use project::deployment::{self, Deployment, NAME, jar};

use super::keys::{KEY, keep, statements};
use crate::stage::{application, handlers, why};

const ACCESS: &str = include_str!("../../../template/access.template.json");
const RETAINED: &str = include_str!("../../../template/application-retained.template.json");
const TOPIC: &str = "arn:aws:sns:eu-west-1:111122223333:operations";

/// What a template says of a resource of the stack, resolved.
fn properties(deployment: &Deployment, logical_id: &str) -> serde_json::Value {
    let state = deployment.world().state();
    state.cloudformation.stack(NAME).unwrap().resources[logical_id].properties.clone()
}

async fn access_with(deployment: &Deployment, parameters: &[(&str, &str)]) -> Status {
    deployment::request(deployment.world(), "UpdateStack", "flink-access", ACCESS, parameters, &[], None).unwrap();
    deployment::settled(deployment.world(), "flink-access").await
}

fn parameters<'a>(key: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    [("JarKey", key), ("StabilizeSeconds", "0")].iter().chain(more).copied().collect()
}

/// A key, a VPC and a topic for alarms reach what they are for.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_a_vpc_and_a_topic_reach_what_they_are_for() {
    let deployment = handlers().await;
    keep(deployment.world(), &statements());
    assert_eq!(access_with(&deployment, &[("KeyArn", KEY)]).await, Status::UpdateComplete, "{}", why(&deployment));
    let jar_key = deployment.upload(&jar("1", &[]));
    let chosen = [
        ("KeyArn", KEY),
        ("SubnetIds", "subnet-0a1b2c3d,subnet-1a2b3c4d"),
        ("SecurityGroupIds", "sg-0a1b2c3d"),
        ("AlarmTopicArn", TOPIC),
    ];
    let status = deployment.deploy(&parameters(&jar_key, &chosen)).await;
    assert_eq!(status, Status::CreateComplete, "{}", why(&deployment));
    assert_eq!(application(&deployment).status.to_string(), "RUNNING");
    let vpc = &properties(&deployment, "Application")["ApplicationConfiguration"]["VpcConfigurations"][0];
    assert_eq!(vpc["SubnetIds"].as_array().map(Vec::len), Some(2));
    assert_eq!(properties(&deployment, "DowntimeAlarm")["AlarmActions"][0], TOPIC);
    let state = deployment.world().state();
    let group = &state.logs.groups[&format!("/aws/kinesis-analytics/{NAME}")];
    let encrypted =
        [&state.kinesis.streams[NAME].encryption, &state.dynamodb.tables[NAME].encryption, &group.encryption];
    assert!(encrypted.iter().all(|key| key.as_deref() == Some(KEY)), "{encrypted:?}");
}

/// A key that the access stack does not know is refused.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_access_does_not_know_is_refused() {
    let deployment = handlers().await;
    keep(deployment.world(), &statements());
    let jar_key = deployment.upload(&jar("1", &[]));
    let status = deployment.deploy(&parameters(&jar_key, &[("KeyArn", KEY)])).await;
    assert_eq!(status, Status::RollbackComplete);
    assert!(why(&deployment).contains("kms:"), "{}", why(&deployment));
}

/// Subnets without security groups are refused before anything is created.
#[tokio::test(flavor = "multi_thread")]
async fn subnets_without_security_groups_are_refused_before_anything_is_created() {
    let deployment = handlers().await;
    let template = Deployment::application_template().to_string();
    let given = parameters("jars/1.jar", &[("SubnetIds", "subnet-0a1b2c3d")]);
    let refused = deployment::request(deployment.world(), "CreateStack", NAME, &template, &given, &[], None);
    let message = refused.unwrap_err().message;
    assert!(message.contains("SubnetIds and SecurityGroupIds belong together"), "{message}");
    assert!(deployment.world().state().cloudformation.stack(NAME).is_none());
}

/// Nothing is chosen unless it is given.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_chosen_unless_it_is_given() {
    let deployment = crate::stage::running().await;
    let configuration = &properties(&deployment, "Application")["ApplicationConfiguration"];
    assert!(configuration.get("VpcConfigurations").is_none());
    assert_eq!(properties(&deployment, "DowntimeAlarm")["AlarmActions"], serde_json::json!([]));
    let state = deployment.world().state();
    let own: BTreeMap<_, _> =
        [("stream", &state.kinesis.streams[NAME].encryption), ("table", &state.dynamodb.tables[NAME].encryption)]
            .into();
    assert_eq!((own["stream"].as_deref(), own["table"].as_deref()), (Some("alias/aws/kinesis"), None));
}

/// A retained application stays, stopped, with its state and its log.
#[tokio::test(flavor = "multi_thread")]
async fn an_application_that_is_to_stay_stays_stopped_with_its_state_and_its_log() {
    let deployment = handlers().await;
    let jar_key = deployment.upload(&jar("1", &[]));
    let status = deployment.deploy_template(RETAINED, &parameters(&jar_key, &[]), &[]).await;
    assert_eq!(status, Status::CreateComplete, "{}", why(&deployment));
    assert_eq!(crate::stage::delete(&deployment).await, Status::DeleteComplete, "{}", why(&deployment));
    let left = application(&deployment);
    assert_eq!((left.status.to_string().as_str(), left.configuration.logging.len()), ("READY", 1));
    assert!(!left.snapshots.is_empty(), "the graceful stop took one");
    let state = deployment.world().state();
    assert!(state.kinesis.streams.contains_key(NAME) && state.dynamodb.tables.contains_key(NAME));
    assert!(state.iam.roles.values().any(|role| role.arn == left.configuration.role));
}

/// A retained application leaves nothing when its creation fails.
#[tokio::test(flavor = "multi_thread")]
async fn an_application_that_is_to_stay_leaves_nothing_when_its_creation_fails() {
    let deployment = handlers().await;
    let status = deployment.deploy_template(RETAINED, &parameters("jars/none.jar", &[]), &[]).await;
    assert_eq!(status, Status::RollbackComplete);
    let state = deployment.world().state();
    assert!(
        state.flink.applications.is_empty() && state.kinesis.streams.is_empty() && state.dynamodb.tables.is_empty()
    );
}
