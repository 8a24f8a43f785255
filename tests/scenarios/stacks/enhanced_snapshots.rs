//! An application that was switched to enhanced snapshots behind its stack.

use local_aws::cloudformation::Status;
use local_aws::flink::{self, Status as Flink};
use local_aws::modes::{Modes, SnapshotsOfEnhanced};
use project::deployment::{Deployment, NAME, jar};
use serde_json::json;

use crate::operator::look;
use crate::stage::{
    application, mutations, person, reasons, report, running, running_where, stop, stuck, why, with_jar,
};

/// A person switches the running application.
fn switch(deployment: &Deployment) {
    let version = application(deployment).version;
    let update = json!({"CurrentApplicationVersionId": version, "ApplicationConfigurationUpdate":
        {"ApplicationSnapshotConfigurationUpdate":
            {"SnapshotsEnabledUpdate": true, "SnapshotModeUpdate": "ENHANCED_SNAPSHOTS"}}});
    let world = deployment.world();
    person(world, &mut world.state(), "UpdateApplication", update);
    flink::release(&mut world.state(), &world.settings, NAME);
}

/// An application with enhanced snapshots is refused by name before anything is stopped or changed; once it is rolled
/// back to the old mode, it is deployed.
#[tokio::test(flavor = "multi_thread")]
async fn enhanced_snapshots_are_refused_by_name_before_anything_is_stopped_or_changed() {
    let deployment = running().await;
    switch(&deployment);
    let (version, key) = (application(&deployment).version, deployment.upload(&jar("2", &[])));
    deployment.world().state().journal.clear();

    let parameters = format!("JarKey={key}");
    let planned = look(&deployment, &["plan", "--json", "--stack", NAME, &parameters]).await;
    assert_eq!(planned.code, 1, "{}", planned.printed);
    assert!(planned.json()["Snapshot"]["Told"].as_str().unwrap().contains("enhanced snapshots"), "{}", planned.printed);
    assert!(planned.json()["Next"].to_string().contains("rollback-application"), "{}", planned.printed);
    let asked = look(&deployment, &["why", "--json", "--stack", NAME]).await;
    assert!(asked.json()["Cause"].as_str().unwrap().contains("enhanced snapshots"), "{}", asked.printed);

    let status = deployment.deploy(&with_jar(&key)).await;
    assert_eq!(status, Status::UpdateRollbackComplete, "{}", why(&deployment));
    let reason = reasons(&deployment, "UpdateGuard").into_iter().find(|one| one.contains("uses enhanced snapshots"));
    assert!(reason.unwrap().contains("rollback-application"), "{}", why(&deployment));
    for function in ["flink-update-guard", "flink-auto-start", "flink-property-groups"] {
        assert!(mutations(&deployment, function).is_empty(), "{function}");
    }
    let left = application(&deployment);
    assert_eq!((left.status, left.version), (Flink::Running, version), "{}", why(&deployment));

    let back = json!({"CurrentApplicationVersionId": version});
    let world = deployment.world();
    person(world, &mut world.state(), "RollbackApplication", back);
    flink::release(&mut world.state(), &world.settings, NAME);
    assert_eq!(deployment.deploy(&with_jar(&key)).await, Status::UpdateComplete, "{}", why(&deployment));
    assert_eq!(application(&deployment).job.unwrap().jar.version, "2");
}

/// Without a guard property groups, the first of these handlers in the stack, refuse enhanced snapshots.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_guard_property_groups_refuse_enhanced_snapshots() {
    let deployment = running().await;
    switch(&deployment);
    deployment.world().state().journal.clear();
    let key = deployment.upload(&jar("2", &[]));
    let status = deployment.deploy_unguarded(&with_jar(&key)).await;
    assert_eq!(status, Status::UpdateRollbackComplete, "{}", why(&deployment));
    let reported = reasons(&deployment, "PropertyGroups");
    assert!(reported.iter().any(|reason| reason.contains("uses enhanced snapshots")), "{}", why(&deployment));
    for function in ["flink-property-groups", "flink-auto-start"] {
        assert!(mutations(&deployment, function).is_empty(), "{function}");
    }
}

/// Alone in its stack the auto-start refuses enhanced snapshots too, and starts nothing.
#[tokio::test(flavor = "multi_thread")]
async fn alone_the_auto_start_refuses_enhanced_snapshots_and_starts_nothing() {
    let deployment = running().await;
    let mut template = Deployment::template_without_guard();
    template["Resources"].as_object_mut().unwrap().remove("PropertyGroups");
    template["Resources"]["AutoStart"]["DependsOn"] = json!(["LoggingOption"]);
    let deploy = |on_delete| {
        let (deployment, template) = (&deployment, template.to_string());
        let parameters = [("JarKey", "jars/1.jar"), ("StabilizeSeconds", "0"), ("OnDelete", on_delete)];
        async move { deployment.deploy_template(&template, &parameters, &[("flink-unstick", "enabled")]).await }
    };
    assert_eq!(deploy("Leave").await, Status::UpdateComplete, "{}", why(&deployment));
    switch(&deployment);
    stop(&deployment);
    deployment.world().state().journal.clear();
    assert_eq!(deploy("Stop").await, Status::UpdateRollbackComplete, "{}", why(&deployment));
    let reported = reasons(&deployment, "AutoStart");
    assert!(reported.iter().any(|reason| reason.contains("uses enhanced snapshots")), "{}", why(&deployment));
    assert!(mutations(&deployment, "flink-auto-start").is_empty(), "{}", why(&deployment));
    assert_eq!(application(&deployment).status, Flink::Ready);
}

/// The unsticker refuses a stuck stack whose application has enhanced snapshots, by name, and stops nothing.
#[tokio::test(flavor = "multi_thread")]
async fn the_unsticker_refuses_enhanced_snapshots_by_name_and_stops_nothing() {
    for snapshots_of_enhanced in
        [SnapshotsOfEnhanced::Refused, SnapshotsOfEnhanced::OldOnes, SnapshotsOfEnhanced::Empty]
    {
        refused_by_the_unsticker(Modes { snapshots_of_enhanced, ..Modes::default() }).await;
    }
}

async fn refused_by_the_unsticker(modes: Modes) {
    let deployment = running_where(modes).await;
    switch(&deployment);
    deployment.record("poison");
    stuck(&deployment).await;
    let report = report(&deployment, "Refused").await;
    assert!(report.to_string().contains("uses enhanced snapshots"), "{report}");
    assert!(report.to_string().contains("rollback-application"), "{report}");
    assert!(mutations(&deployment, "flink-rollback-unsticker").is_empty(), "{}", why(&deployment));
    let left = application(&deployment);
    assert_eq!((left.status, left.is_unhealthy()), (Flink::Running, true), "{}", why(&deployment));
    assert!(!left.tags.contains_key("flink-unstick-restart"));
}
