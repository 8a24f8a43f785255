//! `flink-rollback-unsticker` and what blocks a rollback: what is waited for, what is continued over, and what keeps it
//! from doing anything.

use local_aws::api::ApiError;
use local_aws::cloudformation::{FailureOnTheWayBack, Status};
use local_aws::events;
use local_aws::faults::Fault;
use local_aws::flink::{self, Status as Flink};
use local_aws::{Modes, Options, State};
use project::deployment::{Deployment, NAME, jar, request};
use serde_json::{Value, json};

use crate::stage::{
    application, ask_unsticker, begun_with, mutations, person, report, reports, running_unguarded,
    running_unguarded_in, stuck, why, with_jar,
};

mod busy;
mod update_failed;

const UNSTICKER: &str = "flink-rollback-unsticker";
const UPDATE: &str = "kinesisanalytics:UpdateApplication";

fn refuse(code: &str, text: &str) -> Fault {
    Fault::Refuse(ApiError::new(code, text))
}

/// An update whose application meets this fault so often: the first two fail the update and its rollback.
async fn blocked(times: u32, fault: Fault) -> Deployment {
    let deployment = running_unguarded().await;
    deployment.world().state().faults.inject(UPDATE, times, fault);
    stuck(&deployment).await;
    deployment
}

fn busy() -> Fault {
    refuse("ResourceInUseException", "Application cannot be updated in 'AUTOSCALING' state")
}

/// The stack's events move into the past.
fn age_events(deployment: &Deployment, minutes: u32) {
    let mut state = deployment.world().state();
    let stack = state.cloudformation.stacks.iter_mut().find(|stack| stack.name == NAME).unwrap();
    stack.events.iter_mut().for_each(|row| row.time -= f64::from(minutes * 60));
}

async fn idle(deployment: &Deployment) {
    deployment.world().until(|state| state.lambda.is_idle().then_some(())).await;
}

async fn sweep(deployment: &Deployment) {
    events::fire_schedules(deployment.world());
    idle(deployment).await;
}

/// Over a transient error the rollback is continued and nothing is stopped.
#[tokio::test(flavor = "multi_thread")]
async fn over_a_transient_error_the_rollback_is_continued_and_nothing_is_stopped() {
    for (code, text) in [("ThrottlingException", "Rate exceeded"), ("InternalFailure", "try again")] {
        let deployment = blocked(2, refuse(code, text)).await;
        deployment.stack_becomes(Status::UpdateRollbackComplete).await;
        idle(&deployment).await;
        assert_eq!(mutations(&deployment, UNSTICKER), ["ContinueUpdateRollback"], "{code}\n{}", why(&deployment));
        assert_eq!(application(&deployment).status, Flink::Running, "{code}");
    }
}

/// A transient error that stays is retried no sooner than 15 and 60 minutes later.
#[tokio::test(flavor = "multi_thread")]
async fn a_transient_error_that_stays_is_tried_again_no_sooner_than_a_quarter_and_a_whole_hour_later() {
    let deployment = blocked(4, refuse("ThrottlingException", "Rate exceeded")).await;
    let waits = report(&deployment, "Reported").await;
    assert!(waits["State"].as_str().unwrap().contains("the sweep continues it after"), "{waits}");
    sweep(&deployment).await;
    assert_eq!(begun_with(&deployment, "unstick-"), 1, "no sooner");
    age_events(&deployment, 15);
    sweep(&deployment).await;
    assert_eq!(begun_with(&deployment, "unstick-"), 2, "{}", why(&deployment));
    for (minutes, attempts) in [(59, 2), (1, 3)] {
        age_events(&deployment, minutes);
        sweep(&deployment).await;
        assert_eq!(begun_with(&deployment, "unstick-"), attempts, "{}", why(&deployment));
    }
    deployment.stack_becomes(Status::UpdateRollbackComplete).await;
    assert!(!mutations(&deployment, UNSTICKER).contains(&"StopApplication".to_owned()));
}

/// A busy application is waited for, and only the second attempt stops it.
#[tokio::test(flavor = "multi_thread")]
async fn a_busy_application_is_waited_for_and_only_the_second_attempt_stops_it() {
    let deployment = blocked(2, busy()).await;
    deployment.stack_becomes(Status::UpdateRollbackComplete).await;
    idle(&deployment).await;
    assert_eq!(mutations(&deployment, UNSTICKER), ["ContinueUpdateRollback"], "{}", why(&deployment));
    let deployment = blocked(3, busy()).await;
    deployment.stack_becomes(Status::UpdateRollbackComplete).await;
    report(&deployment, "Recovered").await;
    let calls = mutations(&deployment, UNSTICKER);
    let expected = ["ContinueUpdateRollback", "TagResource", "StopApplication", "ContinueUpdateRollback"];
    assert_eq!(&calls[..4], expected, "{calls:?}");
    assert_eq!(application(&deployment).status, Flink::Running);
}

