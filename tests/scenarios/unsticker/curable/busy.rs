//! An application that was busy, and does not come to rest within STOP_MINUTES: stopped under the replay rule.

use std::time::Duration;

use local_aws::flink::Hold;

use super::*;
use crate::stage::QUICK;

/// AUTOSCALING for as long as nothing ends it, so that the update and its rollback are refused; STOP_MINUTES is 0.
async fn stuck_while_it_scales(age: Duration) -> Deployment {
    let environment = [&QUICK[..], &[("STOP_MINUTES", "0")]].concat();
    let deployment = Deployment::start(Options::default(), &environment).await;
    let key = deployment.upload(&jar("1", &[]));
    assert_eq!(deployment.deploy_unguarded(&with_jar(&key)).await, Status::CreateComplete, "{}", why(&deployment));
    {
        let mut state = deployment.world().state();
        flink::age_application(&mut state, NAME, age);
        state.flink.hold(NAME, Flink::Autoscaling, Hold::UntilReleased);
        flink::put_status(&mut state, NAME, Flink::Autoscaling);
    }
    stuck(&deployment).await;
    deployment
}

/// An application that stays busy is stopped by force within the replay rule, and started again.
#[tokio::test(flavor = "multi_thread")]
async fn an_application_that_stays_busy_is_stopped_by_force_within_the_replay_rule_and_started_again() {
    let deployment = stuck_while_it_scales(Duration::ZERO).await;
    deployment.stack_becomes(Status::UpdateRollbackComplete).await;
    report(&deployment, "Recovered").await;
    let calls = mutations(&deployment, UNSTICKER);
    assert_eq!(&calls[..3], ["TagResource", "StopApplication", "ContinueUpdateRollback"], "{calls:?}");
    assert_eq!(application(&deployment).status, Flink::Running, "{}", why(&deployment));
}

/// An application that stays busy and may not be forced is neither marked nor stopped.
#[tokio::test(flavor = "multi_thread")]
async fn an_application_that_stays_busy_and_may_not_be_forced_is_neither_marked_nor_stopped() {
    let deployment = stuck_while_it_scales(Duration::from_hours(30)).await;
    let refused = report(&deployment, "Refused").await;
    assert!(refused["State"].as_str().unwrap().contains("at most 20 hours may be replayed"), "{refused}");
    idle(&deployment).await;
    assert!(mutations(&deployment, UNSTICKER).is_empty(), "{}", why(&deployment));
    assert_eq!(application(&deployment).status, Flink::Autoscaling);
}
