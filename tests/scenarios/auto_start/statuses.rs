//! Whatever status an Update finds: it passes and is waited out, or it does not and is reported.

use local_aws::cloudformation::Status;
use local_aws::flink::{self, Hold, Status as Flink};
use project::deployment::{Deployment, NAME};

use crate::stage::{application, is_logged, is_reported, mutations, running_unguarded, taken_starts, touch, why};

/// The application enters this status, which shows itself twice.
fn enters(deployment: &Deployment, status: Flink) {
    let mut state = deployment.world().state();
    state.flink.hold(NAME, status, Hold::Looks(2));
    flink::put_status(&mut state, NAME, status);
}

/// An application that already runs is a success without a call.
#[tokio::test(flavor = "multi_thread")]
async fn an_application_that_runs_is_a_success_without_a_call() {
    let deployment = running_unguarded().await;
    let before = mutations(&deployment, "flink-auto-start");
    assert_eq!(touch(&deployment, &[]).await, Status::UpdateComplete, "{}", why(&deployment));
    assert_eq!(mutations(&deployment, "flink-auto-start"), before);
}

/// STARTING, UPDATING, AUTOSCALING, ROLLING_BACK and MAINTENANCE are waited out without a call.
#[tokio::test(flavor = "multi_thread")]
async fn a_status_that_passes_is_waited_out_without_a_call() {
    let deployment = running_unguarded().await;
    for status in [Flink::Starting, Flink::Updating, Flink::Autoscaling, Flink::RollingBack, Flink::Maintenance] {
        enters(&deployment, status);
        assert_eq!(touch(&deployment, &[]).await, Status::UpdateComplete, "{}", why(&deployment));
        assert_eq!(application(&deployment).status, Flink::Running);
        assert!(is_logged(&deployment, &format!("the application is {status}, which passes")), "{}", why(&deployment));
        assert_eq!(mutations(&deployment, "flink-auto-start"), ["StartApplication"], "{status}");
    }
}

/// STOPPING and FORCE_STOPPING are waited out, then the application is started.
#[tokio::test(flavor = "multi_thread")]
async fn a_stop_that_is_under_way_is_waited_out_and_then_it_is_started() {
    let deployment = running_unguarded().await;
    for (starts, status) in (2..).zip([Flink::Stopping, Flink::ForceStopping]) {
        enters(&deployment, status);
        assert_eq!(touch(&deployment, &[]).await, Status::UpdateComplete, "{}", why(&deployment));
        assert_eq!(application(&deployment).status, Flink::Running);
        assert!(is_logged(&deployment, &format!("the application is {status}, which passes")), "{}", why(&deployment));
        assert_eq!(taken_starts(&deployment), starts, "{status}");
    }
}

/// ROLLED_BACK and DELETING, in which the service starts nothing, are reported.
#[tokio::test(flavor = "multi_thread")]
async fn a_status_in_which_the_service_starts_nothing_is_reported() {
    let deployment = running_unguarded().await;
    for (status, message) in [
        (Flink::RolledBack, "start or update it there, then deploy again"),
        (Flink::Deleting, "Wait until it is gone, then deploy again"),
    ] {
        deployment.world().state().flink.hold(NAME, status, Hold::UntilReleased);
        enters_for_good(&deployment, status);
        assert_eq!(touch(&deployment, &[]).await, Status::UpdateRollbackComplete, "{}", why(&deployment));
        assert!(is_reported(&deployment, message), "{}", why(&deployment));
        assert!(is_reported(&deployment, &format!("Last seen: {status}")), "{}", why(&deployment));
    }
    assert_eq!(mutations(&deployment, "flink-auto-start"), ["StartApplication"], "only the first deployment's");
}

fn enters_for_good(deployment: &Deployment, status: Flink) {
    flink::put_status(&mut deployment.world().state(), NAME, status);
}

/// An unknown status is reported with its word.
#[tokio::test(flavor = "multi_thread")]
async fn a_status_word_that_is_not_known_yet_is_reported_with_the_word_in_it() {
    let deployment = running_unguarded().await;
    deployment.world().state().flink.applications.get_mut(NAME).unwrap().word = Some("HIBERNATING".to_owned());
    assert_eq!(touch(&deployment, &[]).await, Status::UpdateRollbackComplete, "{}", why(&deployment));
    assert!(is_reported(&deployment, "HIBERNATING"), "{}", why(&deployment));
    assert!(is_reported(&deployment, "Update the handlers"), "{}", why(&deployment));
    assert_eq!(mutations(&deployment, "flink-auto-start"), ["StartApplication"], "only the first deployment's");
}
