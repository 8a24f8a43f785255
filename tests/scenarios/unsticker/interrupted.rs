//! `flink-rollback-unsticker` when events are lost, late or doubled, and when its process dies: the final world is the
//! same.

use local_aws::api::ApiError;
use local_aws::cloudformation::{Status, TagsOnUpdate};
use local_aws::events::{self, EventFault};
use local_aws::faults::Fault;
use local_aws::lambda::{Moment, kill_after};
use local_aws::{Modes, Options, State};
use project::deployment::{Deployment, NAME};
use serde_json::json;

use crate::stage::{
    ask_unsticker, calls, ended_well, history, idle, is_look, mutations, passing_cause, report, running_unguarded,
    running_unguarded_in, stack_event, taken_starts, unsticker,
};

const UNSTICKER: &str = "flink-rollback-unsticker";

/// The one final world: the old job runs, nothing is remembered, no record is lost.
async fn ends_well(deployment: &Deployment, message: &str) {
    deployment.stack_becomes(Status::UpdateRollbackComplete).await;
    report(deployment, "Recovered").await;
    ended_well(deployment, message).await;
}

/// The incident in a world that erases tags or keeps them, with this trouble before it.
async fn incident(tags: TagsOnUpdate, trouble: impl FnOnce(&mut State), message: &str) -> Deployment {
    let modes = Modes { tags, ..Modes::default() };
    let deployment = running_unguarded_in(Options { modes, ..Options::default() }).await;
    trouble(&mut deployment.world().state());
    passing_cause(&deployment).await;
    ends_well(&deployment, message).await;
    deployment
}

/// Kills the process after each call that the living one makes, one world for each; what it changes is nevertheless.
async fn killed_after_each_call(tags: TagsOnUpdate) {
    let living = incident(tags, |_| {}, "living").await;
    idle(&living).await;
    let mut seen: Vec<String> = Vec::new();
    for action in calls(&living, &unsticker(&living)) {
        let survived = seen.iter().filter(|earlier| **earlier == action).count();
        seen.push(action.clone());
        // Looks change nothing: dying after the first of each kind stands for the rest.
        if survived > 0 && is_look(&action) {
            continue;
        }
        let message = format!("{tags:?} {action} {survived}");
        let kill = |state: &mut State| kill_after(state, UNSTICKER, &action, Moment::BeforeTheAnswer, survived);
        let killed = incident(tags, kill, &message).await;
        idle(&killed).await;
        assert_eq!(history(&killed), history(&living), "{message}");
    }
    assert!(seen.iter().any(|action| action.ends_with("StartApplication")), "{seen:?}");
    let untagged = seen.iter().any(|action| action.ends_with("UntagResource"));
    assert_eq!(untagged, tags == TagsOnUpdate::Kept, "there is a tag to remove where CloudFormation left it: {seen:?}");
}

/// A process killed after any call ends where an uninterrupted one does, where CloudFormation erases tags.
#[tokio::test(flavor = "multi_thread")]
async fn a_process_killed_after_any_call_ends_where_a_living_one_does() {
    killed_after_each_call(TagsOnUpdate::Erased).await;
}

/// A process killed after any call ends where an uninterrupted one does, where CloudFormation keeps tags.
#[tokio::test(flavor = "multi_thread")]
async fn so_does_one_whose_tags_cloudformation_keeps() {
    killed_after_each_call(TagsOnUpdate::Kept).await;
}

/// Events in the wrong order end the same.
#[tokio::test(flavor = "multi_thread")]
async fn events_in_the_wrong_order_end_the_same() {
    let deployment = running_unguarded().await;
    for status in [Status::UpdateRollbackFailed, Status::UpdateRollbackComplete] {
        events::inject(deployment.world(), status, EventFault::Hold);
    }
    passing_cause(&deployment).await;
    let message = ask_unsticker(&deployment, &json!({"StackName": NAME})).await;
    assert_eq!(message["Outcome"], "RollbackContinued", "{message}");
    deployment.world().until(|state| (state.events.held.len() == 2).then_some(())).await;
    // The newest first: UPDATE_ROLLBACK_COMPLETE, then UPDATE_ROLLBACK_FAILED.
    events::release(deployment.world());
    ends_well(&deployment, "the wrong way round").await;
    idle(&deployment).await;
    assert_eq!(taken_starts(&deployment), 2, "once when it was created, once after the rollback");
}

/// Doubled events change nothing twice.
#[tokio::test(flavor = "multi_thread")]
async fn doubled_events_change_nothing_twice() {
    let deployment = running_unguarded().await;
    for status in [Status::UpdateRollbackFailed, Status::UpdateRollbackComplete] {
        events::inject(deployment.world(), status, EventFault::Duplicate);
    }
    passing_cause(&deployment).await;
    ends_well(&deployment, "doubled").await;
    idle(&deployment).await;
    assert_eq!(taken_starts(&deployment), 2, "once when it was created, once after the rollback");
}

/// A lost event is made good by an operator who names the stack.
#[tokio::test(flavor = "multi_thread")]
async fn a_lost_event_is_made_good_by_an_operator_who_names_the_stack() {
    let deployment = running_unguarded().await;
    events::inject(deployment.world(), Status::UpdateRollbackFailed, EventFault::Lose);
    passing_cause(&deployment).await;
    idle(&deployment).await;
    assert!(mutations(&deployment, UNSTICKER).is_empty());
    let message = ask_unsticker(&deployment, &json!({"StackName": NAME})).await;
    assert_eq!(message["Outcome"], "RollbackContinued", "{message}");
    ends_well(&deployment, "by an operator").await;
}

/// A late event finds nothing to do.
#[tokio::test(flavor = "multi_thread")]
async fn a_late_event_finds_nothing_to_do() {
    let deployment = running_unguarded().await;
    passing_cause(&deployment).await;
    ends_well(&deployment, "in time").await;
    idle(&deployment).await;
    let before = mutations(&deployment, UNSTICKER);
    let message = ask_unsticker(&deployment, &stack_event(&deployment, "UPDATE_ROLLBACK_FAILED")).await;
    assert_eq!(message["Applications"][0]["Actions"], json!([]), "{message}");
    assert_eq!(mutations(&deployment, UNSTICKER), before);
}

/// Operations that cannot be read do not prevent the recovery.
#[tokio::test(flavor = "multi_thread")]
async fn operations_that_cannot_be_read_are_no_hindrance() {
    let deployment = running_unguarded().await;
    let denied = Fault::Refuse(ApiError::new("AccessDeniedException", "not authorized"));
    let who = unsticker(&deployment);
    deployment.world().state().faults.inject_for(who, "kinesisanalytics:ListApplicationOperations", 10_000, denied);
    passing_cause(&deployment).await;
    ends_well(&deployment, "unreadable").await;
}
