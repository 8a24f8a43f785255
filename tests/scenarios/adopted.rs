//! A stack that was there before the handlers adopts them in an update: the application stays the same one, and runs.
//!
//! The examples in `tests/adoption` are what README shows. Plain CloudFormation runs here; `make adoption` brings CDK's and SAM's
//! through the same journeys.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use local_aws::api::Caller;
use local_aws::cloudformation::Status;
use local_aws::deployment::{Deployment, deploy_stack, jar};
use local_aws::flink::{self, Application, Status as Flink};
use local_aws::{Options, State, World, iam, kinesis, s3};
use serde_json::{Value, json};

const APPLICATION: &str = "AWS::KinesisAnalyticsV2::Application";
/// Functions that look every few milliseconds.
const QUICK: [(&str, &str); 3] = [("POLL_INTERVAL_MS", "10"), ("REPLY_MARGIN_MS", "2000"), ("STABILIZE_SECONDS", "0")];
/// What the job reads.
const GROUP: &str = "FlinkApplicationProperties";

/// What is deployed at one moment.
#[derive(Clone)]
pub(crate) struct Version {
    pub(crate) template: String,
    pub(crate) parameters: Vec<(&'static str, String)>,
    pub(crate) tags: Vec<(String, String)>,
}

/// A team's own stack, before and after it adopts the handlers, and the deployment after that.
pub(crate) struct Example {
    /// Functions may touch what is called `flink-...`; a generated name begins with the stack's.
    pub(crate) stack: &'static str,
    pub(crate) before: Version,
    pub(crate) adopted: Version,
    /// The same with version 2 of the job, which takes the record that breaks version 1.
    pub(crate) next: Version,
    /// What is in the team's buckets: bucket, key, content.
    pub(crate) objects: Vec<(String, String, Vec<u8>)>,
    /// What is in the team's Parameter Store.
    pub(crate) store: Vec<(&'static str, &'static str)>,
}

/// The team's account with the handlers in it.
struct Team {
    deployment: Deployment,
    example: Example,
    role: String,
}

impl Team {
    /// The stack as it was: deployed with a role of the team's own, its application READY, because nothing starts it.
    async fn before(example: Example) -> Self {
        let deployment = Deployment::start(Options::default(), &QUICK).await;
        let role = {
            let mut state = deployment.world().state();
            for (bucket, key, content) in &example.objects {
                s3::put(&mut state, bucket, key, content.clone());
            }
            for (name, value) in &example.store {
                state.ssm.parameters.insert((*name).to_owned(), (*value).to_owned());
            }
            let trust = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
                "Principal": {"Service": "cloudformation.amazonaws.com"}}]});
            let body = json!({"RoleName": "team-deployment", "AssumeRolePolicyDocument": trust});
            let settings = &deployment.world().settings;
            let made = iam::call(&mut state, settings, &Caller::Operator, "CreateRole", &body).unwrap();
            let body =
                json!({"RoleName": "team-deployment", "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"});
            iam::call(&mut state, settings, &Caller::Operator, "AttachRolePolicy", &body).unwrap();
            made["Role"]["Arn"].as_str().unwrap().to_owned()
        };
        let team = Self { deployment, example, role };
        let before = team.example.before.clone();
        assert_eq!(team.deploy(&before).await, Status::CreateComplete, "{}", team.why());
        assert_eq!(team.application().status, Flink::Ready);
        team
    }

    async fn deploy(&self, version: &Version) -> Status {
        let parameters: Vec<_> = version.parameters.iter().map(|(key, value)| (*key, value.as_str())).collect();
        let tags: Vec<_> = version.tags.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        let template = hurried(&version.template);
        deploy_stack(self.world(), self.example.stack, &template, &parameters, &tags, Some(&self.role)).await
    }

    /// The update that adopts the handlers.
    async fn adopt(&self) {
        assert_eq!(self.deploy(&self.example.adopted).await, Status::UpdateComplete, "{}", self.why());
    }

    fn world(&self) -> &Arc<World> {
        self.deployment.world()
    }

    /// The name of the stack's only resource of a type.
    fn named(&self, kind: &str) -> String {
        let state = self.world().state();
        let stack = state.cloudformation.stack(self.example.stack).unwrap();
        let mut found = stack.resources.values().filter(|resource| resource.kind == kind);
        let name = found.next().unwrap().physical_id.clone().unwrap();
        assert!(found.next().is_none(), "more than one {kind}");
        name
    }

    fn application(&self) -> Application {
        let name = self.named(APPLICATION);
        self.world().state().flink.applications[&name].clone()
    }

    /// A person at the console.
    fn person(&self, operation: &str, mut body: Value) {
        let name = self.named(APPLICATION);
        body["ApplicationName"] = json!(name);
        let mut state = self.world().state();
        flink::call(&mut state, &self.world().settings, &Caller::Operator, operation, &body).unwrap();
        flink::release(&mut state, &self.world().settings, &name);
    }

    /// What people do without the handlers: the application is started, after its names were typed in if the
    /// template does not have them.
    fn start_by_hand(&self) {
        if self.application().configuration.properties.is_empty() {
            self.type_the_names_in();
        }
        self.person("StartApplication", json!({"RunConfiguration": {}}));
        assert_eq!(self.application().status, Flink::Running);
    }

    fn type_the_names_in(&self) {
        let names = json!({"stream.name": self.named("AWS::Kinesis::Stream"), "table.name": self.named("AWS::DynamoDB::Table")});
        let groups = json!({"PropertyGroups": [{"PropertyGroupId": GROUP, "PropertyMap": names}]});
        let update = json!({"EnvironmentPropertyUpdates": groups});
        let version = self.application().version;
        let body = json!({"CurrentApplicationVersionId": version, "ApplicationConfigurationUpdate": update});
        self.person("UpdateApplication", body);
    }

    fn record(&self, key: &str) {
        let stream = self.named("AWS::Kinesis::Stream");
        kinesis::put(&mut self.world().state(), &stream, &json!({"key": key, "featureName": "seen"}));
    }

    async fn rows_become(&self, count: usize) {
        let table = self.named("AWS::DynamoDB::Table");
        self.world().until(|state| (state.dynamodb.tables[&table].items.len() == count).then_some(())).await;
    }

    fn assert_it_runs_with_the_stacks_names(&self, version: &str) {
        let application = self.application();
        assert_eq!(application.status, Flink::Running, "{}", self.why());
        assert!(!application.is_unhealthy(), "{:?}", application.job);
        let property = |key| application.configuration.property(GROUP, key).map(str::to_owned);
        assert_eq!(property("stream.name"), Some(self.named("AWS::Kinesis::Stream")));
        assert_eq!(property("table.name"), Some(self.named("AWS::DynamoDB::Table")));
        assert_eq!(application.job.unwrap().jar.version, version);
    }

    fn why(&self) -> String {
        let state = self.world().state();
        let rows = state.cloudformation.stacks.iter().flat_map(|stack| &stack.events);
        let rows = rows.map(|row| format!("{} {} {}", row.logical_id, row.status, row.reason));
        rows.chain(state.lambda.logs.iter().map(|line| line.line.clone())).collect::<Vec<_>>().join("\n")
    }
}

