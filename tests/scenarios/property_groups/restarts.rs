//! Changing groups of a running application restarts it: with its state, once, and beside another caller that changes
//! it too.

use local_aws::api::ApiError;
use local_aws::cloudformation::GroupsOnUpdate;
use local_aws::faults::Fault;

use super::*;

/// On a running application the restart keeps its state and is waited for.
#[tokio::test(flavor = "multi_thread")]
async fn on_a_running_application_the_restart_keeps_its_state_and_is_waited_for() {
    let text = |version: &str| template(&json!([]), |template| own(template, "version", version));
    let deployment = handlers().await;
    let key = deployment.upload(&jar("1", &[]));
    let parameters = [("JarKey", key.as_str()), ("StabilizeSeconds", "0"), ("AllowNonRestoredState", "true")];
    let created = deployment.deploy_template(&text("1"), &parameters, &[]).await;
    assert_eq!(created, Status::CreateComplete, "{}", why(&deployment));
    deployment.record("a");
    let updated = deployment.deploy_template(&text("2"), &parameters, &[]).await;
    assert_eq!(updated, Status::UpdateComplete, "{}", why(&deployment));
    let run = sent(&deployment)["RunConfigurationUpdate"].clone();
    let restore = json!({"ApplicationRestoreType": "RESTORE_FROM_LATEST_SNAPSHOT"});
    let flink = json!({"AllowNonRestoredState": true});
    assert_eq!(run, json!({"ApplicationRestoreConfiguration": restore, "FlinkRunConfiguration": flink}));
    assert_eq!(application(&deployment).status, Flink::Running);
    assert_eq!(application(&deployment).job.unwrap().position, 1, "its state is there");
}

/// What an update in place dropped from a running job is given back, and reported in Data.
///
/// An adopter's groups that the application's own EnvironmentProperties lack, with Mode Probe.
#[tokio::test(flavor = "multi_thread")]
async fn what_an_update_in_place_drops_from_a_running_job_is_given_back_and_said_in_data() {
    let deployment = handlers_where(Modes { groups: GroupsOnUpdate::Rewritten, ..Modes::default() }).await;
    let mut template = Deployment::application_template();
    second(&mut template, &json!([group("Reports", &[("topic", "daily")])]));
    let template = template.to_string();
    for version in ["1", "2"] {
        let key = deployment.upload(&jar(version, &[]));
        let status = deploy(&deployment, &key, &template).await;
        assert!([Status::CreateComplete, Status::UpdateComplete].contains(&status), "{}", why(&deployment));
        assert_eq!(property(&deployment, "Reports", "topic").as_deref(), Some("daily"), "version {version}");
        let data = answered(&deployment, "Second")["Data"].clone();
        let trouble = data["Trouble"].as_str().unwrap_or_default();
        let is_said = trouble.contains("had dropped them from the RUNNING job") && trouble.contains("Reports/topic.");
        assert_eq!(is_said, version == "2", "{data}\n{}", why(&deployment));
        assert_eq!(answered(&deployment, "PropertyGroups")["Data"]["Trouble"], Value::Null);
    }
    assert_eq!(application(&deployment).status, Flink::Running);
}

/// A job that cannot be snapshotted fails the update with what to do.
#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_cannot_be_snapshotted_fails_the_update_with_what_to_do() {
    let text = |version: &str| template(&json!([]), |template| own(template, "version", version));
    let deployment = handlers().await;
    let key = deployment.upload(&jar("1", &["poison"]));
    assert_eq!(deploy(&deployment, &key, &text("1")).await, Status::CreateComplete);
    deployment.record("poison");
    assert_eq!(deploy(&deployment, &key, &text("2")).await, Status::UpdateRollbackComplete, "{}", why(&deployment));
    let reasons = reasons(&deployment, "PropertyGroups").join("\n");
    assert!(reasons.contains("Failed to take snapshot for the application"), "{reasons}");
    assert!(reasons.contains("stop-application --force"), "{reasons}");
}

