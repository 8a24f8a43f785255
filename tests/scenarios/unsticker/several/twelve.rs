//! Twelve applications of one stack: the twelfth does not wait for the proofs of the eleven before it.

use super::*;

/// The first of the stack, and eleven more.
fn names() -> Vec<String> {
    let more = (2..=12).map(|number| format!("flink-{number}"));
    std::iter::once(NAME.to_owned()).chain(more).collect()
}

fn template() -> String {
    let mut template = Deployment::template_without_guard();
    for (index, name) in names().iter().enumerate().skip(1) {
        add(&mut template, &format!("Job{}", index + 1), name);
    }
    template.to_string()
}

/// Deploys this version of all twelve.
async fn deploy(deployment: &Deployment, version: &str) -> Status {
    let key = deployment.upload(&jar(version, &["poison"]));
    let more: Vec<String> = (2..=12).map(|number| format!("Job{number}JarKey")).collect();
    let mut parameters = vec![("JarKey", &*key), ("StabilizeSeconds", "0"), ("OnDelete", "Leave")];
    parameters.extend(more.iter().map(|name| (name.as_str(), &*key)));
    deployment.deploy_template(&template(), &parameters, &[("flink-unstick", "enabled")]).await
}

/// The names that the unsticker's accepted calls of this kind carry, with their places in the journal.
fn called(state: &State, action: &str) -> Vec<(usize, String)> {
    let role = Caller::Role(state.lambda.functions["flink-rollback-unsticker"].role_name().to_owned());
    let calls = state.journal.iter().enumerate();
    let made = calls.filter(|(_, call)| call.caller == role && call.is_done() && call.action.ends_with(action));
    made.map(|(place, call)| (place, call.body["ApplicationName"].as_str().unwrap().to_owned())).collect()
}

/// Of twelve applications the last is started before the first is proven.
#[tokio::test(flavor = "multi_thread")]
async fn the_twelfth_application_is_started_before_the_first_is_proven() {
    let modes = Modes { failure_on_the_way_back: FailureOnTheWayBack::LetsOthersEnd, ..Modes::default() };
    let deployment = Deployment::start(Options { modes, ..Options::default() }, &QUICK).await;
    assert_eq!(deploy(&deployment, "1").await, Status::CreateComplete, "{}", why(&deployment));
    deployment.sink_permission(false);
    deployment.record("a");
    assert_eq!(deploy(&deployment, "2").await, Status::UpdateRollbackFailed, "{}", why(&deployment));
    deployment.world().until(|state| (stopped(state).len() == 12).then_some(())).await;
    deployment.sink_permission(true);
    let recovered = report(&deployment, "Recovered").await;
    let state = deployment.world().state();
    let (starts, proofs) = (called(&state, ":StartApplication"), called(&state, ":CreateApplicationSnapshot"));
    drop(state);
    let sorted = |calls: &[(usize, String)]| {
        let mut names: Vec<String> = calls.iter().map(|(_, name)| name.clone()).collect();
        names.sort();
        names
    };
    let mut all = names();
    all.sort();
    assert_eq!((sorted(&starts), sorted(&proofs)), (all.clone(), all), "each of them once");
    assert!(starts.last().unwrap().0 < proofs[0].0, "{starts:?} {proofs:?}");
    for name in names() {
        assert_eq!(left(&recovered, &name), "RUNNING", "{name}: {recovered}");
    }
}
