//! An application that another caller deletes in the middle of its incident: nothing is done to it, the stack comes to
//! rest, people are notified.

use local_aws::State;
use local_aws::api::ApiError;
use local_aws::cloudformation::Status;
use local_aws::events::{self, EventFault};
use local_aws::faults::Fault;
use project::deployment;
use project::deployment::{Deployment, NAME};
use serde_json::{Value, json};

use crate::stage::{ask_unsticker, mutations, report, running_unguarded, stuck, unsticker, why};

const UNSTICKER: &str = "flink-rollback-unsticker";

/// Another caller deleted the application, and its snapshots with it.
fn vanishes(state: &mut State) {
    state.flink.applications.remove(NAME);
}

/// The rollback has nothing to restore any more: CloudFormation says so, and a person is notified what to do.
async fn is_reported(deployment: &Deployment) {
    let message = report(deployment, "Refused").await;
    assert!(text(&message, "State").contains("The rollback is blocked by something else: Application"), "{message}");
    assert!(message["Blockers"][0].as_str().unwrap().contains("Application flink-test does not exist"), "{message}");
    assert!(text(&message, "Next").contains("--resources-to-skip"), "{message}");
    let settled = deployment::settled(deployment.world(), NAME).await;
    assert_eq!(settled, Status::UpdateRollbackFailed, "{}", why(deployment));
    let calls = mutations(deployment, UNSTICKER);
    assert_eq!(calls.iter().filter(|call| *call == "ContinueUpdateRollback").count(), 1, "{calls:?}");
    assert!(!calls.contains(&"StartApplication".to_owned()), "{calls:?}");
}

fn text(report: &Value, member: &str) -> String {
    report[member].as_str().unwrap_or_default().to_owned()
}

/// An application that was deleted before the event is reported.
#[tokio::test(flavor = "multi_thread")]
async fn an_application_deleted_before_the_event_is_reported() {
    let deployment = running_unguarded().await;
    deployment.record("poison");
    events::inject(deployment.world(), Status::UpdateRollbackFailed, EventFault::Lose);
    stuck(&deployment).await;
    vanishes(&mut deployment.world().state());
    let message = ask_unsticker(&deployment, &json!({"StackName": NAME})).await;
    assert_eq!(message["Outcome"], "RollbackContinued", "{message}");
    assert_eq!(message["Applications"][0]["Left"], "absent", "{message}");
    is_reported(&deployment).await;
}

/// An application that is deleted in the middle of a look counts as deleted, not as a request that AWS rejected.
#[tokio::test(flavor = "multi_thread")]
async fn an_application_deleted_in_the_middle_of_a_look_does_not_exist() {
    for (read, code) in [
        ("ListTagsForResource", "ResourceNotFoundException"),
        ("ListApplicationSnapshots", "ResourceNotFoundException"),
        ("ListApplicationSnapshots", "InvalidArgumentException"),
        ("ListApplicationOperations", "ResourceNotFoundException"),
    ] {
        let deployment = running_unguarded().await;
        deployment.record("poison");
        events::inject(deployment.world(), Status::UpdateRollbackFailed, EventFault::Lose);
        stuck(&deployment).await;
        let role = unsticker(&deployment);
        let refused = |code| Fault::Refuse(ApiError::new(code, "Application flink-test does not exist"));
        {
            let faults = &mut deployment.world().state().faults;
            faults.inject_for(role.clone(), "kinesisanalytics:DescribeApplication", 1, Fault::Pass);
            faults.inject_for(
                role.clone(),
                "kinesisanalytics:DescribeApplication",
                9,
                refused("ResourceNotFoundException"),
            );
            faults.inject_for(role, &format!("kinesisanalytics:{read}"), 1, refused(code));
        }
        let message = ask_unsticker(&deployment, &json!({"StackName": NAME})).await;
        assert_eq!(message["Outcome"], "RollbackContinued", "{read}: {message}");
        assert_eq!(message["Applications"][0]["Left"], "absent", "{read}: {message}");
    }
}

/// An application that is deleted between the read and the stop is reported.
#[tokio::test(flavor = "multi_thread")]
async fn an_application_deleted_between_the_look_and_the_stop_is_reported() {
    let deployment = running_unguarded().await;
    deployment.record("poison");
    let in_use = Fault::Refuse(ApiError::new("ResourceInUseException", "Application cannot be stopped now"));
    let role = unsticker(&deployment);
    deployment.world().state().faults.inject_for(role, "kinesisanalytics:StopApplication", 5, in_use);
    let deletes = deployment.world().until(|state| {
        let mut calls = state.journal.iter();
        calls.any(|call| call.action == "kinesisanalytics:StopApplication").then(|| vanishes(state))
    });
    tokio::join!(stuck(&deployment), deletes);
    is_reported(&deployment).await;
}

/// An application that is deleted after the rollback was continued is reported.
#[tokio::test(flavor = "multi_thread")]
async fn an_application_deleted_after_the_rollback_was_continued_is_reported() {
    let deployment = running_unguarded().await;
    deployment.record("poison");
    events::inject(deployment.world(), Status::UpdateRollbackComplete, EventFault::Lose);
    stuck(&deployment).await;
    deployment.stack_becomes(Status::UpdateRollbackComplete).await;
    vanishes(&mut deployment.world().state());
    let message = ask_unsticker(&deployment, &json!({"StackName": NAME})).await;
    assert_eq!(message["Outcome"], "Refused", "{message}");
    assert!(text(&message, "State").contains("flink-test: it does not exist any more"), "{message}");
    assert!(text(&message, "Next").contains("put them back: it starts empty"), "{message}");
    assert!(!mutations(&deployment, UNSTICKER).contains(&"StartApplication".to_owned()));
}
