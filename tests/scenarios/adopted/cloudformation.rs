//! `tests/adoption/cloudformation`: the example in YAML, as it stands.

use std::fs;
use std::path::Path;

use local_aws::State;
use local_aws::cloudformation::Status;
use local_aws::flink::Status as Flink;
use local_aws::modes::FailedUpdate;
use project::deployment::jar;
use serde_json::json;

use super::team::{APPLICATION, Team};
use super::{Example, by_jar, does_not_get_stuck, starts_what_never_ran, takes_over_what_runs};

fn plain() -> Example {
    let read = |name: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("adoption/cloudformation").join(name);
        fs::read_to_string(path).unwrap()
    };
    by_jar("flink-orders", &read("before.yaml"), &read("template.yaml"))
}

/// An application that was there before the handlers, and never ran, is the same one and runs.
#[tokio::test(flavor = "multi_thread")]
async fn an_adopted_application_that_never_ran_is_the_same_one_and_runs() {
    starts_what_never_ran(plain()).await;
}

/// An application that runs when it adopts the handlers keeps its state and its snapshots.
#[tokio::test(flavor = "multi_thread")]
async fn an_adopted_application_that_runs_keeps_its_state_and_its_snapshots() {
    takes_over_what_runs(plain()).await;
}

/// A bad record does not wedge an adopted stack.
#[tokio::test(flavor = "multi_thread")]
async fn a_bad_record_does_not_wedge_an_adopted_stack() {
    does_not_get_stuck(plain()).await;
}

/// The same record wedges the stack before it is adopted.
#[tokio::test(flavor = "multi_thread")]
async fn the_same_record_wedges_the_stack_before_it_is_adopted() {
    let mut example = plain();
    example.next.template.clone_from(&example.before.template);
    let team = Team::before(example).await;
    team.start_by_hand();
    team.record("poison");
    assert_eq!(team.deploy(&team.example.next).await, Status::UpdateRollbackFailed, "{}", team.why());
}

/// A stack whose name the functions may not touch is reported so and left as it was.
#[tokio::test(flavor = "multi_thread")]
async fn a_stack_of_another_name_is_reported_which_permission_is_missing_and_left_as_it_was() {
    let mut example = plain();
    example.stack = "orders";
    let team = Team::before(example).await;
    team.start_by_hand();
    assert_eq!(team.deploy(&team.example.adopted).await, Status::UpdateRollbackComplete, "{}", team.why());
    assert!(team.why().contains("A permission is missing: kinesisanalytics:DescribeApplication"), "{}", team.why());
    team.assert_it_runs_with_the_stacks_names("1");
}

/// An adoption that fails is rolled back to the job as it was.
#[tokio::test(flavor = "multi_thread")]
async fn an_adoption_that_fails_is_rolled_back_to_the_job_as_it_was() {
    let mut example = plain();
    // One that goes on without processing takes no snapshot, and so no rollback either.
    example.modes.failed_update = FailedUpdate::Ready;
    let mut broken = jar("3", &[]);
    broken["entry_point_broken"] = json!(true);
    example.objects.push(("team-jars".to_owned(), "3.jar".to_owned(), broken.to_string().into_bytes()));
    // The tag is there before the update: a rollback would take it back with everything else.
    example.before.tags.clone_from(&example.adopted.tags);
    example.adopted.parameters[1].1 = "3.jar".to_owned();
    let team = Team::before(example).await;
    team.start_by_hand();
    team.record("a");
    assert_eq!(team.deploy(&team.example.adopted).await, Status::UpdateRollbackComplete, "{}", team.why());
    let name = team.named(APPLICATION);
    let runs = |state: &mut State| (state.flink.applications[&name].status == Flink::Running).then_some(());
    team.world().until(runs).await;
    team.assert_it_runs_with_the_stacks_names("1");
    assert_eq!(team.application().job.unwrap().counts.get("a"), Some(&1), "the state was carried over");
}

/// The job continues to run when the handlers are removed again.
#[tokio::test(flavor = "multi_thread")]
async fn an_application_runs_on_when_the_handlers_are_taken_out_again() {
    let mut example = plain();
    example.before.tags.clone_from(&example.adopted.tags);
    let team = Team::before(example).await;
    team.adopt().await;
    let before = team.application();
    assert_eq!(team.deploy(&team.example.before).await, Status::UpdateComplete, "{}", team.why());
    team.assert_it_runs_with_the_stacks_names("1");
    assert_eq!(team.application().operations.len(), before.operations.len(), "nothing was done to it");
}
