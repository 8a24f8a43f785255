//! Throttling, 5xx and lost connections are no verdict: look again, and never a second start.

use local_aws::api::ApiError;
use local_aws::cloudformation::Status;
use local_aws::faults::Fault;
use local_aws::flink::Status as Flink;
use project::deployment::Deployment;

use crate::stage::{
    application, auto_start_role, is_reported, mutations, running_unguarded, stop, taken_starts, touch, why,
};

fn meets(deployment: &Deployment, action: &str, times: u32, fault: &Fault) {
    let role = auto_start_role(deployment);
    deployment.world().state().faults.inject_for(role, action, times, fault.clone());
}

/// What a service says, or fails to say, when it says nothing about the application.
fn no_information() -> [Fault; 7] {
    [
        Fault::Refuse(ApiError::throttled()),
        Fault::Refuse(ApiError::new("InvalidRequestException", "Rate exceeded")),
        Fault::Refuse(ApiError::internal()),
        Fault::Refuse(ApiError::with_status(503, "ServiceUnavailableException", "")),
        // Whatever a load balancer says with a 5xx, it says nothing of the application.
        Fault::Refuse(ApiError::with_status(502, "BadGateway", "<html>Bad Gateway</html>")),
        Fault::LoseRequest,
        Fault::LoseReply,
    ]
}

/// Throttling, 5xx, lost requests and lost replies never make a second start.
#[tokio::test(flavor = "multi_thread")]
async fn a_start_without_an_answer_is_looked_for_and_never_made_twice() {
    let deployment = running_unguarded().await;
    for (starts, fault) in (2..).zip(no_information()) {
        stop(&deployment);
        meets(&deployment, "kinesisanalytics:StartApplication", 2, &fault);
        assert_eq!(touch(&deployment, &[]).await, Status::UpdateComplete, "{fault:?}\n{}", why(&deployment));
        assert_eq!(application(&deployment).status, Flink::Running);
        assert_eq!(taken_starts(&deployment), starts, "{fault:?}");
        deployment.world().state().faults.clear();
    }
}

/// A read without an answer is retried, and decides nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_look_without_an_answer_is_taken_again() {
    let deployment = running_unguarded().await;
    for fault in no_information() {
        stop(&deployment);
        for look in
            ["DescribeApplication", "ListApplicationOperations", "ListApplicationSnapshots", "ListTagsForResource"]
        {
            meets(&deployment, &format!("kinesisanalytics:{look}"), 2, &fault);
        }
        meets(&deployment, "cloudformation:*", 2, &fault);
        assert_eq!(touch(&deployment, &[]).await, Status::UpdateComplete, "{fault:?}\n{}", why(&deployment));
        assert_eq!(application(&deployment).status, Flink::Running);
    }
    assert_eq!(taken_starts(&deployment), 8, "one for each deployment");
}

/// A quota is reported and not retried.
#[tokio::test(flavor = "multi_thread")]
async fn a_quota_is_reported_and_not_retried() {
    let deployment = running_unguarded().await;
    stop(&deployment);
    let quota = ApiError::new("LimitExceededException", "You have reached the KPU quota of this account");
    meets(&deployment, "kinesisanalytics:StartApplication", 1, &Fault::Refuse(quota));
    assert_eq!(touch(&deployment, &[]).await, Status::UpdateRollbackComplete, "{}", why(&deployment));
    assert!(is_reported(&deployment, "You have reached the KPU quota of this account"), "{}", why(&deployment));
    let starts = ["StartApplication", "StartApplication", "StartApplication"];
    assert_eq!(mutations(&deployment, "flink-auto-start"), starts, "the first deployment's, one here, the rollback's");
}

/// A service that never answers is reported.
#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_never_answers_is_reported() {
    let deployment = running_unguarded().await;
    stop(&deployment);
    meets(&deployment, "kinesisanalytics:StartApplication", 21, &Fault::Refuse(ApiError::throttled()));
    assert_eq!(touch(&deployment, &[]).await, Status::UpdateRollbackComplete, "{}", why(&deployment));
    assert!(is_reported(&deployment, "AWS did not respond"), "{}", why(&deployment));
    assert!(is_reported(&deployment, "deploy fewer stacks at a time"), "{}", why(&deployment));
    assert_eq!(taken_starts(&deployment), 2, "the first deployment's, and the rollback's");
}
