//! A cause that passes: the savepoint really fails while the sink may not be written, and really succeeds afterwards.

use local_aws::api::Caller;
use local_aws::cloudformation::Status as Stack;
use local_aws::flink::Status;

use crate::look::cause;
use crate::stage::{Stage, StoryResult, detail};
use crate::story::BREAKS;
use crate::trouble::{is_over, loops};

const UNSTICKER: &str = "flink-rollback-unsticker";

/// `SEMANTICS.md` C.4, without a guard: the only manual step is to give the permission back.
pub(crate) async fn passing_cause(stage: &mut Stage<'_>) -> StoryResult {
    let job = stage.job()?;
    stage.deployment.sink_permission(false);
    stage.record("b");
    let failures = loops(stage, &job).await?;
    stage.tick("the permission to write the table is taken away: the job loops");
    detail(cause(&failures[0]));
    let before = stage.reports().len();
    stage.deploy("8", BREAKS, Stack::UpdateRollbackFailed).await?;
    stage.tick("a deployment ends UPDATE_ROLLBACK_FAILED: the savepoint really fails, twice");
    stage
        .until("the unsticker never forced it to stop", |state| {
            let role = state.lambda.functions[UNSTICKER].role_name();
            let is_forced = state.journal.iter().any(|call| {
                call.caller == Caller::Role(role.to_owned()) && call.body["Force"] == true && call.refused.is_none()
            });
            is_forced.then_some(())
        })
        .await?;
    stage.deployment.sink_permission(true);
    let report = stage.report(before, "Recovered").await?;
    stage.until("the rollback was not continued to its end", |state| is_over(state).then_some(())).await?;
    stage.becomes(Status::Running).await?;
    let again = stage.job()?;
    stage.flink_says(&again, "RUNNING").await?;
    let (from, counts) = (stage.restored_snapshot(&again)?, stage.counted().await?);
    stage.is(again != job, "it is another job")?;
    stage.tick(&format!(
        "given back: unstuck and RUNNING again from {from}, no record lost, none counted twice: {counts}"
    ));
    detail(&format!("report: Recovered. {}", report["State"].as_str().unwrap_or_default()));
    Ok(())
}
