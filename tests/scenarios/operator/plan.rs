//! `flink-stack plan`: what it says is what the deployment then does.

use std::collections::BTreeSet;
use std::time::Duration;

use local_aws::Modes;
use local_aws::cloudformation::Status;
use local_aws::flink::{self, Hold, SnapshotStatus, Status as Flink};
use local_aws::modes::SnapshotOfUnhealthy;
use project::deployment::{Deployment, NAME, jar};
use serde_json::{Value, json};

use super::{flink_stack, look};
use crate::stage::{
    application, handlers, person, running, running_guarded_where, running_unguarded, stop, stuck, taken_starts, why,
    with_jar,
};

/// Plans a deployment with these parameters; what is printed with --json.
async fn plan(deployment: &Deployment, given: &[(&str, &str)], ends_with: i32) -> Value {
    let given: Vec<String> = given.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let mut arguments = vec!["plan", "--json", "--stack", NAME];
    arguments.extend(given.iter().map(String::as_str));
    let answered = look(deployment, &arguments).await;
    assert_eq!(answered.code, ends_with, "{}", answered.printed);
    answered.json()
}

fn message(plan: &Value, about: &str) -> String {
    plan[about]["Told"].as_str().unwrap().to_owned()
}

fn changed(plan: &Value) -> BTreeSet<String> {
    plan["Changes"].as_array().unwrap().iter().map(|one| one["LogicalId"].as_str().unwrap().to_owned()).collect()
}

/// The resources that CloudFormation worked on in the newest update.
fn worked_on(deployment: &Deployment) -> BTreeSet<String> {
    let state = deployment.world().state();
    let stack = state.cloudformation.stack(NAME).unwrap();
    let began =
        stack.events.iter().rposition(|row| row.logical_id == NAME && row.status.to_string() == "UPDATE_IN_PROGRESS");
    let rows = &stack.events[began.unwrap() + 1..];
    rows.iter().map(|row| row.logical_id.clone()).filter(|id| id != NAME).collect()
}

/// A snapshot of the looping job, until it has failed: looking is what makes its time pass.
pub(super) async fn failed_snapshot(deployment: &Deployment) {
    let world = deployment.world();
    person(world, &mut world.state(), "CreateApplicationSnapshot", json!({"SnapshotName": "probe"}));
    let failed = || {
        let snapshots = &world.state().flink.applications[NAME].snapshots.clone();
        snapshots.iter().any(|one| one.name == "probe" && one.status == SnapshotStatus::Failed)
    };
    while !failed() {
        flink_stack(&deployment.aws, &["why", "--stack", NAME]).await;
    }
}

/// Where a snapshot of a job that loops is taken and fails: a plan only looks, and one that is refused leaves nothing
/// to see.
pub(super) fn snapshots_fail() -> Modes {
    Modes { snapshot_of_unhealthy: SnapshotOfUnhealthy::AcceptedThenFailed, ..Modes::default() }
}

/// Before a first deployment a plan says what will be created, and creates nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_first_deployment_is_reported_and_creates_nothing() {
    let deployment = handlers().await;
    let plan = plan(&deployment, &with_jar("jars/1.jar"), 0).await;
    assert_eq!((&plan["Status"], &plan["Restarts"]), (&json!(""), &json!(0)), "{plan}");
    assert_eq!(message(&plan, "Restart"), "it does not run yet: auto-start starts it");
    assert!(plan["Changes"].as_array().unwrap().iter().all(|one| one["Effect"] == "Add"), "{plan}");
    assert!(deployment.world().state().cloudformation.stack(NAME).is_none());
}

/// Of the same deployment again a plan says that nothing changes.
#[tokio::test(flavor = "multi_thread")]
async fn the_same_again_changes_nothing() {
    let deployment = running().await;
    let plan = plan(&deployment, &with_jar("jars/1.jar"), 0).await;
    assert_eq!((&plan["Outlook"], &plan["Changes"]), (&json!("Nothing"), &json!([])), "{plan}");
}

/// A plan of a new jar names the resources that then change, and the job restarts as often as it says.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_jar_does_what_was_planned() {
    let deployment = running().await;
    let key = deployment.upload(&jar("2", &[]));
    let before = taken_starts(&deployment);
    let plan = plan(&deployment, &with_jar(&key), 0).await;
    assert_eq!((&plan["Outlook"], &plan["Restarts"]), (&json!("GoesThrough"), &json!(1)), "{plan}");
    assert_eq!(deployment.deploy(&with_jar(&key)).await, Status::UpdateComplete, "{}", why(&deployment));
    assert_eq!(changed(&plan), worked_on(&deployment));
    assert_eq!(taken_starts(&deployment), before, "in place");
    let restarts = |one: &local_aws::flink::Snapshot| one.name.starts_with("UPDATEAPPLICATION-");
    assert_eq!(application(&deployment).snapshots.iter().filter(|one| restarts(one)).count(), 1);
}

