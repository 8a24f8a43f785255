//! The story, in order, and its first half: a healthy life, and a jar that cannot start.

use std::path::Path;

use local_aws::cloudformation::Status as Stack;
use local_aws::flink::{Outcome, SnapshotStatus, Status};
use serde_json::json;

use crate::guard::guarded;
use crate::look::cause;
use crate::passing::passing_cause;
use crate::restore::{farewell, unreadable};
use crate::stage::{Flink, Stage, StoryResult, detail};
use crate::tools::Release;
use crate::trouble::{bad_record, fix, gate, incident};

/// Code that the record breaks.
pub(crate) const BREAKS: &str = "fails_on=poison";

pub(crate) async fn run(flinks: &[Flink<'_>], release: &'static Release, run: &Path) -> StoryResult {
    let mut stage = Stage::set(flinks, release, run).await?;
    start(&mut stage).await?;
    snapshot(&stage)?;
    stop_and_restart(&mut stage).await?;
    update(&mut stage).await?;
    jar_that_cannot_start(&mut stage).await?;
    passing_cause(&mut stage).await?;
    bad_record(&mut stage).await?;
    gate(&stage).await?;
    incident(&stage).await?;
    fix(&mut stage).await?;
    guarded(&mut stage).await?;
    unreadable(&mut stage).await?;
    farewell(&stage).await
}

async fn start(stage: &mut Stage<'_>) -> StoryResult {
    stage.deploy("1", BREAKS, Stack::CreateComplete).await?;
    let job = stage.job()?;
    stage.flink_says(&job, "RUNNING").await?;
    for key in ["a", "b", "a"] {
        stage.record(key);
    }
    let counts = stage.counted().await?;
    stage.tick(&format!("start: CREATE_COMPLETE, Flink runs job {job}; {counts}"));
    let (name, _, size) = stage.newest()?;
    detail(&format!("the gate's proof: {name}, a savepoint with {size} bytes of metadata"));
    stage.is(name.starts_with("flink-handlers-gate-"), "the gate took a snapshot")
}

fn snapshot(stage: &Stage<'_>) -> StoryResult {
    stage.call("CreateApplicationSnapshot", json!({"SnapshotName": "by-hand"}))?;
    stage.snapshot_ends("by-hand", SnapshotStatus::Ready)?;
    let (name, path, size) = stage.newest()?;
    let folder = path.rsplit('/').next().unwrap_or_default();
    stage.tick(&format!("snapshot: {name} is READY: {folder}, {size} bytes of metadata"));
    Ok(())
}

async fn stop_and_restart(stage: &mut Stage<'_>) -> StoryResult {
    let job = stage.job()?;
    stage.call("StopApplication", json!({}))?;
    stage.becomes(Status::Ready).await?;
    stage.flink_says(&job, "FINISHED").await?;
    let (name, ..) = stage.newest()?;
    stage.is(name.starts_with("STOP-"), &format!("the newest snapshot is the stop's: {name}"))?;
    stage.tick(&format!("graceful stop: READY, Flink says FINISHED; {name}"));
    stage.record("a");
    stage.call("StartApplication", json!({}))?;
    stage.becomes(Status::Running).await?;
    let job = stage.job()?;
    stage.is(stage.restored_snapshot(&job)? == name, "Flink restored that very savepoint")?;
    let counts = stage.counted().await?;
    stage.tick(&format!("restart from it, one record later: the count is carried on: {counts}"));
    Ok(())
}

async fn update(stage: &mut Stage<'_>) -> StoryResult {
    let old = stage.job()?;
    stage.deploy("2", BREAKS, Stack::UpdateComplete).await?;
    let job = stage.job()?;
    stage.flink_says(&old, "CANCELED").await?;
    stage.is(job != old, "it is another job")?;
    let from = stage.restored_snapshot(&job)?;
    stage.record("a");
    let counts = stage.counted().await?;
    stage.tick(&format!("update while RUNNING: UPDATE_COMPLETE, restored from {from}; {counts}"));
    stage.is(from.starts_with("UPDATEAPPLICATION-"), "from the update's own snapshot")
}

async fn jar_that_cannot_start(stage: &mut Stage<'_>) -> StoryResult {
    stage.record("b");
    stage.deploy("3", "needs=window.size", Stack::UpdateRollbackComplete).await?;
    let failed = stage.application().operations.into_iter().find_map(|operation| match operation.end?.outcome {
        Outcome::Failed(error) => Some((operation.name, error)),
        Outcome::Successful | Outcome::Cancelled => None,
    });
    let (operation, error) = failed.ok_or("no operation failed")?;
    let missing = "property 'window.size' is missing from group 'FlinkApplicationProperties'";
    stage.is(error.contains(missing), &error)?;
    stage.becomes(Status::Running).await?;
    let counts = stage.counted().await?;
    stage.tick(&format!("a jar that cannot start: UPDATE_ROLLBACK_COMPLETE, version 2 runs again; {counts}"));
    detail(&format!("{operation}'s ErrorString, {} characters, ends: {}", error.len(), cause(&error)));
    let reasons = stage.reasons("AutoStart");
    let reason =
        reasons.iter().find(|reason| reason.contains("Could not execute application")).cloned().unwrap_or_default();
    stage.is(!reason.is_empty(), &format!("the stack's events say what Flink said: {reasons:?}"))?;
    // Flink's text is sometimes long and sometimes longer, and its cause stands at the end.
    stage.is(reason.contains(missing), &format!("CloudFormation shows the cause: {reason}"))?;
    Ok(())
}
