//! What `flink-rollback-unsticker` does when a call that changes something is throttled, which in a fleet is most of
//! them.

use local_aws::api::{ApiError, Recorded};
use local_aws::faults::Fault;
use project::fleet::{calls_of, is_throttled};

use crate::stage::{ended_well, passing_cause, report, running_unguarded, unsticker, why};

const UNSTICKER: &str = "flink-rollback-unsticker";
const APPLICATION: &str = "kinesisanalytics:DescribeApplication";
const STACK: &str = "cloudformation:DescribeStacks";
const CHANGES: [&str; 5] = [
    "kinesisanalytics:TagResource",
    "kinesisanalytics:StopApplication",
    "cloudformation:ContinueUpdateRollback",
    "kinesisanalytics:StartApplication",
    "kinesisanalytics:CreateApplicationSnapshot",
];

/// A call that was throttled is made again after one look at the application and one at the stack, not after all looks
/// anew.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_was_throttled_goes_on_with_one_look_at_the_application_and_one_at_the_stack() {
    let deployment = running_unguarded().await;
    {
        let (who, mut state) = (unsticker(&deployment), deployment.world().state());
        // What was seen is gone on from for sixty of these, were each call to take a second.
        let function = state.lambda.functions.get_mut(UNSTICKER).unwrap();
        function.environment.insert("POLL_INTERVAL_MS".to_owned(), "200".to_owned());
        // To know whose it is, and before each tag; the fifth is right before the stop.
        state.faults.inject_for(who.clone(), STACK, 4, Fault::Pass);
        state.faults.inject_for(who.clone(), STACK, 1, Fault::Refuse(ApiError::throttled()));
        for action in CHANGES {
            state.faults.inject_for(who.clone(), action, 2, Fault::Refuse(ApiError::throttled()));
        }
    }
    passing_cause(&deployment).await;
    report(&deployment, "Recovered").await;
    ended_well(&deployment, "throttled").await;
    let calls: Vec<Recorded> = calls_of(&deployment.world().state(), UNSTICKER, 0).cloned().collect();
    let actions = |calls: &[Recorded]| calls.iter().map(|call| call.action.clone()).collect::<Vec<_>>();
    let throttled = calls.iter().position(|call| call.action == STACK && is_throttled(call)).unwrap();
    assert_eq!(
        actions(&calls[throttled..throttled + 4]),
        [STACK, APPLICATION, STACK, CHANGES[1]],
        "{}",
        why(&deployment)
    );
    for action in CHANGES {
        let throttled = calls.iter().position(|call| call.action == action && is_throttled(call)).unwrap();
        let until = calls.iter().skip(throttled).position(|call| call.action == action && !is_throttled(call)).unwrap();
        let looks = if action.starts_with("cloudformation") { &[STACK][..] } else { &[APPLICATION, STACK] };
        let once = [&[action], looks].concat();
        assert_eq!(actions(&calls[throttled..throttled + until]), once.repeat(2), "{}", why(&deployment));
    }
}
