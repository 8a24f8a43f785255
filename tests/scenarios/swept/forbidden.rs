//! A job whose newest snapshot is too old for a force-stop, and whose rollback it blocks.

use local_aws::cloudformation::Status;
use local_aws::events::{self, EventFault};
use project::deployment::NAME;

use super::{age, calls, sweep};
use crate::stage::{report, reports, running_unguarded, stuck};

/// What was refused is tried again with every sweep and reported once an hour.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_refused_is_reported_once_an_hour_and_goes_on_when_the_job_is_well() {
    let deployment = running_unguarded().await;
    events::inject(deployment.world(), Status::UpdateRollbackFailed, EventFault::Lose);
    deployment.record("a");
    deployment.sink_permission(false);
    deployment.record("b");
    stuck(&deployment).await;
    age(&deployment, 30);
    sweep(&deployment).await;
    let refused = report(&deployment, "Refused").await;
    assert!(refused["State"].as_str().unwrap().contains("at most 20 hours may be replayed"), "{refused}");
    let age_rows = |minutes: u32| {
        let mut state = deployment.world().state();
        let stack = state.cloudformation.stacks.iter_mut().find(|stack| stack.name == NAME).unwrap();
        stack.events.iter_mut().for_each(|row| row.time -= f64::from(minutes * 60));
    };
    for (minutes, reports_then) in [(30, 1), (30, 2), (15, 2)] {
        age_rows(minutes);
        sweep(&deployment).await;
        assert_eq!(reports(&deployment).len(), reports_then, "{minutes} minutes later");
    }
    let tried = calls(&deployment);
    assert!(tried.iter().all(|call| call == "CreateApplicationSnapshot"), "nothing is marked or stopped: {tried:?}");
    deployment.sink_permission(true);
    sweep(&deployment).await;
    report(&deployment, "RollbackContinued").await;
}
