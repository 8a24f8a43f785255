//! The upgrade from Flink 1 to Flink 2 in place, and the way back when it fails: AWS calls an update a success whose
//! job cannot read its state and restarts for ever (`SEMANTICS.md` G.52).

mod unguarded;

use local_aws::Modes;
use local_aws::cloudformation::Status;
use local_aws::flink::{Application, Snapshot, Status as Flink};
use local_aws::modes::{IncompatibleRestore, SnapshotOfUnhealthy};
use project::deployment::{Deployment, NAME, jar};
use serde_json::{Value, json};

use crate::stage::{
    answers, application, handlers_where, idle, is_reported, output, report, starts, stop, taken_starts, why, with_jar,
};

const OLD: (&str, &str) = ("RuntimeEnvironment", "FLINK-1_20");
const NEW: (&str, &str) = ("RuntimeEnvironment", "FLINK-2_3");
/// The gate.
const GATE: (&str, &str) = ("StabilizeSeconds", "1");
const TAGS: [(&str, &str); 1] = [("flink-unstick", "enabled")];

/// A jar whose state only the major version that wrote it can read.
fn with_kryo_state(version: &str) -> Value {
    let mut jar = jar(version, &[]);
    jar["has_kryo_state"] = json!(true);
    jar
}

/// The whole template, or the one without its guard.
fn template(is_guarded: bool) -> Value {
    if is_guarded { Deployment::application_template() } else { Deployment::template_without_guard() }
}

async fn deploy(deployment: &Deployment, template: &Value, version: &Value, more: &[(&str, &str)]) -> Status {
    let key = deployment.upload(version);
    deployment.deploy_template(&template.to_string(), &[&with_jar(&key)[..], more].concat(), &TAGS).await
}

/// A stack whose job runs under Flink 1 and has counted one record.
async fn under_flink_1(modes: Modes, is_guarded: bool, version: &Value, more: &[(&str, &str)]) -> Deployment {
    let deployment = handlers_where(modes).await;
    runs_under_flink_1(&deployment, is_guarded, version, more).await;
    deployment
}

async fn runs_under_flink_1(deployment: &Deployment, is_guarded: bool, version: &Value, more: &[(&str, &str)]) {
    let status = deploy(deployment, &template(is_guarded), version, &[&[OLD], more].concat()).await;
    assert_eq!(status, Status::CreateComplete, "{}", why(deployment));
    deployment.record("a");
}

fn runs(application: &Application) -> (Flink, &str, &str) {
    let version = application.job.as_ref().map_or("none", |job| job.jar.version.as_str());
    (application.status, application.configuration.runtime.as_str(), version)
}

/// What the newest start restored: the newest snapshot there was, unless one is named. No gate proves the old job on
/// the way back.
fn restored(deployment: &Deployment) -> Snapshot {
    let application = application(deployment);
    let restore = starts(deployment).pop().unwrap()["ApplicationRestoreConfiguration"].clone();
    assert_ne!(restore["ApplicationRestoreType"], "SKIP_RESTORE_FROM_SNAPSHOT");
    let named = application.snapshots.iter().find(|one| restore["SnapshotName"] == *one.name);
    named.or_else(|| application.newest_snapshot()).unwrap().clone()
}

/// The old job runs again from its own state, and each record was counted once.
async fn nothing_is_lost(deployment: &Deployment, words: &str) {
    deployment.record("a");
    deployment.record("b");
    deployment
        .world()
        .until_that(format!("a=2 and b=1, {words}"), |state| {
            let job = state.flink.applications[NAME].job.as_ref()?;
            (job.counts.get("a") == Some(&2) && job.counts.get("b") == Some(&1)).then_some(())
        })
        .await;
    assert_eq!(runs(&application(deployment)), (Flink::Running, "FLINK-1_20", "1"), "{words}\n{}", why(deployment));
    assert_eq!(restored(deployment).runtime, "FLINK-1_20", "{words}");
    idle(deployment).await;
    assert!(!application(deployment).tags.contains_key("flink-unstick-restart"), "{words}");
}

/// A running job is updated from Flink 1 to Flink 2 in place, with its state.
#[tokio::test(flavor = "multi_thread")]
async fn a_job_goes_to_the_next_major_version_in_place_with_its_state() {
    let deployment = under_flink_1(Modes::default(), true, &jar("1", &[]), &[GATE]).await;
    let status = deploy(&deployment, &template(true), &jar("2", &[]), &[NEW, GATE]).await;
    assert_eq!(status, Status::UpdateComplete, "{}", why(&deployment));
    assert_eq!(answers(&deployment, "UpdateGuard").pop().unwrap()["Data"]["Outcome"], "Probed");
    deployment.record("a");
    let application = application(&deployment);
    assert_eq!(runs(&application), (Flink::Running, "FLINK-2_3", "2"));
    assert_eq!(application.job.unwrap().counts["a"], 2, "the count goes on");
    assert_eq!(taken_starts(&deployment), 1, "only the first deployment's");
}

