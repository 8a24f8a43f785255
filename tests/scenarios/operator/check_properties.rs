//! `flink-stack check-properties --stack`: the sources of a job beside the stack that it is deployed with.

use local_aws::cloudformation::Status;
use project::deployment::{Deployment, deploy_stack, jar};
use serde_json::{Value, json};

use super::{Answered, look};
use crate::stage::{Scratch, handlers, why};

const STACK: &str = "flink-team";

/// A team's stack: which groups it injects, its own parameter decides.
fn template() -> Value {
    let assume = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": {"Service": "kinesisanalytics.amazonaws.com"}}]});
    let reads = json!({"Version": "2012-10-17", "Statement":
        [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]});
    let code = json!({"CodeContentType": "ZIPFILE", "CodeContent": {"S3ContentLocation": {
        "BucketARN": {"Fn::Sub": "arn:aws:s3:::${Bucket}"}, "FileKey": "jars/1.jar"}}});
    let group = |id: &str, keys: Value| json!({"PropertyGroupId": id, "PropertyMap": keys});
    let groups = json!([
        group("Source", json!({"stream.name": "s", "kpus": {"Fn::FindInMap": ["Sizes", {"Ref": "Stage"}, "Kpus"]}})),
        {"Fn::If": ["IsProd", group("Alerts", json!({"topic.arn": "t"})), {"Ref": "AWS::NoValue"}]},
    ]);
    json!({
        "Parameters": {"Bucket": {"Type": "String"}, "Stage": {"Type": "String", "Default": "dev"}},
        "Mappings": {"Sizes": {"dev": {"Kpus": 1}, "prod": {"Kpus": 4}}},
        "Conditions": {"IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}},
        "Resources": {
            "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": assume,
                "Policies": [{"PolicyName": "job", "PolicyDocument": reads}]}},
            "Job": {"Type": "AWS::KinesisAnalyticsV2::Application", "Properties": {"RuntimeEnvironment": "FLINK-1_20",
                "ServiceExecutionRole": {"Fn::GetAtt": ["Role", "Arn"]}, "ApplicationConfiguration": {
                    "ApplicationCodeConfiguration": code, "EnvironmentProperties": {"PropertyGroups": groups}}}},
        },
    })
}

/// A folder with a job's source, removed at the end.
struct Sources(Scratch);

impl Sources {
    /// A job that does this with its groups.
    fn of(statements: &str) -> Self {
        let folder = Scratch::new();
        let source = format!(
            "class Job {{\n void main() {{\n  var all = KinesisAnalyticsRuntime.getApplicationProperties();\n  \
             var source = all.get(\"Source\");\n  {statements}\n }}\n}}\n"
        );
        folder.write("Job.java", source);
        Self(folder)
    }

    async fn beside(&self, deployment: &Deployment, more: &[&str]) -> Answered {
        let folder = self.0.path().to_str().unwrap();
        look(deployment, &[&["check-properties", folder, "--stack", STACK][..], more].concat()).await
    }
}

/// The stack in one stage.
async fn deployed(stage: &str) -> Deployment {
    let deployment = handlers().await;
    let _ = deployment.upload(&jar("1", &[]));
    let given = [("Bucket", deployment.bucket.as_str()), ("Stage", stage)];
    let status = deploy_stack(deployment.world(), STACK, &template().to_string(), &given, &[], None).await;
    assert_eq!(status, Status::CreateComplete, "{}", why(&deployment));
    deployment
}

/// `check-properties` compares a job's sources with what its deployed stack injects.
#[tokio::test(flavor = "multi_thread")]
async fn the_properties_of_a_job_are_compared_with_what_its_stack_injects() {
    let deployment = deployed("prod").await;
    let both = "use(source.getProperty(\"stream.name\"), source.getProperty(\"kpus\"));";
    let agrees = Sources::of(&format!("{both} use(all.get(\"Alerts\").getProperty(\"topic.arn\"));"));
    let answered = agrees.beside(&deployment, &[]).await;
    assert_eq!(answered.code, 0, "{}", answered.printed);
    let first = "The job reads what is injected.\ncompared  1 source that was read with the stack flink-team: 3 keys in 2 groups\n";
    assert!(answered.printed.starts_with(first), "{}", answered.printed);
    let json = agrees.beside(&deployment, &["--json"]).await;
    assert_eq!((json.code, &json.json()["Verdict"]), (0, &json!("Agrees")), "{}", json.printed);

    let differs = Sources::of(&format!("{both} use(all.get(\"Alerts\").getProperty(\"topic\"));"));
    let answered = differs.beside(&deployment, &["--json"]).await;
    assert_eq!(answered.code, 1, "{}", answered.printed);
    let report = answered.json();
    assert_eq!((&report["Schema"], &report["Verdict"]), (&json!(1), &json!("Differs")), "{report}");
    let missing = &report["Missing"][0];
    assert_eq!((&missing["Group"], &missing["Key"]), (&json!("Alerts"), &json!("topic")), "{report}");
    assert_eq!((&missing["ReadAt"][0]["Line"], report["Unread"].as_array().unwrap().len()), (&json!(5), 1), "{report}");

    let unknown = Sources::of(&format!("{both} connector.configure(all.get(\"Alerts\"));"));
    let answered = unknown.beside(&deployment, &["--json"]).await;
    assert_eq!((answered.code, &answered.json()["Verdict"]), (2, &json!("CannotTell")), "{}", answered.printed);
    assert_eq!(answered.json()["NotFollowed"][0]["Line"], 5, "{}", answered.printed);
}

/// `check-properties` counts as injected only what the stack's own conditions choose.
#[tokio::test(flavor = "multi_thread")]
async fn only_what_the_stacks_own_conditions_choose_is_injected() {
    let deployment = deployed("dev").await;
    let reads = Sources::of(
        "use(source.getProperty(\"stream.name\"), source.getProperty(\"kpus\"), all.get(\"Alerts\").getProperty(\"topic.arn\"));",
    );
    let answered = reads.beside(&deployment, &[]).await;
    assert_eq!(answered.code, 1, "{}", answered.printed);
    assert!(answered.printed.contains("Alerts/topic.arn: read at "), "{}", answered.printed);
}

/// `check-properties` ends with 2 for a stack that does not exist and an application that it does not have.
#[tokio::test(flavor = "multi_thread")]
async fn a_stack_that_is_not_there_and_an_application_that_it_has_not_end_with_2() {
    let deployment = deployed("dev").await;
    let reads = Sources::of("use(source.getProperty(\"stream.name\"));");
    let folder = reads.0.path().to_str().unwrap();
    let answered = look(&deployment, &["check-properties", folder, "--stack", "flink-none", "--json"]).await;
    assert_eq!((answered.code, &answered.json()["Verdict"]), (2, &json!("CannotTell")), "{}", answered.printed);
    let answered = reads.beside(&deployment, &["--application", "Other"]).await;
    assert_eq!(answered.code, 2, "{}", answered.printed);
    assert!(answered.printed.contains("--application Other: expected one of: Job"), "{}", answered.printed);
}
