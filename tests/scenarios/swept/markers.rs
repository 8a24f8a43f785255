//! A marker that stands for no stop of these handlers is removed; what they stopped and no caller starts is said again.

use local_aws::Modes;
use local_aws::cloudformation::{Status, TagsOnUpdate};
use local_aws::events::{self, EventFault};
use local_aws::flink::Status as Flink;
use project::deployment::{Deployment, NAME, jar};
use serde_json::Value;

use super::{MARKER, UNSTICKER, age, calls, message, sweep, tag};
use crate::stage::{
    QUICK, application, handlers, report, running_guarded_where, running_unguarded, running_where, stop, stuck, why,
    with_jar,
};

/// The ID of the row that began the stack's newest update.
fn began(deployment: &Deployment) -> String {
    let state = deployment.world().state();
    let rows = &state.cloudformation.stack(NAME).unwrap().events;
    let own =
        |row: &&local_aws::cloudformation::StackEvent| row.logical_id == NAME && row.status == Status::UpdateInProgress;
    rows.iter().rev().find(own).unwrap().id.clone()
}

/// A tag `flink-unstick-restart` on a job that no caller stopped is removed, and a person's stop is never undone.
#[tokio::test(flavor = "multi_thread")]
async fn a_marker_on_a_job_that_no_one_stopped_goes_and_a_persons_stop_is_never_undone() {
    let deployment = running_unguarded().await;
    let key = deployment.upload(&jar("2", &[]));
    assert_eq!(deployment.deploy_unguarded(&with_jar(&key)).await, Status::UpdateComplete, "{}", why(&deployment));
    tag(&deployment, MARKER, &began(&deployment));
    sweep(&deployment).await;
    assert!(!application(&deployment).tags.contains_key(MARKER), "{}", why(&deployment));
    assert_eq!(calls(&deployment), ["UntagResource"]);
    tag(&deployment, MARKER, &began(&deployment));
    stop(&deployment);
    sweep(&deployment).await;
    let found = application(&deployment);
    assert_eq!(found.status, Flink::Ready, "{}", why(&deployment));
    assert!(!found.tags.contains_key(MARKER));
    let left = report(&deployment, "Reported").await;
    assert!(left["State"].as_str().unwrap().contains("it is left stopped, and its marker was removed"), "{left}");
}

/// The job is stopped for an update, and the event of that update's end is lost: by the unsticker, or by the guard.
async fn left_stopped(by_the_guard: bool) -> Deployment {
    let modes = Modes { tags: TagsOnUpdate::Kept, ..Modes::default() };
    let deployment = if by_the_guard { running_guarded_where(modes).await } else { running_where(modes).await };
    deployment.record("a");
    events::inject(deployment.world(), Status::UpdateRollbackComplete, EventFault::Lose);
    if by_the_guard {
        let missing = [&with_jar("jars/missing.jar")[..], &[("GuardMode", "Stop")]].concat();
        assert_eq!(deployment.deploy(&missing).await, Status::UpdateRollbackComplete, "{}", why(&deployment));
    } else {
        deployment.sink_permission(false);
        deployment.record("b");
        stuck(&deployment).await;
        deployment.stack_becomes(Status::UpdateRollbackComplete).await;
        deployment.sink_permission(true);
    }
    let found = application(&deployment);
    assert_eq!((found.status, found.tags.contains_key(MARKER)), (Flink::Ready, true), "{}", why(&deployment));
    deployment
}

/// A tag `flink-unstick-restart` that counts brings the job back though an unrelated update came between.
#[tokio::test(flavor = "multi_thread")]
async fn a_marker_brings_the_job_back_though_an_unrelated_update_came_between() {
    for by_the_guard in [true, false] {
        let deployment = left_stopped(by_the_guard).await;
        // Nothing of the application changes, so no auto-start is called.
        let parameters = [&with_jar("jars/1.jar")[..], &[("LogRetentionDays", "60")]].concat();
        let unrelated = if by_the_guard {
            deployment.deploy(&parameters).await
        } else {
            deployment.deploy_unguarded(&parameters).await
        };
        assert_eq!(unrelated, Status::UpdateComplete, "{}", why(&deployment));
        assert_eq!(application(&deployment).status, Flink::Ready, "{by_the_guard}: nothing started it yet");
        sweep(&deployment).await;
        report(&deployment, "Recovered").await;
        let found = application(&deployment);
        assert_eq!((found.status, found.tags.contains_key(MARKER)), (Flink::Running, false), "{}", why(&deployment));
        assert_eq!(found.job.unwrap().jar.version, "1");
    }
}

