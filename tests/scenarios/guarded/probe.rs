//! Mode Probe, the default: a healthy job is updated in place, and stopped only where that would not do what the
//! deployment says.

use local_aws::flink::Application;
use local_aws::modes::IncompatibleRestore;
use local_aws::{Modes, Options};

use super::*;
use crate::stage::{QUICK, person, starts};

const TAGS: [(&str, &str); 1] = [("flink-unstick", "enabled")];

/// Deploys the next version, in the template's own mode unless `more` says another.
async fn deploy(deployment: &Deployment, version: &Value, more: &[(&str, &str)]) -> Status {
    let key = deployment.upload(version);
    deployment.deploy(&[&with_jar(&key), more].concat()).await
}

/// A jar that cannot read what others wrote.
fn of_its_own_state(version: &str) -> Value {
    let mut jar = jar(version, &[]);
    jar["state_compatible_with"] = json!([]);
    jar
}

fn runs(application: &Application) -> (Flink, &str) {
    (application.status, application.job.as_ref().map_or("none", |job| job.jar.version.as_str()))
}

/// Probe, the default, lets a healthy job be updated in place.
#[tokio::test(flavor = "multi_thread")]
async fn a_healthy_job_is_updated_in_place() {
    let deployment = running().await;
    assert_eq!(deploy(&deployment, &jar("2", &[]), &[]).await, Status::UpdateComplete, "{}", why(&deployment));
    assert_eq!(outcome(&deployment)["Outcome"], "Probed");
    assert_eq!(mutations(&deployment, GUARD), ["CreateApplicationSnapshot"]);
    assert_eq!((taken_starts(&deployment), runs(&application(&deployment))), (1, (Flink::Running, "2")));
}

/// Both modes stop the job where only a start does what the deployment says: SKIP, CUSTOM, AllowNonRestoredState.
///
/// In place they would not: with a jar that cannot read the old state the update hangs.
#[tokio::test(flavor = "multi_thread")]
async fn what_only_a_start_can_do_is_stopped_for_in_both_modes() {
    for mode in ["Probe", "Stop"] {
        for (name, value, snapshot) in [
            ("RestoreType", "SKIP_RESTORE_FROM_SNAPSHOT", ""),
            ("RestoreType", "RESTORE_FROM_CUSTOM_SNAPSHOT", "chosen"),
            ("AllowNonRestoredState", "true", ""),
        ] {
            let deployment = running().await;
            deployment.record("a");
            if !snapshot.is_empty() {
                let mut state = deployment.world().state();
                person(deployment.world(), &mut state, "CreateApplicationSnapshot", json!({"SnapshotName": snapshot}));
            }
            // The named snapshot is one that the new code can read.
            let version = if snapshot.is_empty() { of_its_own_state("2") } else { jar("2", &[]) };
            let more = [("GuardMode", mode), (name, value), ("SnapshotName", snapshot)];
            let status = deploy(&deployment, &version, &more).await;
            assert_eq!(status, Status::UpdateComplete, "{mode} {value}\n{}", why(&deployment));
            assert_eq!(outcome(&deployment)["Outcome"], "Stopped", "{mode} {value}");
            assert_eq!(runs(&application(&deployment)), (Flink::Running, "2"), "{mode} {value}");
        }
    }
}

/// The template with a resource that cannot be created, after everything else.
fn with_a_resource_that_fails() -> String {
    let mut template = Deployment::application_template();
    let token = template["Resources"]["AutoStart"]["Properties"]["ServiceToken"].clone();
    template["Resources"]["Fails"] = json!({"Type": "Custom::FlinkAutoStart", "DependsOn": "AutoStart",
        "Properties": {"ServiceToken": token, "ApplicationName": {"Ref": "Application"}, "OnDelete": "nonsense"}});
    template.to_string()
}

