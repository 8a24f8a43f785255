//! The questions that an application in READY answers, at no cost.

use aws_sdk_kinesisanalyticsv2::types::{
    ApplicationConfigurationUpdate, EnvironmentPropertyUpdates, FlinkRunConfiguration, PropertyGroup,
    RunConfigurationUpdate, Tag,
};

use super::answers::Answers;
use super::stage::{Halt, OWN_GROUP, Stage, error_text};

/// A group that the template does not know.
const INJECTED: &str = "Injected";
/// A tag that the template does not know.
const TAG: &str = "flink-verify-tag";

/// 7: needs no application at all.
pub(super) async fn snapshots_of_unknown(stage: &Stage, answers: &mut Answers) -> Result<(), Halt> {
    const QUESTION: &str = "7. ListApplicationSnapshots of an application that does not exist";
    let unknown = format!("{}-unknown", stage.name);
    match stage.clients.flink.list_application_snapshots().application_name(unknown).send().await {
        Ok(_) => answers.answer(QUESTION, "an empty list"),
        Err(error) => {
            let seen = error_text(&error);
            match seen.split(':').next() {
                Some("ResourceNotFoundException") => {
                    answers.mode(QUESTION, ("SnapshotsOfUnknown", "ResourceNotFound"), &seen);
                }
                Some("InvalidArgumentException") => {
                    answers.mode(QUESTION, ("SnapshotsOfUnknown", "InvalidArgument"), &seen);
                }
                _ => answers.answer(QUESTION, seen),
            }
        }
    }
    Ok(())
}

/// Question 1 of `SEMANTICS.md` G.2, its first half: StopApplication on READY.
pub(super) async fn stop_of_ready(stage: &Stage, answers: &mut Answers) -> Result<(), Halt> {
    const QUESTION: &str = "1. StopApplication, graceful and forced, on READY";
    let mut seen = Vec::new();
    for force in [false, true] {
        let stop = stage.clients.flink.stop_application().application_name(&stage.name).force(force);
        seen.push(stop.send().await.map_or_else(|error| error_text(&error), |_| "accepted".to_owned()));
    }
    let both = seen.join(" | forced: ");
    let code = seen.last().and_then(|forced| forced.split(':').next());
    match code {
        Some("InvalidArgumentException") => answers.mode(QUESTION, ("StopOfReady", "InvalidArgument"), &both),
        Some("InvalidRequestException") => answers.mode(QUESTION, ("StopOfReady", "InvalidRequest"), &both),
        Some("ResourceInUseException") => answers.mode(QUESTION, ("StopOfReady", "ResourceInUse"), &both),
        Some(_) | None => answers.answer(QUESTION, both),
    }
    stage.becomes("READY").await
}

/// Question 7 of `SEMANTICS.md` G.2, its other half: UpdateApplication with neither version nor token.
pub(super) async fn unguarded_update(stage: &Stage, answers: &mut Answers) -> Result<(), Halt> {
    const QUESTION: &str = "7. UpdateApplication with neither version nor token";
    let update = stage.clients.flink.update_application().application_name(&stage.name);
    let update = update.application_configuration_update(groups(stage, false)?);
    let seen = update.send().await.map_or_else(|error| error_text(&error), |_| "accepted".to_owned());
    answers.answer(QUESTION, seen);
    stage.becomes("READY").await
}

/// Question 6 of `SEMANTICS.md` G.2: RunConfigurationUpdate on READY.
pub(super) async fn run_configuration(stage: &Stage, answers: &mut Answers) -> Result<(), Halt> {
    const QUESTION: &str = "6. RunConfigurationUpdate on READY";
    let (_, version) = stage.application().await?;
    let run = FlinkRunConfiguration::builder().allow_non_restored_state(true).build();
    let run = RunConfigurationUpdate::builder().flink_run_configuration(run).build();
    let update = stage.clients.flink.update_application().application_name(&stage.name);
    match update.current_application_version_id(version).run_configuration_update(run).send().await {
        Ok(_) => answers.mode(QUESTION, ("RunConfigurationWhenReady", "Ignored"), "accepted"),
        Err(error) => answers.mode(QUESTION, ("RunConfigurationWhenReady", "Refused"), &error_text(&error)),
    }
    stage.becomes("READY").await
}