/// A plan that does not touch the job says so.
#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_touch_the_job_is_reported_so() {
    let deployment = running().await;
    let more = [&with_jar("jars/1.jar")[..], &[("LogRetentionDays", "60")]].concat();
    let plan = plan(&deployment, &more, 0).await;
    assert_eq!((changed(&plan).len(), &plan["Restarts"]), (1, &json!(0)), "{plan}");
    let before = taken_starts(&deployment);
    assert_eq!(deployment.deploy(&more).await, Status::UpdateComplete, "{}", why(&deployment));
    assert_eq!((changed(&plan), taken_starts(&deployment)), (worked_on(&deployment), before));
}

/// A plan of another table names the replaced resource and the property key.
#[tokio::test(flavor = "multi_thread")]
async fn another_table_is_replaced_and_its_property_key_named() {
    let deployment = running().await;
    let more = [&with_jar("jars/1.jar")[..], &[("TableName", "flink-other")]].concat();
    let plan = plan(&deployment, &more, 0).await;
    let table = plan["Changes"].as_array().unwrap().iter().find(|one| one["LogicalId"] == "FeatureTable").unwrap();
    assert_eq!(table["Effect"], "Replace", "{plan}");
    assert_eq!(plan["Properties"], json!(["FlinkApplicationProperties/table.name changes"]));
    assert_eq!(deployment.deploy(&more).await, Status::UpdateComplete, "{}", why(&deployment));
    assert_eq!(changed(&plan), worked_on(&deployment));
}

/// A job that cannot be snapshotted is reported before, with what the guard will do.
#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_cannot_be_snapshotted_is_reported_before_and_forced_as_planned() {
    let deployment = running_guarded_where(snapshots_fail()).await;
    deployment.record("poison");
    failed_snapshot(&deployment).await;
    let key = deployment.upload(&jar("2", &[]));
    let risky = plan(&deployment, &with_jar(&key), 1).await;
    assert!(message(&risky, "Snapshot").contains("the guard forces: state restarts empty"), "{risky}");
    let careful = [&with_jar(&key)[..], &[("OnSnapshotFailure", "Fail")]].concat();
    assert_eq!(plan(&deployment, &careful, 1).await["Outlook"], "Fails");
    assert_eq!(deployment.deploy(&with_jar(&key)).await, Status::UpdateComplete, "{}", why(&deployment));
    let answer = crate::stage::answers(&deployment, "UpdateGuard").pop().unwrap();
    assert_eq!(answer["Data"]["Outcome"], "ForceStopped");
}

/// A state that is too old to be replayed is reported before.
#[tokio::test(flavor = "multi_thread")]
async fn a_state_older_than_the_bound_is_reported_before() {
    let deployment = running_guarded_where(snapshots_fail()).await;
    deployment.record("poison");
    failed_snapshot(&deployment).await;
    flink::age_application(&mut deployment.world().state(), NAME, Duration::from_hours(30));
    let plan = plan(&deployment, &with_jar("jars/2.jar"), 1).await;
    assert!(message(&plan, "Snapshot").contains("at most 20 hours may be replayed"), "{plan}");
}

/// Another name, another runtime and a skip are reported by what they cost.
#[tokio::test(flavor = "multi_thread")]
async fn another_name_another_runtime_and_a_skip_are_reported_by_what_they_cost() {
    let deployment = running().await;
    for (parameter, value, outlook, word) in [
        ("ApplicationName", "flink-other", "Fails", "ANOTHER APPLICATION"),
        ("RuntimeEnvironment", "FLINK-1_19", "Fails", "cannot be restored under FLINK-1_19"),
        ("RestoreType", "SKIP_RESTORE_FROM_SNAPSHOT", "AtRisk", "GIVEN UP"),
    ] {
        let more = [&with_jar("jars/1.jar")[..], &[(parameter, value)]].concat();
        let plan = plan(&deployment, &more, 1).await;
        assert_eq!(plan["Outlook"], outlook, "{plan}");
        assert!(message(&plan, "State").contains(word), "{plan}");
    }
}

/// An upgrade to the next major version of Flink is named, with what is known to break and the way back.
#[tokio::test(flavor = "multi_thread")]
async fn an_upgrade_to_the_next_major_version_is_named_with_what_breaks_and_the_way_back() {
    let deployment = handlers().await;
    let key = deployment.upload(&jar("1", &[]));
    let parameters = [&with_jar(&key)[..], &[("RuntimeEnvironment", "FLINK-1_20")]].concat();
    assert_eq!(deployment.deploy(&parameters).await, Status::CreateComplete, "{}", why(&deployment));
    let upgrade = [("JarKey", "jars/2.jar"), ("RuntimeEnvironment", "FLINK-2_3"), ("StabilizeSeconds", "60")];
    let plan = plan(&deployment, &upgrade, 2).await;
    assert!(message(&plan, "State").contains("from FLINK-1_20 to FLINK-2_3, the next major version"), "{plan}");
    let next = plan["Next"].to_string();
    assert!(next.contains("Kryo") && next.contains("Kinesis connector below 5.0"), "{plan}");
    assert!(next.contains("the gate fails the deployment, and its rollback restores"), "{plan}");
}

