//! A stack that was there before the handlers adopts them in an update: the application stays the same one, and runs.
//!
//! The examples in `tests/adoption` are what template/README.md shows. Plain CloudFormation runs here; `make adoption`
//! brings CDK's and SAM's through the same journeys.

mod cloudformation;
pub(crate) mod team;

use local_aws::Modes;
use local_aws::cloudformation::Status;
use project::deployment::jar;
use serde_json::json;

use team::Team;

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
    /// The role with which the team deploys.
    pub(crate) role: &'static str,
    /// What is in the team's buckets: bucket, key, content.
    pub(crate) objects: Vec<(String, String, Vec<u8>)>,
    /// What is in the team's Parameter Store.
    pub(crate) store: Vec<(&'static str, &'static str)>,
    /// How AWS answers its open questions in the team's account.
    pub(crate) modes: Modes,
}

/// An application that no one ever started runs after the update, and is the one that it was.
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
        role: "team-deployment",
        before: with(before, "1.jar", &[]),
        adopted: with(adopted, "1.jar", &consent),
        next: with(adopted, "2.jar", &consent),
        objects: [("1.jar", jar("1", &["poison"])), ("2.jar", jar("2", &[]))]
            .map(|(key, jar)| ("team-jars".to_owned(), key.to_owned(), jar.to_string().into_bytes()))
            .into(),
        store: Vec::new(),
        modes: Modes::default(),
    }
}
