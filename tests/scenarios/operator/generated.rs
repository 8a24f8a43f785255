//! What `plan` says of generated templates is what the local AWS's engine then does, or "cannot tell"; with a change
//! set it always can.

use std::collections::BTreeSet;
use std::io::Write;

use fastrand::Rng;
use local_aws::api::Caller;
use local_aws::cloudformation::{StackEvent, Status};
use local_aws::flink;
use project::deployment::{Deployment, jar, request, settled};
use serde_json::{Value, json};

use super::{flink_stack, look};
use crate::stage::{Scratch, handlers, why};

/// How many templates, each deployed and then changed.
const CASES: u64 = 60;
/// Of so many at most plan may say that it cannot tell: those with a nested stack, whose template is in S3.
const CANNOT_TELL: u64 = 12;

/// An expression whose value is a text.
fn text(rng: &mut Rng, depth: u8) -> Value {
    let inner = |rng: &mut Rng| text(rng, depth + 1);
    match if depth > 2 { rng.u8(..3) } else { rng.u8(..9) } {
        0 => json!("fixed"),
        1 => json!({"Ref": *rng.choice(&["P0", "P1"]).unwrap()}),
        2 => json!({"Fn::GetAtt": ["Base", "Arn"]}),
        3 => json!({"Fn::Sub": "${P0}-${AWS::StackName}-${Base}"}),
        4 => json!({"Fn::If": [condition(rng), inner(rng), inner(rng)]}),
        5 => json!({"Fn::FindInMap": ["Of", {"Ref": "P1"}, "Word"]}),
        6 => json!({"Fn::Join": ["-", [inner(rng), inner(rng)]]}),
        7 => json!({"Fn::Join": [",", {"Ref": "List"}]}),
        _ => json!({"Fn::Select": [1, {"Fn::Split": [",", {"Fn::Join": [",", {"Ref": "List"}]}]}]}),
    }
}

fn condition(rng: &mut Rng) -> &'static str {
    rng.choice(&["C0", "C1", "C2"]).unwrap()
}

/// Property groups of a job, one of them under a condition now and then.
fn groups(rng: &mut Rng) -> Value {
    let own = json!({"PropertyGroupId": "FlinkApplicationProperties",
        "PropertyMap": {"stream.name": "in", "table.name": "out", "word": text(rng, 0)}});
    let more = json!({"PropertyGroupId": "More", "PropertyMap": {"word": text(rng, 1)}});
    json!([own, {"Fn::If": [condition(rng), more, {"Ref": "AWS::NoValue"}]}])
}

/// A resource that is made in a moment, under a condition now and then.
fn resource(rng: &mut Rng, id: usize) -> Value {
    let optional = |rng: &mut Rng| json!({"Fn::If": [condition(rng), text(rng, 0), {"Ref": "AWS::NoValue"}]});
    let mut resource = match rng.u8(..5) {
        0 => json!({"Type": "AWS::Logs::LogGroup", "Properties": {
            "RetentionInDays": {"Fn::FindInMap": ["Of", {"Ref": "P0"}, "Days"]}}}),
        1 => json!({"Type": "AWS::Logs::LogGroup", "Properties": {
            "LogGroupName": {"Fn::Sub": format!("/${{AWS::StackName}}/{id}/${{P1}}")}}}),
        2 => json!({"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": text(rng, 0)}}),
        3 => json!({"Type": "AWS::KinesisAnalyticsV2::Application", "Properties": {
            "RuntimeEnvironment": "FLINK-1_20", "ServiceExecutionRole": {"Fn::GetAtt": ["Role", "Arn"]},
            "ApplicationDescription": optional(rng), "ApplicationConfiguration": {
                "ApplicationCodeConfiguration": {"CodeContentType": "ZIPFILE", "CodeContent": {"S3ContentLocation": {
                    "BucketARN": {"Fn::Sub": "arn:aws:s3:::${Bucket}"}, "FileKey": "jars/1.jar"}}},
                // Its job is no concern here: without snapshots nothing of it is asked before an update.
                "ApplicationSnapshotConfiguration": {"SnapshotsEnabled": false},
                "EnvironmentProperties": {"PropertyGroups": groups(rng)}}}}),
        _ => json!({"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": optional(rng)}}),
    };
    if rng.u8(..3) == 0 {
        resource["Condition"] = json!(condition(rng));
    }
    if rng.u8(..4) == 0 {
        resource["DeletionPolicy"] = json!("Retain");
    }
    resource
}

