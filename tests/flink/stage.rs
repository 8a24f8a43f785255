//! What the story uses: the deployment on a real Flink, records, and an operator's calls.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use local_aws::api::Caller;
use local_aws::cloudformation::Status as Stack;
use local_aws::flink::{self, Backend, Cluster, Status};
use local_aws::{Options, State, kinesis, s3};
use project::deployment::{Deployment, NAME};
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use crate::look::rows;
use crate::tools::{Release, Tools};

/// Many times what each wait takes; who waits longer waits for ever.
const PATIENCE: Duration = Duration::from_secs(90);

/// Functions that look often, and trust a job no sooner than it had time to reach a bad record.
const PACE: [(&str, &str); 3] = [("POLL_INTERVAL_MS", "50"), ("REPLY_MARGIN_MS", "2000"), ("STABILIZE_SECONDS", "2")];

/// The name and the runtime of each savepoint that was ever there, by its path.
pub(crate) type Savepoints = BTreeMap<String, (String, String)>;

pub(crate) type StoryResult<T = ()> = Result<T, String>;

/// A Flink that runs.
pub(crate) struct Flink<'a> {
    pub(crate) release: &'static Release,
    pub(crate) tools: Tools,
    /// `127.0.0.1:<port>`.
    pub(crate) rest: &'a str,
}

pub(crate) struct Stage<'a> {
    pub(crate) deployment: Deployment,
    pub(crate) cluster: Arc<Cluster>,
    flinks: &'a [Flink<'a>],
    /// What the next deployment's jar is built for, and runs under.
    pub(crate) release: &'static Release,
    /// What each savepoint is called and which runtime wrote it, by its path: the gate deletes its older proofs.
    pub(crate) savepoints: Arc<Mutex<Savepoints>>,
    /// How often each key was put: what the table must say in the end.
    put: BTreeMap<String, u64>,
    began: Instant,
}

