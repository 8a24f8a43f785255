//! What `flink-rollback-unsticker` does when a call that changes something is throttled, which in a fleet is most of
//! them.

use local_aws::api::{ApiError, Recorded};
use local_aws::faults::Fault;
use project::fleet::{calls_of, is_throttled};

use crate::stage::{ended_well, passing_cause, report, running_unguarded, unsticker, why};

const UNSTICKER: &str = "flink-rollback-unsticker";
const APPLICATION: &str = "kinesisanalytics:DescribeApplication";
const OPERATIONS: &str = "kinesisanalytics:ListApplicationOperations";
const STACK: &str = "cloudformation:DescribeStacks";
const CHANGES: [&str; 5] = [
    "kinesisanalytics:TagResource",
    "kinesisanalytics:StopApplication",
    "cloudformation:ContinueUpdateRollback",
    "kinesisanalytics:StartApplication",
    "kinesisanalytics:CreateApplicationSnapshot",
];

/// What was seen of an application is gone on from without a look for so long: six poll intervals.
const FRESH: f64 = 6.0 * 0.5;

/// A call that was throttled is made again after one look at the stack, and after half a minute one at the application,
/// not after all looks anew.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_was_throttled_goes_on_with_one_look_at_the_stack() {
    let deployment = running_unguarded().await;
    {
        let (who, mut state) = (unsticker(&deployment), deployment.world().state());
        let function = state.lambda.functions.get_mut(UNSTICKER).unwrap();
        function.environment.insert("POLL_INTERVAL_MS".to_owned(), "500".to_owned());
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
    // All that was seen of a stack and its application is still known when the first goal begins.
    let first = calls.iter().position(|call| call.action == CHANGES[0]).unwrap();
    let operations = |calls: &[Recorded]| calls.iter().filter(|call| call.action == OPERATIONS).count();
    assert_eq!(operations(&calls[..first]), 1, "{}", why(&deployment));
    let again = |before: usize, action: &str| {
        let after = calls.iter().skip(before + 1).position(|call| call.action == action);
        before + 1 + after.unwrap()
    };
    let throttled = calls.iter().position(|call| call.action == STACK && is_throttled(call)).unwrap();
    assert_eq!(looks(&calls, throttled, again(throttled, CHANGES[1])), [STACK], "{}", why(&deployment));
    for action in CHANGES {
        let tries: Vec<usize> = (0..calls.len()).filter(|index| calls[*index].action == action).collect();
        assert!(is_throttled(&calls[tries[0]]) && is_throttled(&calls[tries[1]]), "{}", why(&deployment));
        for pair in tries[..3].windows(2) {
            assert_eq!(looks(&calls, pair[0], pair[1]), [STACK], "{action}: {}", why(&deployment));
        }
    }
}

/// The looks between two tries; without those at the application, which may be made once what was seen of it is old. It
/// is as old as the look at the stack before it: an incident is read after that one.
fn looks(calls: &[Recorded], before: usize, again: usize) -> Vec<&str> {
    let last = |before: usize, action: &str| {
        calls[..before].iter().rposition(|call| call.action == action && !is_throttled(call)).unwrap()
    };
    let seen = &calls[last(last(before, APPLICATION), STACK)];
    let is_old = calls[again].time - seen.time >= FRESH;
    let between = calls[before + 1..again].iter().map(|call| call.action.as_str());
    between.filter(|action| !is_old || *action != APPLICATION).collect()
}
