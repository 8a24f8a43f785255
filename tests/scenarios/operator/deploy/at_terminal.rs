//! `flink-stack deploy` at a terminal: the question, the bar, and Ctrl-C in each phase.

use local_aws::cloudformation::Status;
use local_aws::flink::{self, Hold, Status as Flink};
use project::deployment::NAME;

use super::super::status::terminal::{Terminal, settled};
use super::{Jar, is_clean, status};
use crate::stage::{application, handlers};

/// Ctrl-C at the question of `deploy` leaves no change set, no stack and a terminal as it was.
#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_at_the_question_leaves_nothing_behind() {
    let deployment = handlers().await;
    let jar = Jar::of("1");
    let mut terminal = Terminal::start(&deployment.aws, &jar.arguments(&[]));
    terminal.until("[y/N] ").await;
    assert!(terminal.shown.contains("broadens") && terminal.shown.contains("ApplicationRole"), "{}", terminal.shown);
    terminal.interrupt();
    terminal.ends_with(130).await;
    assert!(status(&deployment).is_none_or(|status| status == Status::DeleteComplete));
    is_clean(&deployment);
}

/// Ctrl-C while `deploy` runs leaves the terminal as it was, says how to watch and to cancel, and the deployment goes
/// on.
#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_while_it_runs_leaves_the_deployment_to_cloudformation() {
    let deployment = handlers().await;
    deployment.world().state().flink.hold(NAME, Flink::Starting, Hold::UntilReleased);
    let jar = Jar::of("1");
    let mut terminal = Terminal::start(&deployment.aws, &jar.arguments(&[]));
    terminal.until("[y/N] ").await;
    terminal.types("y\n");
    terminal.until("> AutoStart CREATE_IN_PROGRESS").await;
    let is_starting = |state: &mut local_aws::State| {
        let application = state.flink.applications.get(NAME)?;
        (application.status == Flink::Starting).then_some(())
    };
    deployment.world().until(is_starting).await;
    terminal.interrupt();
    let shown = terminal.ends_with(130).await;
    assert!(shown.contains("cancel-update-stack"), "{shown}");
    is_clean(&deployment);
    flink::release(&mut deployment.world().state(), &deployment.world().settings, NAME);
    deployment.stack_becomes(Status::CreateComplete).await;
}

/// At a terminal `deploy` asks with a no as its default, wants the application's name typed where state is lost, and
/// draws a bar. `RECORDED` names a file for what was on the screen: `make picture` draws it.
#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_is_asked_about_drawn_and_declined() {
    let (first, second) = (Jar::of("1"), Jar::of("2"));
    let deployment = handlers().await;
    let mut screens = Vec::new();
    let mut terminal = Terminal::start(&deployment.aws, &first.arguments(&[]));
    terminal.until("[y/N] ").await;
    terminal.types("y\n");
    let shown = terminal.ends_with(0).await;
    assert_eq!(status(&deployment), Some(Status::CreateComplete), "{shown}");
    assert!(settled(&shown).contains("########] 16 of 16"), "the bar is full at the end: {shown}");
    screens.push(("a new stack", settled(&shown)));

    let mut terminal = Terminal::start(&deployment.aws, &second.arguments(&[]));
    terminal.until("[y/N] ").await;
    terminal.types("y\n");
    let shown = terminal.ends_with(0).await;
    assert!(shown.contains("restarts the job") && status(&deployment) == Some(Status::UpdateComplete), "{shown}");
    screens.push(("an update that restarts the job", settled(&shown)));

    let loses = ["--parameters", "StabilizeSeconds=0 RestoreType=SKIP_RESTORE_FROM_SNAPSHOT"];
    let started = application(&deployment).operations.len();
    let mut terminal = Terminal::start(&deployment.aws, &first.arguments(&loses));
    terminal.until("Type ").await;
    terminal.types("yes\n");
    let shown = terminal.ends_with(3).await;
    assert!(shown.contains("LOSES") && shown.contains("GIVEN UP"), "{shown}");
    screens.push(("an update that would lose state, refused by the person", settled(&shown)));
    assert_eq!(application(&deployment).operations.len(), started, "nothing was done with the job");
    is_clean(&deployment);
    record(&screens);
}

/// Writes the screens to the file that RECORDED names: without what differs from run to run, and of many events the
/// first and the last ones.
fn record(screens: &[(&str, String)]) {
    let Ok(file) = std::env::var("RECORDED") else { return };
    let masks = [
        (r"\b\d\d:\d\d:\d\d ", "xx:xx:xx "),
        (r"/tmp/flink-asks-(\d)-\d+\.jar", "target/job-$1.jar"),
        (r"  endpoint http://\S+", ""),
        (r"[0-9a-f]{64}", "..."),
        (r"(artifactbucket|IncidentTopic)-\w+", "$1-..."),
        (r"(?m)^(.{98}).{3,}$", "$1 .."),
        (r"((?:xx:xx:xx .*\n){3})(?:xx:xx:xx .*\n){3,}((?:xx:xx:xx .*\n){3})", "$1  ...\n$2"),
    ];
    let screen = |(title, text): &(&str, String)| format!("\u{1b}[1m$ make deploy   # {title}\u{1b}[0m\n{text}\n");
    let all: String = screens.iter().map(screen).collect();
    let masked = masks.iter().fold(all, |text, (pattern, with)| {
        regex_lite::Regex::new(pattern).unwrap().replace_all(&text, *with).into_owned()
    });
    std::fs::write(file, masked).unwrap();
}
