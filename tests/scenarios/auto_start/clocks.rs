//! Flink's clock need not be CloudFormation's: what became of a start is known by its operation, not by two times to
//! the millisecond.

use local_aws::cloudformation::Status;
use local_aws::flink::{FlinkClock, Status as Flink};
use project::deployment::jar;

use crate::stage::{application, handlers, is_reported, stop, taken_starts, touch, why, with_jar};

const CLOCKS: [FlinkClock; 2] = [FlinkClock::WholeSeconds, FlinkClock::TwoSecondsBehind];

/// A start that fails is reported in its operation's own words, by any clock.
#[tokio::test(flavor = "multi_thread")]
async fn a_start_that_fails_is_reported_in_its_operations_own_words_by_any_clock() {
    for clock in CLOCKS {
        let deployment = handlers().await;
        {
            let mut state = deployment.world().state();
            state.flink.clock = clock;
            state.flink.fail_next_start(project::deployment::NAME, "the entry point class could not be loaded");
        }
        let key = deployment.upload(&jar("1", &[]));
        let status = deployment.deploy_unguarded(&with_jar(&key)).await;
        assert_eq!(status, Status::RollbackComplete, "{clock:?} {}", why(&deployment));
        assert!(
            is_reported(&deployment, "the entry point class could not be loaded"),
            "{clock:?} {}",
            why(&deployment)
        );
    }
}

/// A deployment right after another starts the application once, by any clock.
#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_right_after_another_starts_once_by_any_clock() {
    for clock in CLOCKS {
        let deployment = handlers().await;
        deployment.world().state().flink.clock = clock;
        let key = deployment.upload(&jar("1", &[]));
        assert_eq!(deployment.deploy_unguarded(&with_jar(&key)).await, Status::CreateComplete, "{}", why(&deployment));
        stop(&deployment);
        assert_eq!(touch(&deployment, &[]).await, Status::UpdateComplete, "{clock:?} {}", why(&deployment));
        assert_eq!((application(&deployment).status, taken_starts(&deployment)), (Flink::Running, 2), "{clock:?}");
    }
}