/// The gate of a minute as one of a second.
fn hurried(template: &str) -> String {
    let written = ["StabilizeSeconds: ", r#""StabilizeSeconds": ""#, r#""StabilizeSeconds": "#];
    written.iter().fold(template.to_owned(), |text, before| text.replace(&format!("{before}60"), &format!("{before}1")))
}

/// An application that nobody ever started runs after the update, and is the one that it was.
pub(crate) async fn starts_what_never_ran(example: Example) {
    let team = Team::before(example).await;
    let before = team.application();
    assert!(before.name.starts_with(&format!("{}-", team.example.stack)), "{} is generated", before.name);
    team.adopt().await;
    let after = team.application();
    assert_eq!((&after.arn, after.created), (&before.arn, before.created), "it was replaced");
    team.assert_it_runs_with_the_stacks_names("1");
    assert!(after.tags.contains_key("flink-unstick"));
    team.record("a");
    team.rows_become(1).await;
}

/// One that people kept running keeps its state and its snapshots, and the next deployment runs the next version.
pub(crate) async fn takes_over_what_runs(example: Example) {
    let team = Team::before(example).await;
    team.start_by_hand();
    team.person("CreateApplicationSnapshot", json!({"SnapshotName": "before-friday"}));
    team.record("a");
    let before = team.application();
    team.adopt().await;
    let after = team.application();
    assert_eq!((&after.arn, after.created), (&before.arn, before.created), "it was replaced");
    assert!(after.snapshots.iter().any(|snapshot| snapshot.name == "before-friday"), "{:?}", after.snapshots);
    team.assert_it_runs_with_the_stacks_names("1");
    assert_eq!(after.job.unwrap().counts.get("a"), Some(&1), "the state was carried over");

    assert_eq!(team.deploy(&team.example.next).await, Status::UpdateComplete, "{}", team.why());
    team.assert_it_runs_with_the_stacks_names("2");
    assert_eq!(team.application().job.unwrap().counts.get("a"), Some(&1), "the state was carried over");
}

/// A bad record does not wedge it: the fix deploys straight through, and nothing is lost.
pub(crate) async fn does_not_get_stuck(example: Example) {
    let team = Team::before(example).await;
    team.adopt().await;
    for key in ["a", "poison", "b"] {
        team.record(key);
    }
    assert_eq!(team.deploy(&team.example.next).await, Status::UpdateComplete, "{}", team.why());
    team.assert_it_runs_with_the_stacks_names("2");
    team.rows_become(3).await;
}

/// Two templates that take the jar by bucket and key.
pub(crate) fn by_jar(stack: &'static str, before: &str, adopted: &str) -> Example {
    let with = |template: &str, key: &str, tags: &[(&str, &str)]| Version {
        template: template.to_owned(),
        parameters: vec![("JarBucket", "team-jars".to_owned()), ("JarKey", key.to_owned())],
        tags: tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
    };
    let consent = [("flink-unstick", "enabled")];
    Example {
        stack,
        before: with(before, "1.jar", &[]),
        adopted: with(adopted, "1.jar", &consent),
        next: with(adopted, "2.jar", &consent),
        objects: [("1.jar", jar("1", &["poison"])), ("2.jar", jar("2", &[]))]
            .map(|(key, jar)| ("team-jars".to_owned(), key.to_owned(), jar.to_string().into_bytes()))
            .into(),
        store: Vec::new(),
    }
}

fn plain() -> Example {
    let read = |name: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("adoption/cloudformation").join(name);
        fs::read_to_string(path).unwrap()
    };
    by_jar("flink-orders", &read("before.yaml"), &read("template.yaml"))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_adopted_application_that_never_ran_is_the_same_one_and_runs() {
    starts_what_never_ran(plain()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_adopted_application_that_runs_keeps_its_state_and_its_snapshots() {
    takes_over_what_runs(plain()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_record_does_not_wedge_an_adopted_stack() {
    does_not_get_stuck(plain()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_record_wedges_the_stack_before_it_is_adopted() {
    let mut example = plain();
    example.next.template.clone_from(&example.before.template);
    let team = Team::before(example).await;
    team.start_by_hand();
    team.record("poison");
    assert_eq!(team.deploy(&team.example.next).await, Status::UpdateRollbackFailed, "{}", team.why());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stack_of_another_name_is_told_which_permission_is_missing_and_left_as_it_was() {
    let mut example = plain();
    example.stack = "orders";
    let team = Team::before(example).await;
    team.start_by_hand();
    assert_eq!(team.deploy(&team.example.adopted).await, Status::UpdateRollbackComplete, "{}", team.why());
    assert!(team.why().contains("A permission is missing: kinesisanalytics:DescribeApplication"), "{}", team.why());
    team.assert_it_runs_with_the_stacks_names("1");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_adoption_that_fails_is_rolled_back_to_the_job_as_it_was() {
    let mut example = plain();
    let mut broken = jar("3", &[]);
    broken["entry_point_broken"] = json!(true);
    example.objects.push(("team-jars".to_owned(), "3.jar".to_owned(), broken.to_string().into_bytes()));
    // The tag is there before the update: a rollback would take it back with everything else.
    example.before.tags.clone_from(&example.adopted.tags);
    example.adopted.parameters[1].1 = "3.jar".to_owned();
    let team = Team::before(example).await;
    team.start_by_hand();
    team.record("a");
    assert_eq!(team.deploy(&team.example.adopted).await, Status::UpdateRollbackComplete, "{}", team.why());
    let name = team.named(APPLICATION);
    let runs = |state: &mut State| (state.flink.applications[&name].status == Flink::Running).then_some(());
    team.world().until(runs).await;
    team.assert_it_runs_with_the_stacks_names("1");
    assert_eq!(team.application().job.unwrap().counts.get("a"), Some(&1), "the state was carried over");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_runs_on_when_the_handlers_are_taken_out_again() {
    let mut example = plain();
    example.before.tags.clone_from(&example.adopted.tags);
    let team = Team::before(example).await;
    team.adopt().await;
    let before = team.application();
    assert_eq!(team.deploy(&team.example.before).await, Status::UpdateComplete, "{}", team.why());
    team.assert_it_runs_with_the_stacks_names("1");
    assert_eq!(team.application().operations.len(), before.operations.len(), "nothing was done to it");
}
