//! A restore that the new code cannot read: two jars and a role with which the first one's job is healthy. An
//! application of its own is started with the first, keeps a snapshot, and is given the second.

use aws_sdk_kinesisanalyticsv2::types::{
    ApplicationCodeConfigurationUpdate, ApplicationConfigurationUpdate, CodeContentUpdate, S3ContentLocationUpdate,
    SnapshotStatus,
};

use super::answers::Answers;
use super::durations;
use super::stage::{Halt, Stage, error_text};

pub(super) const QUESTION: &str = "IncompatibleRestore, A.6. An update to a jar that cannot restore the state";
/// How many looks an update may go on for until it counts as one that hangs: twenty minutes at AWS's pace, twice what
/// AWS calls stuck.
const LOOKS: u32 = 120;

/// The second jar, and the role with which the first one's job is healthy.
#[derive(Debug, Clone)]
pub(super) struct NextJar {
    pub(super) key: String,
    pub(super) role: String,
}

/// The name of the application and its stack.
pub(super) fn name(stage: &Stage) -> String {
    format!("{}-restore", stage.name)
}

/// What becomes of the update; the stack is deleted by [`Stage::clean_up`].
pub(super) async fn ask(stage: &Stage, next: &NextJar, answers: &mut Answers) -> Result<(), Halt> {
    let stage = Stage { name: name(stage), job_role: Some(next.role.clone()), ..stage.clone() };
    stage.create().await?;
    stage.start().await?;
    if let Err(why) = snapshot(&stage).await? {
        answers.not_asked(QUESTION, format!("the first jar's job is not healthy with that role: {why}"));
        return Ok(());
    }
    update(&stage, &next.key).await?;
    let mut looks = 0;
    let status = loop {
        match stage.application().await?.0 {
            status if status == "UPDATING" && looks < LOOKS => {
                looks += 1;
                stage.rest().await?;
            }
            status => break status,
        }
    };
    let list = stage.clients.flink.list_application_operations().application_name(&stage.name).limit(10).send().await;
    let listed = list.map_err(|error| error_text(&error))?;
    let of_update = |one: &&aws_sdk_kinesisanalyticsv2::types::ApplicationOperationInfo| {
        one.operation.as_deref() == Some("UpdateApplication")
    };
    let newest = listed.application_operation_info_list().iter().find(of_update);
    let ended = newest.and_then(|one| one.operation_status.as_ref()).map_or("", |status| status.as_str());
    let seen = format!("the operation is {ended}, the application {status}");
    match (status.as_str(), ended) {
        ("UPDATING", _) => answers.mode(QUESTION, ("IncompatibleRestore", "Stuck"), &seen),
        (_, "FAILED") => answers.mode(QUESTION, ("IncompatibleRestore", "Fails"), &seen),
        _ => answers.answer(QUESTION, format!("{seen}: the second jar restores the first one's state, or loops")),
    }
    if stage.application().await?.0 != "READY" {
        let stop = stage.clients.flink.stop_application().application_name(&stage.name).force(true).send().await;
        stop.map_err(|error| error_text(&error))?;
        stage.becomes("READY").await?;
    }
    durations::ask(&stage, answers).await
}

/// A snapshot of the healthy job, or why there is none.
async fn snapshot(stage: &Stage) -> Result<Result<(), String>, Halt> {
    const NAME: &str = "verify-state";
    let flink = &stage.clients.flink;
    let create = flink.create_application_snapshot().application_name(&stage.name).snapshot_name(NAME).send().await;
    if let Err(error) = create {
        return Ok(Err(error_text(&error)));
    }
    loop {
        let describe = flink.describe_application_snapshot().application_name(&stage.name).snapshot_name(NAME);
        let described = describe.send().await.map_err(|error| error_text(&error))?.snapshot_details;
        match described.map(|snapshot| snapshot.snapshot_status) {
            Some(SnapshotStatus::Creating) => stage.rest().await?,
            Some(SnapshotStatus::Ready) => return Ok(Ok(())),
            other => return Ok(Err(format!("its snapshot is {other:?}"))),
        }
    }
}

async fn update(stage: &Stage, key: &str) -> Result<(), Halt> {
    let (_, version) = stage.application().await?;
    let place = S3ContentLocationUpdate::builder().file_key_update(key).build();
    let content = CodeContentUpdate::builder().s3_content_location_update(place).build();
    let code = ApplicationCodeConfigurationUpdate::builder().code_content_update(content).build();
    let update = ApplicationConfigurationUpdate::builder().application_code_configuration_update(code).build();
    let send = stage.clients.flink.update_application().application_name(&stage.name);
    let send = send.current_application_version_id(version).application_configuration_update(update);
    send.send().await.map(|_| ()).map_err(|error| error_text(&error).into())
}
