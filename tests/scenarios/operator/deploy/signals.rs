//! Ctrl-C and SIGTERM in each phase before CloudFormation changes anything: nothing of the deployment is left.

use nix::sys::signal::Signal;
use project::deployment::{Deployment, NAME};

use super::super::status::terminal::Terminal;
use super::toolchain::Toolchain;
use super::{Jar, is_clean, status};
use crate::stage::handlers;

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
    let jar = Jar::of("sigterm", "1");
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
    let jar = Jar::of("making", "1");
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
    let (toolchain, jar) = (Toolchain::that_hangs("build"), Jar::of("build", "1"));
    let mut terminal = Terminal::of(toolchain.command(&deployment, &["deploy", "--jar", jar.file()]));
    terminal.until("[y/N] ").await;
    terminal.types("y\n");
    terminal.until("==> building ").await;
    terminal.interrupt();
    terminal.ends_with(130).await;
    nothing_is_left(&deployment);
}
