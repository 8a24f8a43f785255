//! A real Flink for each runtime as the place where jobs run: their REST APIs, which Flink 1.20 and 2.3 have alike,
//! asked where the service itself would ask them.
//!
//! Each call holds the world's lock until Flink has answered. That is safe because a job waits for nothing in this
//! world: its stream and its table are files. Of the execution role's permissions only that to write the table is asked
//! for.

mod feed;
mod rest;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use self::feed::Feed;
use self::rest::Rest;
use super::backend::Then;
use super::{GROUP, Launch, Saved};
use crate::State;
use crate::flink::application::Application;
use crate::flink::job;

/// Longer than anything here takes on a busy machine; what takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(30);

/// Flinks on 127.0.0.1, one for each runtime.
#[derive(Debug)]
pub struct Cluster {
    /// By RuntimeEnvironment.
    flinks: BTreeMap<String, Rest>,
    folder: PathBuf,
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    /// What may still run.
    jobs: Vec<String>,
    /// The runtime of each job that was ever launched.
    launched: BTreeMap<String, String>,
    refused: Option<String>,
    feed: Feed,
}

impl Cluster {
    /// `flinks`: for each RuntimeEnvironment the REST API of its Flink, `127.0.0.1:<port>`. Streams, tables and
    /// savepoints are files in `folder`.
    #[must_use]
    pub fn of(flinks: &[(&str, &str)], folder: PathBuf) -> Self {
        let flinks = flinks.iter().map(|(runtime, authority)| ((*runtime).to_owned(), Rest::at(authority)));
        Self { flinks: flinks.collect(), folder, held: Mutex::default() }
    }

    /// What the Flink of a job answers to `GET /jobs/<id><path>`.
    ///
    /// # Errors
    /// In Flink's words.
    pub fn job(&self, id: &str, path: &str) -> Result<Value, String> {
        self.of_job(id)?.ask("GET", &format!("/jobs/{id}{path}"), None)
    }

    /// Every job that some Flink knows, with its state.
    ///
    /// # Errors
    /// In Flink's words.
    pub fn jobs(&self) -> Result<Vec<Value>, String> {
        let mut jobs = Vec::new();
        for flink in self.flinks.values() {
            let answer = flink.ask("GET", "/jobs", None)?;
            jobs.extend(answer["jobs"].as_array().into_iter().flatten().cloned());
        }
        Ok(jobs)
    }

    /// The version that the Flink of this runtime says that it is.
    ///
    /// # Errors
    /// In Flink's words, or that there is none.
    pub fn version(&self, runtime: &str) -> Result<String, String> {
        let config = self.of_runtime(runtime)?.ask("GET", "/config", None)?;
        Ok(config["flink-version"].as_str().unwrap_or_default().to_owned())
    }

    fn of_runtime(&self, runtime: &str) -> Result<&Rest, String> {
        self.flinks.get(runtime).ok_or_else(|| format!("no Flink runs for {runtime}"))
    }

    fn of_job(&self, id: &str) -> Result<&Rest, String> {
        let runtime = self.held().launched.get(id).cloned();
        self.of_runtime(&runtime.ok_or_else(|| format!("no Flink was given the job {id}"))?)
    }

    /// Why Flink refused the newest restore that it refused: the service leaves that to the job's log.
    #[must_use]
    pub fn refused(&self) -> Option<String> {
        self.held().refused.clone()
    }

    /// Launches the application's jar. A restore that Flink refuses hangs in the service (`SEMANTICS.md` G.20).
    pub(in crate::flink) fn launch(
        &self,
        state: &State,
        application: &Application,
        from: Option<&Saved>,
        allow: bool,
    ) -> Launch {
        self.cancel_orphans(state);
        match job::code(state, application).and_then(|jar| self.run(jar, application, from, allow)) {
            Ok(id) => Launch::Runs(Box::new(job::in_flink(id))),
            Err(error) if error.contains("checkpoint/savepoint") => {
                self.held().refused = Some(error.clone());
                Launch::Hangs(error)
            }
            Err(error) => Launch::Fails(error),
        }
    }

