//! The questions that take a running application whose job loops: its role may read the jar and nothing else, so that
//! whatever the job reads is refused to it.

use std::collections::BTreeSet;
use std::time::Instant;

use aws_sdk_cloudformation::types::StackEvent;
use aws_sdk_kinesisanalyticsv2::types::SnapshotStatus;
use shared::lifecycle::SNAPSHOT_FAILURE;

use super::answers::Answers;
use super::stage::{Halt, Stage, error_text};
use super::{durations, failed_update};

/// The name of the snapshot that shows whether the job can be snapshotted.
const PROBE: &str = "verify-probe";
/// Both calls take a snapshot, and meet the same.
const SECOND: &str = "A.7. CreateApplicationSnapshot and StopApplication while a snapshot is CREATING";

/// All of them, in the one order in which each leaves what the next needs.
pub(super) async fn ask(stage: &Stage, answers: &mut Answers) -> Result<(), Halt> {
    stage.start().await?;
    if !snapshot(stage, answers).await? {
        return Err(Halt::Failed("the job is healthy though its role may read nothing but its jar".to_owned()));
    }
    let is_stuck = incident(stage, answers).await?;
    rows(stage, answers).await?;
    force(stage, answers).await?;
    if is_stuck {
        tokens(stage, answers).await?;
    }
    failed_update::ask(stage, answers).await?;
    stage.start().await?;
    durations::ask(stage, answers).await?;
    delete(stage, answers).await
}

/// What a snapshot of it comes to; whether it failed.
async fn snapshot(stage: &Stage, answers: &mut Answers) -> Result<bool, Halt> {
    const QUESTION: &str = "A.7. CreateApplicationSnapshot while the job loops";
    let flink = &stage.clients.flink;
    let create = flink.create_application_snapshot().application_name(&stage.name).snapshot_name(PROBE).send().await;
    if let Err(error) = create {
        let seen = error_text(&error);
        if !seen.contains(SNAPSHOT_FAILURE) {
            return Err(Halt::Failed(seen));
        }
        answers.mode(QUESTION, ("SnapshotOfUnhealthy", "Refused"), &seen);
        answers.not_asked(SECOND, "the first one was refused, so none is CREATING");
        return Ok(true);
    }
    second_snapshot(stage, answers).await;
    loop {
        let describe = flink.describe_application_snapshot().application_name(&stage.name).snapshot_name(PROBE);
        let described = describe.send().await.map_err(|error| error_text(&error))?.snapshot_details;
        match described.map(|snapshot| snapshot.snapshot_status) {
            Some(SnapshotStatus::Creating) => stage.rest().await?,
            Some(SnapshotStatus::Ready) => return Ok(false),
            other => {
                let seen = other.map_or_else(|| "it is gone".to_owned(), |status| status.as_str().to_owned());
                answers.mode(QUESTION, ("SnapshotOfUnhealthy", "AcceptedThenFailed"), &seen);
                return Ok(true);
            }
        }
    }
}

/// What a second snapshot meets while the first is CREATING. Alone it would be accepted, as the first was.
async fn second_snapshot(stage: &Stage, answers: &mut Answers) {
    let flink = &stage.clients.flink;
    let name = format!("{PROBE}-2");
    let seen = flink.create_application_snapshot().application_name(&stage.name).snapshot_name(name).send().await;
    match seen.map_err(|error| error_text(&error)) {
        Ok(_) => answers.mode(SECOND, ("SecondSnapshot", "Accepted"), "accepted"),
        Err(seen) if seen.contains(SNAPSHOT_FAILURE) => answers.mode(SECOND, ("SecondSnapshot", "Refused"), &seen),
        Err(seen) if seen.starts_with("ResourceInUse") => answers.mode(SECOND, ("SecondSnapshot", "InUse"), &seen),
        Err(seen) => answers.answer(SECOND, seen),
    }
}

/// Which configuration the application's first row of the rollback shows: the one that failed, or the one before.
async fn rows(stage: &Stage, answers: &mut Answers) -> Result<(), Halt> {
    const QUESTION: &str = "RowsOnTheWayBack. Which ResourceProperties a row shows in a rollback";
    let events = stage.clients.cloudformation.describe_stack_events().stack_name(&stage.name).send().await;
    let events = events.map_err(|error| error_text(&error))?.stack_events.unwrap_or_default();
    let is = |row: &StackEvent, status: &str| row.resource_status().is_some_and(|one| one.as_str() == status);
    let since: Vec<&StackEvent> = events.iter().take_while(|row| !is(row, "UPDATE_ROLLBACK_IN_PROGRESS")).collect();
    let first = |row: &&&StackEvent| row.logical_resource_id() == Some("Application") && is(row, "UPDATE_IN_PROGRESS");
    let shown = since.iter().find(first).and_then(|row| row.resource_properties());
    match shown {
        _ if since.len() == events.len() => answers.not_asked(QUESTION, "there was no rollback"),
        Some(shown) if shown.contains("63000") => {
            answers.mode(QUESTION, ("RowsOnTheWayBack", "Failed"), "those that failed");
        }
        Some(_) => answers.mode(QUESTION, ("RowsOnTheWayBack", "Restored"), "those that are restored"),
        None => answers.answer(QUESTION, "none"),
    }
    Ok(())
}

