//! `flink-rollback-unsticker` and a stack of two applications: each is stopped, started and proven for itself, and each
//! is in the report.

use local_aws::api::Caller;
use local_aws::cloudformation::{FailureOnTheWayBack, Status};
use local_aws::events::{self, EventFault};
use local_aws::flink::{self, Application, Status as Flink};
use local_aws::{Modes, Options, State};
use project::deployment::{Deployment, NAME, jar};
use serde_json::{Value, json};

use crate::stage::{QUICK, ask_unsticker, idle, report, reports, why};

mod twelve;

const OTHER: &str = "flink-other";

/// The committed template without its guard, with a second application on the same stream that has a jar of its own.
fn two_applications() -> String {
    let mut template = Deployment::template_without_guard();
    add(&mut template, "Other", OTHER);
    template.to_string()
}

/// Adds an application of this name, with a jar of its own; its resources' logical IDs begin so.
fn add(template: &mut Value, prefix: &str, name: &str) {
    for resource in ["Application", "LoggingOption", "PropertyGroups", "AutoStart"] {
        let mut another = another(&template["Resources"][resource], prefix);
        if resource == "Application" {
            another["Properties"]["ApplicationName"] = json!(name);
        }
        template["Resources"][format!("{prefix}{resource}")] = another;
    }
    template["Parameters"][format!("{prefix}JarKey")] = json!({"Type": "String"});
}

/// The same, about the application whose logical IDs begin so.
fn another(value: &Value, prefix: &str) -> Value {
    match value {
        Value::String(name)
            if ["Application", "LoggingOption", "PropertyGroups", "JarKey"].contains(&name.as_str()) =>
        {
            json!(format!("{prefix}{name}"))
        }
        Value::Object(members) => members
            .iter()
            // The name of a property, and groups, are what they are.
            .map(|(key, inner)| {
                (key.clone(), if key == "PropertyMap" { inner.clone() } else { another(inner, prefix) })
            })
            .collect(),
        Value::Array(items) => items.iter().map(|item| another(item, prefix)).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

/// Deploys both; each with its version, and what that cannot process.
async fn deploy(deployment: &Deployment, first: (&str, &[&str]), other: (&str, &[&str])) -> Status {
    let (key, other) = (deployment.upload(&jar(first.0, first.1)), deployment.upload(&jar(other.0, other.1)));
    let parameters = [("JarKey", &*key), ("OtherJarKey", &*other), ("StabilizeSeconds", "0"), ("OnDelete", "Leave")];
    deployment.deploy_template(&two_applications(), &parameters, &[("flink-unstick", "enabled")]).await
}

/// Both run version 1, in a world where a failed rollback shows one blocker at a time, or all.
async fn both_running(failure_on_the_way_back: FailureOnTheWayBack, other_fails_on: &[&str]) -> Deployment {
    let modes = Modes { failure_on_the_way_back, ..Modes::default() };
    let deployment = Deployment::start(Options { modes, ..Options::default() }, &QUICK).await;
    let status = deploy(&deployment, ("1", &["poison"]), ("1-other", other_fails_on)).await;
    assert_eq!(status, Status::CreateComplete, "{}", why(&deployment));
    deployment
}

fn named(deployment: &Deployment, name: &str) -> Application {
    deployment.world().state().flink.applications[name].clone()
}

/// The applications that the unsticker stopped, in order; only what the service took counts.
fn stopped(state: &State) -> Vec<String> {
    let role = Caller::Role(state.lambda.functions["flink-rollback-unsticker"].role_name().to_owned());
    let calls = state.journal.iter().filter(|call| call.caller == role && call.refused.is_none());
    let stops = calls.filter(|call| call.action == "kinesisanalytics:StopApplication");
    stops.map(|call| call.body["ApplicationName"].as_str().unwrap().to_owned()).collect()
}

/// When the unsticker started applications and when it proved them, in places of the journal.
fn starts_and_proofs(state: &State) -> (Vec<usize>, Vec<usize>) {
    let role = Caller::Role(state.lambda.functions["flink-rollback-unsticker"].role_name().to_owned());
    let of = |action: &str| {
        let made = state.journal.iter().enumerate().filter(|(_, call)| call.caller == role && call.action == action);
        made.map(|(place, _)| place).collect()
    };
    (of("kinesisanalytics:StartApplication"), of("kinesisanalytics:CreateApplicationSnapshot"))
}

/// How a report says that it left an application.
fn left<'a>(report: &'a Value, name: &str) -> &'a Value {
    let applications = report["Applications"].as_array().unwrap();
    &applications.iter().find(|one| one["ApplicationName"] == name).unwrap_or(&Value::Null)["Left"]
}

