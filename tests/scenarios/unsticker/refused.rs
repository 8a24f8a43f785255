//! What `flink-rollback-unsticker` is refused, and who is notified: by the service that does not stop, by
//! CloudFormation that does not continue, by a second blocker.

use local_aws::api::ApiError;
use local_aws::cloudformation::{FailureOnTheWayBack, Status};
use local_aws::faults::Fault;
use local_aws::flink::Status as Flink;
use local_aws::{Modes, Options};
use project::deployment::{Deployment, NAME};
use serde_json::Value;

use crate::stage::{
    application, begun_with, idle, mutations, report, running_unguarded, running_unguarded_in, stuck, unsticker, why,
    with_jar,
};

const UNSTICKER: &str = "flink-rollback-unsticker";
const STOP: &str = "kinesisanalytics:StopApplication";
const CONTINUE: &str = "cloudformation:ContinueUpdateRollback";

fn refuse(code: &str, text: &str) -> Fault {
    Fault::Refuse(ApiError::new(code, text))
}

/// How often the unsticker called this, whatever became of it.
fn calls(deployment: &Deployment, operation: &str) -> usize {
    mutations(deployment, UNSTICKER).iter().filter(|call| *call == operation).count()
}

fn text(report: &Value, member: &str) -> String {
    report[member].as_str().unwrap_or_default().to_owned()
}

/// A force-stop that is rejected is reported, and the rollback is not continued over a running job.
#[tokio::test(flavor = "multi_thread")]
async fn a_force_stop_that_is_rejected_is_reported_and_the_rollback_is_not_continued() {
    let deployment = running_unguarded().await;
    deployment.record("poison");
    {
        let (who, mut state) = (unsticker(&deployment), deployment.world().state());
        // The graceful stop gets the service's own answer.
        state.faults.inject_for(who.clone(), STOP, 1, Fault::Pass);
        let text = "Application cannot be stopped in 'RUNNING' state";
        state.faults.inject_for(who, STOP, 1000, refuse("ResourceInUseException", text));
    }
    stuck(&deployment).await;
    let message = report(&deployment, "Refused").await;
    assert!(text(&message, "State").contains("The application does not stop: flink-test"), "{message}");
    assert!(text(&message, "State").contains("cannot be stopped in 'RUNNING' state"), "{message}");
    let next = text(&message, "Next");
    assert!(
        next.contains("stop-application --application-name flink-test --force; aws cloudformation cont"),
        "{message}"
    );
    idle(&deployment).await;
    assert_eq!(calls(&deployment, "StopApplication"), 4, "gracefully, and three times by force");
    assert_eq!(calls(&deployment, "ContinueUpdateRollback"), 0);
}

/// A snapshot failure beside another blocker is reported before anything is stopped.
#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_failure_beside_another_blocker_is_reported_before_any_stop() {
    let modes = Modes { failure_on_the_way_back: FailureOnTheWayBack::LetsOthersEnd, ..Modes::default() };
    let deployment = running_unguarded_in(Options { modes, ..Options::default() }).await;
    deployment.record("poison");
    let denied = refuse("LimitExceededException", "Resource limit exceeded.");
    // On the way forward it may, on the way back it may not: the retention is the log group's own trouble.
    deployment.world().state().faults.inject("logs:PutRetentionPolicy", 1, Fault::Pass);
    deployment.world().state().faults.inject("logs:PutRetentionPolicy", 1000, denied);
    let key = deployment.upload(&project::deployment::jar("2", &["poison"]));
    let parameters = [&with_jar(&key)[..], &[("LogRetentionDays", "60")]].concat();
    let status = deployment.deploy_unguarded(&parameters).await;
    assert_eq!(status, Status::UpdateRollbackFailed, "{}", why(&deployment));
    let message = report(&deployment, "Refused").await;
    assert!(text(&message, "State").contains("The rollback is blocked by something else: LogGroup"), "{message}");
    assert_eq!(message["Blockers"].as_array().unwrap().len(), 2, "{message}");
    let next = text(&message, "Next");
    assert!(
        next.contains("stop-application --application-name flink-test --force; aws cloudformation cont"),
        "{message}"
    );
    assert!(mutations(&deployment, UNSTICKER).is_empty());
    assert_eq!(application(&deployment).status, Flink::Running);
}

/// A rollback is continued once, even if the answer is lost.
#[tokio::test(flavor = "multi_thread")]
async fn a_rollback_whose_answer_is_lost_is_continued_once() {
    let deployment = running_unguarded().await;
    deployment.record("poison");
    let who = unsticker(&deployment);
    deployment.world().state().faults.inject_for(who, CONTINUE, 1, Fault::LoseReply);
    stuck(&deployment).await;
    let message = report(&deployment, "RollbackContinued").await;
    assert!(message["Actions"].to_string().contains("ContinueUpdateRollback"), "{message}");
    report(&deployment, "StoppedAwaitingFix").await;
    idle(&deployment).await;
    assert_eq!(begun_with(&deployment, "unstick-"), 1, "one operation of the stack, whatever was sent again");
}

/// A client token that is used while the stack stays stuck is reported.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_used_while_the_stack_stays_stuck_is_reported() {
    let deployment = running_unguarded().await;
    deployment.record("poison");
    let used = refuse("TokenAlreadyExistsException", "A client request token already exists for this operation.");
    deployment.world().state().faults.inject(CONTINUE, 1000, used);
    stuck(&deployment).await;
    let message = report(&deployment, "Refused").await;
    assert!(text(&message, "State").contains("client request token already exists"), "{message}");
    assert!(
        text(&message, "Next").contains("aws cloudformation continue-update-rollback --stack-name arn:"),
        "{message}"
    );
    assert_eq!(application(&deployment).status, Flink::Ready, "{message}");
    idle(&deployment).await;
    assert_eq!(calls(&deployment, "ContinueUpdateRollback"), 1);
}

/// A delayed delivery stops nothing that another one recovered meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_that_was_held_up_stops_nothing_that_another_one_cured_meanwhile() {
    let deployment = running_unguarded().await;
    deployment.record("poison");
    // So long that another caller is faster.
    let throttled = refuse("ThrottlingException", "Rate exceeded");
    let role = unsticker(&deployment);
    deployment.world().state().faults.inject_for(role, STOP, 3, throttled);
    let another = deployment.world().until(|state| {
        let is_stopping = state.journal.iter().any(|call| call.action == STOP);
        let stack = state.cloudformation.stacks.iter_mut().find(|stack| stack.name == NAME);
        is_stopping.then(|| stack.map(|stack| stack.status = Status::UpdateRollbackComplete))
    });
    tokio::join!(stuck(&deployment), another);
    let message = report(&deployment, "RollbackContinued").await;
    assert!(text(&message, "State").contains("A person, or another delivery, continued the rollback"), "{message}");
    assert_eq!(application(&deployment).status, Flink::Running, "{}", why(&deployment));
    assert_eq!(calls(&deployment, "ContinueUpdateRollback"), 0);
}