impl<'a> Stage<'a> {
    pub(crate) async fn set(flinks: &'a [Flink<'a>], release: &'static Release, run: &Path) -> StoryResult<Self> {
        fs::create_dir_all(run.join("tables")).map_err(|error| error.to_string())?;
        let began = Instant::now();
        let deployment = Deployment::start(Options::default(), &PACE).await;
        let cluster = Arc::new(Cluster::of(
            &flinks.iter().map(|flink| (flink.release.runtime, flink.rest)).collect::<Vec<_>>(),
            PathBuf::from(run),
        ));
        deployment.world().state().flink.backend = Backend::Cluster(Arc::clone(&cluster));
        let world = Arc::downgrade(deployment.world());
        let savepoints = Arc::new(Mutex::new(BTreeMap::new()));
        let kept = Arc::clone(&savepoints);
        // Rows arrive without a call; a waiter must see them.
        tokio::spawn(async move {
            while let Some(world) = world.upgrade() {
                {
                    let mut state = world.state();
                    flink::pump(&mut state);
                    remember(&state, &mut kept.lock().unwrap_or_else(PoisonError::into_inner));
                }
                sleep(Duration::from_millis(20)).await;
            }
        });
        let stage = Self { deployment, cluster, flinks, release, savepoints, put: BTreeMap::new(), began };
        let version = stage.cluster.version(release.runtime)?;
        stage.is(version == release.version, &format!("{} is Flink {version}", release.runtime))?;
        stage.tick(&format!("Flink {version} as {} and the handlers are there", release.runtime));
        Ok(stage)
    }

    #[expect(clippy::print_stdout, reason = "the story is printed for a person")]
    pub(crate) fn tick(&self, seen: &str) {
        println!("✔ {:5.1} s  {seen}", self.began.elapsed().as_secs_f64());
    }

    /// Deploys the application stack with a jar of this version and code.
    pub(crate) async fn deploy(&self, version: &str, code: &str, expected: Stack) -> StoryResult {
        let key = self.upload(version, code)?;
        self.settles(version, self.deployment.deploy_unguarded(&self.parameters(&key)), expected).await
    }

    /// The same with the whole template, and its guard in mode Stop.
    pub(crate) async fn deploy_guarded(&self, version: &str, code: &str, expected: Stack) -> StoryResult {
        let key = self.upload(version, code)?;
        let parameters = [&self.parameters(&key)[..], &[("GuardMode", "Stop")]].concat();
        self.settles(version, self.deployment.deploy(&parameters), expected).await
    }

    /// The same in the template's own mode.
    pub(crate) async fn deploy_probed(&self, version: &str, code: &str, expected: Stack) -> StoryResult {
        let key = self.upload(version, code)?;
        self.settles(version, self.deployment.deploy(&self.parameters(&key)), expected).await
    }

    fn parameters<'b>(&self, key: &'b str) -> [(&'static str, &'b str); 3] {
        [("JarKey", key), ("StabilizeSeconds", "2"), ("RuntimeEnvironment", self.release.runtime)]
    }

    async fn settles(&self, version: &str, deployed: impl Future<Output = Stack>, expected: Stack) -> StoryResult {
        let status = timeout(PATIENCE, deployed).await;
        let status = status.map_err(|_| format!("version {version} is still being deployed\n{}", self.why()))?;
        self.is(status == expected, &format!("version {version} ends {}", status.as_str()))
    }

    /// The jar of this version in the artifact bucket; its key.
    pub(crate) fn upload(&self, version: &str, code: &str) -> StoryResult<String> {
        let key = format!("jars/{version}.jar");
        let flink = self.flinks.iter().find(|flink| flink.release.version == self.release.version);
        let flink = flink.ok_or_else(|| format!("Flink {} does not run", self.release.version))?;
        let jar = flink.tools.jar(&format!("version={version}\n{code}\n"))?;
        s3::put(&mut self.deployment.world().state(), &self.deployment.bucket, &key, jar);
        Ok(key)
    }

    pub(crate) fn record(&mut self, key: &str) {
        *self.put.entry(key.to_owned()).or_default() += 1;
        kinesis::put(&mut self.deployment.world().state(), NAME, &json!({"key": key, "featureName": "seen"}));
    }

    /// Waits until the table says exactly how often each key was put.
    pub(crate) async fn counted(&self) -> StoryResult<String> {
        let words = format!("the table never came to {:?}", self.put);
        self.until(&words, |state| (rows(state) == self.put).then_some(())).await?;
        Ok(self.put.iter().map(|(key, count)| format!("{key}={count}")).collect::<Vec<_>>().join(" "))
    }

    /// An operator's call.
    pub(crate) fn call(&self, operation: &str, more: Value) -> StoryResult<Value> {
        let mut body = more;
        body["ApplicationName"] = json!(NAME);
        let world = self.deployment.world();
        let reply = flink::call(&mut world.state(), &world.settings, &Caller::Operator, operation, &body);
        reply.map_err(|error| error.to_string())
    }

    pub(crate) async fn becomes(&self, status: Status) -> StoryResult {
        for _ in 0..500 {
            let detail = self.call("DescribeApplication", json!({}))?;
            if detail["ApplicationDetail"]["ApplicationStatus"] == status.to_string() {
                return Ok(());
            }
            sleep(Duration::from_millis(20)).await;
        }
        Err(format!("the application never became {status}\n{}", self.why()))
    }

    pub(crate) async fn until<T>(&self, words: &str, ready: impl FnMut(&mut State) -> Option<T>) -> StoryResult<T> {
        let seen = timeout(PATIENCE, self.deployment.world().until(ready)).await;
        seen.map_err(|_| format!("{words}\n{}", self.why()))
    }
}

fn remember(state: &State, savepoints: &mut Savepoints) {
    let snapshots = state.flink.applications.get(NAME).map(|application| application.snapshots.as_slice());
    for snapshot in snapshots.unwrap_or_default() {
        if let Some(path) = &snapshot.saved.savepoint {
            savepoints.entry(path.clone()).or_insert_with(|| (snapshot.name.clone(), snapshot.runtime.clone()));
        }
    }
}

/// What is worth reading under a tick.
#[expect(clippy::print_stdout, reason = "the story is printed for a person")]
pub(crate) fn detail(words: &str) {
    println!("           {words}");
}
