//! `flink-stack plan` and `why` for stacks that a team wrote in its own way, without the handlers: what plan says is
//! what then happens.

use std::collections::BTreeSet;

use local_aws::Modes;
use local_aws::api::Caller;
use local_aws::cloudformation::{FailureOnTheWayBack, Status};
use local_aws::flink::{self, SnapshotStatus};
use local_aws::modes::SnapshotOfUnhealthy;
use project::deployment::{Deployment, deploy_stack, jar, record};
use serde_json::{Value, json};

use super::{flink_stack, look};
use crate::stage::{handlers_where, why as message};

const TEAM: &str = "flink-team";

/// A team's stack, from one of the fixtures.
struct Team {
    deployment: Deployment,
    file: &'static str,
}

impl Team {
    /// Its stack with version 1 of the job, and its applications running.
    async fn running(file: &'static str, more: &[(&str, &str)]) -> Self {
        // Where a failure cancels what is in flight, only the first of several is known until the next attempt.
        let failure_on_the_way_back = FailureOnTheWayBack::LetsOthersEnd;
        // A snapshot that FAILED is what plan reads.
        let snapshot_of_unhealthy = SnapshotOfUnhealthy::AcceptedThenFailed;
        let modes = Modes { failure_on_the_way_back, snapshot_of_unhealthy, ..Modes::default() };
        let team = Self { deployment: handlers_where(modes).await, file };
        for (version, fails_on) in [("1", vec!["poison"]), ("2", Vec::new())] {
            let _ = team.deployment.upload(&jar(version, &fails_on));
        }
        let status = team.deploy(&[&[("JarKey", "jars/1.jar")], more].concat()).await;
        assert_eq!(status, Status::CreateComplete, "{}", message(&team.deployment));
        for name in team.applications() {
            team.call("StartApplication", &name, json!({"RunConfiguration": {}}));
        }
        team
    }

    async fn deploy(&self, given: &[(&str, &str)]) -> Status {
        let template =
            std::fs::read_to_string(format!("{}/scenarios/fixtures/{}", env!("CARGO_MANIFEST_DIR"), self.file))
                .unwrap();
        let given = [&[("JarBucket", self.deployment.bucket.as_str())], given].concat();
        deploy_stack(self.deployment.world(), TEAM, &template, &given, &[], None).await
    }

    async fn plan(&self, given: &[(&str, &str)], ends_with: i32) -> Value {
        let file = format!("tests/scenarios/fixtures/{}", self.file);
        let given: Vec<String> = given.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut arguments = vec!["plan", "--json", "--stack", TEAM, "--template", &file];
        arguments.extend(given.iter().map(String::as_str));
        let answered = look(&self.deployment, &arguments).await;
        assert_eq!(answered.code, ends_with, "{}", answered.printed);
        answered.json()
    }

    fn applications(&self) -> Vec<String> {
        self.deployment.world().state().flink.applications.keys().cloned().collect()
    }

    fn call(&self, operation: &str, application: &str, mut body: Value) {
        let world = self.deployment.world();
        body["ApplicationName"] = json!(application);
        let mut state = world.state();
        flink::call(&mut state, &world.settings, &Caller::Operator, operation, &body).unwrap();
        flink::release(&mut state, &world.settings, application);
    }

    /// The resources that CloudFormation worked on in the newest update.
    fn worked_on(&self) -> BTreeSet<String> {
        let state = self.deployment.world().state();
        let events = &state.cloudformation.stack(TEAM).unwrap().events;
        let began = events.iter().rposition(|row| row.logical_id == TEAM && row.status == Status::UpdateInProgress);
        events[began.unwrap()..].iter().map(|row| row.logical_id.clone()).filter(|id| id != TEAM).collect()
    }
}

fn changed(plan: &Value) -> BTreeSet<String> {
    plan["Changes"].as_array().unwrap().iter().map(|one| one["LogicalId"].as_str().unwrap().to_owned()).collect()
}

