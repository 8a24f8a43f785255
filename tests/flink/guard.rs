//! The same bad record with the guard before the update: there is no incident.

use local_aws::api::Caller;
use local_aws::cloudformation::Status as Stack;
use project::deployment::NAME;
use serde_json::Value;

use crate::look::cause;
use crate::stage::{Stage, StoryResult, detail};
use crate::trouble::loops;

const GUARD: &str = "flink-update-guard";

/// Mode Stop: a healthy job first, then one that loops.
pub(crate) async fn guarded(stage: &mut Stage<'_>) -> StoryResult {
    let old = stage.job()?;
    stage.deploy_guarded("9", "fails_on=flaw", Stack::UpdateComplete).await?;
    stage.flink_says(&old, "FINISHED").await?;
    stage.is(stage.outcome() == "Stopped", &stage.outcome())?;
    let (job, kept) = (stage.job()?, stage.restored_snapshot(&stage.job()?)?);
    stage.is(kept.starts_with("STOP-"), &format!("from the guard's own stop: {kept}"))?;
    stage.record("a");
    let counts = stage.counted().await?;
    stage
        .tick(&format!("the guard stops a healthy job with a savepoint: updated, started once, from {kept}; {counts}"));

    for key in ["b", "flaw", "c"] {
        stage.record(key);
    }
    let failures = loops(stage, &job).await?;
    stage.tick("another bad record: the job loops again");
    detail(cause(&failures[0]));
    let rows = stage.statuses().len();
    let calls = stage.stops().len();
    stage.deploy_guarded("10", "", Stack::UpdateComplete).await?;
    let stops = stage.stops().split_off(calls);
    let expected = [(false, true), (false, true), (false, true), (true, false)];
    stage.is(stops == expected, &format!("a graceful stop that is refused three times, then force: {stops:?}"))?;
    stage.is(stage.outcome() == "ForceStopped", &stage.outcome())?;
    let back = stage.statuses().split_off(rows).into_iter().find(|row| row.contains("ROLLBACK"));
    stage.is(back.is_none(), &format!("nothing went back: {back:?}"))?;
    stage.tick(
        "the guard: the savepoint really fails, so it is stopped by force under the replay rule; UPDATE_COMPLETE",
    );
    let job = stage.job()?;
    stage.flink_says(&job, "RUNNING").await?;
    let (from, counts) = (stage.restored_snapshot(&job)?, stage.counted().await?);
    stage.tick(&format!("the fixed jar runs from {from}, never wedged: nothing lost, none counted twice: {counts}"));
    Ok(())
}

impl Stage<'_> {
    /// What the guard answered last.
    fn outcome(&self) -> String {
        let state = self.deployment.world().state();
        let bodies = state.cloudformation.puts.iter().filter_map(|put| serde_json::from_str::<Value>(&put.body).ok());
        let mut answers = bodies.filter(|body| body["LogicalResourceId"] == "UpdateGuard");
        answers.next_back().unwrap_or_default()["Data"]["Outcome"].as_str().unwrap_or_default().to_owned()
    }

    /// The guard's stops: by force or not, refused or not.
    fn stops(&self) -> Vec<(bool, bool)> {
        let state = self.deployment.world().state();
        let role = Caller::Role(state.lambda.functions[GUARD].role_name().to_owned());
        let calls = state.journal.iter().filter(|call| call.caller == role);
        let stops = calls.filter(|call| call.action == "kinesisanalytics:StopApplication");
        stops.map(|call| (call.body["Force"] == true, call.refused.is_some())).collect()
    }

    /// The statuses of the stack itself.
    fn statuses(&self) -> Vec<String> {
        let state = self.deployment.world().state();
        let rows = state.cloudformation.stack(NAME).map(|stack| stack.events.as_slice()).unwrap_or_default();
        rows.iter().filter(|row| row.logical_id == NAME).map(|row| row.status.as_str().to_owned()).collect()
    }
}
