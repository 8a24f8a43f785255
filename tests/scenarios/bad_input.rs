//! What bad input gets: one answer, with what and where.

use local_aws::cloudformation::Status;
use local_aws::lambda;
use project::deployment::{Deployment, jar};
use serde_json::{Value, json};

use crate::stage::{handlers, mutations, reasons, with_jar};

async fn rejected(change: impl FnOnce(&mut Value)) -> (Deployment, String) {
    let deployment = handlers().await;
    let key = deployment.upload(&jar("1", &[]));
    let mut template = Deployment::application_template();
    change(&mut template);
    let status = deployment.deploy_template(&template.to_string(), &with_jar(&key), &[]).await;
    assert_eq!(status, Status::RollbackComplete);
    let reasons = reasons(&deployment, "AutoStart").join("\n");
    (deployment, reasons)
}

/// A property that cannot be read is named, with what it takes.
#[tokio::test(flavor = "multi_thread")]
async fn a_property_that_cannot_be_read_is_named_with_what_it_takes() {
    let (deployment, reasons) = rejected(|template| {
        template["Resources"]["AutoStart"]["Properties"]["RunConfiguration"]["FlinkRunConfiguration"] =
            json!({"AllowNonRestoredState": "yes"});
    })
    .await;
    let message =
        "RunConfiguration.FlinkRunConfiguration.AllowNonRestoredState: expected \"true\" or \"false\", found \"yes\"";
    assert!(reasons.contains(message), "{reasons}");
    assert!(mutations(&deployment, "flink-auto-start").is_empty());
}

/// An application of another stack is refused by name.
#[tokio::test(flavor = "multi_thread")]
async fn an_application_of_another_stack_is_refused_by_name() {
    let (deployment, reasons) = rejected(|template| {
        template["Resources"]["AutoStart"]["Properties"]["ApplicationName"] = json!("flink-another caller-elses");
    })
    .await;
    assert!(reasons.contains("The application is not this stack's: flink-another caller-elses."), "{reasons}");
    assert!(mutations(&deployment, "flink-auto-start").is_empty());
}

/// An event that is not a request is reported and changes nothing.
#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_not_a_request_is_reported_so_and_changes_nothing() {
    let deployment = handlers().await;
    for event in [json!({}), json!([1]), json!({"RequestType": "Create"})] {
        let message = lambda::invoke(deployment.world(), "flink-auto-start", &event).await.unwrap().payload;
        assert!(message["Error"].as_str().unwrap().contains("ResponseURL"), "{message}");
    }
    assert!(mutations(&deployment, "flink-auto-start").is_empty());
}