fn template(rng: &mut Rng, url: &str) -> Value {
    let statement = json!({"Effect": "Allow", "Principal": {"Service": "kinesisanalytics.amazonaws.com"}, "Action": "sts:AssumeRole"});
    let mut template = json!({
        "Parameters": {
            "P0": {"Type": "String", "Default": "a"}, "P1": {"Type": "String", "Default": "a"},
            "List": {"Type": "CommaDelimitedList", "Default": "x,y"}, "Bucket": {"Type": "String"},
        },
        "Mappings": {"Of": {"a": {"Days": 7, "Word": "first"}, "b": {"Days": 14, "Word": "first"}}},
        "Conditions": {
            "C0": {"Fn::Equals": [{"Ref": "P0"}, "a"]},
            "C1": {"Fn::Not": [{"Condition": "C0"}]},
            "C2": {"Fn::Or": [{"Condition": "C1"}, {"Fn::Equals": [{"Fn::FindInMap": ["Of", {"Ref": "P1"}, "Days"]}, "14"]}]},
        },
        "Resources": {
            "Base": {"Type": "AWS::Logs::LogGroup"},
            "Role": {"Type": "AWS::IAM::Role", "Properties": {
                "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [statement]},
                "Policies": [{"PolicyName": "job", "PolicyDocument": {"Version": "2012-10-17", "Statement":
                    [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}}]}},
        },
    });
    for id in 0..5 {
        template["Resources"][format!("R{id}")] = resource(rng, id);
    }
    if rng.u8(..5) == 0 {
        let parameters = json!({"Word": {"Ref": "P0"}});
        let nested =
            json!({"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": url, "Parameters": parameters}});
        template["Resources"]["Nested"] = nested;
    }
    template
}

/// Another template of the same stack: a resource less, one more, one written in another way, or only other parameters.
fn next(rng: &mut Rng, template: &Value) -> Value {
    let mut next = template.clone();
    match rng.u8(..4) {
        0 => drop(next["Resources"].as_object_mut().unwrap().remove("R0")),
        1 => next["Resources"]["R9"] = resource(rng, 9),
        2 if next["Resources"]["R1"]["Type"] == "AWS::SNS::Topic" => {
            next["Resources"]["R1"]["Properties"]["DisplayName"] = text(rng, 0);
        }
        _ => {}
    }
    next
}

/// What a plan says of generated templates is what then happens, or it says that it cannot tell; then CloudFormation's
/// change set can.
#[tokio::test(flavor = "multi_thread")]
async fn what_plan_says_of_generated_templates_is_what_the_engine_does_or_cannot_tell() {
    let deployment = handlers().await;
    let _ = deployment.upload(&jar("1", &[]));
    let child = json!({"Parameters": {"Word": {"Type": "String"}},
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "Word"}}}}});
    let bucket = deployment.bucket.clone();
    local_aws::s3::put(&mut deployment.world().state(), &bucket, "child.json", child.to_string().into_bytes());
    let url = format!("https://{bucket}.s3.eu-west-1.amazonaws.com/child.json");
    let (mut cannot_tell, mut restarts) = (0, 0);
    for seed in 0..CASES {
        let mut rng = Rng::with_seed(seed);
        let name = format!("flink-generated-{seed}");
        let before = template(&mut rng, &url);
        deploy(&deployment, &name, "CreateStack", &before, &[]).await.unwrap();
        start_all(&deployment, &name);
        let after = next(&mut rng, &before);
        let mut choose = || *rng.choice(&["a", "b"]).unwrap();
        let given = [("P0", choose()), ("P1", choose()), ("List", *rng.choice(&["x,y", "x,z"]).unwrap())];
        let plan = plan(&deployment, &name, &after, &given, false).await;
        // A state that is lost is the verdict also where something else is open.
        let is_open = plan["Unknown"] != json!([]);
        let asked = if is_open { self::plan(&deployment, &name, &after, &given, true).await } else { plan.clone() };
        let calls = deployment.world().state().journal.len();
        let worked_on = deploy(&deployment, &name, "UpdateStack", &after, &given).await.unwrap_or_default();
        let of = |plan: &Value, unknown: bool| -> BTreeSet<String> {
            let all = plan["Changes"].as_array().unwrap().iter();
            let all = all.filter(|one| (one["Effect"] == "Unknown") == unknown);
            // What is in a nested stack counts as that stack.
            let id = |one: &Value| one["LogicalId"].as_str().unwrap().split('/').next().unwrap().to_owned();
            all.map(id).collect()
        };
        let (known, unknown) = (of(&plan, false), of(&plan, true));
        cannot_tell += u64::from(is_open);
        let restarted = updates(&deployment, calls);
        restarts += restarted;
        assert_eq!(asked["Restarts"], restarted, "seed {seed}: {asked}\n{after:#}");
        assert!(asked["Unknown"] == json!([]) && of(&asked, false) == worked_on, "seed {seed}: {asked}\n{after:#}");
        let unforeseen: Vec<&String> =
            worked_on.iter().filter(|id| !known.contains(*id) && !unknown.contains(*id)).collect();
        let undone: Vec<&String> = known.difference(&worked_on).collect();
        assert!(
            unforeseen.is_empty() && undone.is_empty(),
            "seed {seed}: unforeseen {unforeseen:?}, undone {undone:?}: {plan}\n{after:#}"
        );
    }
    // Past the test runner, which shows what a test prints only when it fails.
    writeln!(std::io::stderr(), "plan cannot tell {cannot_tell} of {CASES}; jobs restarted {restarts} times").unwrap();
    assert!(restarts > 0, "no job was restarted: nothing was shown of restarts");
    assert!(cannot_tell <= CANNOT_TELL, "plan cannot tell {cannot_tell} of {CASES}");
}

