//! Incidents in a tree of stacks: the operation is the root's, and so is its way back.

use std::collections::BTreeMap;

use local_aws::Modes;
use local_aws::cloudformation::{FailureOnTheWayBack, Status};
use local_aws::flink::{self, Application, Hold, Status as Flink};
use project::deployment::{Deployment, NAME, jar, record};
use serde_json::{Value, json};

use crate::stage::{begun_with, handlers_where, idle, report, why};

const TAGS: [(&str, &str); 1] = [("flink-unstick", "enabled")];

/// The root's template as it is deployed, beside what its nested stacks are made from.
struct Tree {
    deployment: Deployment,
    root: Value,
}

impl Tree {
    /// The handlers, and a tree of these resources. `application.json` is the committed template without its guard.
    async fn of(resources: impl Fn(&str) -> Value, middle: impl Fn(&str) -> Value) -> Self {
        Self::of_in(Modes::default(), resources, middle).await
    }

    /// The same where AWS may be another.
    async fn of_in(modes: Modes, resources: impl Fn(&str) -> Value, middle: impl Fn(&str) -> Value) -> Self {
        let deployment = handlers_where(modes).await;
        let middle = middle(&deployment.bucket);
        let files = [("application.json", Deployment::template_without_guard()), ("middle.json", middle)];
        for (name, template) in files {
            let mut state = deployment.world().state();
            local_aws::s3::put(&mut state, &deployment.bucket, name, template.to_string().into_bytes());
        }
        let resources = resources(&deployment.bucket);
        let root = json!({"Parameters": {"JarKey": {"Type": "String"}}, "Resources": resources});
        Self { deployment, root }
    }

    /// The root has one resource more from its next deployment on.
    fn add(&mut self, name: &str, resource: Value) {
        self.root["Resources"][name] = resource;
    }

    async fn deploy(&self, version: &str) -> Status {
        let key = self.deployment.upload(&jar(version, &["poison"]));
        self.deployment.deploy_template(&self.root.to_string(), &[("JarKey", &key)], &TAGS).await
    }

    fn application(&self, name: &str) -> Application {
        self.deployment.world().state().flink.applications[name].clone()
    }

    /// The statuses and jars of all nested stacks, by name up to the random part.
    fn children(&self) -> BTreeMap<String, (Status, Value)> {
        let state = self.deployment.world().state();
        let children = state.cloudformation.stacks.iter().filter(|stack| stack.parent_id.is_some());
        let named = children.map(|stack| {
            let name = stack.name.rsplit_once('-').unwrap().0.to_owned();
            (name, (stack.status, stack.parameters["JarKey"].clone()))
        });
        named.collect()
    }
}

/// A nested stack of this bucket's template, with an application of this name unless it is empty.
fn nested(bucket: &str, file: &str, application: &str) -> Value {
    let mut parameters = json!({"JarKey": {"Ref": "JarKey"}});
    if !application.is_empty() {
        for name in ["ApplicationName", "StreamName", "TableName"] {
            parameters[name] = json!(application);
        }
        parameters["StabilizeSeconds"] = json!("0");
    }
    json!({"Type": "AWS::CloudFormation::Stack", "Properties":
        {"TemplateURL": format!("https://{bucket}.s3.eu-west-1.amazonaws.com/{file}"), "Parameters": parameters}})
}

