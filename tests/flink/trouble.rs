//! A bad record, and what becomes of the deployments that meet it.

use std::time::Duration;

use local_aws::State;
use local_aws::cloudformation::Status as Stack;
use local_aws::flink::{SnapshotStatus, Status};
use project::deployment::NAME;
use serde_json::{Value, json};

use crate::look::cause;
use crate::stage::{Stage, StoryResult, detail};
use crate::story::BREAKS;

/// The job loops, and nothing can save its state.
pub(crate) async fn bad_record(stage: &mut Stage<'_>) -> StoryResult {
    let job = stage.job()?;
    for key in ["a", "b", "poison", "a"] {
        stage.record(key);
    }
    let failures = loops(stage, &job).await?;
    stage.becomes(Status::Running).await?;
    stage.tick(&format!("a bad record: the service says RUNNING, Flink RESTARTING after {} failures", failures.len()));
    detail(cause(&failures[0]));
    stage.call("CreateApplicationSnapshot", json!({"SnapshotName": "while-it-loops"}))?;
    stage.snapshot_ends("while-it-loops", SnapshotStatus::Failed)?;
    let trouble = stage.application().job.and_then(|job| job.trouble).unwrap_or_default();
    stage.tick("the snapshot really fails");
    detail(cause(&trouble));
    let refused = stage.call("StopApplication", json!({})).err().unwrap_or_default();
    stage.is(refused.contains("Failed to take snapshot"), &format!("a graceful stop is refused: {refused}"))?;
    stage.tick("a graceful stop fails with it");
    Ok(())
}

/// Two failures say that it loops, and between two of them it is RESTARTING.
pub(crate) async fn loops(stage: &Stage<'_>, job: &str) -> StoryResult<Vec<String>> {
    stage.flink_says(job, "RESTARTING").await?;
    for _ in 0..300 {
        let failures = stage.cluster.job(job, "/exceptions?maxExceptions=9")?["exceptionHistory"]["entries"].take();
        let failures: Vec<_> = failures.as_array().into_iter().flatten().map(|one| trace(&one["stacktrace"])).collect();
        if failures.len() > 1 {
            stage.flink_says(job, "RESTARTING").await?;
            return Ok(failures);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Err(format!("job {job} failed once and not again"))
}

fn trace(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// A person force-stops the job and deploys a fix that is none: the update passes, the gate does not let it.
pub(crate) async fn gate(stage: &Stage<'_>) -> StoryResult {
    stage.call("StopApplication", json!({"Force": true}))?;
    stage.becomes(Status::Ready).await?;
    let before = stage.reports().len();
    stage.deploy("4", BREAKS, Stack::UpdateRollbackFailed).await?;
    let reasons = stage.reasons("AutoStart");
    let reason = reasons.iter().find(|reason| reason.contains("its job is not healthy"));
    let reason = reason.ok_or_else(|| format!("the gate let it pass: {reasons:?}"))?;
    stage.tick("a fix that is none: the gate refuses it");
    detail(&format!("CloudFormation shows: {reason}"));
    reported(stage, before, &["RollbackContinued"]).await?;
    stage.until("the rollback was not continued to its end", |state| is_over(state).then_some(())).await?;
    reported(stage, before, &["StoppedAwaitingFix"]).await?;
    let left = stage.application().status;
    stage.is(left == Status::Ready, &format!("the application is left {left}, and it loops on the old code"))?;
    stage.tick("the old code loops too: it is stopped until there is a fix");
    stage.call("StartApplication", json!({}))?;
    stage.becomes(Status::Running).await
}

/// The stack is at rest, and the unsticker has ended for each rollback that ended.
pub(crate) fn is_over(state: &State) -> bool {
    let Some(stack) = state.cloudformation.stack(NAME) else { return false };
    let ended = |status: &str| status == Stack::UpdateRollbackComplete.as_str();
    let rows = stack.events.iter().filter(|row| row.logical_id == NAME && ended(row.status.as_str())).count();
    let status = "/detail/status-details/status";
    let statuses = state.lambda.invocations.iter().filter_map(|one| one.payload.pointer(status)?.as_str());
    stack.status == Stack::UpdateRollbackComplete && statuses.filter(|status| ended(status)).count() == rows
}

/// `SEMANTICS.md` C.4.
pub(crate) async fn incident(stage: &Stage<'_>) -> StoryResult {
    let job = stage.job()?;
    loops(stage, &job).await?;
    let before = stage.reports().len();
    stage.deploy("5", BREAKS, Stack::UpdateRollbackFailed).await?;
    let reason = stage.reasons("Application").into_iter().next().unwrap_or_default();
    stage.tick("the incident: a deployment ends UPDATE_ROLLBACK_FAILED");
    detail(&format!("CloudFormation shows: {reason}"));
    reported(stage, before, &["RollbackContinued", "StoppedAwaitingFix"]).await?;
    stage.until("the rollback was not continued to its end", |state| is_over(state).then_some(())).await?;
    stage.becomes(Status::Ready).await?;
    stage.flink_says(&job, "CANCELED").await?;
    let jobs = stage.running()?;
    stage.is(jobs.is_empty(), &format!("nothing runs in Flink: {jobs:?}"))?;
    stage.tick("the unsticker forced the job to stop, continued the rollback, started the old code, saw it loop again");
    Ok(())
}

/// Waits for a report with each of these outcomes after those that were there.
async fn reported(stage: &Stage<'_>, before: usize, outcomes: &[&str]) -> StoryResult {
    for outcome in outcomes {
        let report = stage.report(before, outcome).await?;
        let next = report["Next"].as_str().filter(|next| !next.is_empty()).map(|next| format!(" Next: {next}"));
        detail(&format!("report: {outcome}.{}", next.unwrap_or_default()));
    }
    Ok(())
}

/// The fixed jar deploys straight through.
pub(crate) async fn fix(stage: &mut Stage<'_>) -> StoryResult {
    stage.deploy("6", "", Stack::UpdateComplete).await?;
    for key in ["a", "b", "c"] {
        stage.record(key);
    }
    let counts = stage.counted().await?;
    let job = stage.job()?;
    stage.flink_says(&job, "RUNNING").await?;
    let from = stage.restored_snapshot(&job)?;
    stage.tick(&format!("the fixed jar deploys straight through, restored from {from}"));
    stage.tick(&format!("no record is lost and none counted twice: {counts}"));
    Ok(())
}
