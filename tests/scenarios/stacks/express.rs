//! CloudFormation's EXPRESS mode: it completes a resource when its configuration call returned, so that the functions
//! are called while the application is on its way.

use local_aws::api::{ApiResult, Caller};
use local_aws::cloudformation::{self, Status};
use local_aws::flink::{self, Application, Hold, Status as Flink};
use local_aws::modes::{DeleteOfRunning, Modes};
use project::deployment::{Deployment, NAME, jar, query, settled};

use serde_json::{Value, json};

use crate::stage::{
    application, handlers, handlers_where, mutations, person, reasons, stop, taken_starts, why, with_jar,
};

/// Sends this request in EXPRESS mode.
fn send(
    deployment: &Deployment,
    action: &str,
    template: &str,
    parameters: &[(&str, &str)],
    config: &[(&str, &str)],
) -> ApiResult<String> {
    let tags: &[_] = if template.is_empty() { &[] } else { &[("flink-unstick", "enabled")] };
    let mut members = query(NAME, template, parameters, tags, Some(&deployment.stack_role));
    members.insert("DeploymentConfig.Mode".to_owned(), "EXPRESS".to_owned());
    if action == "CreateChangeSet" {
        members.insert("ChangeSetName".to_owned(), "express".to_owned());
    }
    members.extend(config.iter().map(|(name, value)| (format!("DeploymentConfig.{name}"), (*value).to_owned())));
    cloudformation::query(deployment.world(), &Caller::Operator, action, &members)
}

/// The same through a change set, which keeps the mode until it is executed.
fn by_change_set(deployment: &Deployment, template: &Value, parameters: &[(&str, &str)]) {
    send(deployment, "CreateChangeSet", &template.to_string(), parameters, &[]).unwrap();
    let named = [("StackName", NAME), ("ChangeSetName", "express")].map(|(name, value)| (name.into(), value.into()));
    cloudformation::query(deployment.world(), &Caller::Operator, "ExecuteChangeSet", &named.into()).unwrap();
}

/// The guarded stack with this version of the job.
async fn express(deployment: &Deployment, version: &str, more: &[(&str, &str)], config: &[(&str, &str)]) -> Status {
    let action = if deployment.world().state().cloudformation.stack(NAME).is_some() { "Update" } else { "Create" };
    let key = format!("jars/{version}.jar");
    let parameters = [&with_jar(&key)[..], more].concat();
    let template = Deployment::application_template().to_string();
    send(deployment, &format!("{action}Stack"), &template, &parameters, config).unwrap();
    settled(deployment.world(), NAME).await
}

/// The handlers, with two versions of the job that run and one that does not start.
async fn jars() -> Deployment {
    with_jars(handlers().await)
}

fn with_jars(deployment: Deployment) -> Deployment {
    for version in ["1", "2"] {
        let _ = deployment.upload(&jar(version, &["poison"]));
    }
    let mut broken = jar("broken", &[]);
    broken["entry_point_broken"] = true.into();
    let _ = deployment.upload(&broken);
    deployment
}

/// A function was asked about the resource and has not answered yet.
async fn is_asked(deployment: &Deployment, logical_id: &str, times: usize) {
    let what = format!("request {times} about {logical_id}");
    let asked =
        |state: &mut local_aws::State| (state.cloudformation.requests_for(logical_id).len() == times).then_some(());
    deployment.world().until_that(what, asked).await;
}

/// The application, once it runs: by the auto-start, or by the unsticker where a rollback does not come to that. It
/// does not where the property groups took CloudFormation's update, of the same moment, for their own.
async fn running(deployment: &Deployment) -> Application {
    let runs = |one: &&Application| one.status == Flink::Running;
    let what = "the application to be RUNNING";
    deployment.world().until_that(what, |state| state.flink.applications.get(NAME).filter(runs).cloned()).await
}

fn release(deployment: &Deployment) {
    let world = deployment.world();
    let mut state = world.state();
    flink::release(&mut state, &world.settings, NAME);
}

