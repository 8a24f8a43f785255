//! What the roles of application stacks may reach at most, and which names belong to this deployment of the handlers.

use std::path::Path;
use std::process::Command;

use local_aws::api::{Caller, Context};
use local_aws::cloudformation::Status;
use local_aws::flink::Status as Flink;
use local_aws::iam;
use project::deployment::{Deployment, binaries, deploy_stack, jar};
use serde_json::{Value, json};

use crate::stage::{application, handlers, why, with_jar};

const TAG: [(&str, &str); 1] = [("flink-unstick", "enabled")];

/// The job's role.
fn job(deployment: &Deployment) -> Caller {
    let arn = application(deployment).configuration.role;
    Caller::Role(iam::role_name(&arn).to_owned())
}

/// Whether the job's role may do this.
fn may(deployment: &Deployment, action: &str, resource: &str) -> bool {
    let who = job(deployment);
    iam::authorize(&deployment.world().state(), &who, action, resource, &Context::new()).is_ok()
}

fn arn(service: &str, rest: &str) -> String {
    format!("arn:aws:{service}:eu-west-1:111122223333:{rest}")
}

/// The committed template, whose job's role is granted everything.
fn granting_everything() -> String {
    let mut template = Deployment::application_template();
    let policies = &mut template["Resources"]["ApplicationRole"]["Properties"]["Policies"];
    let everything = json!({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}});
    policies.as_array_mut().unwrap().push(json!({"PolicyName": "Everything", "PolicyDocument": everything}));
    template.to_string()
}

async fn deployed(deployment: &Deployment) {
    let key = deployment.upload(&jar("1", &[]));
    let status = deployment.deploy_template(&granting_everything(), &with_jar(&key), &TAG).await;
    assert_eq!(status, Status::CreateComplete, "{}", why(deployment));
}

/// A job reaches its own data and nothing of others, whatever its template grants.
#[tokio::test(flavor = "multi_thread")]
async fn a_job_reaches_its_own_data_and_nothing_of_others_whatever_its_template_grants() {
    let deployment = handlers().await;
    deployed(&deployment).await;
    let bucket = format!("arn:aws:s3:::{}/jars/1.jar", deployment.bucket);
    for (action, resource) in [
        ("kinesis:GetRecords", arn("kinesis", "stream/flink-test")),
        ("kinesis:SubscribeToShard", arn("kinesis", "stream/flink-test/consumer/job:1")),
        ("dynamodb:PutItem", arn("dynamodb", "table/flink-test")),
        ("logs:PutLogEvents", arn("logs", "log-group:/aws/kinesis-analytics/flink-test:log-stream:s")),
        ("logs:DescribeLogGroups", "*".to_owned()),
        ("s3:GetObject", bucket.clone()),
        ("ec2:CreateNetworkInterface", arn("ec2", "network-interface/eni-1")),
    ] {
        assert!(may(&deployment, action, &resource), "{action} on {resource}");
    }
    for (action, resource) in [
        ("kinesis:GetRecords", arn("kinesis", "stream/payroll")),
        ("dynamodb:GetItem", arn("dynamodb", "table/payroll")),
        ("logs:PutLogEvents", arn("logs", "log-group:/aws/lambda/payroll:log-stream:s")),
        ("s3:PutObject", bucket),
        ("s3:PutObject", "arn:aws:s3:::lake/part-0".to_owned()),
        ("kms:Decrypt", arn("kms", "key/theirs")),
        ("kinesis:UpdateStreamMode", "*".to_owned()),
        ("ec2:DeleteNetworkInterface", "arn:aws:ec2:eu-west-1:444455556666:network-interface/eni-1".to_owned()),
    ] {
        assert!(!may(&deployment, action, &resource), "{action} on {resource}");
    }
}

/// A job reaches what an administrator lists, in any account.
#[tokio::test(flavor = "multi_thread")]
async fn a_job_reaches_what_an_administrator_lists_in_any_account() {
    let deployment = handlers().await;
    let theirs = |service: &str, rest: &str| format!("arn:aws:{service}:eu-west-1:444455556666:{rest}");
    let (streams, key) = (theirs("kinesis", "stream/a") + "," + &theirs("kinesis", "stream/b"), theirs("kms", "key/k"));
    let listed = [
        ("FurtherStreams", streams.as_str()),
        ("FurtherTables", &theirs("dynamodb", "table/t")),
        ("FurtherBuckets", "arn:aws:s3:::lake,arn:aws:s3:::pond"),
        ("FurtherKeys", &key),
    ];
    assert_eq!(deployment.change_access(&listed).await, Status::UpdateComplete);
    deployed(&deployment).await;
    for (action, resource) in [
        ("kinesis:GetRecords", arn("kinesis", "stream/flink-test")),
        ("kinesis:GetRecords", theirs("kinesis", "stream/b")),
        ("kinesis:SubscribeToShard", theirs("kinesis", "stream/a/consumer/job:1")),
        ("dynamodb:Query", theirs("dynamodb", "table/t/index/i")),
        ("s3:PutObject", "arn:aws:s3:::lake/part-0".to_owned()),
        ("s3:ListBucket", "arn:aws:s3:::pond".to_owned()),
        ("kms:Decrypt", key.clone()),
    ] {
        assert!(may(&deployment, action, &resource), "{action} on {resource}");
    }
    assert!(!may(&deployment, "kinesis:GetRecords", &theirs("kinesis", "stream/c")));
    assert!(!may(&deployment, "s3:DeleteBucket", "arn:aws:s3:::lake"));
}

