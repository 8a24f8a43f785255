//! New code that cannot read the state: the update hangs in UPDATING until the resource's own handler gives it up
//! (NotStabilized), and the way back meets an application that takes no update.

use local_aws::modes::IncompatibleRestore;
use local_aws::{Modes, Options};

use super::*;
use crate::stage::{QUICK, begun_with};

/// Version 1 of this template, in a world where nothing is waited for that does not pass on its own.
async fn runs(template: &Value) -> Deployment {
    let environment = [&QUICK[..], &[("STOP_MINUTES", "0")][..]].concat();
    let modes = Modes { incompatible_restore: IncompatibleRestore::Stuck, ..Modes::default() };
    let deployment = Deployment::start(Options { modes, ..Options::default() }, &environment).await;
    assert_eq!(deploy(&deployment, template, &jar("1", &[])).await, Status::CreateComplete, "{}", why(&deployment));
    deployment.record("a");
    deployment
}

async fn deploy(deployment: &Deployment, template: &Value, jar: &Value) -> Status {
    let key = deployment.upload(jar);
    deployment.deploy_template(&template.to_string(), &with_jar(&key), &[("flink-unstick", "enabled")]).await
}

/// A jar that reads no state but its own, and CloudFormation's handler of the application, which waits no longer.
async fn deploy_what_hangs(deployment: &Deployment, template: &Value) -> Status {
    let mut jar = jar("2", &[]);
    jar["state_compatible_with"] = json!([]);
    deployment.world().state().cloudformation.expire_at_once.insert("Application".to_owned());
    let status = deploy(deployment, template, &jar).await;
    let gave_up = reasons(deployment, "Application").iter().any(|one| one.contains("NotStabilized"));
    assert!(gave_up, "{}", why(deployment));
    status
}

fn runs_again_with_its_state(deployment: &Deployment) {
    let application = application(deployment);
    let job = application.job.as_ref().unwrap_or_else(|| panic!("no job\n{}", why(deployment)));
    assert_eq!((application.status, job.jar.version.as_str()), (Flink::Running, "1"), "{}", why(deployment));
    assert_eq!(job.counts.get("a"), Some(&1), "its state, and no record lost or counted twice");
    assert!(!application.tags.contains_key(MARKER));
}

/// Without a guard the stack is stuck over an application in UPDATING, and the unsticker brings the old code back with
/// its state.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_guard_the_unsticker_brings_back_an_application_that_hangs_in_updating() {
    let template = Deployment::template_without_guard();
    let deployment = runs(&template).await;
    assert_eq!(deploy_what_hangs(&deployment, &template).await, Status::UpdateRollbackFailed, "{}", why(&deployment));
    report(&deployment, "Recovered").await;
    assert_eq!(settled(deployment.world(), NAME).await, Status::UpdateRollbackComplete);
    idle(&deployment).await;
    runs_again_with_its_state(&deployment);
    assert_eq!(begun_with(&deployment, "unstick-"), 1, "once");
}

/// With a guard the way back goes through: it ends what hangs in UPDATING, and the old code runs again with its state.
#[tokio::test(flavor = "multi_thread")]
async fn with_a_guard_the_way_back_goes_through_over_an_application_that_hangs_in_updating() {
    let mut template = Deployment::application_template();
    template["Resources"]["UpdateGuard"]["Properties"]["StopMinutes"] = json!("0");
    let deployment = runs(&template).await;
    assert_eq!(deploy_what_hangs(&deployment, &template).await, Status::UpdateRollbackComplete, "{}", why(&deployment));
    // The auto-start was not reached and gets no request: the event of the stack's end starts what the guard stopped.
    report(&deployment, "Recovered").await;
    idle(&deployment).await;
    runs_again_with_its_state(&deployment);
}
