//! `flink-stack`, the operator's command: the built binary, asked as a person asks it.

mod change_set;
mod check_properties;
mod deploy;
mod express;
mod generated;
mod language_extensions;
mod origin;
mod plan;
mod replay;
mod samples;
mod status;
mod teams;
mod verify;
mod why;

use std::process::Stdio;

use local_aws::LocalAws;
use local_aws::api::Caller;
use project::deployment::{Deployment, NAME, binaries};
use serde_json::Value;
use tokio::process::Command;

/// What it printed and how it ended.
pub(crate) struct Answered {
    pub(crate) code: i32,
    pub(crate) printed: String,
}

impl Answered {
    /// What was printed with `--json`.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.printed).unwrap_or_else(|error| panic!("{error}: {}", self.printed))
    }
}

/// The command in a world.
pub(crate) fn command(aws: &LocalAws, arguments: &[&str]) -> Command {
    let mut command = Command::new(binaries().join("flink-stack"));
    command
        .args(arguments)
        .env_clear()
        .env("AWS_ENDPOINT_URL", &aws.endpoint)
        .env("AWS_REGION", &aws.world.settings.region)
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .env("POLL_INTERVAL_MS", "10")
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .stdin(Stdio::null())
        .kill_on_drop(true);
    command
}

/// Runs it to its end.
pub(crate) async fn flink_stack(aws: &LocalAws, arguments: &[&str]) -> Answered {
    let command = command(aws, arguments).output().await.unwrap();
    let printed = String::from_utf8(command.stdout).unwrap() + &String::from_utf8(command.stderr).unwrap();
    Answered { code: command.status.code().unwrap(), printed }
}

/// Runs a command that must change nothing, and sees that it only looked.
pub(crate) async fn look(deployment: &Deployment, arguments: &[&str]) -> Answered {
    let before = deployment.world().state().journal.len();
    let answered = flink_stack(&deployment.aws, arguments).await;
    let state = deployment.world().state();
    let calls = state.journal.iter().skip(before).filter(|call| call.caller == Caller::Operator);
    for call in calls {
        let operation = call.action.rsplit(':').next().unwrap();
        let reads = ["Describe", "List", "Get"].iter().any(|verb| operation.starts_with(verb));
        assert!(reads, "{} changes something", call.action);
    }
    answered
}