/// In EXPRESS, where CloudFormation waits for no application, the functions are called while it is UPDATING: they wait,
/// and nothing is started or injected twice.
#[tokio::test(flavor = "multi_thread")]
async fn in_express_the_functions_are_called_while_the_application_is_on_its_way_and_do_nothing_twice() {
    let deployment = jars().await;
    assert_eq!(express(&deployment, "1", &[], &[]).await, Status::CreateComplete, "{}", why(&deployment));
    assert_eq!((application(&deployment).status, taken_starts(&deployment)), (Flink::Running, 1));
    deployment.record("a");
    deployment.world().state().flink.hold(NAME, Flink::Updating, Hold::UntilReleased);
    let updated = tokio::spawn({
        let world = std::sync::Arc::clone(deployment.world());
        let template = Deployment::application_template().to_string();
        send(&deployment, "UpdateStack", &template, &with_jar("jars/2.jar"), &[]).unwrap();
        async move { settled(&world, NAME).await }
    });
    is_asked(&deployment, "PropertyGroups", 2).await;
    assert_eq!(application(&deployment).status, Flink::Updating, "it is called meanwhile");
    deployment.world().state().flink.hold(NAME, Flink::Updating, Hold::Looks(1));
    release(&deployment);
    assert_eq!(updated.await.unwrap(), Status::UpdateComplete, "{}", why(&deployment));
    let application = application(&deployment);
    assert_eq!(application.status, Flink::Running);
    assert_eq!(application.job.unwrap().jar.version, "2");
    assert_eq!(taken_starts(&deployment), 1, "the update itself starts it again");
    assert_eq!(mutations(&deployment, "flink-property-groups"), [""; 0], "the application has them by its own update");
}

/// A change set keeps the EXPRESS mode that it was created with: executed, it completes the application while that is
/// UPDATING. Without property groups the auto-start is the first to meet it; it waits, and starts nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_set_keeps_the_express_mode_and_the_auto_start_waits_for_an_update_under_way() {
    let deployment = jars().await;
    let mut template = Deployment::application_template();
    template["Resources"].as_object_mut().unwrap().remove("PropertyGroups");
    template["Resources"]["AutoStart"]["DependsOn"] = json!(["LoggingOption"]);
    send(&deployment, "CreateStack", &template.to_string(), &with_jar("jars/1.jar"), &[]).unwrap();
    assert_eq!(settled(deployment.world(), NAME).await, Status::CreateComplete, "{}", why(&deployment));
    deployment.world().state().flink.hold(NAME, Flink::Updating, Hold::UntilReleased);
    by_change_set(&deployment, &template, &with_jar("jars/2.jar"));
    is_asked(&deployment, "AutoStart", 2).await;
    assert_eq!(application(&deployment).status, Flink::Updating, "it is called meanwhile");
    deployment.world().state().flink.hold(NAME, Flink::Updating, Hold::Looks(1));
    release(&deployment);
    assert_eq!(settled(deployment.world(), NAME).await, Status::UpdateComplete, "{}", why(&deployment));
    let updated = application(&deployment);
    assert_eq!((updated.status, updated.job.unwrap().jar.version.as_str()), (Flink::Running, "2"));
    assert_eq!(taken_starts(&deployment), 1);
    by_change_set(&deployment, &template, &with_jar("jars/broken.jar"));
    assert_eq!(settled(deployment.world(), NAME).await, Status::UpdateFailed, "its mode disables rollback");
}

/// In EXPRESS the auto-start, called while another caller's start is under way, waits for it and starts nothing.
#[tokio::test(flavor = "multi_thread")]
async fn in_express_a_start_under_way_is_waited_for_and_not_repeated() {
    let deployment = jars().await;
    assert_eq!(express(&deployment, "1", &[], &[]).await, Status::CreateComplete, "{}", why(&deployment));
    stop(&deployment);
    let world = std::sync::Arc::clone(deployment.world());
    {
        let mut state = world.state();
        state.flink.hold(NAME, Flink::Starting, Hold::UntilReleased);
        person(&world, &mut state, "StartApplication", json!({"RunConfiguration": {}}));
    }
    let template = Deployment::application_template().to_string();
    let parameters = [("JarKey", "jars/1.jar"), ("StabilizeSeconds", "0"), ("OnDelete", "Stop")];
    send(&deployment, "UpdateStack", &template, &parameters, &[]).unwrap();
    is_asked(&deployment, "AutoStart", 2).await;
    assert_eq!(application(&deployment).status, Flink::Starting, "it is called meanwhile");
    release(&deployment);
    assert_eq!(settled(&world, NAME).await, Status::UpdateComplete, "{}", why(&deployment));
    assert_eq!(
        (application(&deployment).status, taken_starts(&deployment)),
        (Flink::Running, 2),
        "the person's is the second"
    );
}

