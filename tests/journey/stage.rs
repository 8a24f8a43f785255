//! One stack in one world in virtual time, and what people do to it.

use std::sync::Arc;
use std::time::Duration;

use local_aws::api::Caller;
use local_aws::cloudformation::{Status, query};
use local_aws::flink::{self, Hold, Status as Flink};
use local_aws::{LocalAws, Options, World, clock, virtual_time};
use project::deployment::{self, Deployment, NAME, jar};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::constants::Constants;
use crate::way::Way;

/// As `make deploy` sets them.
const ENVIRONMENT: [(&str, &str); 2] = [("POLL_INTERVAL_MS", "5000"), ("REPLY_MARGIN_MS", "15000")];
/// How often CloudFormation's handlers look here; what their looking adds is in the constants.
const PACE: Duration = Duration::from_millis(250);
/// What a person does between two steps, in seconds.
const BETWEEN: f64 = 30.0;
/// How old the newest snapshot is when a job breaks: half of what `flink-snapshot-hours` asks for in our template; and
/// where no one takes any, as old as the last deployment, a day say.
const SWEPT: Duration = Duration::from_hours(3);
const DEPLOYED: Duration = Duration::from_hours(24);
/// The record that breaks a job which fails on it.
pub(crate) const POISON: &str = "poison";

/// A deployment and how it is deployed.
pub(crate) struct Stage {
    pub(crate) deployment: Deployment,
    /// Moves the clock.
    driver: JoinHandle<()>,
    pub(crate) way: Way,
    pub(crate) rollback_enabled: bool,
    pub(crate) is_guarded: bool,
    pub(crate) constants: Constants,
}

impl Stage {
    /// The handlers, no stack yet.
    pub(crate) async fn new(way: Way, rollback_enabled: bool, is_guarded: bool, constants: Constants) -> Self {
        let steps = constants.durations.steps();
        let options = Options { pace: Some(PACE), steps, ..Options::default() };
        let aws = LocalAws::start(options).await.expect("a port on 127.0.0.1");
        let driver = tokio::spawn(virtual_time::drive(Arc::clone(&aws.world)));
        let deployment = Deployment::in_world(aws, &ENVIRONMENT).await;
        Self { deployment, driver, way, rollback_enabled, is_guarded, constants }
    }

    pub(crate) fn world(&self) -> &Arc<World> {
        self.deployment.world()
    }

    /// From now on Flink takes as long as on AWS.
    pub(crate) fn slow_down(&self) {
        self.world().state().flink.take(self.constants.durations.flink());
    }

    /// The next update of a running application fails after what the service gives a start.
    pub(crate) fn updates_fail(&self) {
        let mut state = self.world().state();
        state.flink.hold("*", Flink::Updating, held(self.constants.snapshot + self.constants.failed_update));
        state.flink.fail_next_start(NAME, "The entry point class is not in the jar");
    }

    /// Asks CloudFormation for this version of the jar and of the properties; not waited for.
    pub(crate) fn request(&self, version: &str, fails_on: &[&str], properties: u32) {
        self.request_with(version, fails_on, properties, &[]);
    }

    /// The same with these parameters besides.
    pub(crate) fn request_with(&self, version: &str, fails_on: &[&str], properties: u32, more: &[(&str, &str)]) {
        let key = self.deployment.upload(&jar(version, fails_on));
        let rollback = if self.rollback_enabled { "true" } else { "false" };
        let mut parameters = vec![("JarKey", key.as_str()), ("RollbackEnabled", rollback)];
        parameters.extend(more);
        if self.way.is_ours() && self.is_guarded {
            parameters.push(("GuardMode", self.way.mode()));
        }
        let template = self.way.template(self.is_guarded, properties);
        let tags: &[_] = if self.way.is_ours() { &[("flink-unstick", "enabled")] } else { &[] };
        let known = self.world().state().cloudformation.stack(NAME).is_some();
        let action = if known { "UpdateStack" } else { "CreateStack" };
        let parameters: Vec<_> = parameters.into_iter().filter(|(name, _)| template.contains(*name)).collect();
        let role = Some(self.deployment.stack_role.as_str());
        let asked = deployment::request(self.world(), action, NAME, &template, &parameters, tags, role);
        asked.expect("CloudFormation takes the template");
    }

