//! RUNNING is not healthy: the gate, where the service refuses the proving snapshot at once.

use local_aws::Modes;
use local_aws::cloudformation::Status;
use local_aws::deployment::jar;
use local_aws::modes::SnapshotOfUnhealthy;

use crate::stage::{application, is_told, running_where, why};

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
        assert!(is_told(&deployment, "its job is not healthy"), "{status}\n{}", why(&deployment));
        assert!(is_told(&deployment, "Failed to take snapshot"), "{}", why(&deployment));
        assert_eq!(status, Status::UpdateRollbackFailed, "the rollback needs a snapshot too: the unsticker's work");
    }
}
