//! Another caller is at the same application at the same time: look again, never repeat blindly.

use local_aws::World;
use local_aws::api::ApiError;
use local_aws::cloudformation::Status;
use local_aws::faults::Fault;
use local_aws::flink::{self, Hold, Status as Flink};
use local_aws::{State, modes::StopOfReady};
use project::deployment::{Deployment, NAME};
use serde_json::json;

use crate::stage::{
    application, auto_start_role, delete, is_logged, is_reported, mutations, person, running_unguarded, stop,
    taken_starts, touch, why,
};

/// The next `times` calls of the auto-start meet this.
fn meets(deployment: &Deployment, action: &str, times: u32, error: ApiError) {
    let role = auto_start_role(deployment);
    let action = format!("kinesisanalytics:{action}");
    deployment.world().state().faults.inject_for(role, &action, times, Fault::Refuse(error));
}

fn in_use(status: &str) -> ApiError {
    ApiError::new("ResourceInUseException", format!("Application cannot be started in '{status}' state"))
}

/// As soon as this call was refused, the world is changed.
async fn once_refused(deployment: &Deployment, action: &str, change: impl Fn(&World, &mut State)) {
    let world = deployment.world();
    let action = format!("kinesisanalytics:{action}");
    world
        .until(|state| {
            let refused = state.journal.iter().any(|call| call.action == action && call.refused.is_some());
            refused.then(|| change(world, state))
        })
        .await;
}

/// An application that another caller starts is not started again.
#[tokio::test(flavor = "multi_thread")]
async fn an_application_that_another_caller_starts_is_not_started_again() {
    let deployment = running_unguarded().await;
    stop(&deployment);
    meets(&deployment, "StartApplication", 3, in_use("STARTING"));
    let another_caller = once_refused(&deployment, "StartApplication", |world, state| {
        person(world, state, "StartApplication", json!({}));
    });
    let (status, ()) = tokio::join!(touch(&deployment, &[]), another_caller);
    assert_eq!(status, Status::UpdateComplete, "{}", why(&deployment));
    assert_eq!(application(&deployment).status, Flink::Running);
    assert_eq!(taken_starts(&deployment), 2, "the first deployment's, and the person's");
}

/// A status that changes between read and call is read again, whatever error the service returns.
#[tokio::test(flavor = "multi_thread")]
async fn a_status_that_changes_between_look_and_call_is_looked_at_again_whatever_the_service_calls_it() {
    let deployment = running_unguarded().await;
    for code in ["InvalidRequestException", "ResourceInUseException"] {
        stop(&deployment);
        let text = "Application cannot be started in 'UPDATING' state";
        meets(&deployment, "StartApplication", 1, ApiError::new(code, text));
        meets(&deployment, "CreateApplicationSnapshot", 1, ApiError::new(code, text));
        let status = touch(&deployment, &[("StabilizeSeconds", "1")]).await;
        assert_eq!(status, Status::UpdateComplete, "{code} {}", why(&deployment));
        assert_eq!(application(&deployment).status, Flink::Running);
    }
}

/// A start that another caller cancels is reported and not repeated.
#[tokio::test(flavor = "multi_thread")]
async fn a_start_that_another_caller_cancels_is_reported_and_not_fought() {
    let deployment = running_unguarded().await;
    stop(&deployment);
    deployment.world().state().flink.hold(NAME, Flink::Starting, Hold::UntilReleased);
    let world = deployment.world();
    let another_caller = world.until(|state| {
        let starting = state.flink.applications[NAME].status == Flink::Starting;
        starting.then(|| {
            person(world, state, "StopApplication", json!({"Force": true}));
            state.flink.hold(NAME, Flink::Starting, Hold::default());
        })
    });
    let (status, ()) = tokio::join!(touch(&deployment, &[]), another_caller);
    assert_eq!(status, Status::UpdateRollbackComplete, "{}", why(&deployment));
    assert!(is_reported(&deployment, "Tried: one start, cancelled."), "{}", why(&deployment));
}

/// An update begun by a person is waited out.
#[tokio::test(flavor = "multi_thread")]
async fn an_update_begun_by_a_person_is_waited_out() {
    let deployment = running_unguarded().await;
    {
        let mut state = deployment.world().state();
        state.flink.hold(NAME, Flink::Updating, Hold::Looks(3));
        let token = state.flink.applications[NAME].token.clone();
        let update = json!({"ConditionalToken": token, "ApplicationConfigurationUpdate":
            {"ApplicationSnapshotConfigurationUpdate": {"SnapshotsEnabledUpdate": true}}});
        person(deployment.world(), &mut state, "UpdateApplication", update);
    }
    assert_eq!(touch(&deployment, &[]).await, Status::UpdateComplete, "{}", why(&deployment));
    assert!(is_logged(&deployment, "the application is UPDATING, which passes"), "{}", why(&deployment));
    assert_eq!(application(&deployment).status, Flink::Running);
    assert_eq!(mutations(&deployment, "flink-auto-start"), ["StartApplication"], "only the first deployment's");
}

/// Another caller that keeps changing the application is reported.
#[tokio::test(flavor = "multi_thread")]
async fn one_that_keeps_changing_the_application_is_reported_about() {
    let deployment = running_unguarded().await;
    stop(&deployment);
    meets(&deployment, "StartApplication", 10_000, in_use("UPDATING"));
    assert_eq!(touch(&deployment, &[]).await, Status::UpdateRollbackComplete, "{}", why(&deployment));
    assert!(is_reported(&deployment, "Let the other change end, then deploy again"), "{}", why(&deployment));
    assert!(is_reported(&deployment, "cannot be started in 'UPDATING' state"), "{}", why(&deployment));
}

/// A stop that comes too late does not fail the deletion, whatever the service calls it.
#[tokio::test(flavor = "multi_thread")]
async fn a_stop_that_comes_too_late_is_no_failure_whatever_the_service_calls_it() {
    for code in [StopOfReady::InvalidArgument, StopOfReady::InvalidRequest, StopOfReady::ResourceInUse] {
        let deployment = running_unguarded().await;
        assert_eq!(touch(&deployment, &[]).await, Status::UpdateComplete, "OnDelete is Stop now");
        let error = format!("{code:?}Exception");
        meets(
            &deployment,
            "StopApplication",
            1,
            ApiError::new(&error, "Application cannot be Stopped in 'READY' state"),
        );
        let another_caller = once_refused(&deployment, "StopApplication", |_, state| {
            flink::put_status(state, NAME, Flink::Ready);
        });
        let (status, ()) = tokio::join!(delete(&deployment), another_caller);
        assert_eq!(status, Status::DeleteComplete, "{}", why(&deployment));
        assert_eq!(mutations(&deployment, "flink-auto-start"), ["StartApplication", "StopApplication"], "{error}");
    }
}
