//! What ends a story besides CloudFormation and these handlers: people, and a starter.

use local_aws::State;
use local_aws::cloudformation::Status;
use local_aws::flink::{self, Status as Flink};
use project::deployment::NAME;
use serde_json::json;

use crate::stage::{Stage, person};
use crate::way::Way;

/// Asks for a deployment and waits for its end.
pub(crate) async fn deployed(stage: &Stage, (version, fails_on): (&str, &[&str]), properties: u32) {
    stage.request(version, fails_on, properties);
    stage.settled().await;
}

/// Whether the stack is in UPDATE_ROLLBACK_FAILED.
pub(crate) fn stuck(stage: &Stage) -> bool {
    stage.world().state().cloudformation.stack(NAME).is_some_and(|one| one.status == Status::UpdateRollbackFailed)
}

/// READY is started: by the starter at once, by a person when they notice.
pub(crate) async fn started_by_others(stage: &Stage) {
    if is(stage, Flink::Ready) {
        match stage.way {
            Way::Person(_) => person(stage.way.person()).await,
            Way::Starter => person(stage.constants.provider_framework).await,
            Way::Probe | Way::Stop => return,
        }
        stage.start_by_hand().await;
    }
}

fn is(stage: &Stage, status: Flink) -> bool {
    stage.world().state().flink.applications.get(NAME).is_some_and(|one| one.status == status)
}

/// After a deployment that failed: the old version runs again, by the unsticker or a person.
pub(crate) async fn cured(stage: &Stage) {
    if stage.way.is_ours() {
        let runs = |state: &mut State| {
            let stack = state.cloudformation.stack(NAME)?;
            let application = state.flink.applications.get(NAME)?;
            let is_back = stack.status == Status::UpdateRollbackComplete && application.status == Flink::Running;
            (is_back && !application.is_unhealthy()).then_some(())
        };
        stage.world().wait_for(runs).await;
        return;
    }
    if stuck(stage) {
        stage.unstick_by_hand().await;
        stage.start_by_hand().await;
        return;
    }
    started_by_others(stage).await;
    let loops = stage.world().state().flink.applications.get(NAME).is_some_and(flink::Application::is_unhealthy);
    if loops {
        // Nothing said so: the person deploys the old version again, over a job that cannot be snapshotted.
        person(stage.way.person()).await;
        stage.call("StopApplication", json!({"Force": true}));
        stage.becomes(Flink::Ready).await;
        person(30.0).await;
        stage.request("1", &[], 1);
        stage.settled().await;
        stage.start_by_hand().await;
    }
}
