//! A real Flink as the place where jobs run: the REST API of Flink 1.20, asked where the service itself would ask it.
//!
//! Each call holds the world's lock until Flink has answered. That is safe because a job waits for nothing in this
//! world: its stream and its table are files. Of the execution role's permissions only that to write the table is asked
//! for.

mod feed;
mod rest;

use std::collections::BTreeSet;
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

/// A Flink on 127.0.0.1.
#[derive(Debug)]
pub struct Cluster {
    rest: Rest,
    folder: PathBuf,
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    jobs: BTreeSet<String>,
    refused: Option<String>,
    feed: Feed,
}

impl Cluster {
    /// The Flink whose REST API is at `authority`, `127.0.0.1:<port>`; streams, tables and savepoints are files in
    /// `folder`.
    #[must_use]
    pub fn at(authority: &str, folder: PathBuf) -> Self {
        Self { rest: Rest::at(authority), folder, held: Mutex::default() }
    }

    /// What Flink's REST API answers to GET, for what looks at a job.
    ///
    /// # Errors
    /// In Flink's words.
    pub fn get(&self, path: &str) -> Result<Value, String> {
        self.rest.ask("GET", path, None)
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
        let jar = self.rest.upload(jar)?;
        let groups = application.configuration.properties.iter().filter(|group| group.property_group_id == GROUP);
        let properties = groups.flat_map(|group| &group.property_map).map(|(key, value)| format!("{key}={value}"));
        let mut arguments: Vec<_> = properties.collect();
        arguments.push(format!("folder={}", self.folder.display()));
        let mut body = json!({ "programArgsList": arguments, "parallelism": 1, "allowNonRestoredState": allow });
        if let Some(savepoint) = from.and_then(|saved| saved.savepoint.as_ref()) {
            body["savepointPath"] = json!(savepoint);
        }
        let reply = self.rest.ask("POST", &format!("/jars/{jar}/run"), Some(&body))?;
        let id = reply["jobid"].as_str().ok_or("Flink answered without a job ID")?.to_owned();
        self.held().jobs.insert(id.clone());
        until(|| self.is_launched(&id))?.map(|()| id)
    }

    /// Not yet, running or restarting, or failed for good.
    fn is_launched(&self, id: &str) -> Option<Result<(), String>> {
        let job = self.get(&format!("/jobs/{id}")).ok()?;
        let tasks = job["vertices"].as_array().map(Vec::as_slice).unwrap_or_default();
        match job["state"].as_str()? {
            "FAILED" | "CANCELED" => {
                let exceptions = self.get(&format!("/jobs/{id}/exceptions")).unwrap_or_default();
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
        let trigger = self.rest.ask("POST", &format!("/jobs/{id}/{operation}"), Some(&body))?;
        let trigger = trigger["request-id"].as_str().ok_or("Flink answered without a request ID")?;
        let path = format!("/jobs/{id}/savepoints/{trigger}");
        let done = until(|| match self.get(&path) {
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
        let wanted: BTreeSet<_> = applications.filter_map(|one| one.job.as_ref()?.flink.clone()).collect();
        self.held().jobs.retain(|id| {
            let is_wanted = wanted.contains(id);
            if !is_wanted {
                // One that has ended already answers with an error, and that is well.
                let _ = self.rest.ask("PATCH", &format!("/jobs/{id}?mode=cancel"), None);
            }
            is_wanted
        });
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