    /// Until nothing goes on in the stack.
    pub(crate) async fn settled(&self) -> Status {
        self.world()
            .wait_for(|state| {
                let status = state.cloudformation.stack_or_deleted(NAME)?.status;
                status.is_settled().then_some(status)
            })
            .await
    }

    /// Until every function has ended.
    pub(crate) async fn idle(&self) {
        self.world().wait_for(|state| state.lambda.is_idle().then_some(())).await;
    }

    /// The old version of the job runs, with a snapshot of that moment, and a record after it.
    pub(crate) async fn running(&self, fails_on: &[&str]) {
        self.request("1", fails_on, 1);
        self.settled().await;
        if !self.way.is_ours() {
            self.call("StartApplication", json!({"RunConfiguration": {}}));
            flink::release(&mut self.world().state(), &self.world().settings, NAME);
        }
        self.idle().await;
        self.call("CreateApplicationSnapshot", json!({"SnapshotName": "before"}));
        for _ in 0..3 {
            self.call("ListApplicationSnapshots", json!({}));
        }
        // With ours the sweep takes one every six hours; without, the last deployment did.
        let age = if self.way.is_ours() { SWEPT } else { DEPLOYED };
        flink::age_snapshots(&mut self.world().state(), NAME, age);
    }

    /// A person calls Flink about the application.
    pub(crate) fn call(&self, operation: &str, mut body: Value) {
        body["ApplicationName"] = json!(NAME);
        let world = self.world();
        if let Err(error) = flink::call(&mut world.state(), &world.settings, &Caller::Operator, operation, &body) {
            eprintln!("    {operation}: {error}");
        }
    }

    /// Until the application has this status, and a person sees it.
    pub(crate) async fn becomes(&self, wanted: Flink) {
        let is_so = |state: &mut local_aws::State| {
            state.flink.applications.get(NAME).filter(|one| one.status == wanted).map(|_| ())
        };
        self.world().wait_for(is_so).await;
    }

    /// Until the job that runs is stopped or replaced.
    pub(crate) async fn leaves_running(&self) {
        let is_so = |state: &mut local_aws::State| {
            state.flink.applications.get(NAME).filter(|one| one.status != Flink::Running).map(|_| ())
        };
        self.world().wait_for(is_so).await;
    }

    /// A person gets a stuck stack out by hand: notices, force-stops, continues the rollback.
    pub(crate) async fn unstick_by_hand(&self) {
        person(self.way.person()).await;
        person(BETWEEN).await;
        self.call("StopApplication", json!({"Force": true}));
        self.becomes(Flink::Ready).await;
        person(BETWEEN).await;
        self.continue_by_hand().await;
        person(BETWEEN).await;
    }

    /// A person continues the stack's rollback.
    pub(crate) async fn continue_by_hand(&self) {
        let request = [("StackName".to_owned(), NAME.to_owned())].into();
        if let Err(error) = query(self.world(), &Caller::Operator, "ContinueUpdateRollback", &request) {
            eprintln!("    ContinueUpdateRollback: {error}");
        }
        self.settled().await;
    }

    /// A person starts the application, and it runs.
    pub(crate) async fn start_by_hand(&self) {
        self.call("StartApplication", json!({"RunConfiguration": {}}));
        self.becomes(Flink::Running).await;
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

/// A person needs so long.
pub(crate) async fn person(seconds: f64) {
    virtual_time::sleep(Duration::from_secs_f64(seconds)).await;
}

/// Now, in seconds.
pub(crate) fn now() -> f64 {
    clock::now()
}

fn held(seconds: f64) -> Hold {
    Hold::For(Duration::from_secs_f64(seconds))
}
