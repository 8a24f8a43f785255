//! Deleting the stack always works, and OnDelete acts only then.

use local_aws::Modes;
use local_aws::cloudformation::Status;
use local_aws::flink::{self, Hold, SnapshotStatus, Status as Flink};
use local_aws::modes::DeleteOfRunning;
use project::deployment::{Deployment, NAME, jar};
use serde_json::{Value, json};

use crate::stage::{application, delete, handlers, handlers_where, mutations, person, reasons, stop, why, with_jar};

/// The stack with this OnDelete, and a job that is healthy or loops.
async fn deployed(deployment: &Deployment, on_delete: &str, healthy: bool) {
    let key = deployment.upload(&jar("1", &["poison"]));
    let parameters = [&with_jar(&key)[..], &[("OnDelete", on_delete)][..]].concat();
    assert_eq!(deployment.deploy_unguarded(&parameters).await, Status::CreateComplete, "{}", why(deployment));
    deployment.record("a");
    if !healthy {
        deployment.record("poison");
    }
    deployment.world().state().journal.clear();
}

fn is_gone(deployment: &Deployment) -> bool {
    !deployment.world().state().flink.applications.contains_key(NAME)
}

/// With OnDelete Stop and ForceStop a stack is deleted whether its job is healthy or crash-looping.
#[tokio::test(flavor = "multi_thread")]
async fn a_stack_whose_job_is_healthy_or_loops_is_deleted_whatever_on_delete_says() {
    let cases =
        [("Leave", true, 0), ("Stop", true, 1), ("Stop", false, 2), ("ForceStop", true, 1), ("ForceStop", false, 1)];
    // Where AWS deletes no running application, Leave is the next scenario.
    for (delete_of_running, cases) in [(DeleteOfRunning::Accepted, &cases[..]), (DeleteOfRunning::Refused, &cases[1..])]
    {
        let deployment = handlers_where(Modes { delete_of_running, ..Modes::default() }).await;
        for &(on_delete, healthy, calls) in cases {
            deployed(&deployment, on_delete, healthy).await;
            assert_eq!(delete(&deployment).await, Status::DeleteComplete, "{}", why(&deployment));
            assert!(is_gone(&deployment));
            let made = mutations(&deployment, "flink-auto-start");
            assert_eq!(made, vec!["StopApplication"; calls], "{on_delete}, healthy: {healthy}");
            assert_eq!(last_stop_was_forced(&deployment), calls > 0 && (on_delete == "ForceStop" || !healthy));
        }
    }
}

/// Where AWS does not delete a running application, a job that OnDelete Leave leaves is a person's to stop as well.
#[tokio::test(flavor = "multi_thread")]
async fn a_running_job_that_is_left_and_that_aws_does_not_delete_is_a_persons_to_stop() {
    let refused = Modes { delete_of_running: DeleteOfRunning::Refused, ..Modes::default() };
    let deployment = handlers_where(refused).await;
    deployed(&deployment, "Leave", true).await;
    assert_eq!(delete(&deployment).await, Status::DeleteFailed, "{}", why(&deployment));
    let reason = reasons(&deployment, "Application").swap_remove(0);
    assert!(reason.contains("Application cannot be deleted in 'RUNNING' state"), "{reason}");
    stop(&deployment);
    assert_eq!(delete(&deployment).await, Status::DeleteComplete, "{}", why(&deployment));
    assert!(is_gone(&deployment));
}

fn last_stop_was_forced(deployment: &Deployment) -> bool {
    let state = deployment.world().state();
    let stop = state.journal.iter().rev().find(|call| call.action == "kinesisanalytics:StopApplication");
    stop.is_some_and(|call| call.body["Force"] == true)
}

/// With OnDelete Leave a crash-looping job is a person's to stop before the stack is deleted: deleting the logging
/// option updates the application.
///
/// Deleting the logging option is an update of the application, which a job that loops refuses.
#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_loops_and_is_left_is_a_persons_to_stop_before_the_stack_goes() {
    let deployment = handlers().await;
    deployed(&deployment, "Leave", false).await;
    assert_eq!(delete(&deployment).await, Status::DeleteFailed, "{}", why(&deployment));
    person(deployment.world(), &mut deployment.world().state(), "StopApplication", json!({"Force": true}));
    assert_eq!(delete(&deployment).await, Status::DeleteComplete, "{}", why(&deployment));
}