/// Property keys that others changed are reported by name.
#[tokio::test(flavor = "multi_thread")]
async fn what_others_changed_in_the_application_is_reported_by_key() {
    let deployment = running().await;
    stop(&deployment);
    let version = application(&deployment).version;
    let groups = json!([{"PropertyGroupId": "FlinkApplicationProperties", "PropertyMap":
        {"stream.name": "hunter2", "table.name": "flink-test", "theirs": "hunter3"}}]);
    let update = json!({"CurrentApplicationVersionId": version,
        "ApplicationConfigurationUpdate": {"EnvironmentPropertyUpdates": {"PropertyGroups": groups}}});
    let world = deployment.world();
    person(world, &mut world.state(), "UpdateApplication", update);
    flink::release(&mut world.state(), &world.settings, NAME);
    let plan = plan(&deployment, &with_jar("jars/1.jar"), 0).await;
    let drift = plan["Drift"].to_string();
    assert!(drift.contains("aws.region is gone") && drift.contains("stream.name has another value"), "{plan}");
    assert!(drift.contains("theirs is not of this stack") && !plan.to_string().contains("hunter"), "{plan}");
}

/// Of an application in a transient status `plan` cannot tell, ends with 2, and says when to ask again.
///
/// Nothing of it is lost, and what it will be when the deployment meets it only time tells.
#[tokio::test(flavor = "multi_thread")]
async fn of_an_application_that_starts_it_cannot_tell_and_says_when_to_ask_again() {
    let deployment = running().await;
    stop(&deployment);
    deployment.world().state().flink.hold(NAME, Flink::Starting, Hold::UntilReleased);
    person(deployment.world(), &mut deployment.world().state(), "StartApplication", json!({}));
    let key = deployment.upload(&jar("2", &[]));
    let starting = plan(&deployment, &with_jar(&key), 2).await;
    assert_eq!(starting["Outlook"], "CannotTell", "{starting}");
    assert!(message(&starting, "Restart").contains("it is STARTING; plan and deploy when that is over"), "{starting}");
    let nothing = plan(&deployment, &with_jar("jars/1.jar"), 0).await;
    assert_eq!(nothing["Outlook"], "Nothing", "{nothing}");
    flink::release(&mut deployment.world().state(), &deployment.world().settings, NAME);
    let over = plan(&deployment, &with_jar(&key), 0).await;
    assert_eq!(over["Outlook"], "GoesThrough", "{over}");
}

/// Of a stack that takes no update a plan refers to `why`.
#[tokio::test(flavor = "multi_thread")]
async fn a_stack_that_takes_no_update_is_sent_to_why() {
    let deployment = running_unguarded().await;
    let denied = local_aws::api::ApiError::new("AccessDeniedException", "not authorized");
    let denied = local_aws::faults::Fault::Refuse(denied);
    deployment.world().state().faults.inject("kinesisanalytics:UpdateApplication", 2, denied);
    stuck(&deployment).await;
    let plan = plan(&deployment, &with_jar("jars/3.jar"), 1).await;
    assert!(plan["Next"][0].as_str().unwrap().ends_with("make why STACK=flink-test"), "{plan}");
}

/// A parameter that the template does not have is named.
#[tokio::test(flavor = "multi_thread")]
async fn a_parameter_that_the_template_does_not_have_is_named() {
    let deployment = handlers().await;
    let answered = look(&deployment, &["plan", "--stack", NAME, "Jar=x"]).await;
    assert_eq!(answered.code, 2);
    assert!(answered.printed.contains("Jar is not a parameter of it"), "{}", answered.printed);
    let answered = look(&deployment, &["plan", "--json", "--stack", NAME, "Jar=x"]).await;
    let plan = answered.json();
    assert_eq!((answered.code, &plan["Outlook"], &plan["Schema"]), (2, &json!("CannotTell"), &json!(1)), "{plan}");
    assert!(plan["Sentence"].as_str().unwrap().ends_with("Jar is not a parameter of it"), "{plan}");
    let answered = look(&deployment, &["plan", "--stack", NAME]).await;
    assert_eq!(answered.code, 1, "{}", answered.printed);
    assert!(answered.printed.contains("JarKey: expected a value, found none"), "{}", answered.printed);
}
