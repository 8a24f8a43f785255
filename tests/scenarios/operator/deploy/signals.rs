//! Ctrl-C and SIGTERM in each phase before CloudFormation changes anything: nothing of the deployment is left.

use local_aws::{LocalAws, Options, World};
use nix::sys::signal::Signal;
use project::deployment::{Deployment, NAME};

use super::super::status::terminal::Terminal;
use super::toolchain::Toolchain;
use super::uploads::{large, uploaded};
use super::{Jar, is_clean, is_clean_in, status};
use crate::operator::command;
use crate::stage::{ReleaseFolder, handlers};

/// No stack, no change set, no jar.
fn nothing_is_left(deployment: &Deployment) {
    assert!(status(deployment).is_none_or(|status| status.to_string() == "DELETE_COMPLETE"));
    is_clean(deployment);
    assert!(!deployment.world().state().s3.buckets[&deployment.bucket].objects.keys().any(|key| key.len() > 20));
}

/// SIGTERM at the question is a Ctrl-C: exit 130, a terminal as it was, and nothing is left.
#[tokio::test(flavor = "multi_thread")]
async fn sigterm_at_the_question_leaves_nothing_behind() {
    let deployment = handlers().await;
    let jar = Jar::of("1");
    let mut terminal = Terminal::start(&deployment.aws, &jar.arguments(&[]));
    terminal.until("[y/N] ").await;
    terminal.signal(Signal::SIGTERM);
    terminal.ends_with(130).await;
    nothing_is_left(&deployment);
}

/// Ctrl-C while CloudFormation still makes the change set deletes it, with the empty stack that came with it.
#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_while_the_change_set_is_made_deletes_it() {
    let deployment = handlers().await;
    deployment.world().state().cloudformation.holds_change_sets = true;
    let jar = Jar::of("1");
    let terminal = Terminal::start(&deployment.aws, &jar.arguments(&[]));
    let is_made = |state: &mut local_aws::State| {
        state.journal.iter().find(|call| call.action == "cloudformation:DescribeChangeSet").map(|_| ())
    };
    deployment.world().until(is_made).await;
    assert!(deployment.world().state().cloudformation.stack(NAME).is_some(), "the change set's own empty stack");
    terminal.interrupt();
    terminal.ends_with(130).await;
    nothing_is_left(&deployment);
}

/// Ctrl-C while the functions are built ends cargo, and no change set is executed.
#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_while_the_functions_are_built_changes_nothing() {
    let deployment = handlers().await;
    let (toolchain, jar) = (Toolchain::that_hangs(), Jar::of("1"));
    let mut terminal = Terminal::of(toolchain.command(&deployment, &["deploy", "--jar", jar.file()]));
    terminal.until("[y/N] ").await;
    terminal.types("y\n");
    terminal.until("==> building ").await;
    terminal.interrupt();
    terminal.ends_with(130).await;
    nothing_is_left(&deployment);
}

/// Until S3 has this much of what is put, and does not answer.
async fn holds(world: &World, is_put: impl Fn(&serde_json::Value) -> bool) {
    let is_it = |call: &local_aws::api::Recorded| call.action == "s3:PutObject" && is_put(&call.body);
    world.until(|state| state.journal.iter().any(is_it).then_some(())).await;
}

/// Ctrl-C while a jar goes up in parts gives the upload up, parts that S3 has included, and no change set is executed.
#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_while_the_jar_goes_up_in_parts_leaves_none_of_them() {
    let deployment = handlers().await;
    deployment.world().state().s3.holds_answers = true;
    let jar = large();
    let mut terminal = Terminal::start(&deployment.aws, &jar.arguments(&[]));
    terminal.until("[y/N] ").await;
    terminal.types("y\n");
    holds(deployment.world(), |body| body["PartNumber"] == 1).await;
    terminal.interrupt();
    let shown = terminal.ends_with(130).await;
    assert!(shown.contains("the upload of the jar is given up"), "{shown}");
    assert_eq!(uploaded(&deployment), (vec![], 0), "{shown}");
    nothing_is_left(&deployment);
}

/// SIGTERM while a small jar goes up ends the command, and no change set is executed.
#[tokio::test(flavor = "multi_thread")]
async fn sigterm_while_a_small_jar_goes_up_changes_no_stack() {
    let deployment = handlers().await;
    deployment.world().state().s3.holds_answers = true;
    let jar = Jar::of("1");
    let mut terminal = Terminal::start(&deployment.aws, &jar.arguments(&[]));
    terminal.until("[y/N] ").await;
    terminal.types("y\n");
    holds(deployment.world(), |_| true).await;
    terminal.signal(Signal::SIGTERM);
    let shown = terminal.ends_with(130).await;
    assert!(shown.contains("no operation of CloudFormation goes on"), "{shown}");
    assert!(status(&deployment).is_none_or(|status| status.to_string() == "DELETE_COMPLETE"));
    is_clean(&deployment);
}

/// Ctrl-C while a release's zips go up leaves no functions stack and no change set, and the next upload begins anew.
#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_while_the_zips_go_up_leaves_no_functions() {
    let aws = LocalAws::start(Options::default()).await.unwrap();
    aws.world.state().s3.holds_answers = true;
    let folder = ReleaseFolder::made(&aws).await;
    let mut handlers = command(&aws, &["handlers", "--release", "."]);
    handlers.current_dir(folder.path());
    let mut terminal = Terminal::of(handlers);
    terminal.until("[y/N] ").await;
    terminal.types("y\n");
    holds(&aws.world, |_| true).await;
    terminal.interrupt();
    let shown = terminal.ends_with(130).await;
    assert!(shown.contains("the upload of the release is given up"), "{shown}");
    is_clean_in(&aws.world);
    let state = aws.world.state();
    let is_there =
        |name: &str| state.cloudformation.stack(name).is_some_and(|one| !one.status.to_string().starts_with("DELETE"));
    assert_eq!(["flink-access", "flink-functions", "flink-handlers"].map(is_there), [true, false, false], "{shown}");
    let mut objects = state.s3.buckets.values().flat_map(|bucket| bucket.objects.keys());
    assert!(!objects.any(|key| key.ends_with("SHA256SUMS")), "nothing says that the release is there");
}
