//! A stack at rest whose application does not do what it should: created, updated or deleted in vain, or not running.

use local_aws::modes::SnapshotOfUnhealthy;

use super::*;

/// A job that waits for a fix is reported with its log.
#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_waits_for_a_fix_is_reported_with_its_log() {
    let deployment = running_unguarded().await;
    deployment.record("poison");
    stuck(&deployment).await;
    report(&deployment, "StoppedAwaitingFix").await;
    let answer = why(&deployment, 1).await;
    assert!(answer["Cause"].as_str().unwrap().contains("waits for a fix"), "{answer}");
    assert!(next(&answer).starts_with("aws logs tail /aws/kinesis-analytics/flink-test"), "{answer}");
    assert!(next(&answer).ends_with("make deploy STACK=flink-test JAR=..."), "{answer}");
}

/// An application that was never started is reported with what would start it.
#[tokio::test(flavor = "multi_thread")]
async fn an_application_that_was_never_started_is_reported_and_what_would_start_it() {
    let deployment = handlers().await;
    let mut template = Deployment::template_without_guard();
    template["Resources"].as_object_mut().unwrap().remove("AutoStart");
    template["Outputs"] = json!({});
    let key = deployment.upload(&jar("1", &[]));
    let created = deployment.deploy_template(&template.to_string(), &with_jar(&key), &[]).await;
    assert_eq!(created, Status::CreateComplete, "{}", message(&deployment));
    let answer = why(&deployment, 1).await;
    assert!(answer["Cause"].as_str().unwrap().contains("never started"), "{answer}");
    assert!(seen(&answer).contains("Custom::FlinkAutoStart"), "{answer}");
    assert!(next(&answer).starts_with("aws kinesisanalyticsv2 start-application"), "{answer}");
}

/// An application that another caller stopped is reported with its next command.
#[tokio::test(flavor = "multi_thread")]
async fn an_application_that_another_caller_stopped_is_reported() {
    let deployment = running().await;
    stop(&deployment);
    let answer = why(&deployment, 1).await;
    assert!(answer["Cause"].as_str().unwrap().contains("StopApplication SUCCESSFUL"), "{answer}");
}

/// A crash-looping job is distinguished from its failed snapshot.
#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_loops_is_distinguished_from_its_failed_snapshot() {
    let deployment = running_guarded_where(snapshots_fail()).await;
    deployment.record("poison");
    let world = deployment.world();
    person(world, &mut world.state(), "CreateApplicationSnapshot", json!({"SnapshotName": "probe"}));
    let failed = |state: &mut local_aws::State| {
        let snapshots = &state.flink.applications[NAME].snapshots;
        snapshots.iter().any(|one| one.name == "probe" && one.status == SnapshotStatus::Failed).then_some(())
    };
    // Looking is what makes its time pass.
    while failed(&mut world.state()).is_none() {
        flink_stack(&deployment.aws, &["why", "--stack", NAME]).await;
    }
    let answer = why(&deployment, 1).await;
    assert!(answer["Cause"].as_str().unwrap().contains("is RUNNING and its job fails"), "{answer}");
    assert!(seen(&answer).contains("the next deployment meets it"), "{answer}");
}

/// A creation that was rolled back is reported in the operation's words.
#[tokio::test(flavor = "multi_thread")]
async fn a_creation_that_was_rolled_back_is_reported_in_the_operations_words() {
    let deployment = handlers().await;
    let mut broken = jar("1", &[]);
    broken["entry_point_broken"] = json!(true);
    let key = deployment.upload(&broken);
    assert_eq!(deployment.deploy(&with_jar(&key)).await, Status::RollbackComplete);
    let answer = why(&deployment, 1).await;
    assert!(answer["Cause"].as_str().unwrap().contains("entry point class could not be loaded"), "{answer}");
    assert!(next(&answer).starts_with("aws cloudformation delete-stack --stack-name flink-test"), "{answer}");
}

/// A deletion that failed is reported with the force-stop that it takes.
#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_that_failed_is_reported_with_the_force_that_it_takes() {
    let deployment = handlers().await;
    let key = deployment.upload(&jar("1", &["poison"]));
    let status = deployment.deploy_unguarded(&with_jar(&key)).await;
    assert_eq!(status, Status::CreateComplete, "{}", message(&deployment));
    let refused = "Failed to take snapshot for the application flink-test at this moment.";
    let refused = ApiError::new("InvalidApplicationConfigurationException", refused);
    let option = "kinesisanalytics:DeleteApplicationCloudWatchLoggingOption";
    deployment.world().state().faults.inject(option, 10, Fault::Refuse(refused));
    assert_eq!(delete(&deployment).await, Status::DeleteFailed, "{}", message(&deployment));
    let answer = why(&deployment, 1).await;
    assert!(answer["Cause"].as_str().unwrap().starts_with("LoggingOption: Failed to take snapshot"), "{answer}");
    let force = "aws kinesisanalyticsv2 stop-application --force --application-name flink-test\naws cloudformation delete-stack";
    assert!(next(&answer).starts_with(force), "{answer}");
}

