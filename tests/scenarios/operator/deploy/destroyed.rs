//! `flink-stack destroy`: what goes, what stays, and how that is removed.

use local_aws::cloudformation::Status;
use project::deployment::NAME;

use super::super::status::terminal::Terminal;
use super::{Jar, run, status};
use crate::stage::handlers;

/// `destroy` wants a yes, takes the stack away, and says of one that is not there that there is nothing to do.
#[tokio::test(flavor = "multi_thread")]
async fn destroy_takes_the_stack_away_and_knows_one_that_is_not_there() {
    let deployment = handlers().await;
    let jar = Jar::of("1");
    let made = run(&deployment, &jar.arguments(&["--yes"])).await;
    assert_eq!(made.code, 0, "{}", made.printed);
    let refused = run(&deployment, &["destroy", "--only-stack"]).await;
    assert_eq!((refused.code, status(&deployment)), (2, Some(Status::CreateComplete)), "{}", refused.printed);
    for words in
        ["Application (AWS::KinesisAnalyticsV2::Application) flink-test: the job's state", "more resources", "--yes"]
    {
        assert!(refused.printed.contains(words), "{words}: {}", refused.printed);
    }
    assert!(!refused.printed.contains("stays"), "{}", refused.printed);
    let listed = run(&deployment, &["destroy", "--only-stack", "-v"]).await;
    assert!(listed.printed.contains("- ApplicationRole (AWS::IAM::Role) "), "{}", listed.printed);
    let destroyed = run(&deployment, &["destroy", "--only-stack", "--yes"]).await;
    assert_eq!(destroyed.code, 0, "{}", destroyed.printed);
    assert!(status(&deployment).is_none_or(|status| status == Status::DeleteComplete));
    let again = run(&deployment, &["destroy", "--only-stack", "--yes"]).await;
    assert_eq!(again.code, 0, "{}", again.printed);
    assert!(again.printed.contains("there is no stack flink-test in eu-west-1: nothing to do"), "{}", again.printed);
}

/// What RETAIN keeps is named before the question and after the deletion, each with the command that removes it.
#[tokio::test(flavor = "multi_thread")]
async fn what_stays_after_a_deletion_is_named_with_the_command_that_removes_it() {
    let deployment = handlers().await;
    let jar = Jar::of("1");
    let made = run(&deployment, &jar.arguments(&["--yes", "--retain=1"])).await;
    assert_eq!(made.code, 0, "{}", made.printed);
    let mut terminal = Terminal::start(&deployment.aws, &["destroy", "--only-stack"]);
    terminal.until("Type flink-test to delete it: ").await;
    let asked = terminal.shown.clone();
    assert!(asked.contains("Delete flink-test in eu-west-1 of account 111122223333?"), "{asked}");
    terminal.types("flink-test\n");
    let shown = terminal.ends_with(0).await;
    let after = shown.strip_prefix(asked.as_str()).unwrap();
    for text in [&asked, after] {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for words in [
            "FeatureTable (AWS::DynamoDB::Table) flink-test stays in the account",
            "aws dynamodb delete-table --table-name flink-test",
            "aws kinesis delete-stream --stream-name flink-test",
            "aws kinesisanalyticsv2 delete-application --application-name flink-test",
        ] {
            assert!(text.contains(words), "{words}: {text}");
        }
    }
    assert!(status(&deployment).is_none_or(|status| status == Status::DeleteComplete));
    let state = deployment.world().state();
    assert!(state.dynamodb.tables.contains_key(NAME) && state.flink.applications.contains_key(NAME));
}
