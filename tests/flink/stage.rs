//! What the story uses: the deployment on a real Flink, records, and an operator's calls.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use local_aws::api::Caller;
use local_aws::cloudformation::Status as Stack;
use local_aws::deployment::{Deployment, NAME};
use local_aws::flink::{self, Backend, Cluster, Status};
use local_aws::{Options, State, kinesis, s3};
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use crate::jvm::Jvm;
use crate::look::rows;
use crate::tools::Tools;

/// Many times what each wait takes; who waits longer waits for ever.
const PATIENCE: Duration = Duration::from_secs(90);

/// Functions that look often, and trust a job no sooner than it had time to reach a bad record.
const PACE: [(&str, &str); 3] = [("POLL_INTERVAL_MS", "50"), ("REPLY_MARGIN_MS", "2000"), ("STABILIZE_SECONDS", "2")];

pub(crate) type StoryResult<T = ()> = Result<T, String>;

pub(crate) struct Stage<'a> {
    pub(crate) deployment: Deployment,
    pub(crate) cluster: Arc<Cluster>,
    tools: &'a Tools,
    /// How often each key was put: what the table must say in the end.
    put: BTreeMap<String, u64>,
    began: Instant,
}

impl<'a> Stage<'a> {
    pub(crate) async fn set(jvm: &Jvm, tools: &'a Tools, run: &Path) -> Self {
        let began = Instant::now();
        let deployment = Deployment::start(Options::default(), &PACE).await;
        let cluster = Arc::new(Cluster::at(&jvm.rest, PathBuf::from(run)));
        deployment.world().state().flink.backend = Backend::Cluster(Arc::clone(&cluster));
        let world = Arc::downgrade(deployment.world());
        // Rows arrive without a call; a waiter must see them.
        tokio::spawn(async move {
            while let Some(world) = world.upgrade() {
                flink::pump(&mut world.state());
                sleep(Duration::from_millis(20)).await;
            }
        });
        Self { deployment, cluster, tools, put: BTreeMap::new(), began }
    }

    #[expect(clippy::print_stdout, reason = "the story is printed for a person")]
    pub(crate) fn tick(&self, seen: &str) {
        println!("✔ {:5.1} s  {seen}", self.began.elapsed().as_secs_f64());
    }

    /// Deploys the application stack with a jar of this version and code.
    pub(crate) async fn deploy(&self, version: &str, code: &str, expected: Stack) -> StoryResult {
        let key = self.upload(version, code)?;
        let parameters = [("JarKey", key.as_str()), ("StabilizeSeconds", "2")];
        self.settles(version, self.deployment.deploy_unguarded(&parameters), expected).await
    }

    /// The same with the whole template: its guard too.
    pub(crate) async fn deploy_guarded(&self, version: &str, code: &str, expected: Stack) -> StoryResult {
        let key = self.upload(version, code)?;
        let parameters = [("JarKey", key.as_str()), ("StabilizeSeconds", "2")];
        self.settles(version, self.deployment.deploy(&parameters), expected).await
    }

    async fn settles(&self, version: &str, deployed: impl Future<Output = Stack>, expected: Stack) -> StoryResult {
        let status = timeout(PATIENCE, deployed).await;
        let status = status.map_err(|_| format!("version {version} is still being deployed\n{}", self.why()))?;
        self.is(status == expected, &format!("version {version} ends {}", status.as_str()))
    }

    /// The jar of this version in the artifact bucket; its key.
    pub(crate) fn upload(&self, version: &str, code: &str) -> StoryResult<String> {
        let key = format!("jars/{version}.jar");
        let jar = self.tools.jar(&format!("version={version}\n{code}\n"))?;
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

/// What is worth reading under a tick.
#[expect(clippy::print_stdout, reason = "the story is printed for a person")]
pub(crate) fn detail(words: &str) {
    println!("           {words}");
}