/// A stack whose application is gone, or is being deleted, is deleted without an error.
#[tokio::test(flavor = "multi_thread")]
async fn a_stack_whose_application_is_gone_or_going_is_deleted() {
    let deployment = handlers().await;
    for on_delete in ["Leave", "Stop", "ForceStop"] {
        deployed(&deployment, on_delete, true).await;
        deployment.world().state().flink.applications.remove(NAME);
        assert_eq!(delete(&deployment).await, Status::DeleteComplete, "{}", why(&deployment));
        deployed(&deployment, on_delete, true).await;
        {
            let mut state = deployment.world().state();
            state.flink.hold(NAME, Flink::Deleting, Hold::Looks(3));
            flink::put_status(&mut state, NAME, Flink::Deleting);
        }
        assert_eq!(delete(&deployment).await, Status::DeleteComplete, "{}", why(&deployment));
        assert!(mutations(&deployment, "flink-auto-start").is_empty(), "{on_delete}");
    }
}

/// A retained application is stopped with its state, or left running, as OnDelete says.
#[tokio::test(flavor = "multi_thread")]
async fn a_retained_application_is_stopped_with_its_state_or_left_running() {
    let mut template = Deployment::template_without_guard();
    for retained in ["Application", "ApplicationRole", "SourceStream", "FeatureTable", "LogGroup", "LogStream"] {
        template["Resources"][retained]["DeletionPolicy"] = json!("Retain");
    }
    for (on_delete, left) in [("Stop", Flink::Ready), ("Leave", Flink::Running)] {
        let deployment = handlers().await;
        let key = deployment.upload(&jar("1", &[]));
        let parameters = [&with_jar(&key)[..], &[("OnDelete", on_delete)][..]].concat();
        let status = deployment.deploy_template(&template.to_string(), &parameters, &[]).await;
        assert_eq!(status, Status::CreateComplete, "{}", why(&deployment));
        assert_eq!(delete(&deployment).await, Status::DeleteComplete, "{}", why(&deployment));
        assert_eq!(application(&deployment).status, left);
        let last = application(&deployment).snapshots.pop().unwrap();
        assert_eq!(last.name.starts_with("STOP-"), on_delete == "Stop", "a graceful stop keeps the state: {last:?}");
        assert_eq!(last.status, SnapshotStatus::Ready);
    }
}

/// A custom resource that is removed from the template stops nothing.
#[tokio::test(flavor = "multi_thread")]
async fn taking_the_custom_resource_out_of_the_template_stops_nothing() {
    let deployment = handlers().await;
    deployed(&deployment, "Stop", true).await;
    let mut template = Deployment::template_without_guard();
    template["Resources"].as_object_mut().unwrap().remove("AutoStart");
    for output in ["ApplicationVersionId", "RestoredSnapshot"] {
        template["Outputs"].as_object_mut().unwrap().remove(output);
    }
    let parameters = [("JarKey", "jars/1.jar"), ("OnDelete", "Stop")];
    let status = deployment.deploy_template(&template.to_string(), &parameters, &[("flink-unstick", "enabled")]).await;
    assert_eq!(status, Status::UpdateComplete, "{}", why(&deployment));
    assert_eq!(application(&deployment).status, Flink::Running);
    assert!(mutations(&deployment, "flink-auto-start").is_empty());
}

/// OnDelete acts when a creation rolls back: the job is stopped, and nothing is left.
#[tokio::test(flavor = "multi_thread")]
async fn a_creation_that_rolls_back_stops_the_job_and_leaves_nothing() {
    let deployment = handlers().await;
    let key = deployment.upload(&jar("1", &[]));
    let mut template = Deployment::template_without_guard();
    // Something after the auto-start cannot be created.
    let late: Value = json!({"Type": "AWS::KinesisAnalyticsV2::ApplicationCloudWatchLoggingOption",
        "DependsOn": "AutoStart", "Properties": {"ApplicationName": "flink-unknown",
        "CloudWatchLoggingOption": {"LogStreamARN": "arn:aws:logs:eu-west-1:111122223333:log-group:g:log-stream:s"}}});
    template["Resources"]["Late"] = late;
    let parameters = [&with_jar(&key)[..], &[("OnDelete", "Stop")][..]].concat();
    let status = deployment.deploy_template(&template.to_string(), &parameters, &[]).await;
    assert_eq!(status, Status::RollbackComplete, "{}", why(&deployment));
    assert_eq!(mutations(&deployment, "flink-auto-start"), ["StartApplication", "StopApplication"]);
    assert!(is_gone(&deployment), "{}", why(&deployment));
}
