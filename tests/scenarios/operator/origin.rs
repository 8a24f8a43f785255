//! Stacks that another template made: nothing of ours is deployed over them, and no advice says so.

use local_aws::cloudformation::Status;
use project::deployment::{Deployment, deploy_stack, jar};
use serde_json::Value;

use super::{NAME, flink_stack, look};
use crate::stage::{handlers, why, with_jar};

const TEAM: &str = "flink-team";
const OURS: &str = "template/application.template.json";

/// The handlers, and the stack of a team that deploys it in its own way.
async fn team() -> Deployment {
    let deployment = handlers().await;
    let key = deployment.upload(&jar("1", &["poison"]));
    let template = include_str!("../fixtures/team.template.json");
    let parameters = [("JarBucket", deployment.bucket.as_str()), ("JarKey", &key)];
    let status = deploy_stack(deployment.world(), TEAM, template, &parameters, &[], None).await;
    assert_eq!(status, Status::CreateComplete, "{}", why(&deployment));
    deployment
}

/// A stack of another template is neither deployed over, nor planned, nor deleted.
#[tokio::test(flavor = "multi_thread")]
async fn a_stack_of_another_template_is_neither_deployed_over_nor_planned_nor_deleted() {
    let deployment = team().await;
    for arguments in [
        vec!["deploy", "--only-stack", "--yes", "--stack", TEAM, "--jar", OURS],
        vec!["destroy", "--only-stack", "--yes", "--stack", TEAM],
        // Another one of ours.
        vec!["destroy", "--only-stack", "--yes", "--stack", "flink-access"],
        vec!["plan", "--stack", TEAM, "JarKey=jars/1.jar"],
        vec!["plan", "--json", "--stack", TEAM, "JarKey=jars/1.jar"],
    ] {
        let answered = look(&deployment, &arguments).await;
        assert_eq!(answered.code, 1, "{arguments:?}: {}", answered.printed);
        assert!(answered.printed.contains("was not made by make deploy"), "{}", answered.printed);
    }
}

/// `why` advises a team to deploy its stack the way it does.
#[tokio::test(flavor = "multi_thread")]
async fn why_advises_a_team_to_deploy_its_stack_the_way_it_does() {
    let deployment = team().await;
    let answered = look(&deployment, &["why", "--stack", TEAM, "--json"]).await;
    let answer: Value = answered.json();
    assert!(answer["Next"][0].as_str().unwrap().starts_with("aws kinesisanalyticsv2 start-application"), "{answer}");
    let broken = [("JarBucket", deployment.bucket.as_str()), ("JarKey", "jars/none.jar")];
    let template = include_str!("../fixtures/team.template.json");
    let status = deploy_stack(deployment.world(), "flink-other", template, &broken, &[], None).await;
    assert_eq!(status, Status::RollbackComplete);
    let answered = flink_stack(&deployment.aws, &["why", "--stack", "flink-other"]).await;
    assert!(answered.printed.contains("deploy it again with a fix, the way you deploy it"), "{}", answered.printed);
    assert!(!answered.printed.contains("make deploy"), "{}", answered.printed);
}

/// A stack of 0.1.0 is recognized, takes the new template and is marked by it.
#[tokio::test(flavor = "multi_thread")]
async fn a_stack_of_0_1_0_takes_the_new_template_and_is_marked_by_it() {
    let deployment = handlers().await;
    let key = deployment.upload(&jar("1", &["poison"]));
    let old = include_str!("../fixtures/application-0.1.0.template.json");
    let tags = [("flink-unstick", "enabled")];
    let status = deployment.deploy_template(old, &with_jar(&key), &tags).await;
    assert_eq!(status, Status::CreateComplete, "{}", why(&deployment));
    let key = deployment.upload(&jar("2", &[]));
    assert_eq!(deployment.deploy(&with_jar(&key)).await, Status::UpdateComplete, "{}", why(&deployment));
    let body = deployment.world().state().cloudformation.stack(NAME).unwrap().body.clone();
    let template: Value = serde_json::from_str(&body).unwrap();
    assert!(template["Metadata"]["FlinkStackHandlersVersion"].is_string(), "{}", template["Metadata"]);
}