/// A running application that AWS does not delete is reported with the command that stops it.
#[tokio::test(flavor = "multi_thread")]
async fn a_running_application_that_aws_does_not_delete_is_reported_with_its_stop() {
    let refused = Modes { delete_of_running: DeleteOfRunning::Refused, ..Modes::default() };
    let deployment = running_where(refused).await;
    assert_eq!(delete(&deployment).await, Status::DeleteFailed, "{}", message(&deployment));
    let answer = why(&deployment, 1).await;
    assert!(answer["Cause"].as_str().unwrap().contains("cannot be deleted in 'RUNNING' state"), "{answer}");
    let stop = "aws kinesisanalyticsv2 stop-application --force --application-name flink-test\naws cloudformation delete-stack";
    assert!(next(&answer).starts_with(stop), "{answer}");
}

/// An update that stays as it failed.
async fn update_without_rollback(deployment: &Deployment, template: &str, jar: &str) -> Status {
    let mut query = query(NAME, template, &with_jar(jar), &[], None);
    query.insert("DisableRollback".to_owned(), "true".to_owned());
    cloudformation::query(deployment.world(), &Caller::Operator, "UpdateStack", &query).unwrap();
    settled(deployment.world(), NAME).await
}

/// An update that failed with rollback disabled is reported with the commands to go on or back.
#[tokio::test(flavor = "multi_thread")]
async fn an_update_that_failed_with_rollback_disabled_goes_on_or_back() {
    let deployment = running().await;
    let template = Deployment::application_template().to_string();
    let status = update_without_rollback(&deployment, &template, "jars/missing.jar").await;
    assert_eq!(status, Status::UpdateFailed, "{}", message(&deployment));
    let answer = why(&deployment, 1).await;
    assert!(answer["Cause"].as_str().unwrap().contains("jars/missing.jar"), "{answer}");
    assert!(seen(&answer).contains("takes an update only with --disable-rollback"), "{answer}");
    assert!(next(&answer).contains("aws cloudformation rollback-stack --stack-name flink-test"), "{answer}");
}

/// Before a failed update goes on or back, `why` says to stop a crash-looping job by force.
#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_loops_is_stopped_by_force_before_a_failed_update_goes_on_or_back() {
    let deployment = running_unguarded().await;
    deployment.record("poison");
    let template = Deployment::template_without_guard().to_string();
    let key = deployment.upload(&jar("2", &["poison"]));
    let status = update_without_rollback(&deployment, &template, &key).await;
    assert_eq!(status, Status::UpdateFailed, "{}", message(&deployment));
    let answer = why(&deployment, 1).await;
    let lines: Vec<&str> = answer["Next"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
    let force = "aws kinesisanalyticsv2 stop-application --force --application-name flink-test";
    let expected = [force, "then deploy a fix:", "make deploy STACK=flink-test JAR=...", "or go back:"];
    assert_eq!(lines[..4], expected, "{answer}");
    assert_eq!(lines[4], "aws cloudformation rollback-stack --stack-name flink-test");
    assert!(lines[6].starts_with("aws kinesisanalyticsv2 start-application --application-name flink-test"), "{answer}");
    let folder = Scratch::new();
    let file = folder.write("template.json", &template);
    let key = format!("JarKey={key}");
    let planned = look(&deployment, &["plan", "--stack", NAME, "--template", file.to_str().unwrap(), &key]).await;
    assert_eq!(planned.code, 1, "{}", planned.printed);
    assert!(planned.printed.contains("it will fail: it could not be snapshotted"), "{}", planned.printed);
    assert!(planned.printed.contains(force), "{}", planned.printed);
    // What it says is what CloudFormation takes; and then it is not said again.
    let world = deployment.world();
    person(world, &mut world.state(), "StopApplication", json!({"Force": true}));
    flink::release(&mut world.state(), &world.settings, NAME);
    assert!(!next(&why(&deployment, 1).await).contains("--force"));
    request(world, "RollbackStack", NAME, "", &[], &[], None).unwrap();
    assert_eq!(settled(world, NAME).await, Status::UpdateRollbackComplete, "{}", message(&deployment));
}

/// A snapshot that the last deployment was refused is reported before the next one, by `plan` and by `why`.
///
/// Flink keeps no operation of a call that it refuses: only the stack's rows show it.
#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_that_the_last_deployment_was_refused_is_reported_before_the_next_one() {
    let refused = Modes { snapshot_of_unhealthy: SnapshotOfUnhealthy::Refused, ..Modes::default() };
    let deployment = running_guarded_where(refused).await;
    deployment.record("poison");
    let key = deployment.upload(&jar("2", &[]));
    let careful = [&with_jar(&key)[..], &[("OnSnapshotFailure", "Fail")]].concat();
    assert_eq!(deployment.deploy(&careful).await, Status::UpdateRollbackComplete, "{}", message(&deployment));
    let key = format!("JarKey={key}");
    let planned = look(&deployment, &["plan", "--stack", NAME, &key, "OnSnapshotFailure=Fail"]).await;
    assert_eq!(planned.code, 1, "{}", planned.printed);
    assert!(planned.printed.contains("it will fail: it could not be snapshotted"), "{}", planned.printed);
    let answer = why(&deployment, 1).await;
    assert!(answer["Cause"].as_str().unwrap().contains("its job fails: it could not be snapshotted"), "{answer}");
}