/// A resource of these handlers that was not answered is a transient error too.
#[tokio::test(flavor = "multi_thread")]
async fn a_resource_of_these_handlers_that_was_not_answered_is_continued_over() {
    let deployment = running_unguarded().await;
    // No one runs it, and CloudFormation's patience ends at once: in the update, and in its rollback.
    let quiet = |state: &mut State, reserved| {
        state.lambda.functions.get_mut("flink-property-groups").unwrap().reserved = reserved;
    };
    quiet(&mut deployment.world().state(), Some(0));
    let key = deployment.upload(&jar("2", &[]));
    let template = Deployment::template_without_guard().to_string();
    let (tags, role) = ([("flink-unstick", "enabled")], Some(deployment.stack_role.as_str()));
    for _ in 0..2 {
        let asked = "PropertyGroups".to_owned();
        if deployment.world().state().cloudformation.stack(NAME).unwrap().status == Status::CreateComplete {
            deployment.world().state().cloudformation.expire_at_once.insert(asked.clone());
            request(deployment.world(), "UpdateStack", NAME, &template, &with_jar(&key), &tags, role).unwrap();
        } else {
            deployment.world().state().cloudformation.expire_at_once.insert(asked.clone());
        }
        deployment.world().until(|state| (!state.cloudformation.expire_at_once.contains(&asked)).then_some(())).await;
    }
    deployment.stack_becomes(Status::UpdateRollbackFailed).await;
    quiet(&mut deployment.world().state(), None);
    let message = report(&deployment, "RollbackContinued").await;
    assert!(message["Blockers"][0].as_str().unwrap().contains("did not receive a response"), "{message}");
    deployment.stack_becomes(Status::UpdateRollbackComplete).await;
    assert!(!mutations(&deployment, UNSTICKER).contains(&"StopApplication".to_owned()));
}

/// The job loops, and in the same rollback the log group's own call is refused with this.
async fn mixed(fault: Fault) -> Deployment {
    let modes = Modes { failure_on_the_way_back: FailureOnTheWayBack::LetsOthersEnd, ..Modes::default() };
    let deployment = running_unguarded_in(Options { modes, ..Options::default() }).await;
    deployment.record("poison");
    let action = "logs:PutRetentionPolicy";
    deployment.world().state().faults.inject(action, 1, Fault::Pass);
    deployment.world().state().faults.inject(action, 1, fault);
    let key = deployment.upload(&jar("2", &["poison"]));
    let more = [&with_jar(&key)[..], &[("LogRetentionDays", "60")]].concat();
    assert_eq!(deployment.deploy_unguarded(&more).await, Status::UpdateRollbackFailed, "{}", why(&deployment));
    deployment
}

/// Nothing is stopped while another blocker is a person's, whatever its message says.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_stopped_while_a_blocker_that_speaks_of_a_cancellation_is_a_persons() {
    let text = "Transaction cancelled, please refer cancellation reasons for specific reasons";
    let deployment = mixed(refuse("TransactionCanceledException", text)).await;
    let message = report(&deployment, "Refused").await;
    assert!(message["State"].as_str().unwrap().contains(text), "{message}");
    assert_eq!(message["Blockers"].as_array().unwrap().len(), 2, "{message}");
    assert!(mutations(&deployment, UNSTICKER).is_empty());
    assert_eq!(application(&deployment).status, Flink::Running);
}

/// Beside a transient error a job that cannot be snapshotted is stopped.
#[tokio::test(flavor = "multi_thread")]
async fn beside_a_transient_error_a_job_that_cannot_be_snapshotted_is_stopped() {
    let deployment = mixed(refuse("ThrottlingException", "Rate exceeded")).await;
    deployment.stack_becomes(Status::UpdateRollbackComplete).await;
    report(&deployment, "StoppedAwaitingFix").await;
}

/// After the last attempt a job that a person started is left alone.
#[tokio::test(flavor = "multi_thread")]
async fn after_the_last_attempt_a_job_that_a_person_started_is_left_alone() {
    let text = "Failed to take snapshot for the application flink-test at this moment.";
    let deployment = blocked(1000, refuse("InvalidApplicationConfigurationException", text)).await;
    let refused = report(&deployment, "Refused").await;
    assert!(
        refused["State"].as_str().unwrap().contains("ContinueUpdateRollback was tried three times without success"),
        "{refused}"
    );
    idle(&deployment).await;
    {
        let mut state = deployment.world().state();
        person(deployment.world(), &mut state, "StartApplication", json!({"RunConfiguration": {}}));
        flink::release(&mut state, &deployment.world().settings, NAME);
    }
    assert_eq!(application(&deployment).status, Flink::Running);
    let before = mutations(&deployment, UNSTICKER);
    for _ in 0..2 {
        sweep(&deployment).await;
    }
    assert_eq!(mutations(&deployment, UNSTICKER), before);
    assert_eq!(application(&deployment).status, Flink::Running);
}

/// A stack that is gone is not an incident.
#[tokio::test(flavor = "multi_thread")]
async fn a_stack_that_is_gone_is_no_incident() {
    let deployment = running_unguarded().await;
    let message = ask_unsticker(&deployment, &json!({"StackName": "flink-gone"})).await;
    assert_eq!(message["Outcome"], Value::from("NotOurs"), "{message}");
    assert!(reports(&deployment).is_empty());
}
