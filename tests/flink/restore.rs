//! Code that cannot read the saved state, and the way back.

use local_aws::flink::Status;
use serde_json::json;

use crate::look::cause;
use crate::stage::{Stage, StoryResult, detail};

/// `SEMANTICS.md` G.20: Flink refuses the restore, and the service does not come to an end.
pub(crate) async fn unreadable(stage: &mut Stage<'_>) -> StoryResult {
    stage.call("StopApplication", json!({}))?;
    stage.becomes(Status::Ready).await?;
    let (saved, ..) = stage.newest()?;
    let good = stage.application().configuration.jar().map(|(_, key)| key.to_owned()).unwrap_or_default();
    let other = stage.upload("7", "operator=renamed")?;
    change_code(stage, &other).await?;
    stage.call("StartApplication", json!({}))?;
    for _ in 0..10 {
        stage.call("DescribeApplication", json!({}))?;
    }
    let refused = stage.cluster.refused().unwrap_or_default();
    let status = stage.application().status;
    stage.is(status == Status::Starting && !refused.is_empty(), &format!("{status}; Flink said: {refused}"))?;
    stage.tick("code that cannot read the state: Flink refuses to restore it, the service stays STARTING");
    detail(cause(&refused));
    stage.call("StopApplication", json!({"Force": true}))?;
    stage.becomes(Status::Ready).await?;
    change_code(stage, &good).await?;
    stage.call("StartApplication", json!({}))?;
    stage.becomes(Status::Running).await?;
    stage.record("a");
    let counts = stage.counted().await?;
    stage.is(stage.restored_snapshot(&stage.job()?)? == saved, "from the snapshot before")?;
    stage.tick(&format!("forced to stop, the code put back, started: nothing is lost: {counts}"));
    Ok(())
}

async fn change_code(stage: &Stage<'_>, key: &str) -> StoryResult {
    let location = json!({"S3ContentLocationUpdate": {"FileKeyUpdate": key}});
    let update = json!({"ApplicationCodeConfigurationUpdate": {"CodeContentUpdate": location}});
    let version = stage.application().version;
    let body = json!({"CurrentApplicationVersionId": version, "ApplicationConfigurationUpdate": update});
    stage.call("UpdateApplication", body)?;
    stage.becomes(Status::Ready).await
}

pub(crate) async fn farewell(stage: &Stage<'_>) -> StoryResult {
    let job = stage.job()?;
    stage.call("StopApplication", json!({}))?;
    stage.becomes(Status::Ready).await?;
    stage.flink_says(&job, "FINISHED").await?;
    let jobs = stage.running()?;
    stage.is(jobs.is_empty(), &format!("nothing runs in Flink: {jobs:?}"))?;
    let counts = stage.counted().await?;
    stage.tick(&format!("and it stops gracefully: nothing runs in Flink any more, and the count stays: {counts}"));
    Ok(())
}