/// An update that leaves the application stopped is reported.
#[tokio::test(flavor = "multi_thread")]
async fn an_update_that_leaves_the_application_stopped_is_reported() {
    // Without system rollback: with it the service itself brings the old configuration back to RUNNING.
    let text = |version: &str| {
        template(&json!([]), |template| {
            own(template, "version", version);
            template["Parameters"]["RollbackEnabled"]["Default"] = json!("false");
        })
    };
    let modes = Modes { failed_update: FailedUpdate::Ready, ..Modes::default() };
    let (deployment, key) = stack_where(modes, &text("1")).await;
    deployment.world().state().flink.fail_next_start(NAME, "no such topic");
    assert_eq!(deploy(&deployment, &key, &text("2")).await, Status::UpdateRollbackComplete, "{}", why(&deployment));
    let reasons = reasons(&deployment, "PropertyGroups").join("\n");
    assert!(reasons.contains("no such topic"), "{reasons}");
    assert!(reasons.contains("READY"), "{reasons}");
    assert_eq!(property(&deployment, GROUP, "version").as_deref(), Some("1"), "the rollback puts the old value back");
}

/// Another caller's change in between is read again, a bounded number of times.
#[tokio::test(flavor = "multi_thread")]
async fn another_callers_change_in_between_is_read_again_a_bounded_number_of_times() {
    let text = |version: &str| template(&json!([]), |template| own(template, "version", version));
    let (deployment, key) = stack(&text("1")).await;
    let conflict = |times| {
        let mut state = deployment.world().state();
        let role = Caller::Role(state.lambda.functions["flink-property-groups"].role_name().to_owned());
        let error = ApiError::new("ConcurrentModificationException", "Another caller was first");
        state.faults.inject_for(role, "kinesisanalytics:UpdateApplication", times, Fault::Refuse(error));
    };
    // One: on a slow machine a second one comes after the whole patience, which is a second here.
    conflict(1);
    assert_eq!(deploy(&deployment, &key, &text("2")).await, Status::UpdateComplete, "{}", why(&deployment));
    assert_eq!(property(&deployment, GROUP, "version").as_deref(), Some("2"));
    let before = mutations(&deployment, "flink-property-groups").len();
    conflict(100);
    assert_eq!(deploy(&deployment, &key, &text("3")).await, Status::UpdateRollbackComplete, "{}", why(&deployment));
    let reasons = reasons(&deployment, "PropertyGroups").join("\n");
    assert!(reasons.contains("Another caller keeps changing the application"), "{reasons}");
    let made = mutations(&deployment, "flink-property-groups").len() - before;
    // The budget is one of time: the hundred refusals outlast it.
    assert!((2..100).contains(&made), "{made} calls\n{}", why(&deployment));
}

/// A group that appears between reading and writing survives.
#[tokio::test(flavor = "multi_thread")]
async fn a_group_that_appears_between_reading_and_writing_survives() {
    let text = |version: &str| template(&json!([]), |template| own(template, "version", version));
    let (deployment, key) = stack(&text("1")).await;
    let (world, before) = (deployment.world().clone(), mutations(&deployment, "flink-property-groups").len());
    {
        // Our update is refused once; what made it stale is a group of another caller's.
        let mut state = world.state();
        let role = Caller::Role(state.lambda.functions["flink-property-groups"].role_name().to_owned());
        let error = ApiError::new("ConcurrentModificationException", "Another caller was first");
        state.faults.inject_for(role, "kinesisanalytics:UpdateApplication", 1, Fault::Refuse(error));
    }
    let refused = world.until(|state| {
        let refused =
            state.journal.iter().any(|call| call.refused.as_deref() == Some("ConcurrentModificationException"));
        let application = state.flink.applications.get_mut(NAME).filter(|_| refused)?;
        let property_map = [("kept".to_owned(), "yes".to_owned())].into();
        application
            .configuration
            .properties
            .push(flink::PropertyGroup { property_group_id: "Theirs".into(), property_map });
        Some(())
    });
    let second = text("2");
    let (status, ()) = tokio::join!(deploy(&deployment, &key, &second), refused);
    assert_eq!(status, Status::UpdateComplete, "{}", why(&deployment));
    assert_eq!(property(&deployment, "Theirs", "kept").as_deref(), Some("yes"));
    assert_eq!(property(&deployment, GROUP, "version").as_deref(), Some("2"));
    assert_eq!(mutations(&deployment, "flink-property-groups").len() - before, 2);
}
