//! `flink-stack deploy` of everything: access, functions, handlers, jar, application, beside a cargo that only writes
//! down what it was asked.

use local_aws::api::ApiError;
use local_aws::cloudformation::Status;
use local_aws::faults::Fault;
use local_aws::kms;
use project::deployment::{Deployment, NAME};
use serde_json::{Value, json};

use super::toolchain::{Toolchain, deploys};
use super::{Jar, is_clean, status};
use crate::stacks::keys::{KEY, keep, statements};
use crate::stage::{application, handlers, why};

/// Everything of a deployment that is kept in the account, one text for each stack and function.
fn kept(deployment: &Deployment) -> Vec<String> {
    let state = deployment.world().state();
    let stacks = ["flink-access", "flink-handlers", NAME].into_iter().map(|name| {
        let stack = state.cloudformation.stack(name).unwrap();
        format!("{name} {} {:?} {:?}", stack.template.resources.len(), stack.parameters, stack.tags)
    });
    let functions = state.lambda.functions.values().map(|function| {
        let local_aws::lambda::Function { name, architectures, reserved, environment, .. } = function;
        format!("{name} {architectures:?} {reserved:?} {environment:?}")
    });
    stacks.chain(functions).collect()
}

fn parameter(deployment: &Deployment, stack: &str, name: &str) -> Value {
    deployment.world().state().cloudformation.stack(stack).unwrap().parameters[name].clone()
}

/// What was given to a deployment of everything stays in stacks, functions and tags until it is given again.
#[tokio::test(flavor = "multi_thread")]
async fn every_setting_stays_until_it_is_given_again() {
    let deployment = handlers().await;
    keep(deployment.world(), &statements());
    let (toolchain, jar) = (Toolchain::new(), Jar::of("1"));
    let anyone = json!({"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"});
    kms::put_policy(&mut deployment.world().state(), KEY, &json!({"Statement": [anyone]})).unwrap();
    let file = jar.file();
    let all = [
        "deploy",
        "--jar",
        file,
        "--yes",
        "--parameters",
        "StabilizeSeconds=0 OnSnapshotFailure=Fail",
        "--prefix",
        "flink-,a-",
        "--data-prefix",
        "flink-,b-",
        "--mail",
        "someone@example.com",
        "--tag",
        "flink-unstick=dry-run",
        "--key",
        KEY,
        "--sweep",
        "DISABLED",
        "--unsticker-concurrency",
        "5",
        "--tracing",
        "Active",
        "--continue-with-own-role",
        "true",
        "--ignore-consent-tag",
        "true",
        "--max-replay-hours",
        "7",
        "--stop-minutes",
        "3",
        "--keep-snapshots",
        "4",
        "--retain=1",
        "--arch",
        "arm64",
        "--further-buckets",
        "arn:aws:s3:::lake",
    ];
    let (made, asked) = toolchain.run(&deployment, &all).await;
    assert_eq!(
        (made.code, status(&deployment)),
        (0, Some(Status::CreateComplete)),
        "{}: {}",
        why(&deployment),
        made.printed
    );
    deploys(&deployment, &asked);
    assert!(asked.iter().any(|line| line.contains("--target aarch64-unknown-linux-gnu")), "{asked:#?}");
    let unsticker = asked.iter().find(|line| line.contains("deploy flink-rollback-unsticker")).unwrap();
    for words in
        ["MAX_REPLAY_HOURS=7", "STOP_MINUTES=3", "KEEP_SNAPSHOTS=4", "CONTINUE_WITH_OWN_ROLE=true", "--tracing Active"]
    {
        assert!(unsticker.contains(words), "{words}: {unsticker}");
    }
    assert_eq!(parameter(&deployment, "flink-access", "DataNamePrefix"), json!(["flink-", "b-"]));
    assert!(parameter(&deployment, "flink-handlers", "UnstickerConcurrency").to_string().contains('5'));
    assert_eq!(application(&deployment).status.to_string(), "RUNNING");
    let before = kept(&deployment);
    let (again, asked) = toolchain.run(&deployment, &["deploy", "--jar", file]).await;
    assert_eq!(again.code, 0, "{}", again.printed);
    deploys(&deployment, &asked);
    assert_eq!(kept(&deployment), before, "{}", again.printed);
    assert!(again.printed.contains("its stack is as it was"), "{}", again.printed);
    for phase in ["build", "flink-access", "functions", "flink-handlers", "jar", NAME] {
        let phases = again.printed.lines().find(|line| line.starts_with("phases")).unwrap();
        assert!(phases.contains(&format!("{phase} ")), "{phases}");
    }
    is_clean(&deployment);
}

/// What CloudFormation refuses of one stack does not hide what it refuses of the next, and nothing is built or changed.
#[tokio::test(flavor = "multi_thread")]
async fn the_refusals_of_several_stacks_are_listed_together() {
    let deployment = handlers().await;
    let (toolchain, jar) = (Toolchain::new(), Jar::of("1"));
    let invalid = ApiError::new("ValidationError", "Parameters: [Gone] do not exist in the template");
    deployment.world().state().faults.inject("cloudformation:CreateChangeSet", 2, Fault::Refuse(invalid));
    deployment.world().state().lambda.account_concurrency = 50;
    let (refused, asked) = toolchain.run(&deployment, &["deploy", "--jar", jar.file(), "--yes"]).await;
    assert_eq!(refused.code, 1, "{}", refused.printed);
    for stack in ["flink-access", "flink-handlers"] {
        assert!(refused.printed.contains(&format!("the stack {stack} cannot be changed so")), "{}", refused.printed);
    }
    assert!(refused.printed.contains("note: Lambda keeps 100 concurrent executions unreserved"), "{}", refused.printed);
    assert!(asked.iter().all(|line| !line.contains("build")), "{asked:?}");
    is_clean(&deployment);
}