/// An administrator's own boundary takes the place of ours.
#[tokio::test(flavor = "multi_thread")]
async fn an_administrators_own_boundary_takes_the_place_of_ours() {
    let deployment = handlers().await;
    let statement = json!({"Effect": "Allow", "Action": ["kinesis:*", "s3:*"], "Resource": "*"});
    let policy = json!({"PolicyName": "theirs", "PolicyDocument": {"Statement": statement}});
    let call = |action: &str, body: &Value| {
        let world = deployment.world();
        iam::call(&mut world.state(), &world.settings, &Caller::Operator, action, body).unwrap()
    };
    let boundary = call("CreatePolicy", &policy)["Policy"]["Arn"].as_str().unwrap().to_owned();
    assert_eq!(deployment.change_access(&[("BoundaryArn", &boundary)]).await, Status::UpdateComplete);
    deployed(&deployment).await;
    let Caller::Role(role) = job(&deployment) else { panic!("a job is no operator") };
    assert_eq!(deployment.world().state().iam.roles[&role].boundary.as_deref(), Some(boundary.as_str()));
    assert!(may(&deployment, "s3:PutObject", "arn:aws:s3:::lake/part-0"));
    assert!(!may(&deployment, "dynamodb:PutItem", &arn("dynamodb", "table/flink-test")));
    // What application stacks import stays as it is.
    assert_eq!(deployment.change_access(&[("BoundaryArn", "")]).await, Status::UpdateRollbackComplete);
}

/// One deployment of the handlers serves one to five families of names.
#[tokio::test(flavor = "multi_thread")]
async fn each_family_of_names_is_started_and_a_sixth_prefix_reaches_nothing() {
    let deployment = handlers().await;
    let prefixes = [("ApplicationNamePrefix", "flink-,orders.,a-,b-,c-,sixth-"), ("DataNamePrefix", "flink-,lake_")];
    assert_eq!(deployment.change_access(&prefixes).await, Status::UpdateComplete);
    let key = deployment.upload(&jar("1", &[]));
    let template = Deployment::application_template().to_string();
    for (stack, name, data, ends) in [
        ("orders", "orders.by-day", "lake_orders", Status::CreateComplete),
        ("sixth", "sixth-of-all", "lake_sixth", Status::RollbackComplete),
    ] {
        let names = [("ApplicationName", name), ("StreamName", data), ("TableName", data), ("StabilizeSeconds", "0")];
        let parameters = [&[("JarKey", key.as_str())][..], &names].concat();
        let (world, role) = (deployment.world(), Some(deployment.stack_role.as_str()));
        assert_eq!(deploy_stack(world, stack, &template, &parameters, &TAG, role).await, ends, "{stack}");
        let state = world.state();
        let status = state.flink.applications.get(name).map(|application| application.status);
        assert_eq!(status, (ends == Status::CreateComplete).then_some(Flink::Running), "{name}");
    }
}

/// Runs the command as make does, without a region or credentials: it lists what is wrong and ends.
fn refusal(prefixes: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut command = Command::new(binaries().join("flink-stack"));
    command.args(["deploy", &format!("--PREFIX={prefixes}")]).env_clear().current_dir(root);
    let ended = command.output().unwrap();
    assert_eq!(ended.status.code(), Some(1));
    String::from_utf8(ended.stderr).unwrap()
}

/// `make deploy` refuses six prefixes.
#[test]
fn deploy_refuses_six_prefixes() {
    let found = refusal("a,b,c,d,e,f");
    assert!(
        found.contains("PREFIX: expected one to five prefixes, separated by commas, found 6 (a,b,c,d,e,f)"),
        "{found}"
    );
    // Five are only refused what else is missing.
    assert!(refusal("a,b,c,d,e").contains("JAR is missing"));
    assert!(refusal("a b").contains("expected prefixes of letters, digits"));
}

/// `make deploy` refuses an empty prefix among others.
///
/// CloudFormation would read an empty prefix, with which every name begins.
#[test]
fn deploy_refuses_an_empty_prefix_among_others() {
    for prefixes in ["flink-,", ",flink-", "flink-,,orders-", ","] {
        let found = refusal(prefixes);
        assert!(found.contains(&format!("PREFIX is \"{prefixes}\"; one of its prefixes is empty")), "{found}");
    }
}
