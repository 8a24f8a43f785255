//! Looks at what Flink, CloudFormation and people have been given to see.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::PoisonError;
use std::time::Duration;

use local_aws::State;
use local_aws::flink::{Application, SnapshotStatus};
use project::deployment::NAME;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::stage::{Stage, StoryResult};

impl Stage<'_> {
    pub(crate) fn application(&self) -> Application {
        self.deployment.world().state().flink.applications[NAME].clone()
    }

    /// Flink's ID of the application's job.
    pub(crate) fn job(&self) -> StoryResult<String> {
        self.application().job.and_then(|job| job.flink).ok_or_else(|| format!("there is no job\n{}", self.why()))
    }

    /// What Flink calls the job's state.
    pub(crate) fn state_of(&self, job: &str) -> StoryResult<String> {
        Ok(self.cluster.job(job, "")?["state"].as_str().unwrap_or_default().to_owned())
    }

    /// Waits until Flink calls it so.
    pub(crate) async fn flink_says(&self, job: &str, expected: &str) -> StoryResult {
        for _ in 0..500 {
            if self.state_of(job)? == expected {
                return Ok(());
            }
            sleep(Duration::from_millis(20)).await;
        }
        Err(format!("Flink says {} of job {job}, not {expected}", self.state_of(job)?))
    }

    /// The snapshot whose savepoint Flink says that it restored, and the runtime that wrote it.
    pub(crate) fn restored(&self, job: &str) -> StoryResult<(String, String)> {
        let restored = &self.cluster.job(job, "/checkpoints")?["latest"]["restored"];
        let path = restored["external_path"].as_str().filter(|_| restored["is_savepoint"] == true);
        let savepoints = self.savepoints.lock().unwrap_or_else(PoisonError::into_inner);
        let known = path.and_then(|path| savepoints.get(path)).cloned();
        known.ok_or_else(|| format!("job {job} was restored from {restored}"))
    }

    /// The snapshot whose savepoint Flink says that it restored.
    pub(crate) fn restored_snapshot(&self, job: &str) -> StoryResult<String> {
        Ok(self.restored(job)?.0)
    }

    /// The newest snapshot: its name, where Flink put it, and how large its metadata is.
    pub(crate) fn newest(&self) -> StoryResult<(String, String, u64)> {
        let application = self.application();
        let snapshot = application.newest_snapshot().ok_or("there is no snapshot")?;
        let savepoint = snapshot.saved.savepoint.clone().ok_or("the snapshot is not a savepoint")?;
        let file = Path::new(savepoint.trim_start_matches("file:")).join("_metadata");
        let size = fs::metadata(&file).map_err(|error| format!("{}: {error}", file.display()))?.len();
        Ok((snapshot.name.clone(), savepoint, size))
    }

    /// A snapshot of a user, once it was looked at often enough.
    pub(crate) fn snapshot_ends(&self, name: &str, expected: SnapshotStatus) -> StoryResult {
        for _ in 0..3 {
            self.call("DescribeApplicationSnapshot", json!({"SnapshotName": name}))?;
        }
        let status = self.application().snapshots.iter().find(|one| one.name == name).map(|one| one.status);
        self.is(status == Some(expected), &format!("snapshot {name} is {status:?}"))
    }

    /// The jobs that Flink has not ended.
    pub(crate) fn running(&self) -> StoryResult<Vec<String>> {
        let jobs = self.cluster.jobs()?;
        let ended = |job: &Value| ["FINISHED", "CANCELED", "FAILED"].iter().any(|state| job["status"] == **state);
        Ok(jobs.iter().filter(|job| !ended(job)).map(ToString::to_string).collect())
    }

    /// The incident reports that reached people.
    pub(crate) fn reports(&self) -> Vec<Value> {
        reports(&self.deployment.world().state())
    }

    /// Waits for a report with this outcome after the first so many.
    pub(crate) async fn report(&self, before: usize, outcome: &str) -> StoryResult<Value> {
        let words = format!("no report says {outcome}");
        self.until(&words, |state| reports(state).into_iter().skip(before).find(|one| one["Outcome"] == outcome)).await
    }

    pub(crate) fn is(&self, seen: bool, claim: &str) -> StoryResult {
        if seen { Ok(()) } else { Err(format!("not as expected: {claim}\n{}", self.why())) }
    }

    /// The reasons that CloudFormation shows for a resource, newest first.
    pub(crate) fn reasons(&self, logical_id: &str) -> Vec<String> {
        let state = self.deployment.world().state();
        let rows = state.cloudformation.stack(NAME).map(|stack| stack.events.as_slice()).unwrap_or_default();
        let rows = rows.iter().rev().filter(|row| row.logical_id == logical_id && !row.reason.is_empty());
        rows.map(|row| row.reason.clone()).collect()
    }

    /// Everything that a failed run wants to know.
    pub(crate) fn why(&self) -> String {
        let state = self.deployment.world().state();
        let mut lines: Vec<String> = Vec::new();
        for row in state.cloudformation.stack(NAME).map(|stack| stack.events.as_slice()).unwrap_or_default() {
            lines.push(format!("{} {} {}", row.logical_id, row.status.as_str(), row.reason));
        }
        for log in &state.lambda.logs {
            let line: Value = serde_json::from_str(&log.line).unwrap_or_else(|_| json!({ "fields": log.line }));
            lines.push(format!("{}: {}", log.function, line["fields"]));
        }
        // A wait says the same again and again.
        lines.dedup();
        lines.push(format!("{:?}", rows(&state)));
        lines.split_off(lines.len().saturating_sub(80)).join("\n")
    }
}

/// The application's job, once it is another one than `old`.
pub(crate) fn next_job(state: &State, old: &str) -> Option<String> {
    let job = state.flink.applications.get(NAME)?.job.as_ref()?.flink.clone()?;
    (job != old).then_some(job)
}

/// The table: how often each key was counted.
pub(crate) fn rows(state: &State) -> BTreeMap<String, u64> {
    let items = state.dynamodb.tables.get(NAME).into_iter().flat_map(|table| table.items.values());
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    items.map(|item| (text(&item["key"]["S"]), text(&item["count"]["N"]).parse().unwrap_or(0))).collect()
}

fn reports(state: &State) -> Vec<Value> {
    project::deployment::reports(state).map(|(_, report)| report).collect()
}

/// The innermost cause in a Java stack trace, without its frames.
pub(crate) fn cause(trace: &str) -> &str {
    let mut causes = trace.lines().filter(|line| !line.trim_start().starts_with("at ") && !line.contains("... "));
    causes.next_back().map_or(trace, |line| line.trim_start_matches("Caused by: "))
}