/// Of several blocked applications each is stopped, started, proven and reported for itself.
#[tokio::test(flavor = "multi_thread")]
async fn two_blocked_applications_are_both_stopped_started_and_reported() {
    for shown in [FailureOnTheWayBack::LetsOthersEnd, FailureOnTheWayBack::CancelsOthers] {
        let deployment = both_running(shown, &["poison"]).await;
        deployment.sink_permission(false);
        deployment.record("a");
        let status = deploy(&deployment, ("2", &["poison"]), ("2-other", &["poison"])).await;
        assert_eq!(status, Status::UpdateRollbackFailed, "{}", why(&deployment));
        // One by one or at once, each has to be stopped: only then does the cause pass.
        deployment.world().until(|state| (stopped(state).len() == 2).then_some(())).await;
        deployment.sink_permission(true);
        let recovered = report(&deployment, "Recovered").await;
        let (starts, proofs) = starts_and_proofs(&deployment.world().state());
        assert!(starts.iter().all(|start| proofs.iter().all(|proof| start < proof)), "{starts:?} {proofs:?}");
        for (name, version) in [(NAME, "1"), (OTHER, "1-other")] {
            assert_eq!(left(&recovered, name), "RUNNING", "{shown:?} {recovered}\n{}", why(&deployment));
            let message = reports(&deployment);
            let message = message.iter().filter(|one| one["Outcome"] == "RollbackContinued");
            assert!(message.clone().any(|one| left(one, name) == "READY"), "{shown:?} {name}");
            assert_eq!(named(&deployment, name).job.unwrap().jar.version, version, "{shown:?}");
        }
    }
}

/// A healthy application beside a blocked one is never stopped.
#[tokio::test(flavor = "multi_thread")]
async fn a_healthy_application_beside_a_blocked_one_is_never_stopped() {
    let deployment = both_running(FailureOnTheWayBack::default(), &[]).await;
    deployment.record("poison");
    let status = deploy(&deployment, ("2", &["poison"]), ("1-other", &[])).await;
    assert_eq!(status, Status::UpdateRollbackFailed, "{}", why(&deployment));
    let waits = report(&deployment, "StoppedAwaitingFix").await;
    assert_eq!(left(&waits, NAME), "READY", "{waits}");
    assert_eq!(left(&waits, OTHER), &Value::Null, "it had no part in the incident: {waits}");
    assert_eq!(named(&deployment, OTHER).status, Flink::Running);
    idle(&deployment).await;
    assert_eq!(stopped(&deployment.world().state()), [NAME, NAME], "for the rollback, and because it loops again");
}

/// Of two that were stopped one may recover while the other waits for its fix.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_that_were_stopped_one_is_cured_and_one_waits_for_its_fix() {
    let deployment = both_running(FailureOnTheWayBack::LetsOthersEnd, &[]).await;
    deployment.sink_permission(false);
    deployment.record("poison");
    let status = deploy(&deployment, ("2", &["poison"]), ("2-other", &[])).await;
    assert_eq!(status, Status::UpdateRollbackFailed, "{}", why(&deployment));
    deployment.sink_permission(true);
    let waits = report(&deployment, "StoppedAwaitingFix").await;
    assert_eq!((left(&waits, NAME), left(&waits, OTHER)), (&json!("READY"), &json!("RUNNING")), "{waits}");
    assert!(named(&deployment, NAME).tags["flink-unstick-restart"].starts_with("awaiting-fix/"));
    assert!(!named(&deployment, OTHER).tags.contains_key("flink-unstick-restart"));
}

/// An application that cannot be started does not keep the other one down.
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_started_does_not_keep_the_other_one_down() {
    let deployment = both_running(FailureOnTheWayBack::LetsOthersEnd, &[]).await;
    deployment.sink_permission(false);
    deployment.record("a");
    events::inject(deployment.world(), Status::UpdateRollbackComplete, EventFault::Lose);
    let status = deploy(&deployment, ("2", &["poison"]), ("2-other", &[])).await;
    assert_eq!(status, Status::UpdateRollbackFailed, "{}", why(&deployment));
    deployment.sink_permission(true);
    deployment.stack_becomes(Status::UpdateRollbackComplete).await;
    // Nothing but a person starts an application that the service left so.
    flink::put_status(&mut deployment.world().state(), NAME, Flink::RolledBack);
    let refused = ask_unsticker(&deployment, &json!({"StackName": NAME})).await;
    assert_eq!(refused["Outcome"], "Refused", "{refused}");
    assert!(refused["State"].as_str().unwrap().contains("The application is ROLLED_BACK: flink-test"), "{refused}");
    assert_eq!((left(&refused, NAME), left(&refused, OTHER)), (&json!("ROLLED_BACK"), &json!("RUNNING")), "{refused}");
}