/// A person is notified of a job that the guard of an untagged stack stopped and no caller started.
#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_notified_of_the_job_that_the_guard_of_an_untagged_stack_stopped() {
    let deployment = handlers().await;
    let template = Deployment::application_template().to_string();
    let untagged = [("owner", "another caller")];
    let deploy = async |key: &str| {
        let parameters = [&with_jar(key)[..], &[("GuardMode", "Stop")]].concat();
        deployment.deploy_template(&template, &parameters, &untagged).await
    };
    let key = deployment.upload(&jar("1", &[]));
    assert_eq!(deploy(&key).await, Status::CreateComplete, "{}", why(&deployment));
    // No such jar: what comes behind the guard fails, and auto-start is not called.
    assert_eq!(deploy("jars/missing.jar").await, Status::UpdateRollbackComplete, "{}", why(&deployment));
    let refused = report(&deployment, "Refused").await;
    assert!(refused["State"].as_str().unwrap().contains("The stack has not opted in"), "{refused}");
    assert!(refused["Next"].as_str().unwrap().contains("start-application --application-name flink-test"), "{refused}");
    assert_eq!(application(&deployment).status, Flink::Ready);
    assert!(calls(&deployment).is_empty());
}

/// A job that waits for its fix is reported again at half the bound, at the bound and daily, and an alarm watches it.
#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_waits_for_its_fix_is_said_again_at_half_the_bound_at_the_bound_and_daily() {
    let deployment = running_unguarded().await;
    deployment.record("poison");
    stuck(&deployment).await;
    let waits = report(&deployment, "StoppedAwaitingFix").await;
    assert!(waits["State"].as_str().unwrap().contains("if it runs again by 20"), "{waits}");
    deployment.world().until(|state| state.lambda.is_idle().then_some(())).await;
    for (hours, notified) in [(9, 0), (1, 1), (1, 1), (9, 2), (12, 2), (12, 3)] {
        age(&deployment, hours);
        sweep(&deployment).await;
        let message = message(&deployment);
        assert_eq!(message.len(), notified, "{hours} {message:?}");
        assert!(
            message
                .iter()
                .all(|one| one["State"].as_str().unwrap().contains("flink-test was stopped and does not run"))
        );
    }
    let is_line = |line: &local_aws::lambda::LogLine| {
        serde_json::from_str::<Value>(&line.line).is_ok_and(|line| line["StoppedJobs"] == 1)
    };
    assert!(
        deployment.world().state().lambda.logs.iter().filter(|line| is_line(line)).count() >= 6,
        "the alarm's metric"
    );
}

/// A start in recovery has a time limit of its own, and a margin beyond the timeout disables nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_start_in_recovery_has_a_patience_of_its_own_and_a_margin_beyond_the_timeout_disables_nothing() {
    let environment = [&QUICK[..], &[("STOP_MINUTES", "0")]].concat();
    let margin = [("POLL_INTERVAL_MS", "10"), ("REPLY_MARGIN_MS", "900000"), ("STABILIZE_SECONDS", "0")];
    for environment in [&environment[..], &margin[..]] {
        let deployment = Deployment::start(local_aws::Options::default(), environment).await;
        let key = deployment.upload(&jar("1", &["poison"]));
        assert_eq!(deployment.deploy_unguarded(&with_jar(&key)).await, Status::CreateComplete, "{}", why(&deployment));
        deployment.sink_permission(false);
        deployment.record("a");
        stuck(&deployment).await;
        deployment.sink_permission(true);
        let recovered = report(&deployment, "Recovered").await;
        assert_eq!(recovered["Applications"][0]["Left"], "RUNNING", "{recovered}");
    }
}

/// A bound in the tag that cannot be read allows the unsticker no force-stop.
#[tokio::test(flavor = "multi_thread")]
async fn a_bound_that_no_one_can_read_allows_no_force_stop() {
    for bound in ["2h", "18446744073709551615"] {
        let deployment = running_unguarded().await;
        tag(&deployment, "flink-max-replay-hours", bound);
        deployment.record("poison");
        stuck(&deployment).await;
        let refused = report(&deployment, "Refused").await;
        let expected = format!("A tag cannot be read: flink-test: flink-max-replay-hours is \"{bound}\"");
        assert!(refused["State"].as_str().unwrap().contains(&expected), "{refused}");
        assert_eq!(application(&deployment).status, Flink::Running, "{bound}");
        assert!(calls(&deployment).is_empty(), "{UNSTICKER} stops nothing: {bound}");
    }
}
