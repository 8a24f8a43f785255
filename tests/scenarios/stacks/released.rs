//! The functions from released zips: four templates and a bucket, no Rust.

use std::collections::BTreeMap;

use local_aws::api::Caller;
use local_aws::cloudformation::{Status, query};
use local_aws::flink::Status as Flink;
use local_aws::{LocalAws, Options, kms, lambda, s3};
use project::deployment::{Deployment, FUNCTIONS, NAME, binaries, deploy_stack, jar};
use serde_json::json;

use crate::stage::{ReleaseFolder, application, running, why, with_jar};

const FUNCTIONS_STACK: &str = "flink-functions";
const RELEASED: [(&str, &str); 3] = [("PollIntervalMs", "10"), ("ReplyMarginMs", "2000"), ("StabilizeSeconds", "0")];

/// A template of a folder.
fn template(folder: &std::path::Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(format!("{name}.template.json"))).unwrap()
}

/// Zips of this build in a bucket, under the keys of a version.
fn publish(aws: &LocalAws, bucket: &str, version: &str) {
    for (name, _) in FUNCTIONS {
        let script = format!("#!/bin/sh\nexec '{}'\n", binaries().join(name).display());
        let zip = lambda::packed("bootstrap", script.as_bytes()).unwrap();
        let key = format!("flink-stack-handlers/{version}/{name}-x86_64.zip");
        s3::put(&mut aws.world.state(), bucket, &key, zip);
    }
}

fn outputs(aws: &LocalAws, stack: &str) -> BTreeMap<String, String> {
    let state = aws.world.state();
    let stack = state.cloudformation.stack(stack).unwrap();
    stack.outputs.iter().map(|output| (output.key.clone(), output.value.clone())).collect()
}

/// The released way, in the documented order, from a folder of templates and a bucket of the region with the zips:
/// access, functions, handlers, application, each by its template alone; the application runs, and the functions say
/// which version they are.
#[tokio::test(flavor = "multi_thread")]
async fn four_templates_and_a_bucket_of_zips_start_an_application_without_rust() {
    let aws = LocalAws::start(Options::default()).await.unwrap();
    let folder = ReleaseFolder::made(&aws).await;
    let version = folder.version();
    publish(&aws, &format!("zips-{}", aws.world.settings.region), &version);

    let mut given = RELEASED.to_vec();
    given.push(("CodeBucket", "zips-${AWS::Region}"));
    for (stack, parameters) in [("access", &[][..]), ("functions", &given), ("handlers", &[])] {
        let name = format!("flink-{stack}");
        let status = deploy_stack(&aws.world, &name, &folder.template(stack), parameters, &[], None).await;
        assert_eq!(status, Status::CreateComplete, "{name}");
        assert_eq!(outputs(&aws, &name)["FlinkStackHandlersVersion"], version);
    }
    let access = outputs(&aws, "flink-access");
    let (bucket, stack_role) = (access["BucketName"].clone(), access["StackRoleArn"].clone());
    let deployment = Deployment { aws, bucket, stack_role };
    let status = deployment.deploy(&with_jar(&deployment.upload(&jar("1", &[])))).await;
    assert_eq!(status, Status::CreateComplete, "{}", why(&deployment));
    assert_eq!(application(&deployment).status, Flink::Running);

    let state = deployment.world().state();
    for (name, role) in FUNCTIONS {
        let function = &state.lambda.functions[name];
        assert_eq!(function.role, access[role], "{name}");
        assert_eq!((function.memory, function.timeout), (128, 900), "{name}");
        assert_eq!(function.environment["FLINK_STACK_HANDLERS_VERSION"], version, "{name}");
        assert_eq!(function.tags["flink-stack-handlers-version"], version, "{name}");
    }
}

/// A new version is a new key: CloudFormation replaces the code and the ARNs stay. Where its zips are not there the
/// update fails and is rolled back, and the functions go on with the code that they had.
#[tokio::test(flavor = "multi_thread")]
async fn an_update_to_a_version_without_zips_is_rolled_back_and_the_functions_go_on() {
    let aws = LocalAws::start(Options::default()).await.unwrap();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../template");
    let folder = std::path::Path::new(folder);
    let deploy = async |stack: &str, parameters: &[(&str, &str)]| {
        deploy_stack(&aws.world, &format!("flink-{stack}"), &template(folder, stack), parameters, &[], None).await
    };
    publish(&aws, "zips", "1.0.0");
    publish(&aws, "zips", "1.1.0");
    assert_eq!(deploy("access", &[]).await, Status::CreateComplete);
    let code = |version| [("CodeBucket", "zips"), ("CodeVersion", version)];
    let variable = || {
        let state = aws.world.state();
        let function = &state.lambda.functions["flink-auto-start"];
        (function.environment["FLINK_STACK_HANDLERS_VERSION"].clone(), function.arn.clone())
    };
    assert_eq!(deploy("functions", &code("1.0.0")).await, Status::CreateComplete);
    let (_, arn) = variable();
    assert_eq!(deploy("functions", &code("1.1.0")).await, Status::UpdateComplete);
    assert_eq!(variable(), ("1.1.0".to_owned(), arn.clone()));
    assert_eq!(deploy("functions", &code("9.9.9")).await, Status::UpdateRollbackComplete);
    assert_eq!(variable(), ("1.1.0".to_owned(), arn));
}