/// In a rollback the old code runs from the newest snapshot made under it when it cannot read a newer one, whether that
/// start fails or hangs, RollbackEnabled on or off.
///
/// The new version is healthy, another resource fails, and the old code cannot read the new state.
#[tokio::test(flavor = "multi_thread")]
async fn on_the_way_back_the_old_code_runs_from_the_newest_snapshot_made_under_it() {
    for (incompatible_restore, rollback) in [
        (IncompatibleRestore::Fails, "true"),
        (IncompatibleRestore::Fails, "false"),
        (IncompatibleRestore::Stuck, "true"),
        (IncompatibleRestore::Stuck, "false"),
    ] {
        let message = format!("{incompatible_restore:?}, RollbackEnabled {rollback}");
        let modes = Modes { incompatible_restore, ..Modes::default() };
        let deployment = Deployment::start(Options { modes, ..Options::default() }, &QUICK).await;
        let more = [("RollbackEnabled", rollback)];
        let mut old = jar("1", &[]);
        old["state_compatible_with"] = json!(["1"]);
        assert_eq!(deploy(&deployment, &old, &more).await, Status::CreateComplete, "{message}\n{}", why(&deployment));
        deployment.record("a");
        let made_under = application(&deployment).version;
        let key = deployment.upload(&jar("2", &[]));
        let parameters = [&with_jar(&key)[..], &more].concat();
        let status = deployment.deploy_template(&with_a_resource_that_fails(), &parameters, &TAGS).await;
        assert_eq!(status, Status::UpdateRollbackComplete, "{message}\n{}", why(&deployment));
        let application = application(&deployment);
        assert_eq!(runs(&application), (Flink::Running, "1"), "{message}\n{}", why(&deployment));
        let restored = starts(&deployment).pop().unwrap()["ApplicationRestoreConfiguration"].clone();
        let name = restored["SnapshotName"].as_str().unwrap_or_default();
        let snapshot = application.snapshots.iter().find(|one| one.name == name);
        assert_eq!(snapshot.map(|one| one.version), Some(made_under), "{message}: {restored}");
        assert!(!application.tags.contains_key(MARKER), "{message}");
    }
}

/// Without a snapshot RollbackEnabled has no effect, and the deployment fails nevertheless.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_snapshot_rollback_enabled_has_no_effect() {
    let deployment = handlers().await;
    let mut template = Deployment::application_template();
    let configuration = &mut template["Resources"]["Application"]["Properties"]["ApplicationConfiguration"];
    configuration["ApplicationSnapshotConfiguration"]["SnapshotsEnabled"] = json!(false);
    let mut broken = jar("2", &[]);
    broken["entry_point_broken"] = json!(true);
    for (version, ends) in [(jar("1", &[]), Status::CreateComplete), (broken, Status::UpdateRollbackComplete)] {
        let key = deployment.upload(&version);
        let status = deployment.deploy_template(&template.to_string(), &with_jar(&key), &TAGS).await;
        assert_eq!(status, ends, "{}", why(&deployment));
    }
    let application = application(&deployment);
    assert!(
        application.operations.iter().all(|one| one.name != "RollbackApplication"),
        "there was nothing to go back to"
    );
    assert_eq!(runs(&application), (Flink::Running, "1"), "{}", why(&deployment));
}

/// A rollback does not apply a SKIP of an earlier deployment again.
#[tokio::test(flavor = "multi_thread")]
async fn a_skip_of_an_earlier_deployment_is_not_applied_again_by_a_rollback() {
    for mode in ["Probe", "Stop"] {
        let deployment = running().await;
        let skip = [("GuardMode", mode), ("RestoreType", "SKIP_RESTORE_FROM_SNAPSHOT")];
        assert_eq!(deploy(&deployment, &jar("2", &[]), &skip).await, Status::UpdateComplete, "{}", why(&deployment));
        deployment.record("a");
        deployment.world().until(|state| (!state.dynamodb.tables[NAME].items.is_empty()).then_some(())).await;
        let key = deployment.upload(&jar("3", &[]));
        let parameters = [&with_jar(&key)[..], &[("GuardMode", mode)]].concat();
        let status = deployment.deploy_template(&with_a_resource_that_fails(), &parameters, &TAGS).await;
        assert_eq!(status, Status::UpdateRollbackComplete, "{mode}\n{}", why(&deployment));
        let restored = starts(&deployment).pop().unwrap()["ApplicationRestoreConfiguration"].clone();
        assert_eq!(restored["ApplicationRestoreType"], "RESTORE_FROM_LATEST_SNAPSHOT", "{mode}");
        let application = application(&deployment);
        assert_eq!(runs(&application), (Flink::Running, "2"), "{mode}");
        assert_eq!(application.job.unwrap().counts["a"], 1, "{mode}: the state goes on");
    }
}

