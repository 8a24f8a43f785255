//! `flink-rollback-unsticker` when events are lost, late or doubled, and when its process dies: the final world is the same.

use local_aws::api::ApiError;
use local_aws::cloudformation::{Status, TagsOnUpdate};
use local_aws::deployment::{Deployment, NAME};
use local_aws::events::{self, EventFault};
use local_aws::faults::Fault;
use local_aws::flink::Status as Flink;
use local_aws::lambda::{Moment, kill_at};
use local_aws::{Modes, Options};
use serde_json::json;

use crate::stage::{
    application, ask_unsticker, mutations, report, running_unguarded, running_unguarded_in, stack_event, stuck,
    unsticker, why,
};

const UNSTICKER: &str = "flink-rollback-unsticker";

/// A passing cause: the job loops, the stack gets stuck, and then the cause is gone.
async fn passing_cause(deployment: &Deployment) {
    deployment.record("a");
    deployment.sink_permission(false);
    deployment.record("b");
    stuck(deployment).await;
    deployment.sink_permission(true);
}

/// The one final world: the old job runs, nothing is remembered, no record is lost.
async fn ends_well(deployment: &Deployment, told: &str) {
    deployment.stack_becomes(Status::UpdateRollbackComplete).await;
    report(deployment, "Recovered").await;
    let application = application(deployment);
    assert_eq!(application.status, Flink::Running, "{told}\n{}", why(deployment));
    assert_eq!(application.job.unwrap().jar.version, "1", "{told}");
    assert!(!application.tags.contains_key("flink-unstick-restart"), "{told}");
    deployment.world().until(|state| (state.dynamodb.tables[NAME].items.len() == 2).then_some(())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_killed_after_any_call_ends_where_a_living_one_does() {
    for action in [
        "kinesisanalytics:TagResource",
        "kinesisanalytics:StopApplication",
        "cloudformation:ContinueUpdateRollback",
        "kinesisanalytics:StartApplication",
        "kinesisanalytics:CreateApplicationSnapshot",
    ] {
        for moment in [Moment::BeforeTheCall, Moment::BeforeTheAnswer] {
            let deployment = running_unguarded().await;
            kill_at(&mut deployment.world().state(), UNSTICKER, action, moment);
            passing_cause(&deployment).await;
            ends_well(&deployment, &format!("{action} {moment:?}")).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn doubled_events_change_nothing_twice() {
    let deployment = running_unguarded().await;
    for status in [Status::UpdateRollbackFailed, Status::UpdateRollbackComplete] {
        events::inject(deployment.world(), status, EventFault::Duplicate);
    }
    passing_cause(&deployment).await;
    ends_well(&deployment, "doubled").await;
    let operations = application(&deployment).operations;
    let starts = operations.iter().filter(|one| one.name == "StartApplication").count();
    assert_eq!(starts, 2, "once when it was created, once after the rollback");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_event_is_made_good_by_an_operator_who_names_the_stack() {
    let deployment = running_unguarded().await;
    events::inject(deployment.world(), Status::UpdateRollbackFailed, EventFault::Lose);
    passing_cause(&deployment).await;
    assert!(mutations(&deployment, UNSTICKER).is_empty());
    let told = ask_unsticker(&deployment, &json!({"StackName": NAME})).await;
    assert_eq!(told["Outcome"], "RollbackContinued", "{told}");
    ends_well(&deployment, "by an operator").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_event_finds_nothing_to_do() {
    let deployment = running_unguarded().await;
    passing_cause(&deployment).await;
    ends_well(&deployment, "in time").await;
    let before = mutations(&deployment, UNSTICKER);
    let told = ask_unsticker(&deployment, &stack_event(&deployment, "UPDATE_ROLLBACK_FAILED")).await;
    assert_eq!(told["Applications"][0]["Actions"], json!([]), "{told}");
    assert_eq!(mutations(&deployment, UNSTICKER), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn tags_that_cloudformation_keeps_or_erases_lead_to_the_same_end() {
    for tags in [TagsOnUpdate::Erased, TagsOnUpdate::Kept] {
        let modes = Modes { tags, ..Modes::default() };
        let deployment = running_unguarded_in(Options { modes, ..Options::default() }).await;
        passing_cause(&deployment).await;
        ends_well(&deployment, &format!("{tags:?}")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn operations_that_cannot_be_read_are_no_hindrance() {
    let deployment = running_unguarded().await;
    let denied = Fault::Refuse(ApiError::new("AccessDeniedException", "not authorized"));
    let who = unsticker(&deployment);
    deployment.world().state().faults.inject_for(who, "kinesisanalytics:ListApplicationOperations", 10_000, denied);
    passing_cause(&deployment).await;
    ends_well(&deployment, "unreadable").await;
}
