//! What the sweep leaves alone.

use local_aws::cloudformation::Status;
use local_aws::deployment::{Deployment, NAME, jar, request, settled};
use local_aws::events::{self, EventFault};
use local_aws::flink::{self, Hold, Status as Flink};

use super::{age, calls, sweep, told};
use crate::stage::{application, handlers, report, reports, running, running_unguarded, stop, stuck, why, with_jar};

/// A stack with these tags whose job loops and whose rollback failed, of which nobody heard.
async fn unheard(tags: &[(&str, &str)]) -> Deployment {
    let deployment = handlers().await;
    events::inject(deployment.world(), Status::UpdateRollbackFailed, EventFault::Lose);
    let template = Deployment::template_without_guard().to_string();
    for version in ["1", "2"] {
        let key = deployment.upload(&jar(version, &["poison"]));
        deployment.deploy_template(&template, &with_jar(&key), tags).await;
        deployment.record("poison");
    }
    deployment.stack_becomes(Status::UpdateRollbackFailed).await;
    age(&deployment, 30);
    deployment
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stack_that_did_not_opt_in() {
    let deployment = unheard(&[("owner", "somebody")]).await;
    let swept = sweep(&deployment).await;
    assert_eq!(swept["Actions"], serde_json::json!([]), "{swept}");
    assert!(calls(&deployment).is_empty());
    assert!(reports(&deployment).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_is_told_what_would_be_done() {
    let deployment = unheard(&[("flink-unstick", "dry-run")]).await;
    sweep(&deployment).await;
    let told = report(&deployment, "DryRun").await;
    assert!(told["Next"].as_str().unwrap().contains("would stop flink-test"), "{told}");
    assert!(calls(&deployment).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_snapshots_of_a_dry_run() {
    let deployment = handlers().await;
    let key = deployment.upload(&jar("1", &[]));
    let template = Deployment::application_template().to_string();
    deployment.deploy_template(&template, &with_jar(&key), &[("flink-unstick", "dry-run")]).await;
    age(&deployment, 7);
    let swept = sweep(&deployment).await;
    assert!(swept["State"].as_str().unwrap().contains("would call CreateApplicationSnapshot"), "{swept}");
    assert!(calls(&deployment).is_empty());
    assert!(told(&deployment).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stack_that_is_being_worked_on() {
    let deployment = running_unguarded().await;
    age(&deployment, 7);
    deployment.world().state().flink.hold(NAME, Flink::Updating, Hold::UntilReleased);
    let key = deployment.upload(&jar("2", &[]));
    let template = Deployment::template_without_guard().to_string();
    let (tags, role) = ([("flink-unstick", "enabled")], Some(deployment.stack_role.as_str()));
    request(deployment.world(), "UpdateStack", NAME, &template, &with_jar(&key), &tags, role).unwrap();
    let begun = |state: &mut local_aws::State| {
        let stack = state.cloudformation.stack(NAME)?;
        (stack.status == Status::UpdateInProgress).then_some(())
    };
    deployment.world().until(begun).await;
    sweep(&deployment).await;
    assert!(calls(&deployment).is_empty());
    deployment.world().until(|state| (state.flink.applications[NAME].status == Flink::Updating).then_some(())).await;
    sweep(&deployment).await;
    assert!(calls(&deployment).is_empty());
    flink::release(&mut deployment.world().state(), &deployment.world().settings, NAME);
    assert_eq!(settled(deployment.world(), NAME).await, Status::UpdateComplete, "{}", why(&deployment));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_that_a_person_stopped() {
    for after_an_incident in [false, true] {
        let deployment = if after_an_incident { running_unguarded().await } else { running().await };
        if after_an_incident {
            deployment.sink_permission(false);
            deployment.record("a");
            stuck(&deployment).await;
            deployment.sink_permission(true);
            report(&deployment, "Recovered").await;
        }
        stop(&deployment);
        let before = calls(&deployment);
        sweep(&deployment).await;
        assert_eq!(calls(&deployment), before);
        assert_eq!(application(&deployment).status, Flink::Ready);
    }
}
