//! `flink-stack status` and `why --fix`: how a stack is, and the next command, at a terminal and without one.

use local_aws::api::Caller;
use local_aws::cloudformation::Status;
use local_aws::flink::{self, Hold, Status as Flink};
use project::deployment::{Deployment, NAME, jar, request, settled};
use serde_json::Value;

use super::why::stuck_with;
use super::{Answered, command, look};
use crate::stage::{Scratch, handlers, running, with_jar};
use terminal::Terminal;

pub(crate) mod terminal;

/// A stack that is created while its job hangs in STARTING.
async fn starting() -> Deployment {
    let deployment = handlers().await;
    deployment.world().state().flink.hold(NAME, Flink::Starting, Hold::UntilReleased);
    let key = deployment.upload(&jar("1", &[]));
    let template = Deployment::application_template().to_string();
    let role = Some(deployment.stack_role.as_str());
    request(deployment.world(), "CreateStack", NAME, &template, &with_jar(&key), &[], role).unwrap();
    let is_starting = |state: &mut local_aws::State| {
        let application = state.flink.applications.get(NAME)?;
        (application.status == Flink::Starting).then_some(())
    };
    deployment.world().until(is_starting).await;
    deployment
}

/// `status` says on one screen of 24 x 80 how a stack and its job are, how old the newest snapshot is, and what an
/// update would do now.
#[tokio::test(flavor = "multi_thread")]
async fn a_stack_its_job_and_what_an_update_would_do_fit_on_one_screen() {
    let deployment = running().await;
    let mut terminal = Terminal::start(&deployment.aws, &["status", "--stack", NAME]);
    terminal.until("state: ").await;
    let shown = terminal.ends_with(0).await;
    assert!(shown.lines().count() <= 24, "{shown}");
    for text in ["flink-test is fine, CREATE_COMPLETE", " RUNNING, version ", "restart: once", "snapshot: needed"] {
        assert!(shown.contains(text), "{text}: {shown}");
    }
    let answer = look(&deployment, &["status", "--json", "--stack", NAME]).await;
    assert_eq!((answer.code, answer.json()["Verdict"].as_str()), (0, Some("Fine")), "{}", answer.printed);
    assert!(answer.json()["Update"][2].as_str().unwrap().starts_with("state: kept"), "{}", answer.printed);
}

/// Without a terminal `status --watch` writes a line for each event, without escape codes, with `--json` one of JSON
/// too, and ends as the operation ends.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_terminal_an_operation_is_watched_line_by_line_to_its_end() {
    let deployment = starting().await;
    let watch = command(&deployment.aws, &["status", "--watch", "--json", "--stack", NAME]).output();
    let (watched, ()) = tokio::join!(watch, async {
        let is_watched = |state: &mut local_aws::State| {
            let mut calls = state.journal.iter().filter(|call| call.caller == Caller::Operator);
            calls.find(|call| call.action == "cloudformation:DescribeStackEvents").map(|_| ())
        };
        deployment.world().until(is_watched).await;
        flink::release(&mut deployment.world().state(), &deployment.world().settings, NAME);
    });
    let watched = watched.unwrap();
    let printed = String::from_utf8(watched.stderr).unwrap();
    assert_eq!(watched.status.code(), Some(0), "{printed}");
    assert!(printed.lines().all(|line| !line.contains(['\u{1b}', '\r'])), "{printed}");
    assert!(printed.lines().last().unwrap().ends_with(&format!("{NAME} CREATE_COMPLETE")), "{printed}");
    let lines = String::from_utf8(watched.stdout).unwrap();
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), printed.lines().count() + 1, "an event a line, and the result: {lines:?}");
    assert_eq!((&lines.last().unwrap()["type"], &lines.last().unwrap()["exitCode"]), (&"result".into(), &0.into()));
}

/// Ctrl-C while an operation is watched leaves the terminal as it was and says that the operation goes on, and it does.
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_watch_leaves_the_terminal_as_it_was_and_the_operation_running() {
    let deployment = starting().await;
    let mut terminal = Terminal::start(&deployment.aws, &["status", "--watch", "--stack", NAME]);
    terminal.until("> AutoStart CREATE_IN_PROGRESS").await;
    terminal.interrupt();
    let shown = terminal.ends_with(130).await;
    assert!(shown.contains("the operation on flink-test goes on"), "{shown}");
    flink::release(&mut deployment.world().state(), &deployment.world().settings, NAME);
    assert_eq!(settled(deployment.world(), NAME).await, Status::CreateComplete);
}

/// `why --fix` shows the next command and asks: an interruption, an empty answer and a missing terminal run nothing.
#[tokio::test(flavor = "multi_thread")]
async fn the_next_command_is_run_after_a_yes_and_not_otherwise() {
    let deployment = stuck_with(&[("flink-unstick", "enabled")], true).await;
    let arguments = ["why", "--fix", "--stack", NAME];
    let mut terminal = Terminal::start(&deployment.aws, &arguments);
    terminal.until("runs      aws lambda invoke").await;
    terminal.until("Run it? [y/N] ").await;
    terminal.interrupt();
    terminal.ends_with(130).await;
    let mut terminal = Terminal::start(&deployment.aws, &arguments);
    terminal.until("Run it? [y/N] ").await;
    terminal.types("\n");
    assert!(terminal.ends_with(3).await.contains("declined: nothing was run"));
    let without = look(&deployment, &arguments).await;
    assert_eq!(without.code, 2, "{}", without.printed);
    assert!(without.printed.contains("there is no terminal to ask"), "{}", without.printed);
    assert_eq!(run(&deployment, &[&arguments[..], &["--yes"]].concat()).await.code, 0);
}

/// Runs it where `aws` is a program that takes this one command.
async fn run(deployment: &Deployment, arguments: &[&str]) -> Answered {
    let folder = Scratch::new();
    let takes = r#"test "$1 $2 $8" = "lambda invoke {\"StackName\": \"flink-test\"}""#;
    folder.program("aws", &format!("echo \"$8\"; {takes}"));
    let ran = command(&deployment.aws, arguments).env("PATH", folder.path()).output().await.unwrap();
    let printed = String::from_utf8(ran.stdout).unwrap() + &String::from_utf8(ran.stderr).unwrap();
    Answered { code: ran.status.code().unwrap_or_else(|| panic!("{printed}")), printed }
}