/// A nested stack that had its update goes back with its root, and the job in it is not stopped.
#[tokio::test(flavor = "multi_thread")]
async fn a_sibling_that_had_its_update_goes_back_with_the_root_and_its_job_is_not_stopped() {
    let siblings = |bucket: &str| {
        let mut second = nested(bucket, "application.json", "flink-orders");
        second["DependsOn"] = json!("Clicks");
        json!({"Clicks": nested(bucket, "application.json", "flink-clicks"), "Orders": second})
    };
    let tree = Tree::of(siblings, |_| json!({})).await;
    let deployment = &tree.deployment;
    assert_eq!(tree.deploy("1").await, Status::CreateComplete, "{}", why(deployment));
    record(deployment.world(), "flink-orders", "poison");
    assert_eq!(tree.deploy("2").await, Status::UpdateRollbackFailed, "{}", why(deployment));
    report(deployment, "StoppedAwaitingFix").await;
    deployment.stack_becomes(Status::UpdateRollbackComplete).await;
    idle(deployment).await;
    let back = (Status::UpdateRollbackComplete, json!("jars/1.jar"));
    let expected = ["flink-test-Clicks", "flink-test-Orders"].map(|name| (name.to_owned(), back.clone()));
    assert_eq!(tree.children(), BTreeMap::from(expected), "{}", why(deployment));
    let clicks = tree.application("flink-clicks");
    assert_eq!((clicks.status, clicks.job.unwrap().jar.version.as_str()), (Flink::Running, "1"));
    assert!(!clicks.operations.iter().any(|one| one.name == "StopApplication"), "{:?}", clicks.operations);
    assert_eq!(tree.application("flink-orders").status, Flink::Ready);
    assert_eq!(begun_with(deployment, "unstick-"), 1, "once");
}

/// Two jobs that loop in nested stacks of two levels are one incident: both are stopped, and the root is continued.
///
/// Both have their update when another resource of the root fails, and loop from then on: each level goes back, and
/// meets a job that cannot be snapshotted, whichever is faster.
#[tokio::test(flavor = "multi_thread")]
async fn two_stuck_applications_of_two_levels_are_one_incident_of_the_root() {
    let tree = |bucket: &str| {
        json!({
            "Clicks": nested(bucket, "application.json", "flink-clicks"),
            "Middle": nested(bucket, "middle.json", ""),
        })
    };
    let middle = |bucket: &str| {
        json!({"Parameters": {"JarKey": {"Type": "String"}},
            "Resources": {"Orders": nested(bucket, "application.json", "flink-orders")}})
    };
    let modes = Modes { failure_on_the_way_back: FailureOnTheWayBack::LetsOthersEnd, ..Modes::default() };
    let mut tree = Tree::of_in(modes, tree, middle).await;
    assert_eq!(tree.deploy("1").await, Status::CreateComplete, "{}", why(&tree.deployment));
    tree.add(
        "Last",
        json!({"Type": "AWS::Logs::LogGroup", "DependsOn": ["Clicks", "Middle"],
        "Properties": {"LogGroupName": "/aws/kinesis-analytics/flink-clicks"}}),
    );
    let deployment = &tree.deployment;
    let applications = ["flink-clicks", "flink-orders"];
    for application in applications {
        deployment.world().state().flink.hold(application, Flink::Updating, Hold::UntilReleased);
    }
    let loop_once_updated = deployment.world().until(|state| {
        let is_updating = |name: &&str| state.flink.applications[*name].status == Flink::Updating;
        applications.iter().all(is_updating).then_some(())
    });
    let (status, ()) = tokio::join!(tree.deploy("2"), async {
        loop_once_updated.await;
        for application in applications {
            record(deployment.world(), application, "poison");
            let mut state = deployment.world().state();
            state.flink.hold(application, Flink::Updating, Hold::default());
            flink::release(&mut state, &deployment.world().settings, application);
        }
    });
    assert_eq!(status, Status::UpdateRollbackFailed, "{}", why(deployment));
    report(deployment, "StoppedAwaitingFix").await;
    deployment.stack_becomes(Status::UpdateRollbackComplete).await;
    idle(deployment).await;
    for (name, (status, key)) in tree.children() {
        assert_eq!((status, key), (Status::UpdateRollbackComplete, json!("jars/1.jar")), "{name}\n{}", why(deployment));
    }
    for application in applications {
        assert_eq!(tree.application(application).status, Flink::Ready, "{application}\n{}", why(deployment));
    }
    assert_eq!(begun_with(deployment, "unstick-"), 1, "once, for both\n{}", why(deployment));
    assert_eq!(deployment.world().state().cloudformation.stack(NAME).unwrap().status, Status::UpdateRollbackComplete);
}