/// A stopped job goes from Flink 1 to Flink 2 from its own snapshot.
#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_job_goes_to_the_next_major_version_from_its_own_snapshot() {
    for is_guarded in [true, false] {
        let deployment = under_flink_1(Modes::default(), is_guarded, &jar("1", &[]), &[]).await;
        stop(&deployment);
        let status = deploy(&deployment, &template(is_guarded), &jar("2", &[]), &[NEW, GATE]).await;
        assert_eq!(status, Status::UpdateComplete, "{}", why(&deployment));
        deployment.record("a");
        let (application, from) = (application(&deployment), output(&deployment, "RestoredSnapshot"));
        assert_eq!(runs(&application), (Flink::Running, "FLINK-2_3", "2"));
        let from = application.snapshots.iter().find(|one| one.name == from).unwrap();
        assert_eq!((application.job.unwrap().counts["a"], from.runtime.as_str()), (2, "FLINK-1_20"));
    }
}

/// An upgraded job that crash-loops, though AWS calls the update a success, is FAILED and rolled back: the newest
/// snapshot made under Flink 1 is restored and nothing is lost, with RollbackEnabled and without.
///
/// RUNNING, and it restarts for ever: the gate catches it.
#[tokio::test(flavor = "multi_thread")]
async fn an_upgraded_job_that_restarts_for_ever_is_taken_back_and_nothing_is_lost() {
    for snapshot_of_unhealthy in [SnapshotOfUnhealthy::AcceptedThenFailed, SnapshotOfUnhealthy::Refused] {
        for rollback in ["true", "false"] {
            let words = format!("{snapshot_of_unhealthy:?}, RollbackEnabled {rollback}");
            let more = [GATE, ("RollbackEnabled", rollback)];
            let modes = Modes { snapshot_of_unhealthy, ..Modes::default() };
            let deployment = under_flink_1(modes, true, &with_kryo_state("1"), &more).await;
            let status =
                deploy(&deployment, &template(true), &with_kryo_state("2"), &[&[NEW], &more[..]].concat()).await;
            assert_eq!(status, Status::UpdateRollbackComplete, "{words}\n{}", why(&deployment));
            assert!(is_reported(&deployment, "its job is not healthy"), "{words}\n{}", why(&deployment));
            nothing_is_lost(&deployment, &words).await;
        }
    }
}

/// A healthy upgrade that another failed resource rolls back ends under the old runtime.
///
/// The new runtime is healthy and takes snapshots of its own, which the old one cannot restore; another resource fails.
#[tokio::test(flavor = "multi_thread")]
async fn a_healthy_upgrade_that_something_else_takes_back_ends_under_the_old_runtime() {
    for incompatible_restore in [IncompatibleRestore::Fails, IncompatibleRestore::Stuck] {
        for rollback in ["true", "false"] {
            taken_back(incompatible_restore, rollback).await;
        }
    }
}

async fn taken_back(incompatible_restore: IncompatibleRestore, rollback: &str) {
    let words = format!("{incompatible_restore:?}, RollbackEnabled {rollback}");
    let more = [GATE, ("RollbackEnabled", rollback)];
    let modes = Modes { incompatible_restore, ..Modes::default() };
    let deployment = under_flink_1(modes, true, &jar("1", &[]), &more).await;
    let failing = failing(template(true));
    let status = deploy(&deployment, &failing, &jar("2", &[]), &[&[NEW], &more[..]].concat()).await;
    assert_eq!(status, Status::UpdateRollbackComplete, "{words}\n{}", why(&deployment));
    let of_the_new = application(&deployment).snapshots.iter().filter(|one| one.runtime == "FLINK-2_3").count();
    assert!(of_the_new > 0, "{words}: the gate's proof was made under the new runtime");
    nothing_is_lost(&deployment, &words).await;
}

/// The template with a resource that cannot be created, after everything else.
fn failing(mut template: Value) -> Value {
    let token = template["Resources"]["AutoStart"]["Properties"]["ServiceToken"].clone();
    template["Resources"]["Fails"] = json!({"Type": "Custom::FlinkAutoStart", "DependsOn": "AutoStart",
        "Properties": {"ServiceToken": token, "ApplicationName": {"Ref": "Application"}, "OnDelete": "nonsense"}});
    template
}

/// Without a gate the deployment back to the old runtime goes through.
///
/// Nothing looks at the job after the update: the next deployment, back to the old runtime, meets it.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_gate_the_deployment_back_to_the_old_runtime_goes_through() {
    for is_guarded in [true, false] {
        let words = format!("guarded: {is_guarded}");
        let deployment = under_flink_1(Modes::default(), is_guarded, &with_kryo_state("1"), &[]).await;
        let status = deploy(&deployment, &template(is_guarded), &with_kryo_state("2"), &[NEW]).await;
        assert_eq!(status, Status::UpdateComplete, "{words}: no gate, no failure\n{}", why(&deployment));
        assert!(application(&deployment).is_unhealthy(), "{words}");
        if !is_guarded {
            // Its update is refused, and so is its rollback: stopped by the unsticker, which finds that the code before
            // loops too.
            let status = deploy(&deployment, &template(false), &with_kryo_state("1"), &[OLD]).await;
            assert_eq!(status, Status::UpdateRollbackFailed, "{words}\n{}", why(&deployment));
            report(&deployment, "StoppedAwaitingFix").await;
            idle(&deployment).await;
        }
        let status = deploy(&deployment, &template(is_guarded), &with_kryo_state("1"), &[OLD]).await;
        assert_eq!(status, Status::UpdateComplete, "{words}\n{}", why(&deployment));
        nothing_is_lost(&deployment, &words).await;
    }
}
