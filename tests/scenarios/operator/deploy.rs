//! `flink-stack deploy` and `destroy`, on an account where the handlers are: what is asked, what is refused, what is
//! left.

mod at_terminal;
mod destroyed;
mod refused;
mod release;
mod signals;
mod toolchain;
mod uploads;
mod whole;

use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;

use local_aws::World;
use local_aws::cloudformation::{Status, query};
use local_aws::flink::Status as Flink;
use project::deployment::{Deployment, NAME, jar};
use serde_json::Value;

use local_aws::api::Caller;
use tokio::process::Command;

use super::command;
use crate::stage::{Scratch, application, handlers, why};

/// A jar in a file, removed at the end.
struct Jar {
    path: PathBuf,
    _folder: Scratch,
}

impl Jar {
    fn of(version: &str) -> Self {
        let folder = Scratch::new();
        Self { path: folder.write("job.jar", jar(version, &["poison"]).to_string()), _folder: folder }
    }

    fn file(&self) -> &str {
        self.path.to_str().unwrap()
    }

    /// What deploys it to the application's stack alone, and waits for no proof.
    fn arguments<'a>(&'a self, more: &[&'a str]) -> Vec<&'a str> {
        [&["deploy", "--only-stack", "--parameters", "StabilizeSeconds=0", "--jar", self.file()][..], more].concat()
    }
}

/// How it ended, and its two streams.
struct Ended {
    code: i32,
    outputs: String,
    printed: String,
}

async fn run(deployment: &Deployment, arguments: &[&str]) -> Ended {
    ended(command(&deployment.aws, arguments).output().await.unwrap())
}

fn ended(ended: std::process::Output) -> Ended {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ended { code: ended.status.code().unwrap(), outputs: text(ended.stdout), printed: text(ended.stderr) }
}

fn status(deployment: &Deployment) -> Option<Status> {
    deployment.world().state().cloudformation.stack(NAME).map(|stack| stack.status)
}

/// No change set is left of any stack.
fn is_clean(deployment: &Deployment) {
    is_clean_in(deployment.world());
}

/// The same in a world of its own.
fn is_clean_in(world: &Arc<World>) {
    let stacks: Vec<String> = world.state().cloudformation.stacks.iter().map(|stack| stack.id.clone()).collect();
    for stack in stacks {
        let left =
            query(world, &Caller::Operator, "ListChangeSets", &[("StackName".to_owned(), stack)].into()).unwrap();
        assert!(!left.contains("ChangeSetName"), "{left}");
    }
}

/// `deploy` uploads the jar, shows what changes, deploys the stack and prints its outputs alone on stdout.
#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_uploads_the_jar_and_prints_the_outputs_alone() {
    let deployment = handlers().await;
    let (first, second) = (Jar::of("1"), Jar::of("2"));
    let made = run(&deployment, &first.arguments(&["--yes", "--tag", "flink-unstick=dry-run"])).await;
    assert_eq!((made.code, status(&deployment)), (0, Some(Status::CreateComplete)), "{}", made.printed);
    assert_eq!(application(&deployment).status, Flink::Running);
    let names: Vec<&str> = made.outputs.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert!(names.contains(&"ApplicationName") && !made.outputs.contains("==>"), "{}", made.outputs);
    assert!(made.printed.contains("+ broader") && made.printed.contains("s3:GetObject"), "{}", made.printed);
    assert!(made.printed.lines().any(|line| line.contains("Application CREATE_COMPLETE")), "{}", made.printed);
    for ending in [
        "done      flink-test in ",
        "job       flink-test is RUNNING",
        "phases    jar ",
        "next      flink-stack status --stack flink-test --region eu-west-1",
    ] {
        assert!(made.printed.lines().any(|line| line.starts_with(ending)), "{ending}: {}", made.printed);
    }
    // Without a terminal what is harmless goes on; what was given before stays.
    let updated = run(&deployment, &second.arguments(&["--json"])).await;
    assert_eq!((updated.code, status(&deployment)), (0, Some(Status::UpdateComplete)), "{}", updated.printed);
    let lines: Vec<Value> = updated.outputs.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&lines.last().unwrap()["type"], &lines.last().unwrap()["exitCode"]), (&"result".into(), &0.into()));
    let done = lines.iter().find(|line| line["type"] == "done").unwrap();
    assert_eq!((&done["applications"][0]["status"], &done["phases"][1]["name"]), (&"RUNNING".into(), &NAME.into()));
    let tags = deployment.world().state().cloudformation.stack(NAME).unwrap().tags.clone();
    assert_eq!(tags["flink-unstick"], "dry-run");
    let again = run(&deployment, &second.arguments(&[])).await;
    assert_eq!(again.code, 0, "{}", again.printed);
    assert!(
        again.printed.contains("is there already") && again.printed.contains("nothing changes"),
        "{}",
        again.printed
    );
    is_clean(&deployment);
}

