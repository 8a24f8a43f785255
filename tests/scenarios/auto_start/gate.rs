//! RUNNING is not healthy: the gate, where the service refuses the proving snapshot at once.

use local_aws::Modes;
use local_aws::api::ApiError;
use local_aws::cloudformation::Status;
use local_aws::faults::Fault;
use local_aws::modes::SnapshotOfUnhealthy;
use project::deployment::{Deployment, jar};

use crate::stage::{application, handlers, is_reported, mutations, running_where, why};

/// A healthy job whose proving snapshot was refused once passes the gate.
#[tokio::test(flavor = "multi_thread")]
async fn a_healthy_job_that_was_refused_once_passes() {
    let deployment = running_where(Modes::default()).await;
    let text = "Failed to take snapshot for the application flink-test at this moment.";
    let refused = Fault::Refuse(ApiError::new("InvalidApplicationConfigurationException", text));
    deployment.world().state().faults.inject("kinesisanalytics:CreateApplicationSnapshot", 1, refused);
    let key = deployment.upload(&jar("2", &[]));
    let status = deployment.deploy_unguarded(&[("JarKey", &key), ("StabilizeSeconds", "1")]).await;
    assert_eq!(status, Status::UpdateComplete, "{}", why(&deployment));
    assert_eq!(application(&deployment).job.unwrap().jar.version, "2");
}

/// A proving snapshot that fails, or is refused, fails the deployment that broke the job, in the service's own words.
#[tokio::test(flavor = "multi_thread")]
async fn a_job_whose_proving_snapshot_fails_or_is_refused_fails_the_deployment_that_broke_it() {
    for snapshot_of_unhealthy in [SnapshotOfUnhealthy::AcceptedThenFailed, SnapshotOfUnhealthy::Refused] {
        let deployment = running_where(Modes { snapshot_of_unhealthy, ..Modes::default() }).await;
        let key = deployment.upload(&jar("2", &["poison"]));
        // The new code is RUNNING, and loops from its first moment.
        let parameters = [("JarKey", key.as_str()), ("StabilizeSeconds", "1")];
        let before = application(&deployment).version;
        let poisoned = async {
            let world = deployment.world();
            world.until(|state| (state.flink.applications["flink-test"].version > before).then_some(())).await;
            deployment.record("poison");
        };
        let (status, ()) = tokio::join!(deployment.deploy_unguarded(&parameters), poisoned);
        assert!(is_reported(&deployment, "its job is not healthy"), "{status}\n{}", why(&deployment));
        assert!(is_reported(&deployment, "Failed to take snapshot"), "{}", why(&deployment));
        assert_eq!(status, Status::UpdateRollbackFailed, "the rollback needs a snapshot too: the unsticker's work");
    }
}

/// The gate deletes its own older proofs down to two, and no other snapshot.
///
/// Of a stack that has not opted in: the gate's own proofs are its own to delete.
#[tokio::test(flavor = "multi_thread")]
async fn the_gate_keeps_two_of_its_own_proofs_and_every_other_snapshot() {
    let deployment = handlers().await;
    let template = Deployment::template_without_guard().to_string();
    for version in ["1", "2", "3", "4"] {
        let key = deployment.upload(&jar(version, &[]));
        let parameters = [("JarKey", key.as_str()), ("StabilizeSeconds", "1"), ("OnDelete", "Leave")];
        let status = deployment.deploy_template(&template, &parameters, &[]).await;
        assert!([Status::CreateComplete, Status::UpdateComplete].contains(&status), "{}", why(&deployment));
        let application = application(&deployment);
        assert_eq!(application.job.unwrap().jar.version, version);
    }
    let names: Vec<String> = application(&deployment).snapshots.into_iter().map(|one| one.name).collect();
    let of = |prefix: &str| names.iter().filter(|name| name.starts_with(prefix)).count();
    // One of the service's own for each of the three updates.
    assert_eq!((of("flink-handlers-gate-"), names.len()), (2, 5), "{names:?}");
    let calls = mutations(&deployment, "flink-auto-start");
    assert_eq!(calls.iter().filter(|call| *call == "DeleteApplicationSnapshot").count(), 2, "{calls:?}");
}
