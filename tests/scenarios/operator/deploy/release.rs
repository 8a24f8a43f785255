//! `flink-stack` with a release folder: the handlers without Rust, and the two ways beside each other.

use local_aws::cloudformation::Status;
use local_aws::flink::Status as Flink;
use local_aws::{LocalAws, Options, s3};
use project::deployment::{Deployment, deploy_stack, jar};

use super::{Ended, Jar};
use crate::operator::command;
use crate::stage::{ReleaseFolder, handlers};

/// Functions that look every few milliseconds, as settings.
pub(super) const QUICK: [&str; 6] =
    ["--poll-interval-ms", "10", "--reply-margin-ms", "2000", "--stabilize-seconds", "0"];

/// Runs it in the release folder, as a person does who has nothing else.
pub(super) async fn run_in(folder: &ReleaseFolder, aws: &LocalAws, arguments: &[&str]) -> Ended {
    let ended = command(aws, arguments).current_dir(folder.path()).output().await.unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ended { code: ended.status.code().unwrap(), outputs: text(ended.stdout), printed: text(ended.stderr) }
}

fn statuses(aws: &LocalAws) -> Vec<(String, Status)> {
    let state = aws.world.state();
    let there = state.cloudformation.stacks.iter().filter(|stack| stack.status != Status::DeleteComplete);
    there.map(|stack| (stack.name.clone(), stack.status)).collect()
}

/// `flink-stack handlers --release .` brings the handlers from a release folder without Rust, a jar or an application;
/// once more changes nothing, and `destroy` takes all of it away.
#[tokio::test(flavor = "multi_thread")]
async fn handlers_come_from_a_release_alone_and_go_again() {
    let aws = LocalAws::start(Options::default()).await.unwrap();
    let folder = ReleaseFolder::made(&aws).await;
    let arguments = [&["handlers", "--release", ".", "--yes"][..], &QUICK].concat();
    let made = run_in(&folder, &aws, &arguments).await;
    assert_eq!(made.code, 0, "{}", made.printed);
    let complete = |name: &str| (name.to_owned(), Status::CreateComplete);
    assert_eq!(statuses(&aws), ["flink-access", "flink-functions", "flink-handlers"].map(complete));
    assert!(made.outputs.contains("AutoStartArn"), "{}", made.outputs);
    let function = aws.world.state().lambda.functions["flink-auto-start"].clone();
    assert_eq!(function.environment["FLINK_STACK_HANDLERS_VERSION"], folder.version());
    assert_eq!(function.environment["POLL_INTERVAL_MS"], "10");

    let again = run_in(&folder, &aws, &["handlers", "--release", "."]).await;
    assert_eq!(again.code, 0, "{}", again.printed);
    for words in ["already", "stack flink-access: nothing changes", "stack flink-functions: nothing changes"] {
        assert!(again.printed.contains(words), "{words}: {}", again.printed);
    }
    assert_eq!(aws.world.state().lambda.functions["flink-auto-start"].environment, function.environment);

    let gone = run_in(&folder, &aws, &["destroy", "--yes"]).await;
    assert_eq!((gone.code, statuses(&aws)), (0, Vec::new()), "{}", gone.printed);
    assert!(aws.world.state().lambda.functions.is_empty());
}

/// `flink-stack deploy --release .` brings handlers and application; the way over cargo-lambda is then refused, by
/// `deploy` and by `functions`, and changes nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_from_a_release_runs_and_refuses_the_other_way() {
    let aws = LocalAws::start(Options::default()).await.unwrap();
    let folder = ReleaseFolder::made(&aws).await;
    let job = Jar::of("1");
    let given = ["deploy", "--release", ".", "--yes", "--parameters", "StabilizeSeconds=0", "--jar", job.file()];
    let made = run_in(&folder, &aws, &[&given[..], &QUICK].concat()).await;
    assert_eq!(made.code, 0, "{}", made.printed);
    assert_eq!(aws.world.state().flink.applications["flink-test"].status, Flink::Running);
    let before = statuses(&aws);
    for other in [&["deploy", "--yes", "--jar", job.file()][..], &["functions"][..]] {
        let refused = run_in(&folder, &aws, other).await;
        assert_eq!((refused.code, statuses(&aws)), (1, before.clone()), "{}", refused.printed);
        assert!(
            refused.printed.contains("the stack flink-functions has these functions, from a release"),
            "{}",
            refused.printed
        );
    }
}

/// Where `cargo lambda deploy` made the functions, a release is refused before anything changes, with what to give.
#[tokio::test(flavor = "multi_thread")]
async fn a_release_is_refused_where_cargo_lambda_deployed() {
    let deployment = handlers().await;
    let folder = ReleaseFolder::made(&deployment.aws).await;
    let before = statuses(&deployment.aws);
    let refused = run_in(&folder, &deployment.aws, &["handlers", "--release", ".", "--yes"]).await;
    assert_eq!((refused.code, statuses(&deployment.aws)), (1, before), "{}", refused.printed);
    for words in ["flink-auto-start", "deployed by cargo-lambda", "--take-over"] {
        assert!(refused.printed.contains(words), "{words}: {}", refused.printed);
    }
}

