//! A new name is a new application, which starts empty, and the old one's snapshots go with it: only with SKIP.

use super::*;

const RENAMED: (&str, &str) = ("ApplicationName", "flink-renamed");
const SKIP: (&str, &str) = ("RestoreType", "SKIP_RESTORE_FROM_SNAPSHOT");

/// What runs under the new name, if anything does.
fn renamed(deployment: &Deployment) -> Option<Flink> {
    deployment.world().state().flink.applications.get(RENAMED.1).map(|application| application.status)
}

/// Without SKIP a guard that names the application refuses a new name before anything is touched.
#[tokio::test(flavor = "multi_thread")]
async fn a_guard_that_names_the_application_refuses_a_new_name_before_anything_is_touched() {
    let deployment = handlers().await;
    let mut template = Deployment::application_template();
    let guard = template["Resources"]["UpdateGuard"]["Properties"].as_object_mut().unwrap();
    guard.remove("ApplicationLogicalId");
    guard.insert("ApplicationName".to_owned(), json!({"Ref": "ApplicationName"}));
    let (template, key) = (template.to_string(), deployment.upload(&jar("1", &[])));
    let tags = [("flink-unstick", "enabled")];
    let created = deployment.deploy_template(&template, &with_jar(&key), &tags).await;
    assert_eq!(created, Status::CreateComplete, "{}", why(&deployment));
    let parameters = [&with_jar(&key)[..], &[RENAMED]].concat();
    let status = deployment.deploy_template(&template, &parameters, &tags).await;
    assert_eq!(status, Status::UpdateRollbackComplete, "{}", why(&deployment));
    let reasons = reasons(&deployment, "UpdateGuard").join("\n");
    assert!(reasons.contains("flink-renamed instead of flink-test"), "{reasons}");
    assert!(mutations(&deployment, GUARD).is_empty());
    assert_eq!((application(&deployment).status, renamed(&deployment)), (Flink::Running, None));
    let parameters = [&with_jar(&key)[..], &[RENAMED, SKIP]].concat();
    let status = deployment.deploy_template(&template, &parameters, &tags).await;
    assert_eq!(status, Status::UpdateComplete, "{}", why(&deployment));
    assert_eq!(renamed(&deployment), Some(Flink::Running));
}

/// With SKIP a new name passes the guard and runs.
#[tokio::test(flavor = "multi_thread")]
async fn with_skip_a_new_name_passes_the_guard_and_runs() {
    let deployment = running().await;
    assert_eq!(update(&deployment, "2", &[], &[RENAMED, SKIP]).await, Status::UpdateComplete, "{}", why(&deployment));
    assert_eq!(renamed(&deployment), Some(Flink::Running));
    assert!(!deployment.world().state().flink.applications.contains_key(NAME), "the old one goes with the cleanup");
}

/// Without SKIP, after a guard that knows the logical ID alone, auto-start refuses a new name, and the old application
/// runs again with its state.
#[tokio::test(flavor = "multi_thread")]
async fn without_skip_the_old_application_runs_again_after_the_rollback() {
    let deployment = running().await;
    deployment.record("a");
    // The guard knows the logical ID alone, which is the same: auto-start refuses.
    let status = update(&deployment, "2", &[], &[RENAMED]).await;
    assert_eq!(status, Status::UpdateRollbackComplete, "{}", why(&deployment));
    let reasons = reasons(&deployment, "AutoStart").join("\n");
    assert!(reasons.contains("Keep the name; or"), "{reasons}");
    let counted = deployment.world().until(|state| {
        let application = state.flink.applications.get(NAME).filter(|one| one.status == Flink::Running)?;
        application.job.as_ref().map(|job| job.counts["a"])
    });
    assert_eq!((counted.await, renamed(&deployment)), (1, None), "with its state");
}