/// A stack written in YAML is planned.
#[tokio::test(flavor = "multi_thread")]
async fn a_stack_written_in_yaml_is_planned() {
    let team = Team::running("team.yaml", &[]).await;
    let same = team.plan(&[("JarKey", "jars/1.jar")], 0).await;
    assert_eq!(same["Outlook"], "Nothing", "{same}");
    let next = team.plan(&[("JarKey", "jars/2.jar")], 0).await;
    assert_eq!(changed(&next), ["Application".to_owned()].into(), "{next}");
    assert_eq!(team.deploy(&[("JarKey", "jars/2.jar")]).await, Status::UpdateComplete);
    assert_eq!(changed(&next), team.worked_on());
}

/// A resource under a condition is created and deleted as planned.
#[tokio::test(flavor = "multi_thread")]
async fn a_resource_under_a_condition_comes_and_goes_as_planned() {
    let team = Team::running("conditional.template.json", &[]).await;
    for logging in ["true", "false"] {
        let plan = team.plan(&[("Logging", logging)], 0).await;
        assert_eq!((&plan["Restarts"], changed(&plan).len()), (&json!(1), 3), "{plan}");
        let status = team.deploy(&[("JarKey", "jars/1.jar"), ("Logging", logging)]).await;
        assert_eq!(status, Status::UpdateComplete, "{}", message(&team.deployment));
        assert_eq!(changed(&plan), team.worked_on());
    }
}

/// A secret and a list are neither a change nor drift.
#[tokio::test(flavor = "multi_thread")]
async fn a_secret_and_a_list_are_neither_a_change_nor_drift() {
    let team = Team::running("noecho-and-lists.template.json", &[("ApiSecret", "hunter2")]).await;
    let same = team.plan(&[("JarKey", "jars/1.jar")], 0).await;
    assert_eq!((&same["Outlook"], &same["Drift"]), (&json!("Nothing"), &json!([])), "{same}");
    let given = team.plan(&[("ApiSecret", "hunter2")], 2).await;
    assert_eq!((&given["Outlook"], &given["Drift"]), (&json!("CannotTell"), &json!([])), "{given}");
    assert!(given["Unknown"].to_string().contains("ApiSecret is NoEcho"), "{given}");
    assert!(!given.to_string().contains("hunter2"), "{given}");
}

/// Of two applications each is planned by name, and each is started again.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_applications_each_is_planned_and_each_is_started_again() {
    let team = Team::running("two-of-a-team.template.json", &[("SecondJarKey", "jars/1.jar")]).await;
    let same = team.plan(&[("JarKey", "jars/1.jar")], 0).await;
    assert_eq!((&same["Outlook"], &same["Drift"]), (&json!("Nothing"), &json!([])), "{same}");
    let world = team.deployment.world();
    let streams: Vec<String> = world.state().kinesis.streams.keys().cloned().collect();
    for stream in &streams {
        record(world, stream, "poison");
    }
    let beta = team.applications().into_iter().find(|name| name.contains("Beta")).unwrap();
    team.call("CreateApplicationSnapshot", &beta, json!({"SnapshotName": "probe"}));
    let has_failed = || {
        let snapshots = world.state().flink.applications[&beta].snapshots.clone();
        snapshots.iter().any(|one| one.status == SnapshotStatus::Failed)
    };
    // Looking is what makes its time pass.
    while !has_failed() {
        flink_stack(&team.deployment.aws, &["why", "--stack", TEAM]).await;
    }
    let both = [("JarKey", "jars/2.jar"), ("SecondJarKey", "jars/2.jar")];
    let plan = team.plan(&both[1..], 1).await;
    assert_eq!(plan["Outlook"], "Fails", "{plan}");
    assert!(
        plan["Snapshot"]["Told"].as_str().unwrap().starts_with(&format!("{beta}: needed, and it will fail")),
        "{plan}"
    );
    assert_eq!(team.deploy(&both).await, Status::UpdateRollbackFailed, "{}", message(&team.deployment));
    let answer = look(&team.deployment, &["why", "--json", "--stack", TEAM]).await;
    assert_eq!(answer.code, 1);
    let next: Vec<String> = serde_json::from_value(answer.json()["Next"].clone()).unwrap();
    let after = next.iter().position(|line| line == "when it is UPDATE_ROLLBACK_COMPLETE:").unwrap();
    let count = |lines: &[String], word: &str| lines.iter().filter(|line| line.contains(word)).count();
    assert_eq!(
        (count(&next[..after], "stop-application --force"), count(&next[after..], "start-application")),
        (2, 2),
        "{next:?}"
    );
}
