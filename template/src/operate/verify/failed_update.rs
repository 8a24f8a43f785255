//! Where an update of a running application ends whose job then does not start.

use aws_sdk_kinesisanalyticsv2::types::ApplicationSnapshotConfigurationUpdate;

use super::answers::Answers;
use super::ready::groups;
use super::stage::{Halt, Stage, error_text};

pub(super) const QUESTION: &str = "FailedUpdate, A.6. Where a failed update of a RUNNING application ends";

/// An update without the properties that the job needs, and without snapshots: that of a job that loops would be
/// refused.
pub(super) async fn ask(stage: &Stage, answers: &mut Answers) -> Result<(), Halt> {
    if stage.properties.is_empty() {
        answers.not_asked(QUESTION, "it takes a job that needs properties: give them (PROPERTIES)");
        return Ok(());
    }
    stage.start().await?;
    let without = Stage { properties: [("none".to_owned(), "none".to_owned())].into(), ..stage.clone() };
    update(&without, false).await?;
    let status = loop {
        match stage.application().await?.0 {
            status if status == "UPDATING" => stage.rest().await?,
            status => break status,
        }
    };
    let list = stage.clients.flink.list_application_operations().application_name(&stage.name).limit(1).send().await;
    let listed = list.map_err(|error| error_text(&error))?;
    let newest = listed.application_operation_info_list().first();
    let ended = newest.and_then(|one| one.operation_status.as_ref()).map_or("", |status| status.as_str());
    let seen = format!("the operation {ended}, the application {status}");
    match (ended, status.as_str()) {
        ("FAILED", "READY") => answers.mode(QUESTION, ("FailedUpdate", "Ready"), &seen),
        ("FAILED", "RUNNING") => answers.mode(QUESTION, ("FailedUpdate", "RunningWithoutProcessing"), &seen),
        _ => answers.answer(QUESTION, seen),
    }
    if status != "READY" {
        let stop = stage.clients.flink.stop_application().application_name(&stage.name).force(true).send().await;
        stop.map_err(|error| error_text(&error))?;
        stage.becomes("READY").await?;
    }
    update(stage, true).await?;
    stage.becomes("READY").await
}

/// Gives the application its properties, with snapshots or without.
async fn update(stage: &Stage, snapshots: bool) -> Result<(), Halt> {
    let (_, version) = stage.application().await?;
    let snapshots = ApplicationSnapshotConfigurationUpdate::builder().snapshots_enabled_update(snapshots).build();
    let snapshots = snapshots.map_err(|error| error.to_string())?;
    let mut update = groups(stage, false)?;
    update.application_snapshot_configuration_update = Some(snapshots);
    let send = stage.clients.flink.update_application().application_name(&stage.name);
    let send = send.current_application_version_id(version).application_configuration_update(update);
    send.send().await.map(|_| ()).map_err(|error| error_text(&error).into())
}
