//! `tests/adoption/cdk`: the tutorial's stack with CDK's own Flink construct, and the same with the constructs of
//! `template/cdk`.

use std::fs;

use local_aws::cloudformation::Status as StackStatus;
use local_aws::flink::Status;
use local_aws::{LocalAws, Modes, Options};
use project::deployment::{Deployment, binaries};
use serde_json::Value;
use tokio::process::Command;

use crate::adopted::team::Team;
use crate::adopted::{Example, Version, does_not_get_stuck, starts_what_never_ran, takes_over_what_runs};
use crate::{folder, synthesized};

const STACK: &str = "flink-orders";
/// The stack of `FlinkHandlersInstall`.
const ACCOUNT: &str = "flink-account";
/// The stack of the tutorial as CDK synthesized it once, without the CLI's metadata.
const REFERENCE: &str = include_str!("../../shared/src/template/stacks/application/cdk-reference.template.json");

fn json(name: &str) -> Value {
    serde_json::from_str(&synthesized(&format!("cdk/{name}"))).unwrap()
}

/// As `cdk deploy` sends it: the template, and the stack's tags from the assembly's manifest.
fn version(assembly: &str) -> Version {
    stack(assembly, STACK)
}

fn stack(assembly: &str, name: &str) -> Version {
    let manifest = json(&format!("{assembly}/manifest.json"));
    let properties = &manifest["artifacts"][name]["properties"];
    let tags = properties["tags"].as_object().into_iter().flatten();
    Version {
        template: synthesized(&format!("cdk/{assembly}/{}", properties["templateFile"].as_str().unwrap())),
        parameters: Vec::new(),
        tags: tags.map(|(key, value)| (key.clone(), value.as_str().unwrap().to_owned())).collect(),
    }
}

/// The assets that `cdk deploy` uploads, in this account and region.
fn objects(assembly: &str, stack: &str) -> Vec<(String, String, Vec<u8>)> {
    let assets = json(&format!("{assembly}/{stack}.assets.json"));
    let files = assets["files"].as_object().unwrap().values();
    files
        .map(|file| {
            let destination = file["destinations"].as_object().unwrap().values().next().unwrap();
            let here = |member: &str| {
                let text = destination[member].as_str().unwrap();
                text.replace("${AWS::AccountId}", "111122223333").replace("${AWS::Region}", "eu-west-1")
            };
            let path = folder().join("cdk").join(assembly).join(file["source"]["path"].as_str().unwrap());
            (here("bucketName"), here("objectKey"), fs::read(path).unwrap())
        })
        .collect()
}

/// What `cdk deploy` of an assembly does, against the team's account.
async fn cdk_deploy(team: &Team, assembly: &str) {
    let mut cdk = Command::new(folder().join("npm/node_modules/.bin/cdk"));
    cdk.args(["deploy", STACK, "--require-approval", "never", "--no-notices", "--app"])
        .arg(folder().join("cdk").join(assembly));
    cdk.envs([("CDK_DISABLE_CLI_TELEMETRY", "1"), ("CDK_DISABLE_VERSION_CHECK", "1"), ("AWS_REGION", "eu-west-1")]);
    cdk.envs([
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_ENDPOINT_URL", &team.deployment.aws.endpoint),
    ]);
    // Nothing is written outside, and no profile of a user is read.
    cdk.env("HOME", folder()).env_remove("AWS_PROFILE").current_dir(folder());
    let output = cdk.output().await.unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{}", team.why());
}

fn example() -> Example {
    Example {
        stack: STACK,
        role: "cdk-hnb659fds-cfn-exec-role-111122223333-eu-west-1",
        before: version("before"),
        adopted: version("adopted"),
        next: version("next"),
        objects: ["adopted", "next"].into_iter().flat_map(|assembly| objects(assembly, STACK)).collect(),
        // The account is bootstrapped.
        store: vec![("/cdk-bootstrap/hnb659fds/version", "21")],
        modes: Modes::default(),
    }
}

#[test]
fn the_stack_before_is_the_tutorials() {
    let mut before: Value = serde_json::from_str(&version("before").template).unwrap();
    let mut reference: Value = serde_json::from_str(REFERENCE).unwrap();
    before["Resources"].as_object_mut().unwrap().remove("CDKMetadata").unwrap();
    before["Conditions"].as_object_mut().unwrap().remove("CDKMetadataAvailable").unwrap();
    for template in [&mut before, &mut reference] {
        let code = "/Resources/FlinkApp25CA5116/Properties/ApplicationConfiguration/ApplicationCodeConfiguration";
        // The hash of another jar.
        template.pointer_mut(&format!("{code}/CodeContent/S3ContentLocation/FileKey")).unwrap().take();
    }
    // The tutorial is older than Flink 2, and so is CDK's list of runtimes.
    let runtime = "/Resources/FlinkApp25CA5116/Properties/RuntimeEnvironment";
    assert_eq!(before.pointer_mut(runtime).unwrap().take(), "FLINK-2_3");
    assert_eq!(reference.pointer_mut(runtime).unwrap().take(), "FLINK-1_20");
    assert_eq!(before, reference);
}