/// 3 and 5: the update that wedges the stack; whether it did.
async fn incident(stage: &Stage, answers: &mut Answers) -> Result<bool, Halt> {
    let (_, before) = stage.application().await?;
    stage.update(63_000, &format!("{}-incident", stage.name)).await?;
    let mut statuses = BTreeSet::new();
    let status = loop {
        statuses.insert(stage.application().await?.0);
        match stage.status().await? {
            Some(status) if status.ends_with("_IN_PROGRESS") => stage.rest().await?,
            status => break status.unwrap_or_default(),
        }
    };
    let (_, after) = stage.application().await?;
    let reasons = stage.reasons("UPDATE_FAILED").await;
    answers.answer(
        "3. The snapshot failure's reasons, that of the rollback first",
        format!("the stack is {status}; {}", reasons.join(" | ")),
    );
    let seen: Vec<String> = statuses.into_iter().collect();
    answers.answer(
        "5. The application's status while the update is rejected",
        format!("{}; version {before}, then {after}", seen.join(", ")),
    );
    Ok(status == "UPDATE_ROLLBACK_FAILED")
}

/// Question 1 of `SEMANTICS.md` G.2, its second half: StopApplication with Force in FORCE_STOPPING.
async fn force(stage: &Stage, answers: &mut Answers) -> Result<(), Halt> {
    const QUESTION: &str = "1. StopApplication forced in FORCE_STOPPING";
    let stop = || stage.clients.flink.stop_application().application_name(&stage.name).force(true).send();
    stop().await.map_err(|error| error_text(&error))?;
    let again = stop().await;
    let (status, _) = stage.application().await?;
    match again {
        Ok(_) => answers.mode(QUESTION, ("ForceElsewhere", "Accepted"), "accepted"),
        // It may have been over before it was asked a second time.
        Err(error) if status == "FORCE_STOPPING" => {
            answers.mode(QUESTION, ("ForceElsewhere", "Refused"), &error_text(&error));
        }
        Err(_) => answers.not_asked(QUESTION, format!("it was {status} too soon")),
    }
    stage.becomes("READY").await
}

/// 9: the same token while the rollback runs, and when it is over.
async fn tokens(stage: &Stage, answers: &mut Answers) -> Result<(), Halt> {
    const QUESTION: &str = "TokenAgain, 9. ContinueUpdateRollback, the same token three times";
    let token = format!("{}-continue", stage.name);
    let continued = || async {
        let call = stage.clients.cloudformation.continue_update_rollback().stack_name(&stage.name);
        let sent = call.client_request_token(&token).send().await;
        sent.map_or_else(|error| error_text(&error), |_| "accepted".to_owned())
    };
    let first = continued().await;
    let second = continued().await;
    let settled = stage.settled().await?;
    let third = continued().await;
    let seen = format!("{first} | at once again: {second} | {settled}, and again: {third}");
    match third.split(':').next() {
        Some("TokenAlreadyExistsException") => answers.mode(QUESTION, ("TokenAgain", "Refused"), &seen),
        Some("accepted") => answers.mode(QUESTION, ("TokenAgain", "Answered"), &seen),
        Some(_) | None => answers.answer(QUESTION, seen),
    }
    Ok(())
}

/// Question 11 of `SEMANTICS.md` G.2: DeleteStack over a RUNNING application.
async fn delete(stage: &Stage, answers: &mut Answers) -> Result<(), Halt> {
    const QUESTION: &str = "11. DeleteStack over a RUNNING application";
    let began = Instant::now();
    let delete = stage.clients.cloudformation.delete_stack().stack_name(&stage.name).send().await;
    delete.map_err(|error| error_text(&error))?;
    let settled = stage.settled().await?;
    let seen = format!("{settled} after {} s", began.elapsed().as_secs());
    match settled.as_str() {
        "gone" | "DELETE_COMPLETE" => answers.mode(QUESTION, ("DeleteOfRunning", "Accepted"), &seen),
        _ => {
            let seen = format!("{seen}: {}", stage.reasons("DELETE_FAILED").await.join(" | "));
            answers.mode(QUESTION, ("DeleteOfRunning", "Refused"), &seen);
        }
    }
    Ok(())
}
