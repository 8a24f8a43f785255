//! `make replay`: a saved event in a local process, and CloudFormation hears nothing of it.

use std::process::Stdio;

use local_aws::{LocalAws, Options};
use tokio::process::Command;

use super::Answered;

const SAVED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/corpus/create.json");

async fn replay(function: &str, endpoint: Option<&str>) -> Answered {
    let mut command = Command::new(env!("CARGO_BIN_EXE_replay"));
    command.args([function, SAVED]).env_remove("AWS_ENDPOINT_URL").stdin(Stdio::null()).kill_on_drop(true);
    command.envs(endpoint.map(|endpoint| ("AWS_ENDPOINT_URL", endpoint)));
    let ended = command.output().await.unwrap();
    let printed = String::from_utf8(ended.stdout).unwrap() + &String::from_utf8(ended.stderr).unwrap();
    Answered { code: ended.status.code().unwrap(), printed }
}

/// `make replay` shows the log, the calls and the answer of a saved event, and sends CloudFormation nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_saved_event_shows_its_log_its_calls_and_its_answer_and_no_one_is_reported() {
    let message = replay("flink-auto-start", None).await;
    let line = |begins: &str| message.printed.lines().find(|line| line.starts_with(begins)).unwrap_or(&message.printed);
    assert!(line("log ").contains("\"request_id\":\"1f0e3dad-99cd-4c8e-8e2b-1d2f0c9a7b11\""), "{}", message.printed);
    assert_eq!(line("call "), "call    cloudformation:DescribeStacks, refused: ValidationError");
    assert!(line("answer ").contains("\"Status\":\"FAILED\""), "{}", message.printed);
    assert!(line("answer ").contains("does not exist"), "{}", message.printed);
    assert!(!message.printed.contains("Signature"), "the saved ResponseURL is a credential");
    assert_eq!(message.code, 0, "{}", message.printed);
}

/// With AWS_ENDPOINT_URL the calls of `make replay` go there, and the answer does not.
#[tokio::test(flavor = "multi_thread")]
async fn with_an_endpoint_the_calls_go_there_and_the_answer_does_not() {
    let aws = LocalAws::start(Options::default()).await.unwrap();
    let message = replay("flink-auto-start", Some(&aws.endpoint)).await;
    let state = aws.world.state();
    assert_eq!(state.journal[0].action, "cloudformation:DescribeStacks", "{}", message.printed);
    assert!(state.cloudformation.puts.is_empty(), "CloudFormation was reported nothing");
    assert!(message.printed.contains("answer  {"), "{}", message.printed);
}

/// `make replay` reports a name that is not a function.
#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_is_no_function_is_reported() {
    let message = replay("flink-stack", None).await;
    assert_eq!(message.code, 1);
    assert!(message.printed.contains("expected one of flink-auto-start, flink-property-groups"), "{}", message.printed);
}