/// In a rollback a guard that cannot read the stack's events stops nothing and says so.
///
/// Whether the operation reached the application is then not known, and what was stopped for it nothing would start.
#[tokio::test(flavor = "multi_thread")]
async fn on_the_way_back_a_guard_that_cannot_read_the_events_stops_nothing_and_says_so() {
    let deployment = running().await;
    {
        let mut state = deployment.world().state();
        let fault = Fault::Refuse(ApiError::new("AccessDenied", "not authorized"));
        let guard = local_aws::api::Caller::Role(state.lambda.functions[GUARD].role_name().to_owned());
        state.faults.inject_for(guard, "cloudformation:DescribeStackEvents", u32::MAX, fault);
    }
    let key = deployment.upload(&jar("2", &[]));
    let status = deployment.deploy_template(&with_a_resource_that_fails(), &with_jar(&key), &TAGS).await;
    assert_eq!(status, Status::UpdateRollbackComplete, "{}", why(&deployment));
    assert_eq!(mutations(&deployment, GUARD), ["CreateApplicationSnapshot"], "the proof on the way forward");
    let answer = answers(&deployment, "UpdateGuard").pop().unwrap();
    assert_eq!(answer["Status"], "SUCCESS", "{answer}");
    assert!(answer["Reason"].as_str().unwrap().contains("the stack's events cannot be read"), "{answer}");
    assert_eq!(runs(&application(&deployment)), (Flink::Running, "1"), "{}", why(&deployment));
}

/// At the quota of 1,000 snapshots old proofs make room, and few of them stay.
#[tokio::test(flavor = "multi_thread")]
async fn old_proofs_make_room_at_the_quota_and_no_more_than_two_stay() {
    let deployment = running().await;
    assert_eq!(deploy(&deployment, &jar("2", &[]), &[]).await, Status::UpdateComplete, "{}", why(&deployment));
    {
        let mut state = deployment.world().state();
        let snapshots = &mut state.flink.applications.get_mut(NAME).unwrap().snapshots;
        let made = snapshots[0].clone();
        for index in 0..1000 - snapshots.len() {
            let mut more = made.clone();
            let kind = if index < 5 { "flink-handlers-guard" } else { "UPDATEAPPLICATION-flink-test" };
            more.name = format!("{kind}-{index}");
            more.created -= 3600.0;
            snapshots.insert(0, more);
        }
    }
    assert_eq!(deploy(&deployment, &jar("3", &[]), &[]).await, Status::UpdateComplete, "{}", why(&deployment));
    assert_eq!(outcome(&deployment)["Outcome"], "Probed");
    assert_eq!(deploy(&deployment, &jar("4", &[]), &[]).await, Status::UpdateComplete, "{}", why(&deployment));
    let proofs = |application: &Application| {
        application.snapshots.iter().filter(|one| one.name.starts_with("flink-handlers-guard-")).count()
    };
    assert!(proofs(&application(&deployment)) <= 3, "{}", proofs(&application(&deployment)));
}

/// A job that another caller started after the guard's stop, and not from its state, fails the deployment with the
/// snapshot that holds it.
///
/// Their function starts the job empty as soon as the guard's stop makes it READY, and answers SUCCESS.
#[tokio::test(flavor = "multi_thread")]
async fn a_starter_of_their_own_that_leaves_the_state_behind_fails_the_deployment_in_words() {
    for (restore, ends) in [
        ("SKIP_RESTORE_FROM_SNAPSHOT", Status::UpdateRollbackComplete),
        ("RESTORE_FROM_LATEST_SNAPSHOT", Status::UpdateComplete),
    ] {
        let deployment = running().await;
        deployment.record("a");
        let before = application(&deployment).version;
        let world = deployment.world();
        let theirs = world.until(|state| {
            let one = &state.flink.applications[NAME];
            let updated = one.version > before && one.status == Flink::Ready;
            updated.then(|| {
                let run = json!({"ApplicationRestoreConfiguration": {"ApplicationRestoreType": restore}});
                person(world, state, "StartApplication", json!({"RunConfiguration": run}));
            })
        });
        let (stop, next) = ([("GuardMode", "Stop")], jar("2", &[]));
        let (status, ()) = tokio::join!(deploy(&deployment, &next, &stop), theirs);
        assert_eq!(status, ends, "{restore}\n{}", why(&deployment));
        let message = reasons(&deployment, "AutoStart").join("\n");
        let is_reported = message.contains("started it with SKIP_RESTORE_FROM_SNAPSHOT; snapshot STOP-")
            && message.contains("holds its state, and rolling back does not bring it back");
        assert_eq!(is_reported, ends == Status::UpdateRollbackComplete, "{message}");
    }
}
