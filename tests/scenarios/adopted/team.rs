//! A team's account: its stack as it was, what its people do by hand, and how the application looks.

use std::sync::Arc;

use local_aws::api::Caller;
use local_aws::cloudformation::Status;
use local_aws::flink::{self, Application, Status as Flink};
use local_aws::{Options, World, iam, kinesis, s3};
use project::deployment::{Deployment, deploy_stack};
use serde_json::{Value, json};

use super::{Example, Version};

pub(crate) const APPLICATION: &str = "AWS::KinesisAnalyticsV2::Application";
/// Functions that look every few milliseconds.
const QUICK: [(&str, &str); 3] = [("POLL_INTERVAL_MS", "10"), ("REPLY_MARGIN_MS", "2000"), ("STABILIZE_SECONDS", "0")];
/// What the job reads.
const GROUP: &str = "FlinkApplicationProperties";

/// The team's account with the handlers in it.
pub(crate) struct Team {
    pub(crate) deployment: Deployment,
    pub(crate) example: Example,
    role: String,
}

impl Team {
    /// The account, with a role of the team's own to deploy with.
    pub(crate) async fn account(example: Example) -> Self {
        let deployment =
            Deployment::start(Options { modes: example.modes.clone(), ..Options::default() }, &QUICK).await;
        Self::of(deployment, example)
    }

    /// The team in an account of whatever handlers, or of none yet.
    pub(crate) fn of(deployment: Deployment, example: Example) -> Self {
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
            let body = json!({"RoleName": example.role, "AssumeRolePolicyDocument": trust});
            let settings = &deployment.world().settings;
            let made = iam::call(&mut state, settings, &Caller::Operator, "CreateRole", &body).unwrap();
            let body = json!({"RoleName": example.role, "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"});
            iam::call(&mut state, settings, &Caller::Operator, "AttachRolePolicy", &body).unwrap();
            made["Role"]["Arn"].as_str().unwrap().to_owned()
        };
        Self { deployment, example, role }
    }

    /// The stack as it was: its application is READY, because nothing starts it.
    pub(crate) async fn before(example: Example) -> Self {
        let team = Self::account(example).await;
        let before = team.example.before.clone();
        assert_eq!(team.deploy(&before).await, Status::CreateComplete, "{}", team.why());
        assert_eq!(team.application().status, Flink::Ready);
        team
    }

    pub(crate) async fn deploy(&self, version: &Version) -> Status {
        self.deploy_to(self.example.stack, version).await
    }

    /// Another stack of the team's.
    pub(crate) async fn deploy_to(&self, stack: &str, version: &Version) -> Status {
        let parameters: Vec<_> = version.parameters.iter().map(|(key, value)| (*key, value.as_str())).collect();
        let tags: Vec<_> = version.tags.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        let template = hurried(&version.template);
        deploy_stack(self.world(), stack, &template, &parameters, &tags, Some(&self.role)).await
    }

    /// The update that adopts the handlers.
    pub(crate) async fn adopt(&self) {
        assert_eq!(self.deploy(&self.example.adopted).await, Status::UpdateComplete, "{}", self.why());
    }

    pub(crate) fn world(&self) -> &Arc<World> {
        self.deployment.world()
    }

    /// The name of the stack's only resource of a type.
    pub(crate) fn named(&self, kind: &str) -> String {
        let state = self.world().state();
        let stack = state.cloudformation.stack(self.example.stack).unwrap();
        let mut found = stack.resources.values().filter(|resource| resource.kind == kind);
        let name = found.next().unwrap().physical_id.clone().unwrap();
        assert!(found.next().is_none(), "more than one {kind}");
        name
    }

    pub(crate) fn application(&self) -> Application {
        let name = self.named(APPLICATION);
        self.world().state().flink.applications[&name].clone()
    }

    /// A person at the console.
    pub(crate) fn person(&self, operation: &str, mut body: Value) {
        let name = self.named(APPLICATION);
        body["ApplicationName"] = json!(name);
        let mut state = self.world().state();
        flink::call(&mut state, &self.world().settings, &Caller::Operator, operation, &body).unwrap();
        flink::release(&mut state, &self.world().settings, &name);
    }

    /// What people do without the handlers: the application is started, after its names were typed in if the
    /// template does not have them.
    pub(crate) fn start_by_hand(&self) {
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

    pub(crate) fn record(&self, key: &str) {
        let stream = self.named("AWS::Kinesis::Stream");
        kinesis::put(&mut self.world().state(), &stream, &json!({"key": key, "featureName": "seen"}));
    }

    pub(crate) async fn rows_become(&self, count: usize) {
        let table = self.named("AWS::DynamoDB::Table");
        self.world().until(|state| (state.dynamodb.tables[&table].items.len() == count).then_some(())).await;
    }

    pub(crate) fn assert_it_runs_with_the_stacks_names(&self, version: &str) {
        let application = self.application();
        assert_eq!(application.status, Flink::Running, "{}", self.why());
        assert!(!application.is_unhealthy(), "{:?}", application.job);
        let property = |key| application.configuration.property(GROUP, key).map(str::to_owned);
        assert_eq!(property("stream.name"), Some(self.named("AWS::Kinesis::Stream")));
        assert_eq!(property("table.name"), Some(self.named("AWS::DynamoDB::Table")));
        assert_eq!(application.job.unwrap().jar.version, version);
    }

    pub(crate) fn why(&self) -> String {
        self.world().state().history()
    }
}

/// The gate of a minute as one of a second.
fn hurried(template: &str) -> String {
    let written = ["StabilizeSeconds: ", r#""StabilizeSeconds": ""#, r#""StabilizeSeconds": "#];
    written.iter().fold(template.to_owned(), |text, before| text.replace(&format!("{before}60"), &format!("{before}1")))
}
