//! What the sweep leaves alone.

use local_aws::State;
use local_aws::cloudformation::Status;
use local_aws::events::{self, EventFault};
use local_aws::flink::Status as Flink;
use project::deployment::{Deployment, NAME, jar, request, settled};
use serde_json::json;

use super::{UNSTICKER, age, calls, message, sweep};
use crate::stage::{
    application, ask_unsticker, handlers, idle, passing_cause, report, reports, running, running_unguarded, stop, why,
    with_jar,
};

/// A stack with these tags whose job loops and whose rollback failed, of which no one notified.
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

/// A stack that did not opt in is left alone by the sweep.
#[tokio::test(flavor = "multi_thread")]
async fn a_stack_that_did_not_opt_in() {
    let deployment = unheard(&[("owner", "another caller")]).await;
    let swept = sweep(&deployment).await;
    assert_eq!(swept["Actions"], json!([]), "{swept}");
    assert!(calls(&deployment).is_empty());
    assert!(reports(&deployment).is_empty());
}

/// In a stack tagged `dry-run` the sweep reports what would be done.
#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_is_reported_what_would_be_done() {
    let deployment = unheard(&[("flink-unstick", "dry-run")]).await;
    sweep(&deployment).await;
    let message = report(&deployment, "DryRun").await;
    assert!(message["Next"].as_str().unwrap().contains("would stop flink-test"), "{message}");
    assert!(calls(&deployment).is_empty());
}

/// In a stack tagged `dry-run` the sweep takes no snapshot.
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
    assert!(message(&deployment).is_empty());
}

/// A stack that is in progress is left alone by the sweep.
#[tokio::test(flavor = "multi_thread")]
async fn a_stack_that_is_being_worked_on() {
    let deployment = running_unguarded().await;
    age(&deployment, 7);
    // The update reaches auto-start alone, and that is not let in: the application runs on, and its snapshot is due.
    let reserve = |concurrency: Option<usize>| {
        deployment.world().state().lambda.functions.get_mut("flink-auto-start").unwrap().reserved = concurrency;
    };
    reserve(Some(0));
    let template = Deployment::template_without_guard().to_string();
    let parameters = [("JarKey", "jars/1.jar"), ("StabilizeSeconds", "0"), ("OnDelete", "Stop")];
    let (tags, role) = ([("flink-unstick", "enabled")], Some(deployment.stack_role.as_str()));
    request(deployment.world(), "UpdateStack", NAME, &template, &parameters, &tags, role).unwrap();
    deployment.stack_becomes(Status::UpdateInProgress).await;
    ask_unsticker(&deployment, &json!({"Sweep": true})).await;
    assert!(calls(&deployment).is_empty());
    assert_eq!(application(&deployment).status, Flink::Running);
    reserve(None);
    assert_eq!(settled(deployment.world(), NAME).await, Status::UpdateComplete, "{}", why(&deployment));
    sweep(&deployment).await;
    assert_eq!(calls(&deployment), ["CreateApplicationSnapshot"], "it was due all the time");
}

/// An application that a person stopped is left alone by the sweep.
#[tokio::test(flavor = "multi_thread")]
async fn an_application_that_a_person_stopped() {
    for before_it in ["a creation", "a rollback that left it running", "an incident"] {
        let deployment = if before_it == "a creation" { running().await } else { running_unguarded().await };
        match before_it {
            "an incident" => {
                passing_cause(&deployment).await;
                report(&deployment, "Recovered").await;
            }
            "a rollback that left it running" => {
                // No such jar. No caller started it since: only the time of its stop shows whose it was.
                let status = deployment.deploy_unguarded(&with_jar("jars/missing.jar")).await;
                assert_eq!(status, Status::UpdateRollbackComplete, "{}", why(&deployment));
                // The event of it found a job that runs; a minute goes by.
                let world = deployment.world();
                let notified = |state: &mut State| state.lambda.invocations.iter().any(|one| one.function == UNSTICKER);
                world.until(|state| notified(state).then_some(())).await;
                let mut state = world.state();
                let stack = state.cloudformation.stacks.iter_mut().find(|stack| stack.name == NAME).unwrap();
                stack.events.iter_mut().for_each(|row| row.time -= 60.0);
            }
            _ => {}
        }
        idle(&deployment).await;
        stop(&deployment);
        let before = calls(&deployment);
        sweep(&deployment).await;
        assert_eq!(calls(&deployment), before, "after {before_it}\n{}", why(&deployment));
        assert_eq!(application(&deployment).status, Flink::Ready, "after {before_it}");
    }
}
