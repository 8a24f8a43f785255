//! `flink-stack verify-aws`, asked of a world whose answers are known: it finds out exactly those, and leaves nothing.

use std::path::PathBuf;
use std::process::Stdio;

use local_aws::cloudformation::{
    FailureOnTheWayBack, GroupsOnUpdate, LongServiceTimeout, RowsOnTheWayBack, Status, TagsOnUpdate, TokenAgain,
};
use local_aws::flink::{Hold, Status as Flink};
use local_aws::modes::{
    DeleteOfRunning, FailedUpdate, ForceElsewhere, IncompatibleRestore, OperationIds, ResourceTags,
    RunConfigurationWhenReady, SecondSnapshot, SnapshotOfUnhealthy, SnapshotsOfUnknown, StopOfReady,
};
use local_aws::{LocalAws, Modes, Options, s3};
use project::deployment::binaries;
use serde_json::{Value, json};
use tokio::process::Command;

use super::{Answered, flink_stack};

/// A world with nothing but a jar in it.
async fn world(modes: Modes) -> LocalAws {
    let aws = LocalAws::start(Options { modes, ..Options::default() }).await.unwrap();
    let mut state = aws.world.state();
    let create = json!({"Bucket": "jars"});
    s3::call(&mut state, &aws.world.settings, &local_aws::api::Caller::Operator, "CreateBucket", &create).unwrap();
    for (key, version) in [("job.jar", "1"), ("next.jar", "2")] {
        let jar = json!({"job": "feature-counter", "version": version, "state_compatible_with": []});
        s3::put(&mut state, "jars", key, jar.to_string().into_bytes());
    }
    // With this role the job works, which reads and writes what the account has.
    let trust = json!({"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": {"Service": "kinesisanalytics.amazonaws.com"}}]});
    let all = json!({"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]});
    let keys = json!([{"AttributeName": "key", "KeyType": "HASH"}]);
    for (service, operation, body) in [
        ("iam", "CreateRole", json!({"RoleName": "works", "AssumeRolePolicyDocument": trust.to_string()})),
        ("iam", "PutRolePolicy", json!({"RoleName": "works", "PolicyName": "all", "PolicyDocument": all.to_string()})),
        ("kinesis", "CreateStream", json!({"StreamName": "flink-test"})),
        ("dynamodb", "CreateTable", json!({"TableName": "flink-test", "KeySchema": keys})),
    ] {
        let caller = local_aws::api::Caller::Operator;
        local_aws::dispatch::call(&mut state, &aws.world.settings, &caller, (service, operation), &body).unwrap();
    }
    // Long enough to be asked a second time.
    state.flink.hold("*", Flink::ForceStopping, Hold::Looks(2));
    drop(state);
    aws
}

/// Where the answers of this scenario go.
fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("verify-{name}.json"))
}

/// Two jars with different state, and the role with which the first one works.
const NEXT: [&str; 5] = ["--run", "--next-key", "next.jar", "--job-role", "arn:aws:iam::111122223333:role/works"];

const JOB: [&str; 2] = ["stream.name=flink-test", "table.name=flink-test"];

async fn verify(aws: &LocalAws, name: &str, more: &[&str]) -> (Answered, Value) {
    let out = file(name);
    let arguments = ["verify-aws", "--bucket", "jars", "--key", "job.jar", "--yes", "--out", out.to_str().unwrap()];
    let answered = flink_stack(aws, &[&arguments[..], &JOB[..], more].concat()).await;
    let answers = serde_json::from_str(&std::fs::read_to_string(&out).unwrap()).unwrap();
    (answered, answers)
}

/// Nothing of it is there any more.
fn is_clean(aws: &LocalAws) -> bool {
    let state = aws.world.state();
    let stacks = state.cloudformation.stacks.iter().all(|stack| stack.status == Status::DeleteComplete);
    let messages = state.queues.queues.is_empty() && state.queues.topics.is_empty() && state.events.rules.is_empty();
    stacks
        && messages
        && state.flink.applications.is_empty()
        && state.iam.roles.keys().all(|role| !role.contains("verify"))
}