    fn run(&self, jar: &[u8], application: &Application, from: Option<&Saved>, allow: bool) -> Result<String, String> {
        let runtime = &application.configuration.runtime;
        let flink = self.of_runtime(runtime)?;
        let jar = flink.upload(jar)?;
        let groups = application.configuration.properties.iter().filter(|group| group.property_group_id == GROUP);
        let properties = groups.flat_map(|group| &group.property_map).map(|(key, value)| format!("{key}={value}"));
        let mut arguments: Vec<_> = properties.collect();
        arguments.push(format!("folder={}", self.folder.display()));
        let mut body = json!({ "programArgsList": arguments, "parallelism": 1, "allowNonRestoredState": allow });
        if let Some(savepoint) = from.and_then(|saved| saved.savepoint.as_ref()) {
            body["savepointPath"] = json!(savepoint);
        }
        let reply = flink.ask("POST", &format!("/jars/{jar}/run"), Some(&body))?;
        let id = reply["jobid"].as_str().ok_or("Flink answered without a job ID")?.to_owned();
        self.held().launched.insert(id.clone(), runtime.clone());
        self.held().jobs.push(id.clone());
        until(|| self.is_launched(&id))?.map(|()| id)
    }

    /// Not yet, running or restarting, or failed for good.
    fn is_launched(&self, id: &str) -> Option<Result<(), String>> {
        let job = self.job(id, "").ok()?;
        let tasks = job["vertices"].as_array().map(Vec::as_slice).unwrap_or_default();
        match job["state"].as_str()? {
            "FAILED" | "CANCELED" => {
                let exceptions = self.job(id, "/exceptions").unwrap_or_default();
                Some(Err(exceptions["root-exception"].as_str().unwrap_or("the job failed").to_owned()))
            }
            "RESTARTING" | "FINISHED" => Some(Ok(())),
            "RUNNING" if tasks.iter().all(|task| task["status"] == "RUNNING") => Some(Ok(())),
            _ => None,
        }
    }

    /// A savepoint; where it is, or why there is none.
    pub(in crate::flink) fn savepoint(&self, id: &str, then: Then) -> Result<String, String> {
        let folder = format!("file://{}/savepoints", self.folder.display());
        let (operation, body) = match then {
            Then::Stops => ("stop", json!({ "targetDirectory": folder, "drain": false })),
            Then::RunsOn => ("savepoints", json!({ "target-directory": folder, "cancel-job": false })),
            Then::IsCancelled => ("savepoints", json!({ "target-directory": folder, "cancel-job": true })),
        };
        let trigger = self.of_job(id)?.ask("POST", &format!("/jobs/{id}/{operation}"), Some(&body))?;
        let trigger = trigger["request-id"].as_str().ok_or("Flink answered without a request ID")?;
        let path = format!("/savepoints/{trigger}");
        let done = until(|| match self.job(id, &path) {
            Ok(reply) => (reply["status"]["id"] == "COMPLETED").then(|| Ok(reply["operation"].clone())),
            Err(error) => Some(Err(error)),
        })??;
        match done["location"].as_str() {
            Some(location) => Ok(location.to_owned()),
            None => Err(done["failure-cause"]["stack-trace"].as_str().unwrap_or("the savepoint failed").to_owned()),
        }
    }

    /// Carries records to the jobs and rows back, and ends what no application holds any more: the one rule for a force
    /// stop, an update, a rollback and a delete.
    pub(in crate::flink) fn pump(&self, state: &mut State) {
        self.cancel_orphans(state);
        self.held().feed.carry(&self.folder, state);
    }

    fn cancel_orphans(&self, state: &State) {
        let applications = state.flink.applications.values();
        let wanted: Vec<_> = applications.filter_map(|one| one.job.as_ref()?.flink.clone()).collect();
        let (kept, orphans): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.held().jobs).into_iter().partition(|id| wanted.contains(id));
        self.held().jobs = kept;
        for id in orphans {
            // One that has ended already answers with an error, and that is well.
            let _ = self.of_job(&id).and_then(|flink| flink.ask("PATCH", &format!("/jobs/{id}?mode=cancel"), None));
        }
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Asks until there is an answer.
fn until<T>(mut ask: impl FnMut() -> Option<T>) -> Result<T, String> {
    let end = Instant::now() + PATIENCE;
    while Instant::now() < end {
        if let Some(answer) = ask() {
            return Ok(answer);
        }
        thread::sleep(Duration::from_millis(10));
    }
    Err(format!("Flink did not finish within {} s", PATIENCE.as_secs()))
}