/// In EXPRESS with rollback a version that does not start is rolled back, and the job runs with its state.
#[tokio::test(flavor = "multi_thread")]
async fn in_express_with_rollback_a_version_that_does_not_start_is_taken_back_and_the_job_runs() {
    let deployment = jars().await;
    assert_eq!(express(&deployment, "1", &[], &[]).await, Status::CreateComplete, "{}", why(&deployment));
    deployment.record("a");
    let ended = express(&deployment, "broken", &[], &[("DisableRollback", "false")]).await;
    assert_eq!(ended, Status::UpdateRollbackComplete, "{}", why(&deployment));
    let job = running(&deployment).await.job.unwrap();
    assert_eq!((job.jar.version.as_str(), job.counts["a"]), ("1", 1), "with its state");
}

/// In EXPRESS without rollback the stack rests in UPDATE_FAILED; after the next update, or the rollback, the job runs
/// with its state.
#[tokio::test(flavor = "multi_thread")]
async fn in_express_without_rollback_the_stack_rests_as_it_failed_and_takes_the_next_update_or_the_way_back() {
    for goes_back in [false, true] {
        let deployment = jars().await;
        assert_eq!(express(&deployment, "1", &[], &[]).await, Status::CreateComplete, "{}", why(&deployment));
        deployment.record("a");
        assert_eq!(express(&deployment, "broken", &[], &[]).await, Status::UpdateFailed, "{}", why(&deployment));
        assert!(reasons(&deployment, "AutoStart").iter().any(|one| !one.is_empty()), "{}", why(&deployment));
        if goes_back {
            send(&deployment, "RollbackStack", "", &[], &[]).unwrap();
            let ended = settled(deployment.world(), NAME).await;
            assert_eq!(ended, Status::UpdateRollbackComplete, "{}", why(&deployment));
        } else {
            let refused = deployment_without_the_option(&deployment);
            assert!(refused.contains("please use the disable-rollback parameter"), "{refused}");
            assert_eq!(express(&deployment, "2", &[], &[]).await, Status::UpdateComplete, "{}", why(&deployment));
        }
        let job = running(&deployment).await.job.unwrap();
        let version = if goes_back { "1" } else { "2" };
        assert_eq!((job.jar.version.as_str(), job.counts["a"]), (version, 1), "with its state");
    }
}

/// What CloudFormation says of an update that enables rollback.
fn deployment_without_the_option(deployment: &Deployment) -> String {
    let template = Deployment::application_template().to_string();
    let enabled = [("DisableRollback", "false")];
    send(deployment, "UpdateStack", &template, &with_jar("jars/2.jar"), &enabled).unwrap_err().message
}

/// A stack that is deleted in EXPRESS is gone before its application, and is created again when that is gone. Where AWS
/// deletes a RUNNING application: this one is left running.
#[tokio::test(flavor = "multi_thread")]
async fn in_express_a_stack_is_gone_before_its_application_and_is_made_again_once_that_is_gone() {
    let modes = Modes { delete_of_running: DeleteOfRunning::Accepted, ..Modes::default() };
    let deployment = with_jars(handlers_where(modes).await);
    assert_eq!(express(&deployment, "1", &[], &[]).await, Status::CreateComplete, "{}", why(&deployment));
    deployment.world().state().flink.hold(NAME, Flink::Deleting, Hold::UntilReleased);
    send(&deployment, "DeleteStack", "", &[], &[]).unwrap();
    assert_eq!(settled(deployment.world(), NAME).await, Status::DeleteComplete, "{}", why(&deployment));
    assert_eq!(application(&deployment).status, Flink::Deleting);
    let template = Deployment::application_template().to_string();
    send(&deployment, "CreateStack", &template, &with_jar("jars/1.jar"), &[]).unwrap();
    is_asked(&deployment, "UpdateGuard", 3).await;
    release(&deployment);
    assert_eq!(settled(deployment.world(), NAME).await, Status::CreateComplete, "{}", why(&deployment));
    assert_eq!((application(&deployment).status, taken_starts(&deployment)), (Flink::Running, 1));
}

/// The local AWS takes the members and the words of `DeploymentConfig` that CloudFormation takes, and no others.
#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_config_takes_its_two_members_and_their_words_only() {
    let deployment = jars().await;
    let template = Deployment::application_template().to_string();
    for (wrong, code) in [
        (("Mode", "FAST"), "ValidationError"),
        (("DisableRollback", "yes"), "ValidationError"),
        (("Rollback", "true"), "UnknownMemberException"),
    ] {
        let refused = send(&deployment, "CreateStack", &template, &with_jar("jars/1.jar"), &[wrong]).unwrap_err();
        assert_eq!(refused.code, code, "{wrong:?}: {}", refused.message);
    }
    assert!(deployment.world().state().cloudformation.stack(NAME).is_none());
}