/// 2, and what becomes of tags; on the way, whether a reply carries its OperationId.
pub(super) async fn groups_and_tags(stage: &Stage, answers: &mut Answers) -> Result<(), Halt> {
    let flink = &stage.clients.flink;
    let (_, version) = stage.application().await?;
    let update = flink.update_application().application_name(&stage.name).current_application_version_id(version);
    let update = update.application_configuration_update(groups(stage, true)?).send().await;
    let id = update.map_err(|error| error_text(&error))?.operation_id;
    let mode = if id.is_some() { "Present" } else { "Omitted" };
    answers.mode("A.1. OperationId in a reply", ("OperationIds", mode), id.as_deref().unwrap_or("none"));
    stage.becomes("READY").await?;
    let described = flink.describe_application().application_name(&stage.name).send().await;
    let detail =
        described.map_err(|error| error_text(&error))?.application_detail.ok_or_else(|| "no detail".to_owned())?;
    let arn = detail.application_arn;
    let tag = Tag::builder().key(TAG).value("1").build().map_err(|error| error.to_string())?;
    flink.tag_resource().resource_arn(&arn).tags(tag).send().await.map_err(|error| error_text(&error))?;

    let first = format!("{}-first", stage.name);
    stage.update(61_000, &first).await?;
    let settled = stage.settled().await?;
    if settled != "UPDATE_COMPLETE" {
        return Err(Halt::Failed(format!("the update ended in {settled}")));
    }
    let described = flink.describe_application().application_name(&stage.name).send().await;
    let detail =
        described.map_err(|error| error_text(&error))?.application_detail.ok_or_else(|| "no detail".to_owned())?;
    let groups = detail.application_configuration_description.and_then(|all| all.environment_property_descriptions);
    let groups = groups.map(|all| all.property_group_descriptions.unwrap_or_default()).unwrap_or_default();
    let survived = groups.iter().any(|group| group.property_group_id == INJECTED);
    let question = "2. An injected group after CloudFormation updated something else";
    let mode = if survived { "OnlyWhenChanged" } else { "Rewritten" };
    answers.mode(question, ("Groups", mode), if survived { "it is there" } else { "it is gone" });
    let listed = flink.list_tags_for_resource().resource_arn(&arn).send().await.map_err(|error| error_text(&error))?;
    let survived = listed.tags().iter().any(|tag| tag.key == TAG);
    let mode = if survived { "Kept" } else { "Erased" };
    let seen = if survived { "it is there" } else { "it is gone" };
    answers.mode("B.2. A tag of another caller's after CloudFormation's update", ("Tags", mode), seen);

    let again = stage.update(62_000, &first).await.map_or_else(|error| error, |()| "accepted".to_owned());
    answers.answer("9. UpdateStack with the token of an update that is over", again);
    stage.settled().await.map(|_| ())
}

/// The template's own group, with the injected one or without.
pub(super) fn groups(stage: &Stage, injected: bool) -> Result<ApplicationConfigurationUpdate, String> {
    let group = |id: &str, map: Vec<(String, String)>| {
        let group = PropertyGroup::builder().property_group_id(id).set_property_map(Some(map.into_iter().collect()));
        group.build().map_err(|error| error.to_string())
    };
    let mut all = vec![group(OWN_GROUP, stage.properties.clone().into_iter().collect())?];
    if injected {
        all.push(group(INJECTED, vec![("key".to_owned(), "value".to_owned())])?);
    }
    let updates = EnvironmentPropertyUpdates::builder().set_property_groups(Some(all)).build();
    let updates = updates.map_err(|error| error.to_string())?;
    Ok(ApplicationConfigurationUpdate::builder().environment_property_updates(updates).build())
}
