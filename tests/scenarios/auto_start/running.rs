//! `Custom::FlinkAutoStart` and `Custom::FlinkPropertyGroups`: the application runs, with the stack's own names.

use local_aws::cloudformation::Status;
use local_aws::flink::Status as Flink;
use project::deployment::{Deployment, jar};
use serde_json::json;

use crate::stage::{application, handlers, mutations, reasons, running, why, with_jar};

/// A created stack runs its application with the stack's own names; a name that is already there makes no call and no
/// new version.
#[tokio::test(flavor = "multi_thread")]
async fn a_created_stack_runs_its_application_with_the_stacks_own_names() {
    let deployment = running().await;
    let application = application(&deployment);
    assert_eq!(application.status, Flink::Running);
    assert_eq!(application.configuration.property("FlinkApplicationProperties", "stream.name"), Some("flink-test"));
    assert_eq!(application.configuration.property("FlinkApplicationProperties", "table.name"), Some("flink-test"));
    assert_eq!(mutations(&deployment, "flink-auto-start"), ["StartApplication"]);
    // The groups are in the template's own EnvironmentProperties too: equal, so nothing is called.
    assert!(mutations(&deployment, "flink-property-groups").is_empty());
}

/// The job reads the stream and writes the table.
#[tokio::test(flavor = "multi_thread")]
async fn the_job_reads_the_stream_and_writes_the_table() {
    let deployment = running().await;
    deployment.record("a");
    deployment.record("b");
    let rows = deployment
        .world()
        .until(|state| Some(state.dynamodb.tables["flink-test"].items.len()).filter(|n| *n == 2))
        .await;
    assert_eq!(rows, 2);
}

/// A job that cannot start is started once; the stack fails with the operation's own words.
#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_cannot_start_fails_the_stack_with_the_operations_own_words() {
    let deployment = handlers().await;
    let mut broken = jar("1", &[]);
    broken["entry_point_broken"] = json!(true);
    let key = deployment.upload(&broken);
    assert_eq!(deployment.deploy(&with_jar(&key)).await, Status::RollbackComplete);
    let reasons = reasons(&deployment, "AutoStart");
    assert!(reasons.iter().any(|reason| reason.contains("entry point class could not be loaded")), "{reasons:?}");
    assert!(reasons.iter().any(|reason| reason.contains("then deploy again")), "{reasons:?}");
    assert_eq!(mutations(&deployment, "flink-auto-start"), ["StartApplication"], "started once, not for ever");
}

/// A new jar is running when the deployment ends.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_jar_is_running_when_the_deployment_ends() {
    let deployment = running().await;
    let key = deployment.upload(&jar("2", &[]));
    assert_eq!(deployment.deploy(&with_jar(&key)).await, Status::UpdateComplete, "{}", why(&deployment));
    let application = application(&deployment);
    assert_eq!(application.status, Flink::Running);
    assert_eq!(application.job.unwrap().jar.version, "2");
}

/// An application that another caller stopped runs again after the next deployment.
#[tokio::test(flavor = "multi_thread")]
async fn an_application_that_another_caller_stopped_runs_again_after_the_next_deployment() {
    let deployment = running().await;
    {
        let mut state = deployment.world().state();
        local_aws::flink::put_status(&mut state, "flink-test", Flink::Ready);
    }
    let key = deployment.upload(&jar("2", &[]));
    assert_eq!(deployment.deploy(&with_jar(&key)).await, Status::UpdateComplete, "{}", why(&deployment));
    assert_eq!(application(&deployment).status, Flink::Running);
}

/// The gate proves the job with a snapshot.
#[tokio::test(flavor = "multi_thread")]
async fn the_gate_proves_the_job_with_a_snapshot() {
    let deployment = handlers().await;
    let key = deployment.upload(&jar("1", &[]));
    let status = deployment.deploy(&[("JarKey", &key), ("StabilizeSeconds", "1")]).await;
    assert_eq!(status, Status::CreateComplete, "{}", why(&deployment));
    let snapshots = application(&deployment).snapshots;
    assert!(snapshots.iter().any(|snapshot| snapshot.name.starts_with("flink-handlers-gate-")), "{snapshots:?}");
}

/// A crash-looping job does not pass the gate.
#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_loops_does_not_pass_the_gate() {
    let deployment = handlers().await;
    let key = deployment.upload(&jar("1", &["poison"]));
    let template = Deployment::application_template().to_string();
    // The record is there before the job is: it loops from its first moment.
    let created = deployment.deploy_template(&template, &[("JarKey", &key), ("StabilizeSeconds", "0")], &[]).await;
    assert_eq!(created, Status::CreateComplete);
    deployment.record("poison");
    {
        let mut state = deployment.world().state();
        local_aws::flink::put_status(&mut state, "flink-test", Flink::Ready);
    }
    let status = deployment
        .deploy_template(&template, &[("JarKey", &key), ("StabilizeSeconds", "1"), ("LogRetentionDays", "60")], &[])
        .await;
    let reasons = reasons(&deployment, "AutoStart");
    assert!(reasons.iter().any(|reason| reason.contains("its job is not healthy")), "{status}\n{reasons:?}");
}

/// Property groups of others survive when the stack's names change.
#[tokio::test(flavor = "multi_thread")]
async fn groups_of_others_survive_when_names_change() {
    let deployment = handlers().await;
    let key = deployment.upload(&jar("1", &[]));
    // Without the groups in the application's own EnvironmentProperties, only the handler writes them.
    let mut template = Deployment::application_template();
    let configuration = &mut template["Resources"]["Application"]["Properties"]["ApplicationConfiguration"];
    configuration["EnvironmentProperties"] =
        json!({"PropertyGroups": [{"PropertyGroupId": "Theirs", "PropertyMap": {"kept": "yes"}}]});
    let status = deployment.deploy_template(&template.to_string(), &with_jar(&key), &[]).await;
    assert_eq!(status, Status::CreateComplete, "{}", why(&deployment));
    let configuration = application(&deployment).configuration;
    assert_eq!(configuration.property("Theirs", "kept"), Some("yes"));
    assert_eq!(configuration.property("FlinkApplicationProperties", "stream.name"), Some("flink-test"));
    assert_eq!(mutations(&deployment, "flink-property-groups"), ["UpdateApplication"]);
}