/// The other answer to each question that can be asked.
fn others() -> Modes {
    Modes {
        stop_of_ready: StopOfReady::ResourceInUse,
        snapshot_of_unhealthy: SnapshotOfUnhealthy::Refused,
        delete_of_running: DeleteOfRunning::Refused,
        operation_ids: OperationIds::Omitted,
        run_configuration_when_ready: RunConfigurationWhenReady::Ignored,
        force_elsewhere: ForceElsewhere::Accepted,
        snapshots_of_unknown: SnapshotsOfUnknown::InvalidArgument,
        tags: TagsOnUpdate::Kept,
        groups: GroupsOnUpdate::OnlyWhenChanged,
        rows_on_the_way_back: RowsOnTheWayBack::Restored,
        failed_update: FailedUpdate::RunningWithoutProcessing,
        resource_tags: ResourceTags::Missing,
        failure_on_the_way_back: FailureOnTheWayBack::LetsOthersEnd,
        long_service_timeout: LongServiceTimeout::Accepted,
        token_again: TokenAgain::Answered,
        incompatible_restore: IncompatibleRestore::Fails,
        ..Modes::worse()
    }
}

/// `verify-aws` finds the modes that the local AWS was set to.
#[tokio::test(flavor = "multi_thread")]
async fn it_finds_out_the_very_modes_that_the_local_aws_was_set_to() {
    let second = |second_snapshot| Modes { second_snapshot, ..Modes::worse() };
    for (name, found, modes) in [
        ("defaults", 18, Modes::worse()),
        ("others", 17, others()),
        ("in-use", 18, second(SecondSnapshot::InUse)),
        ("accepted", 18, second(SecondSnapshot::Accepted)),
    ] {
        let aws = world(modes.clone()).await;
        let (answered, answers) = verify(&aws, name, &NEXT).await;
        assert_eq!(Modes::read(&file(name)), Ok(modes), "{}", answered.printed);
        assert_eq!(answers["Modes"].as_object().unwrap().len(), found, "{answers}");
        let durations = answers["Durations"].as_array().unwrap();
        let start = durations.iter().find(|one| one["Operation"] == "StartApplication").unwrap();
        assert!(
            start["Constant"] == "start_cold" && start["Seconds"].is_number() && start["End"].is_string(),
            "{start}"
        );
        assert!(answered.printed.contains("| start_cold | "), "{}", answered.printed);
        let asked = |question: &str| {
            let all = answers["Questions"].as_array().unwrap();
            all.iter().find(|one| one["Asked"].as_str().unwrap().starts_with(question)).unwrap()["Answer"].to_string()
        };
        let old = asked("H.2. The old properties");
        assert!(old.contains("took 2 is given old 2") && old.contains("UPDATE_COMPLETE"), "{old}");
        assert!(asked("D.1.").contains("CloudFormation Stack Status Change"), "{answers}");
        assert!(asked("8. Host").contains("expires"), "{answers}");
        assert_eq!(answered.code, 0, "{}", answered.printed);
        let text = std::fs::read_to_string(file(name)).unwrap();
        let own = [aws.world.settings.account.as_str(), "arn:aws", "s3://jars", "job.jar", "next.jar", "Signature"];
        assert!(own.iter().all(|word| !text.contains(word)), "it names no account, no ARN and no bucket: {text}");
        assert!(is_clean(&aws), "{}", answered.printed);
    }
}