/// `flink-stack publish` puts a release into a bucket of one's own and prints what the functions template is then
/// given: with that it deploys. A folder that was changed, or another build of the same version, is refused.
#[tokio::test(flavor = "multi_thread")]
async fn a_published_release_is_what_the_printed_parameters_deploy() {
    let aws = LocalAws::start(Options::default()).await.unwrap();
    let folder = ReleaseFolder::made(&aws).await;
    s3::put(&mut aws.world.state(), "zips-eu-west-1", "other", Vec::new());
    let publish = ["publish", "--bucket", "zips-${AWS::Region}", "--prefix", "team/"];
    let published = run_in(&folder, &aws, &publish).await;
    assert_eq!(published.code, 0, "{}", published.printed);
    let expected = format!("CodeBucket=zips-eu-west-1 CodePrefix=team/ CodeVersion={}\n", folder.version());
    assert_eq!(published.outputs, expected);
    assert!(published.printed.contains("console.aws.amazon.com") && published.printed.contains("templateURL="));
    let words = published.outputs.trim().to_owned();
    let given: Vec<(&str, &str)> = words.split(' ').map(|word| word.split_once('=').unwrap()).collect();
    for (stack, given) in [("access", &[][..]), ("functions", &given)] {
        let status =
            deploy_stack(&aws.world, &format!("flink-{stack}"), &folder.template(stack), given, &[], None).await;
        assert_eq!(status, Status::CreateComplete, "{stack}");
    }
    let again = run_in(&folder, &aws, &publish).await;
    assert!(again.code == 0 && again.printed.contains("already"), "{}", again.printed);

    folder.zip("flink-auto-start", "#!/bin/sh\nexit 1\n");
    let changed = run_in(&folder, &aws, &publish).await;
    assert!(changed.code == 1 && changed.printed.contains("is not what SHA256SUMS says"), "{}", changed.printed);
    folder.sum();
    let other = run_in(&folder, &aws, &publish).await;
    assert!(other.code == 1 && other.printed.contains("is of another build"), "{}", other.printed);
    let missing = run_in(&folder, &aws, &["publish", "--bucket", "no-such-bucket"]).await;
    assert!(missing.code == 1 && missing.printed.contains("there is no such bucket"), "{}", missing.printed);
}

/// One way takes over from the other: refused while a stack needs the functions, then they are deleted and made by the
/// functions stack under the same ARNs, with their variables, permissions and asynchronous settings, and the running
/// job goes on.
#[tokio::test(flavor = "multi_thread")]
async fn a_release_takes_over_from_cargo_lambda_and_nothing_of_the_functions_is_lost() {
    let deployment = crate::stage::running().await;
    let folder = ReleaseFolder::made(&deployment.aws).await;
    let arguments = ["handlers", "--release", ".", "--take-over", "--yes"];
    let set = |status| {
        let mut state = deployment.world().state();
        let stack = state.cloudformation.stacks.iter_mut().find(|stack| stack.name == "flink-test").unwrap();
        stack.status = status;
    };
    for status in [Status::UpdateInProgress, Status::UpdateRollbackFailed] {
        set(status);
        let refused = run_in(&folder, &deployment.aws, &arguments).await;
        assert_eq!(refused.code, 1, "{}", refused.printed);
        let words = format!("the stack flink-test is {status}, and needs the functions");
        assert!(refused.printed.contains(&words), "{}", refused.printed);
        assert!(deployment.world().state().cloudformation.stack("flink-functions").is_none());
    }
    set(Status::CreateComplete);

    let before = deployment.world().state().lambda.functions.clone();
    let taken = run_in(&folder, &deployment.aws, &arguments).await;
    assert_eq!(taken.code, 0, "{}", taken.printed);
    let after = deployment.world().state().lambda.functions.clone();
    for (name, now) in &after {
        let was = &before[name];
        assert_eq!((&now.arn, &now.role, &now.policy), (&was.arn, &was.role, &was.policy), "{name}");
        let settings = |one: &local_aws::lambda::Function| {
            (one.retries, one.event_age, one.destinations.clone(), one.memory, one.timeout, one.tracing.clone())
        };
        assert_eq!(settings(now), settings(was), "{name}");
        // What a scenario gives each function, and only the unsticker reads.
        let is_read = |variable: &str| name == "flink-rollback-unsticker" || variable != "STABILIZE_SECONDS";
        for (variable, value) in was.environment.iter().filter(|(variable, _)| is_read(variable)) {
            assert_eq!(now.environment.get(variable), Some(value), "{name} {variable}");
        }
        assert_eq!(now.environment["FLINK_STACK_HANDLERS_VERSION"], folder.version());
    }
    assert!(
        std::fs::read_dir(folder.path())
            .unwrap()
            .all(|entry| { !entry.unwrap().file_name().to_string_lossy().starts_with("flink-functions-") })
    );
    assert_eq!(crate::stage::application(&deployment).status, Flink::Running);
    works_on(&deployment).await;
}

/// The stack's next update goes through the new functions.
async fn works_on(deployment: &Deployment) {
    let key = deployment.upload(&jar("2", &[]));
    let status = deployment.deploy(&crate::stage::with_jar(&key)).await;
    assert_eq!(status, Status::UpdateComplete, "{}", crate::stage::why(deployment));
}
