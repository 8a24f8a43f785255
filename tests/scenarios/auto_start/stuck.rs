//! An application that hangs in a status that does not pass on its own is no reason for a stack that cannot be deleted.

use local_aws::Options;
use local_aws::cloudformation::Status;
use local_aws::flink::{self, Hold, Status as Flink};
use project::deployment::{Deployment, NAME, jar};

use crate::stage::{QUICK, delete, is_logged, mutations, why, with_jar};

/// The stack, in a world where a stop is not waited for.
async fn impatient() -> Deployment {
    let environment = [&QUICK[..], &[("STOP_MINUTES", "0")][..]].concat();
    Deployment::start(Options::default(), &environment).await
}

/// The stack with this OnDelete, and its application in a status that no one ends.
async fn stuck(deployment: &Deployment, on_delete: &str, status: Flink) {
    let key = deployment.upload(&jar("1", &[]));
    let parameters = [&with_jar(&key)[..], &[("OnDelete", on_delete)][..]].concat();
    assert_eq!(deployment.deploy_unguarded(&parameters).await, Status::CreateComplete, "{}", why(deployment));
    let mut state = deployment.world().state();
    state.journal.clear();
    state.flink.hold(NAME, status, Hold::UntilReleased);
    flink::put_status(&mut state, NAME, status);
    // Only this once: the deletion passes through statuses of its own.
    state.flink.hold(NAME, status, Hold::default());
}

/// A stack whose application is stuck in a status is deleted by force.
#[tokio::test(flavor = "multi_thread")]
async fn a_stack_whose_application_is_stuck_is_deleted_by_force() {
    let deployment = impatient().await;
    for on_delete in ["Stop", "ForceStop"] {
        for status in [Flink::Starting, Flink::Updating, Flink::Autoscaling, Flink::Stopping] {
            stuck(&deployment, on_delete, status).await;
            assert_eq!(delete(&deployment).await, Status::DeleteComplete, "{}", why(&deployment));
            assert_eq!(mutations(&deployment, "flink-auto-start"), ["StopApplication"], "{on_delete} in {status}");
        }
    }
}

/// A status in which the service rejects a force-stop is waited out before the stack is deleted.
#[tokio::test(flavor = "multi_thread")]
async fn a_status_that_the_service_lets_no_one_force_is_waited_out() {
    let deployment = impatient().await;
    for status in [Flink::ForceStopping, Flink::RollingBack, Flink::Maintenance] {
        stuck(&deployment, "ForceStop", status).await;
        let released = async {
            let world = deployment.world();
            let waits = format!("the application is {status}, which passes");
            let seen = |line: &str| line.contains(&waits);
            world
                .until(|state| {
                    let waited = state.lambda.logs.iter().any(|line| seen(&line.line));
                    waited.then(|| flink::release(state, &world.settings, NAME))
                })
                .await;
        };
        let (deleted, ()) = tokio::join!(delete(&deployment), released);
        assert_eq!(deleted, Status::DeleteComplete, "{}", why(&deployment));
        assert!(is_logged(&deployment, &format!("the application is {status}, which passes")));
    }
}
