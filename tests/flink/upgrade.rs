//! From Flink 1 to Flink 2 with the state, and back when Flink 2 cannot read it (`SEMANTICS.md` G.51 to G.53).

use std::path::Path;

use local_aws::cloudformation::Status as Stack;
use local_aws::flink::Status;

use crate::look::{cause, next_job};
use crate::stage::{Flink, Stage, StoryResult, detail};
use crate::tools::RELEASES;
use crate::trouble::loops;

/// State of a plain type, then of one that Flink 2 cannot read.
pub(crate) async fn run(flinks: &[Flink<'_>], run: &Path) -> StoryResult {
    compatible(&mut Stage::set(flinks, &RELEASES[0], &run.join("compatible")).await?).await?;
    incompatible(&mut Stage::set(flinks, &RELEASES[0], &run.join("incompatible")).await?).await
}

/// A stack under Flink 1 that has counted some records; its job.
async fn first(stage: &mut Stage<'_>, code: &str) -> StoryResult<String> {
    stage.deploy_probed("1", code, Stack::CreateComplete).await?;
    for key in ["a", "b", "a"] {
        stage.record(key);
    }
    let (counts, job) = (stage.counted().await?, stage.job()?);
    stage.tick(&format!("{}: the job {job} counts: {counts}", stage.release.runtime));
    Ok(job)
}

async fn compatible(stage: &mut Stage<'_>) -> StoryResult {
    let old = first(stage, "").await?;
    stage.release = &RELEASES[1];
    stage.deploy_probed("2", "", Stack::UpdateComplete).await?;
    stage.flink_says(&old, "CANCELED").await?;
    let job = stage.job()?;
    let (from, made_under) = stage.restored(&job)?;
    stage.is(made_under == RELEASES[0].runtime, &format!("{from} was written by {made_under}"))?;
    for key in ["a", "c"] {
        stage.record(key);
    }
    let (counts, runtime) = (stage.counted().await?, stage.release.runtime);
    stage.tick(&format!("{runtime}: in place, restored from {from} of {made_under}; the counts go on: {counts}"));
    Ok(())
}

async fn incompatible(stage: &mut Stage<'_>) -> StoryResult {
    let old = first(stage, "state=pojo").await?;
    stage.release = &RELEASES[1];
    let deployment = stage.deploy_probed("2", "state=pojo", Stack::UpdateRollbackComplete);
    let (deployed, looped) = tokio::join!(deployment, failures_of_the_next(stage, &old));
    let (looping, failures) = looped?;
    deployed?;
    stage
        .tick(&format!("{}: AWS calls the update a success, Flink restarts {looping} for ever", stage.release.runtime));
    detail(cause(&failures[0]));
    let reasons = stage.reasons("AutoStart");
    let is_caught = reasons.iter().any(|reason| reason.contains("its job is not healthy"));
    stage.is(is_caught, &format!("the gate caught it: {reasons:?}"))?;
    stage.becomes(Status::Running).await?;
    stage.flink_says(&looping, "CANCELED").await?;
    let job = stage.job()?;
    stage.flink_says(&job, "RUNNING").await?;
    let (from, made_under) = stage.restored(&job)?;
    let runtime = stage.application().configuration.runtime;
    stage.is(
        runtime == RELEASES[0].runtime && made_under == runtime,
        &format!("{runtime} from {from} of {made_under}"),
    )?;
    for key in ["a", "c"] {
        stage.record(key);
    }
    let counts = stage.counted().await?;
    stage.tick(&format!("caught and taken back: {runtime} runs again from its own {from}; nothing is lost: {counts}"));
    Ok(())
}

/// The job after `old`, and what it fails on, again and again.
async fn failures_of_the_next(stage: &Stage<'_>, old: &str) -> StoryResult<(String, Vec<String>)> {
    let next = stage.until("the job is never launched under the new runtime", |state| next_job(state, old)).await?;
    let failures = loops(stage, &next).await?;
    Ok((next, failures))
}
