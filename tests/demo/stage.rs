//! Where the story is played: the world with the handlers in it, the screen, and the list of what was seen.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use local_aws::flink::{Hold, Status};
use local_aws::{LocalAws, State};
use project::deployment::{Deployment, NAME, binaries, jar};
use tokio::task::JoinHandle;

use crate::history::Since;
use crate::screen::{Lane, Line, Screen, Tone};
use crate::steps::{Missed, Step};
use crate::watch::watch;

/// How long a step may take. On an idle machine the longest takes ten seconds.
const BOUND: Duration = Duration::from_mins(1);

/// How often CloudFormation looks: slowly enough for a person to follow.
pub(crate) const PACE: Duration = Duration::from_millis(250);

/// A minute of AWS in about a second: the functions look twice a second, and trust a job after one.
const ENVIRONMENT: [(&str, &str); 3] =
    [("POLL_INTERVAL_MS", "400"), ("REPLY_MARGIN_MS", "2000"), ("STABILIZE_SECONDS", "1")];

/// What took its time on AWS takes a little of it here.
const HELD: [(Status, u64); 4] =
    [(Status::Starting, 2500), (Status::Updating, 1500), (Status::Stopping, 1500), (Status::ForceStopping, 2000)];

/// Everything that the story plays with.
#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) deployment: Deployment,
    screen: Arc<Screen>,
    seen: Arc<Seen>,
    watcher: JoinHandle<()>,
    producer: Option<JoinHandle<()>>,
}

/// The steps that were seen.
#[derive(Debug, Default)]
pub(crate) struct Seen(Mutex<Vec<Step>>);

impl Seen {
    pub(crate) fn contains(&self, step: Step) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(&step)
    }

    fn add(&self, step: Step) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(step);
    }
}

impl Stage {
    /// Starts the local AWS and deploys the handlers, before everybody's eyes.
    pub(crate) async fn open(aws: LocalAws, screen: Arc<Screen>, seen: Arc<Seen>) -> Result<Self, Missed> {
        {
            let mut state = aws.world.state();
            for (status, millis) in HELD {
                state.flink.hold(NAME, status, Hold::For(Duration::from_millis(millis)));
            }
            state.flink.hold_snapshots(Hold::For(Duration::from_millis(1200)));
        }
        // No step yet: where `make demo` did not build the functions before, this takes minutes. A failure is printed
        // below.
        let _ = tokio::task::spawn_blocking(binaries).await;
        let watcher = tokio::spawn(watch(Arc::clone(&aws.world), Arc::clone(&screen)));
        let deployment = bounded(Step::HandlersDeployed, Deployment::in_world(aws, &ENVIRONMENT)).await?;
        let stage = Self { deployment, screen, seen, watcher, producer: None };
        stage.tick_off(Step::HandlersDeployed).await;
        Ok(stage)
    }

    async fn tick_off(&self, step: Step) {
        self.seen.add(step);
        // For the eye alone: the tick stands below what it is about, which the watcher shows.
        tokio::time::sleep(Duration::from_millis(200)).await;
        self.screen.line(&Line::new(Lane::Seen, Tone::Good, step.to_string()));
    }

    /// Waits until the world shows it, and ticks it off.
    pub(crate) async fn see<T>(&self, step: Step, ready: impl FnMut(&mut State) -> Option<T>) -> Result<T, Missed> {
        let shown = bounded(step, self.deployment.world().until(ready)).await?;
        self.tick_off(step).await;
        Ok(shown)
    }

    /// Deploys a version of the job; until the stack is settled, well or badly.
    pub(crate) async fn deploy(&self, step: Step, version: &str, fails_on: &[&str]) -> Result<(), Missed> {
        let key = self.deployment.upload(&jar(version, fails_on));
        self.team(&format!("deploys the stack {NAME} with version {version} of the job"));
        bounded(step, self.deployment.deploy_unguarded(&[("JarKey", &key), ("StabilizeSeconds", "1")])).await?;
        Ok(())
    }

    /// The same with the whole template: its guard too.
    pub(crate) async fn deploy_guarded(&self, step: Step, version: &str, fails_on: &[&str]) -> Result<(), Missed> {
        let key = self.deployment.upload(&jar(version, fails_on));
        self.team(&format!("deploys the stack {NAME} with the guard and version {version} of the job"));
        bounded(step, self.deployment.deploy(&[("JarKey", &key), ("StabilizeSeconds", "1")])).await?;
        Ok(())
    }

    /// From now on there is a record every now and then, as in life.
    pub(crate) fn produce(&mut self) {
        let world = Arc::clone(self.deployment.world());
        self.producer = Some(tokio::spawn(async move {
            let mut pace = tokio::time::interval(Duration::from_millis(400));
            // A number is used once: a second record with its key would be no second row.
            let known = world.state().kinesis.streams.get(NAME).map_or(0, |stream| stream.records.len());
            for number in known + 1.. {
                pace.tick().await;
                let record = serde_json::json!({"key": format!("order-{number:04}"), "featureName": "seen"});
                local_aws::kinesis::put(&mut world.state(), NAME, &record);
            }
        }));
    }

    /// No more records.
    pub(crate) fn stop_producing(&mut self) {
        if let Some(producer) = self.producer.take() {
            producer.abort();
        }
    }

    /// This moment in the world's records.
    pub(crate) fn now(&self) -> Since {
        Since::now(&self.deployment.world().state())
    }

    /// Says what people do.
    pub(crate) fn team(&self, what: &str) {
        self.screen.line(&Line::new(Lane::Team, Tone::Plain, what));
    }

    /// For the eye alone: nothing waits for anything here.
    pub(crate) async fn pause(&self) {
        tokio::time::sleep(Duration::from_millis(1500)).await;
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.stop_producing();
        self.watcher.abort();
        self.screen.lasts("");
    }
}

async fn bounded<T>(step: Step, what: impl Future<Output = T>) -> Result<T, Missed> {
    let late = |_| Missed { step, why: format!("it did not come within {} s", BOUND.as_secs()) };
    tokio::time::timeout(BOUND, what).await.map_err(late)
}