/// `verify-aws` starts nothing without RUN=1, and says what it did not ask.
#[tokio::test(flavor = "multi_thread")]
async fn without_run_nothing_is_started_and_what_was_not_asked_says_why() {
    let aws = world(Modes::default()).await;
    let (answered, answers) = verify(&aws, "ready", &[]).await;
    assert_eq!((answered.code, is_clean(&aws)), (0, true), "{}", answered.printed);
    let state = aws.world.state();
    assert!(!state.journal.iter().any(|call| call.action.ends_with("StartApplication")));
    let questions = answers["Questions"].as_array().unwrap();
    assert!(questions.iter().all(|one| one["Answer"].is_string() != one["NotAsked"].is_string()), "{answers}");
    assert!(questions.iter().any(|one| one["NotAsked"].as_str().is_some_and(|why| why.contains("RUN=1"))), "{answers}");
    for asked in ["H.3. CreateApplication granted", "H.3. A resource with tags", "B.3. Whether AddApplication"] {
        let is_answered = |one: &Value| one["Asked"].as_str().unwrap().starts_with(asked) && one["Answer"].is_string();
        assert!(questions.iter().any(is_answered), "{asked}: {answers}");
    }
    for mode in ["FailedUpdate", "IncompatibleRestore"] {
        let named = |one: &Value| one["NotAsked"].is_string() && one["Asked"].as_str().unwrap().starts_with(mode);
        assert!(questions.iter().any(named), "{mode}: {answers}");
    }
}

/// `verify-aws` creates nothing without YES=1, and says what it would create.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_yes_it_says_what_it_would_make_and_makes_nothing() {
    let aws = world(Modes::default()).await;
    let before = aws.world.state().journal.len();
    let answered = flink_stack(&aws, &["verify-aws", "--bucket", "jars", "--key", "job.jar"]).await;
    assert_eq!(answered.code, 2);
    assert!(answered.printed.contains("this makes the stack flink-verify-"), "{}", answered.printed);
    assert_eq!(aws.world.state().journal.len(), before);
}

/// `verify-aws` removes its stack when it is interrupted.
#[tokio::test(flavor = "multi_thread")]
async fn interrupted_it_cleans_up() {
    let aws = world(Modes::default()).await;
    aws.world.state().flink.hold("*", Flink::Starting, Hold::UntilReleased);
    let out = file("interrupted");
    let mut command = Command::new(binaries().join("flink-stack"));
    command.args([
        "verify-aws",
        "--bucket",
        "jars",
        "--key",
        "job.jar",
        "--yes",
        "--run",
        "--out",
        out.to_str().unwrap(),
    ]);
    let running = command
        .args(JOB)
        .env_clear()
        .env("AWS_ENDPOINT_URL", &aws.endpoint)
        .env("AWS_REGION", "eu-west-1")
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .env("POLL_INTERVAL_MS", "10")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let starting = |state: &mut local_aws::State| {
        state.flink.applications.values().any(|one| one.status == Flink::Starting).then_some(())
    };
    aws.world.until(starting).await;
    let process = running.id().unwrap().to_string();
    assert!(Command::new("kill").args(["-INT", &process]).status().await.unwrap().success());
    let output = running.wait_with_output().await.unwrap();
    let printed = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(printed.contains("interrupted") && is_clean(&aws), "{printed}");
    assert_eq!(output.status.code(), Some(1), "{printed}");
}

/// `verify-aws` names what it could not remove.
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_removed_is_named() {
    let aws = world(Modes::default()).await;
    let denied = local_aws::api::ApiError::new("AccessDenied", "not authorized to perform: cloudformation:DeleteStack");
    let denied = local_aws::faults::Fault::Refuse(denied);
    aws.world.state().faults.inject("cloudformation:DeleteStack", 1000, denied);
    let (answered, answers) = verify(&aws, "leftovers", &[]).await;
    assert_eq!(answered.code, 1);
    assert!(answers["Leftovers"][0].as_str().unwrap().starts_with("stack flink-verify-"), "{answers}");
    assert!(answered.printed.contains("NOT REMOVED") && answered.printed.contains("aws cloudformation delete-stack"));
}
