//! `flink-stack plan --change-set`: CloudFormation's own answer where no other is the truth, and nothing is left
//! behind.

use std::process::Stdio;

use local_aws::api::{ApiError, Caller};
use local_aws::cloudformation::{Status, query};
use local_aws::faults::Fault;
use project::deployment::{Deployment, deploy_stack};
use serde_json::{Value, json};
use tokio::process::Command;

use super::{Answered, command, flink_stack, look};
use crate::stage::{Scratch, handlers};

const STACK: &str = "flink-nested";

/// A stack with a nested one, and the file of its template.
struct Nested {
    deployment: Deployment,
    file: std::path::PathBuf,
    _folder: Scratch,
}

impl Nested {
    async fn deployed() -> Self {
        let deployment = handlers().await;
        let bucket = deployment.bucket.clone();
        let url = format!("https://{bucket}.s3.eu-west-1.amazonaws.com/child.json");
        let parameters = json!({"Word": {"Ref": "Word"}});
        let nested =
            json!({"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": url, "Parameters": parameters}});
        let template = json!({"Parameters": {"Word": {"Type": "String"}},
            "Resources": {"Nested": nested, "Logs": {"Type": "AWS::Logs::LogGroup"}}});
        let folder = Scratch::new();
        let nested = Self { deployment, file: folder.write("template.json", template.to_string()), _folder: folder };
        nested.child(&["Topic"]);
        let given = [("Word", "one")];
        let status = deploy_stack(nested.deployment.world(), STACK, &template.to_string(), &given, &[], None).await;
        assert_eq!(status, Status::CreateComplete);
        nested
    }

    /// The nested stack's template, with topics of these logical IDs.
    fn child(&self, topics: &[&str]) {
        let topic = json!({"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "Word"}}});
        let resources: serde_json::Map<String, Value> =
            topics.iter().map(|id| ((*id).to_owned(), topic.clone())).collect();
        let child = json!({"Parameters": {"Word": {"Type": "String"}}, "Resources": resources});
        let mut state = self.deployment.world().state();
        local_aws::s3::put(&mut state, &self.deployment.bucket, "child.json", child.to_string().into_bytes());
    }

    fn arguments<'a>(&'a self, stack: &'a str, more: &[&'a str]) -> Vec<&'a str> {
        let file = self.file.to_str().unwrap();
        [&["plan", "--json", "--stack", stack, "--template", file][..], more].concat()
    }

    /// Asks with a change set; and sees that none is left, and that the stack was not touched.
    async fn asked(&self, more: &[&str]) -> Answered {
        let before = self.events();
        let more = [&["--change-set"], more].concat();
        let answered = flink_stack(&self.deployment.aws, &self.arguments(STACK, &more)).await;
        self.is_clean();
        assert_eq!(self.events(), before, "{}", answered.printed);
        answered
    }

    fn events(&self) -> usize {
        let state = self.deployment.world().state();
        state.cloudformation.stacks.iter().map(|stack| stack.events.len()).sum()
    }

    fn is_clean(&self) {
        let stacks: Vec<String> =
            self.deployment.world().state().cloudformation.stacks.iter().map(|stack| stack.id.clone()).collect();
        for stack in stacks {
            let named = [("StackName".to_owned(), stack)].into();
            let left = query(self.deployment.world(), &Caller::Operator, "ListChangeSets", &named).unwrap();
            assert!(!left.contains("ChangeSetName"), "{left}");
        }
    }

    fn has_called(&self, operation: &str) -> bool {
        let state = self.deployment.world().state();
        state.journal.iter().any(|call| call.action == format!("cloudformation:{operation}"))
    }
}

fn changes(plan: &Value) -> Vec<String> {
    let all = plan["Changes"].as_array().unwrap().iter();
    all.map(|one| format!("{} {}", one["LogicalId"].as_str().unwrap(), one["Effect"].as_str().unwrap())).collect()
}