/// Without a terminal a deployment that adds permissions asks for `--yes`, and leaves nothing behind.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_terminal_new_permissions_want_a_yes_and_nothing_is_left() {
    let deployment = handlers().await;
    let jar = Jar::of("1");
    let refused = run(&deployment, &jar.arguments(&[])).await;
    assert_eq!(refused.code, 2, "{}", refused.printed);
    assert!(
        refused.printed.contains("IAM permissions, and there is no terminal") && refused.printed.contains("--yes"),
        "{}",
        refused.printed
    );
    let left = status(&deployment);
    assert!(left.is_none_or(|status| status == Status::DeleteComplete), "{left:?}");
    is_clean(&deployment);
    assert!(!deployment.world().state().s3.buckets[&deployment.bucket].objects.keys().any(|key| key.len() > 20));
}

/// All that is wrong is listed together, before anything is made.
#[tokio::test(flavor = "multi_thread")]
async fn all_that_is_wrong_is_listed_together() {
    let deployment = handlers().await;
    let parameters =
        ["--parameters", "GuardMode=Kill StabilizeSeconds=3601 Typo=1", "--jar-sources", "template/fixtures/job"];
    let given = ["deploy", "--only-stack", "--jar", "no/such.jar", "--stack", "lake", "--retain=2", "--tracing", "On"];
    let refused = run(&deployment, &[&given[..], &parameters].concat()).await;
    assert_eq!(refused.code, 1, "{}", refused.printed);
    for words in [
        "JAR=no/such.jar is not a file",
        "lake does not begin with flink-",
        "RETAIN: expected 1 or 0, found \"2\"",
        "TRACING: expected ",
        "GuardMode: expected Probe or Stop, found \"Kill\"",
        "StabilizeSeconds: expected ",
        "Typo is not a parameter of it",
        "tabel.name: read at template/fixtures/job/",
    ] {
        assert!(refused.printed.contains(words), "{words}: {}", refused.printed);
    }
    assert!(deployment.world().state().cloudformation.stack("lake").is_none());
}

/// A failed deployment names what failed first, and ends with 4 where the stack is what it was before.
#[tokio::test(flavor = "multi_thread")]
async fn a_failed_deployment_names_the_cause_and_the_next_command() {
    let deployment = handlers().await;
    let (first, second) = (Jar::of("1"), Jar::of("2"));
    let made = run(&deployment, &first.arguments(&["--yes"])).await;
    assert_eq!(made.code, 0, "{}", made.printed);
    deployment.record("poison");
    let fails = ["--parameters", "StabilizeSeconds=0 OnSnapshotFailure=Fail"];
    let failed = run(&deployment, &second.arguments(&[&fails[..], &["--yes"]].concat())).await;
    assert_eq!(failed.code, 4, "{}: {}", why(&deployment), failed.printed);
    assert!(failed.printed.contains("FAILED    UpdateGuard UPDATE_FAILED"), "{}", failed.printed);
    assert!(failed.printed.contains("flink-test is what it was before"), "{}", failed.printed);
    assert_eq!(status(&deployment), Some(Status::UpdateRollbackComplete));
    is_clean(&deployment);
}

/// Ctrl-C leaves the deployment to CloudFormation, and says how to watch it and what cancelling means.
#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_says_what_goes_on_without_the_command() {
    let deployment = handlers().await;
    let jar = Jar::of("1");
    let running = command(&deployment.aws, &jar.arguments(&["--yes"])).stderr(Stdio::piped()).spawn().unwrap();
    let world = deployment.world();
    world
        .until(|state| {
            state.cloudformation.stack(NAME).filter(|one| one.status == Status::CreateInProgress).map(|_| ())
        })
        .await;
    let process = running.id().unwrap().to_string();
    assert!(Command::new("kill").args(["-INT", &process]).status().await.unwrap().success());
    let ended = running.wait_with_output().await.unwrap();
    let printed = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(130), "{printed}");
    assert!(printed.contains("goes on with flink-test without this command"), "{printed}");
    assert!(
        printed.contains("flink-stack status --watch --stack flink-test") && printed.contains("cancel-update-stack"),
        "{printed}"
    );
    deployment.stack_becomes(Status::CreateComplete).await;
}
