//! Applications beside each other: two in one stack, and two environments in one account, with the same handlers.

use local_aws::cloudformation::Status;
use project::deployment::{self, Deployment, jar};

use crate::stage::{handlers, why};

const APPLICATION: &str = include_str!("../../../template/application.template.json");
const TWO_APPLICATIONS: &str = include_str!("../../../template/samples/two-applications.template.json");

/// Creates a stack as `make deploy` does.
async fn create(deployment: &Deployment, stack: &str, template: &str, parameters: &[(&str, &str)]) -> Status {
    let tags = [("flink-unstick", "enabled")];
    let role = Some(deployment.stack_role.as_str());
    deployment::request(deployment.world(), "CreateStack", stack, template, parameters, &tags, role).unwrap();
    deployment::settled(deployment.world(), stack).await
}

async fn delete(deployment: &Deployment, stack: &str) -> Status {
    deployment::request(deployment.world(), "DeleteStack", stack, "", &[], &[], None).unwrap();
    deployment::settled(deployment.world(), stack).await
}

/// An environment of the stack `flink-test`, all names its own.
async fn environment(deployment: &Deployment, name: &str, key: &str) -> Status {
    let parameters = [
        ("ApplicationName", name),
        ("StreamName", name),
        ("TableName", name),
        ("JarKey", key),
        ("StabilizeSeconds", "0"),
    ];
    create(deployment, name, APPLICATION, &parameters).await
}

fn status(deployment: &Deployment, application: &str) -> Option<String> {
    let state = deployment.world().state();
    state.flink.applications.get(application).map(|application| application.status.to_string())
}

/// Two applications of one stack both run.
#[tokio::test(flavor = "multi_thread")]
async fn two_applications_of_one_stack_both_run() {
    let deployment = handlers().await;
    let (orders, clicks) = (deployment.upload(&jar("1", &[])), deployment.upload(&jar("2", &[])));
    let parameters = [("OrdersJarKey", orders.as_str()), ("ClicksJarKey", clicks.as_str()), ("StabilizeSeconds", "0")];
    let created = create(&deployment, "flink-test", TWO_APPLICATIONS, &parameters).await;
    assert_eq!(created, Status::CreateComplete, "{}", why(&deployment));
    for application in ["flink-test-orders", "flink-test-clicks"] {
        assert_eq!(status(&deployment, application).as_deref(), Some("RUNNING"));
        let state = deployment.world().state();
        let configuration = &state.flink.applications[application].configuration;
        assert_eq!(configuration.property("FlinkApplicationProperties", "stream.name"), Some(application));
    }
}

/// An environment that is deleted leaves the other alone.
#[tokio::test(flavor = "multi_thread")]
async fn an_environment_that_goes_leaves_the_other_alone() {
    let deployment = handlers().await;
    let key = deployment.upload(&jar("1", &[]));
    for name in ["flink-test-staging", "flink-test-prod"] {
        assert_eq!(environment(&deployment, name, &key).await, Status::CreateComplete, "{}", why(&deployment));
    }
    let before = deployment.world().state().flink.applications["flink-test-prod"].clone();
    assert_eq!(delete(&deployment, "flink-test-staging").await, Status::DeleteComplete, "{}", why(&deployment));
    assert_eq!(status(&deployment, "flink-test-staging"), None);
    let state = deployment.world().state();
    let after = &state.flink.applications["flink-test-prod"];
    assert_eq!(
        (after.status, after.version, after.operations.len()),
        (before.status, before.version, before.operations.len())
    );
    assert!(state.kinesis.streams.contains_key("flink-test-prod"));
    assert!(!state.kinesis.streams.contains_key("flink-test-staging"));
}

/// Handlers that are in use stay until the last application is gone.
#[tokio::test(flavor = "multi_thread")]
async fn handlers_that_are_in_use_stay_until_the_last_application_is_gone() {
    let deployment = handlers().await;
    let key = deployment.upload(&jar("1", &[]));
    assert_eq!(environment(&deployment, "flink-test", &key).await, Status::CreateComplete, "{}", why(&deployment));
    for stack in ["flink-handlers", "flink-access"] {
        assert_eq!(delete(&deployment, stack).await, Status::CreateComplete, "{stack}");
        let reason = deployment.world().state().cloudformation.stack(stack).unwrap().reason.clone();
        assert!(reason.contains("cannot be deleted as it is in use by"), "{stack}: {reason}");
    }
    assert_eq!(status(&deployment, "flink-test").as_deref(), Some("RUNNING"));
    assert_eq!(delete(&deployment, "flink-test").await, Status::DeleteComplete, "{}", why(&deployment));
    // Access holds the roles of everything else, and the bucket has to be empty.
    deployment.world().state().s3.buckets.get_mut(&deployment.bucket).unwrap().objects.clear();
    for stack in ["flink-handlers", "flink-access"] {
        assert_eq!(delete(&deployment, stack).await, Status::DeleteComplete, "{stack}: {}", why(&deployment));
    }
}
