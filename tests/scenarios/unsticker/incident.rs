//! `flink-rollback-unsticker`: the incident of C.4, from the event alone.

use local_aws::cloudformation::Status;
use local_aws::flink::Status as Flink;
use local_aws::modes::SnapshotOfUnhealthy;
use local_aws::{Modes, clock};
use project::deployment::{Deployment, NAME, jar};
use project::sequence;
use serde_json::json;

use crate::stage::{
    application, ask_unsticker, calls, ended_well, handlers, mutations, passing_cause, report, reports,
    running_unguarded, running_where, stack_event, stuck, unsticker, why, with_jar,
};

/// A passing cause is recovered from without an operator, from the event alone, and no record is lost; the tag on the
/// stack is enough to opt in.
#[tokio::test(flavor = "multi_thread")]
async fn a_passing_cause_is_recovered_from_without_an_operator() {
    let deployment = running_unguarded().await;
    passing_cause(&deployment).await;
    deployment.stack_becomes(Status::UpdateRollbackComplete).await;
    let recovered = report(&deployment, "Recovered").await;
    assert_eq!(recovered["Applications"][0]["Left"], "RUNNING", "{recovered}");
    assert!(recovered["State"].as_str().unwrap().contains("was read and written again"), "{recovered}");
    let continued = report(&deployment, "RollbackContinued").await;
    assert!(continued["Cause"].as_str().unwrap().contains("Failed to take snapshot"), "{continued}");
    ended_well(&deployment, "a passing cause").await;
}

/// A bad record ends in a stopped application and a report; the fix deploys straight through, and no record is lost.
#[tokio::test(flavor = "multi_thread")]
async fn a_bad_record_ends_stopped_and_the_fix_deploys_straight_through() {
    // The picture that is compared shows a snapshot that fails.
    let snapshot_of_unhealthy = SnapshotOfUnhealthy::AcceptedThenFailed;
    let deployment = running_where(Modes { snapshot_of_unhealthy, ..Modes::default() }).await;
    deployment.record("a");
    deployment.record("poison");
    deployment.record("b");
    let since = clock::now();
    stuck(&deployment).await;
    let waiting = report(&deployment, "StoppedAwaitingFix").await;
    let next = waiting["Next"].as_str().unwrap();
    assert!(next.starts_with("aws logs tail /aws/kinesis-analytics/flink-test"), "{waiting}");
    assert!(next.contains("deploy a fix"), "{waiting}");
    assert_eq!(application(&deployment).status, Flink::Ready);
    let key = deployment.upload(&jar("3", &[]));
    let proven = [("JarKey", key.as_str()), ("StabilizeSeconds", "1"), ("OnDelete", "Leave")];
    assert_eq!(deployment.deploy_unguarded(&proven).await, Status::UpdateComplete, "{}", why(&deployment));
    assert_eq!(application(&deployment).status, Flink::Running);
    assert!(!application(&deployment).tags.contains_key("flink-unstick-restart"), "nothing is left to remember");
    assert_eq!(deployment.world().state().dynamodb.tables["flink-test"].items.len(), 3, "no record is lost");
    let message = sequence::of_stack(&deployment.world().state(), NAME, since);
    assert_eq!(message, include_str!("../../demo/incident.mmd"), "`cargo run --bin demo -- --picture` writes it anew");
}

/// A graceful stop is tried before force.
#[tokio::test(flavor = "multi_thread")]
async fn a_graceful_stop_is_tried_before_force() {
    let deployment = running_unguarded().await;
    deployment.record("poison");
    stuck(&deployment).await;
    let message = report(&deployment, "RollbackContinued").await;
    let graceful = &message["Applications"][0]["Actions"][1];
    assert_eq!(graceful["Call"], "StopApplication", "{message}");
    assert!(graceful["Refused"].as_str().unwrap().contains("Failed to take snapshot"), "{message}");
    assert_eq!(message["Actions"][0]["Call"], "ContinueUpdateRollback", "{message}");
    let calls = mutations(&deployment, "flink-rollback-unsticker");
    let expected = ["TagResource", "StopApplication", "StopApplication", "ContinueUpdateRollback"];
    assert_eq!(&calls[..4], expected, "{calls:?}");
}

/// A stack that did not opt in is left alone after one DescribeStacks.
#[tokio::test(flavor = "multi_thread")]
async fn a_stack_that_did_not_opt_in_is_left_alone() {
    let deployment = handlers().await;
    let template = Deployment::template_without_guard().to_string();
    let untagged = [("owner", "another caller")];
    let key = deployment.upload(&jar("1", &["poison"]));
    assert_eq!(deployment.deploy_template(&template, &with_jar(&key), &untagged).await, Status::CreateComplete);
    deployment.record("poison");
    let key = deployment.upload(&jar("2", &["poison"]));
    let status = deployment.deploy_template(&template, &with_jar(&key), &untagged).await;
    assert_eq!(status, Status::UpdateRollbackFailed);
    for status in ["UPDATE_ROLLBACK_FAILED", "UPDATE_FAILED"] {
        let message = ask_unsticker(&deployment, &stack_event(&deployment, status)).await;
        assert_eq!(message["Outcome"], "NotOurs", "{message}");
    }
    deployment.world().until(|state| state.lambda.is_idle().then_some(())).await;
    let is_its = |one: &&local_aws::lambda::Invocation| one.function == "flink-rollback-unsticker";
    let invoked = deployment.world().state().lambda.invocations.iter().filter(is_its).count();
    assert_eq!(calls(&deployment, &unsticker(&deployment)), vec!["cloudformation:DescribeStacks"; invoked]);
    assert!(mutations(&deployment, "flink-rollback-unsticker").is_empty());
}

/// An unknown event is answered with what the function accepts.
#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_no_one_knows_is_reported_what_it_takes() {
    let deployment = running_unguarded().await;
    let message = ask_unsticker(&deployment, &json!({"hello": 1})).await;
    assert!(message["errorMessage"].as_str().unwrap().contains("StackName"), "{message}");
    assert!(reports(&deployment).is_empty());
}