/// Starts the jobs of a stack.
fn start_all(deployment: &Deployment, name: &str) {
    let world = deployment.world();
    let mut state = world.state();
    let resources = state.cloudformation.stack(name).unwrap().resources.values();
    let all = resources.filter(|one| one.kind == "AWS::KinesisAnalyticsV2::Application");
    for application in all.filter_map(|one| one.physical_id.clone()).collect::<Vec<_>>() {
        let body = json!({"ApplicationName": application, "RunConfiguration": {}});
        flink::call(&mut state, &world.settings, &Caller::Operator, "StartApplication", &body).unwrap();
        flink::release(&mut state, &world.settings, &application);
    }
}

/// How often the service took an update of a job since so many calls: each restarts it.
fn updates(deployment: &Deployment, since: usize) -> u64 {
    let state = deployment.world().state();
    let taken = state.journal[since..].iter().filter(|call| call.refused.is_none());
    u64::try_from(taken.filter(|call| call.action == "kinesisanalytics:UpdateApplication").count()).unwrap()
}

/// Deploys, and says which resources were worked on; `None` when nothing changes.
async fn deploy(
    deployment: &Deployment,
    name: &str,
    action: &str,
    template: &Value,
    given: &[(&str, &str)],
) -> Option<BTreeSet<String>> {
    let world = deployment.world();
    let given = [&[("Bucket", deployment.bucket.as_str())], given].concat();
    match request(world, action, name, &template.to_string(), &given, &[], None) {
        Err(error) if error.message.contains("No updates") => return None,
        asked => drop(asked.unwrap_or_else(|error| panic!("{}\n{template:#}", error.message))),
    }
    let status = settled(world, name).await;
    assert!([Status::CreateComplete, Status::UpdateComplete].contains(&status), "{status}: {}", why(deployment));
    let state = world.state();
    let events = &state.cloudformation.stack(name).unwrap().events;
    let first = [Status::CreateInProgress, Status::UpdateInProgress];
    let began = events.iter().rposition(|row| row.logical_id == name && first.contains(&row.status)).unwrap();
    // A nested stack without changes has rows at its parent nevertheless.
    let is_worked_on = |row: &&StackEvent| match state.cloudformation.stack(&row.physical_id) {
        Some(child) => child.events.last().is_some_and(|last| last.time >= events[began].time),
        None => true,
    };
    let worked_on = events[began..].iter().filter(is_worked_on).map(|row| row.logical_id.clone());
    Some(worked_on.filter(|id| id != name).collect())
}

async fn plan(
    deployment: &Deployment,
    name: &str,
    template: &Value,
    given: &[(&str, &str)],
    change_set: bool,
) -> Value {
    let folder = Scratch::new();
    let file = folder.write("template.json", template.to_string());
    let given: Vec<String> = given.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let mut arguments = vec!["plan", "--json", "--stack", name, "--template", file.to_str().unwrap()];
    arguments.extend(given.iter().map(String::as_str));
    let answered = if change_set {
        arguments.push("--change-set");
        flink_stack(&deployment.aws, &arguments).await
    } else {
        look(deployment, &arguments).await
    };
    answered.json()
}