/// Functions that `cargo lambda deploy` made are never taken over by chance: the functions stack is refused by their
/// names and rolled back, and they stay as they are, with what calls them.
#[tokio::test(flavor = "multi_thread")]
async fn functions_of_cargo_lambda_are_not_taken_over_by_chance() {
    let deployment = running().await;
    publish(&deployment.aws, "zips", "1.0.0");
    let functions = || {
        let state = deployment.world().state();
        let all = state.lambda.functions.values();
        all.map(|one| json!([one.arn, one.role, one.environment, one.policy])).collect::<Vec<_>>()
    };
    let before = functions();
    let text = template(std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../template")), "functions");
    let given = [("CodeBucket", "zips"), ("CodeVersion", "1.0.0")];
    let status = deploy_stack(deployment.world(), FUNCTIONS_STACK, &text, &given, &[], None).await;
    assert_eq!(status, Status::RollbackComplete);
    assert_eq!(functions(), before);
    assert_eq!(application(&deployment).status, Flink::Running);
    let state = deployment.world().state();
    assert!(state.cloudformation.stack(NAME).is_some());
}

/// Functions in a VPC, with a key, tracing and reserved concurrency, are what the template says; without the rights
/// that `access` gives on request, Lambda refuses the roles and nothing of the functions stays.
#[tokio::test(flavor = "multi_thread")]
async fn functions_get_a_vpc_a_key_and_tracing_where_access_allows_them() {
    let aws = LocalAws::start(Options::default()).await.unwrap();
    let folder = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../template"));
    let deploy = async |stack: &str, parameters: &[(&str, &str)]| {
        deploy_stack(&aws.world, &format!("flink-{stack}"), &template(folder, stack), parameters, &[], None).await
    };
    publish(&aws, "zips", "1.0.0");
    let key = format!("arn:aws:kms:eu-west-1:{}:key/0a1b", aws.world.settings.account);
    let key = key.as_str();
    let statements = json!([{"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}]);
    kms::put_policy(&mut aws.world.state(), key, &json!({"Statement": statements})).unwrap();
    let given = [
        ("CodeBucket", "zips"),
        ("CodeVersion", "1.0.0"),
        ("SubnetIds", "subnet-0a,subnet-0b"),
        ("SecurityGroupIds", "sg-0a"),
        ("KeyArn", key),
        ("Tracing", "Active"),
        ("UnstickerConcurrency", "7"),
    ];
    assert_eq!(deploy("access", &[]).await, Status::CreateComplete);
    assert_eq!(deploy("functions", &given).await, Status::RollbackComplete);
    assert!(aws.world.state().lambda.functions.is_empty());
    let gone = query(
        &aws.world,
        &Caller::Operator,
        "DeleteStack",
        &[("StackName".to_owned(), FUNCTIONS_STACK.to_owned())].into(),
    );
    gone.unwrap();
    let allowed = [("FunctionsInVpc", "true"), ("KeyArn", key), ("Tracing", "Active")];
    assert_eq!(deploy("access", &allowed).await, Status::UpdateComplete);
    assert_eq!(deploy("functions", &given).await, Status::CreateComplete);
    {
        let state = aws.world.state();
        for function in state.lambda.functions.values() {
            assert_eq!(function.network.subnets, ["subnet-0a", "subnet-0b"], "{}", function.name);
            assert_eq!((function.key.as_deref(), function.tracing.as_str()), (Some(key), "Active"));
        }
        assert_eq!(state.lambda.functions["flink-rollback-unsticker"].reserved, Some(7));
    }
    // What is taken back goes.
    let without = [
        ("CodeBucket", "zips"),
        ("CodeVersion", "1.0.0"),
        ("SubnetIds", ""),
        ("SecurityGroupIds", ""),
        ("KeyArn", ""),
        ("UnstickerConcurrency", "0"),
    ];
    assert_eq!(deploy("functions", &without).await, Status::UpdateComplete);
    let state = aws.world.state();
    let unsticker = &state.lambda.functions["flink-rollback-unsticker"];
    assert_eq!((unsticker.reserved, &unsticker.key, unsticker.network.subnets.len()), (None, &None, 0));
}

/// The four templates deploy as a StackSet deploys them: in stacks of names of its own, by parameters alone; the
/// handlers are found by what they export.
#[tokio::test(flavor = "multi_thread")]
async fn the_templates_deploy_under_the_names_that_a_stack_set_gives() {
    let aws = LocalAws::start(Options::default()).await.unwrap();
    let folder = ReleaseFolder::made(&aws).await;
    publish(&aws, &format!("zips-{}", aws.world.settings.region), &folder.version());
    let mut given = RELEASED.to_vec();
    given.push(("CodeBucket", "zips-${AWS::Region}"));
    let name = |set: &str| format!("StackSet-flink-{set}-0a1b2c3d-1111-2222-3333-444455556666");
    for (set, parameters) in [("access", &[][..]), ("functions", &given), ("handlers", &[])] {
        let status = deploy_stack(&aws.world, &name(set), &folder.template(set), parameters, &[], None).await;
        assert_eq!(status, Status::CreateComplete, "{set}");
    }
    let bucket = outputs(&aws, &name("access"))["BucketName"].clone();
    local_aws::s3::put(&mut aws.world.state(), &bucket, "jars/1.jar", jar("1", &[]).to_string().into_bytes());
    let given = with_jar("jars/1.jar");
    let status = deploy_stack(&aws.world, &name("orders"), &folder.template("application"), &given, &[], None).await;
    assert_eq!(status, Status::CreateComplete);
    assert_eq!(aws.world.state().flink.applications[NAME].status, Flink::Running);
}