/// Code however it is wrapped.
fn unwrapped(code: &str) -> String {
    code.split_whitespace().collect::<String>().replace(",}", "}").replace(",)", ")")
}

#[test]
fn the_page_of_the_constructs_shows_these_stacks_before_and_after() {
    let page = include_str!("../../template/cdk/README.md");
    let section = page.split("## Before and after").nth(1).unwrap();
    let blocks: Vec<&str> = section.split("```ts").skip(1).map(|block| block.split("```").next().unwrap()).collect();
    let stacks = [include_str!("cdk/before.ts"), include_str!("cdk/stack.ts")];
    assert_eq!(blocks.len(), stacks.len());
    for (block, stack) in blocks.into_iter().zip(stacks) {
        // Empty comments keep both sides in line, and dots stand for what both have.
        let code: Vec<&str> = block.lines().filter(|line| line.trim() != "//").collect();
        for part in code.join(" ").split("// ...").flat_map(|part| part.split_inclusive(';')) {
            assert!(unwrapped(stack).contains(&unwrapped(part)), "{part}");
        }
    }
}

#[test]
fn the_digest_changes_with_what_the_application_is_sent_and_with_nothing_else() {
    let resource = |assembly: &str, logical_id: &str| {
        let template: Value = serde_json::from_str(&version(assembly).template).unwrap();
        template["Resources"][logical_id]["Properties"].clone()
    };
    let digest = |assembly: &str| resource(assembly, "HandlersUpdateGuard7D85CB74")["ConfigurationDigest"].clone();
    assert_ne!(digest("adopted"), Value::Null);
    assert_ne!(digest("next"), digest("adopted"), "another jar");
    assert_ne!(digest("changed"), digest("adopted"), "a changed property");
    assert_ne!(resource("tagged", "FlinkApp25CA5116"), resource("adopted", "FlinkApp25CA5116"));
    assert_eq!(digest("tagged"), digest("adopted"), "a tag restarts no job");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_adopted_application_that_never_ran_is_the_same_one_and_runs() {
    starts_what_never_ran(example()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_adopted_application_that_runs_keeps_its_state_and_its_snapshots() {
    takes_over_what_runs(example()).await;
}

/// An account whose handlers are those of `FlinkHandlersInstall`.
async fn installed() -> Team {
    // What the bootstraps in the zips become.
    let _built = binaries();
    let aws = LocalAws::start(Options::default()).await.unwrap();
    let objects = example().objects.into_iter().chain(objects("account", ACCOUNT)).collect();
    let deployment = Deployment { aws, bucket: String::new(), stack_role: String::new() };
    let team = Team::of(deployment, Example { objects, ..example() });
    let handlers = stack("account", ACCOUNT);
    assert_eq!(team.deploy_to(ACCOUNT, &handlers).await, StackStatus::CreateComplete, "{}", team.why());
    team
}

#[tokio::test(flavor = "multi_thread")]
async fn with_the_constructs_alone_a_job_starts_counts_on_through_a_change_and_survives_a_bad_record() {
    let team = installed().await;
    assert_eq!(team.deploy(&team.example.adopted).await, StackStatus::CreateComplete, "{}", team.why());
    team.assert_it_runs_with_the_stacks_names("1");
    team.record("a");
    team.rows_become(1).await;
    assert_eq!(team.deploy(&version("changed")).await, StackStatus::UpdateComplete, "{}", team.why());
    team.assert_it_runs_with_the_stacks_names("1");
    assert_eq!(team.application().job.unwrap().counts.get("a"), Some(&1), "the state was carried over");

    for key in ["poison", "b"] {
        team.record(key);
    }
    assert_eq!(team.deploy(&team.example.next).await, StackStatus::UpdateComplete, "{}", team.why());
    team.assert_it_runs_with_the_stacks_names("2");
    team.rows_become(3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_record_does_not_wedge_an_adopted_stack() {
    does_not_get_stuck(example()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cdk_cli_itself_deploys_the_stack_and_adopts_the_handlers() {
    // A bootstrapped account has the bucket; the CLI uploads the rest.
    let bucket = objects("before", STACK)[0].0.clone();
    let objects = vec![(bucket, "bootstrapped".to_owned(), Vec::new())];
    let team = Team::account(Example { objects, ..example() }).await;
    cdk_deploy(&team, "before").await;
    assert_eq!(team.application().status, Status::Ready);
    cdk_deploy(&team, "hurried").await;
    team.assert_it_runs_with_the_stacks_names("1");
}