/// What changes in a nested stack is read from a change set, which is deleted again.
#[tokio::test(flavor = "multi_thread")]
async fn what_changes_in_a_nested_stack_is_said_by_a_change_set_that_is_deleted_again() {
    let nested = Nested::deployed().await;
    let unchanged = nested.asked(&["Word=one"]).await;
    assert_eq!((unchanged.code, unchanged.json()["Outlook"].as_str()), (0, Some("Nothing")), "{}", unchanged.printed);
    nested.child(&["Topic", "More"]);
    for word in ["Word=one", "Word=two"] {
        let plan = look(&nested.deployment, &nested.arguments(STACK, &[word])).await;
        assert_eq!(plan.code, 2, "{}", plan.printed);
        let plan = plan.json();
        assert!(plan["Unknown"][0].as_str().unwrap().contains("read from S3"), "{plan}");
        assert!(plan["Next"].to_string().contains("--change-set"), "{plan}");
    }
    let asked = nested.asked(&["Word=two"]).await;
    assert_eq!(asked.code, 0, "{}", asked.printed);
    let mut found = changes(&asked.json());
    found.sort();
    assert_eq!(found, ["Nested/More Add", "Nested/Topic Modify"]);
}

/// A change set is deleted, too, when it cannot be read.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_set_is_deleted_too_when_it_cannot_be_read() {
    let nested = Nested::deployed().await;
    let refused = |operation: &str, times| {
        let denied = Fault::Refuse(ApiError::new("AccessDenied", "not authorized"));
        nested.deployment.world().state().faults.inject(&format!("cloudformation:{operation}"), times, denied);
    };
    refused("DescribeChangeSet", 1);
    let answered = nested.asked(&["Word=two"]).await;
    assert_eq!(answered.code, 2, "{}", answered.printed);
    assert!(answered.printed.contains("AccessDenied: not authorized"), "{}", answered.printed);
    nested.deployment.world().state().faults.inject("cloudformation:CreateChangeSet", 3, Fault::LoseReply);
    let answered = nested.asked(&["Word=two"]).await;
    assert!(nested.has_called("DeleteChangeSet"), "{}", answered.printed);
    refused("DeleteChangeSet", 3);
    let answered = flink_stack(&nested.deployment.aws, &nested.arguments(STACK, &["--change-set", "Word=two"])).await;
    assert_eq!(answered.code, 2, "{}", answered.printed);
    assert!(answered.printed.contains("NOT REMOVED"), "{}", answered.printed);
    assert!(answered.printed.contains("aws cloudformation delete-change-set --stack-name"), "{}", answered.printed);
}

/// A change set is deleted, too, at Ctrl-C.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_set_is_deleted_too_at_ctrl_c() {
    let nested = Nested::deployed().await;
    nested.deployment.world().state().cloudformation.holds_change_sets = true;
    let arguments = nested.arguments(STACK, &["--change-set", "Word=two"]);
    let running = command(&nested.deployment.aws, &arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let running = running.unwrap();
    let world = nested.deployment.world();
    let is_looked_at = |state: &mut local_aws::State| {
        state.journal.iter().any(|call| call.action == "cloudformation:DescribeChangeSet").then_some(())
    };
    world.until(is_looked_at).await;
    let process = running.id().unwrap().to_string();
    assert!(Command::new("kill").args(["-INT", &process]).status().await.unwrap().success());
    let output = running.wait_with_output().await.unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stderr));
    nested.is_clean();
    assert!(nested.has_called("DeleteChangeSet"));
}

/// A stack that does not exist yet gets no change set.
#[tokio::test(flavor = "multi_thread")]
async fn a_stack_that_is_not_there_yet_gets_no_change_set() {
    let nested = Nested::deployed().await;
    let answered = look(&nested.deployment, &nested.arguments("flink-new", &["--change-set", "Word=one"])).await;
    assert_eq!(answered.code, 0, "{}", answered.printed);
    assert!(!nested.has_called("CreateChangeSet"), "{}", answered.printed);
}
