//! One call to the service: one request.

use aws_smithy_types::DateTime;
use sdk::types::{
    ApplicationConfigurationUpdate, ApplicationRestoreConfiguration, ApplicationRestoreType,
    EnvironmentPropertyUpdates, FlinkRunConfiguration, PropertyGroup, RunConfiguration, RunConfigurationUpdate, Tag,
};
use shared::flink::{self, Application, Restore};
use shared::lifecycle::{Action, Call};

use super::sdk;
use crate::aws::Aws;
use crate::aws::error::{Fault, fault};

/// Sends the one request that a call stands for; whether it was taken, the next look shows.
pub(crate) async fn perform(aws: &Aws, application: &Application, call: &Call) -> Result<(), Fault> {
    let (name, arn, token) = (&application.name, &application.arn, application.token.clone());
    let flink = &aws.flink;
    let action = call.action();
    match call {
        Call::Start { restore, allow_non_restored_state } => {
            let run = RunConfiguration::builder()
                .flink_run_configuration(allow(*allow_non_restored_state))
                .application_restore_configuration(restore_configuration(restore)?)
                .build();
            let start = flink.start_application().application_name(name).run_configuration(run);
            start.send().await.map_err(|error| fault(action, &error))?;
        }
        Call::StartNotebook => {
            let start = flink.start_application().application_name(name);
            start.send().await.map_err(|error| fault(action, &error))?;
        }
        Call::Stop { force } => {
            let stop = flink.stop_application().application_name(name).force(*force);
            stop.send().await.map_err(|error| fault(action, &error))?;
        }
        Call::CreateSnapshot { name: snapshot } => {
            let create = flink.create_application_snapshot().application_name(name).snapshot_name(snapshot);
            create.send().await.map_err(|error| fault(action, &error))?;
        }
        Call::DeleteSnapshot { name: snapshot, created } => {
            let delete = flink.delete_application_snapshot().application_name(name).snapshot_name(snapshot);
            let delete = delete.snapshot_creation_timestamp(DateTime::from_millis(created.0));
            delete.send().await.map_err(|error| fault(action, &error))?;
        }
        Call::UpdateProperties { groups, restart, settled: _ } => {
            let mut update = flink
                .update_application()
                .application_name(name)
                .set_conditional_token(token)
                .application_configuration_update(properties(groups)?);
            if let Some(allow_non_restored_state) = restart {
                update = update.run_configuration_update(
                    RunConfigurationUpdate::builder()
                        .flink_run_configuration(allow(*allow_non_restored_state))
                        .application_restore_configuration(restore_configuration(&Restore::Latest)?)
                        .build(),
                );
            }
            update.send().await.map_err(|error| fault(action, &error))?;
        }
        Call::Tag { key, value } => {
            let tag = Tag::builder().key(*key).value(value).build().map_err(|error| built(action, &error))?;
            flink.tag_resource().resource_arn(arn).tags(tag).send().await.map_err(|error| fault(action, &error))?;
        }
        Call::Untag { key } => {
            let untag = flink.untag_resource().resource_arn(arn).tag_keys(*key);
            untag.send().await.map_err(|error| fault(action, &error))?;
        }
        Call::ContinueRollback { .. } => {
            return Err(Fault::Rejected(action, "a stack's rollback is not Flink's to continue".to_owned()));
        }
    }
    Ok(())
}

fn built(action: Action, error: &dyn std::error::Error) -> Fault {
    Fault::Rejected(action, error.to_string())
}

fn allow(allow_non_restored_state: bool) -> FlinkRunConfiguration {
    FlinkRunConfiguration::builder().allow_non_restored_state(allow_non_restored_state).build()
}

fn restore_configuration(restore: &Restore) -> Result<ApplicationRestoreConfiguration, Fault> {
    let (kind, name) = match restore {
        Restore::Latest => (ApplicationRestoreType::RestoreFromLatestSnapshot, None),
        Restore::Custom(name) => (ApplicationRestoreType::RestoreFromCustomSnapshot, Some(name.clone())),
        Restore::Skip => (ApplicationRestoreType::SkipRestoreFromSnapshot, None),
    };
    ApplicationRestoreConfiguration::builder()
        .application_restore_type(kind)
        .set_snapshot_name(name)
        .build()
        .map_err(|error| built(Action::StartApplication, &error))
}

fn properties(groups: &[flink::PropertyGroup]) -> Result<ApplicationConfigurationUpdate, Fault> {
    let failed = |error| built(Action::UpdateApplication, &error);
    let mut updates = EnvironmentPropertyUpdates::builder().set_property_groups(Some(Vec::new()));
    for group in groups {
        let group = PropertyGroup::builder()
            .property_group_id(&group.id)
            .set_property_map(Some(group.map.clone().into_iter().collect()))
            .build()
            .map_err(failed)?;
        updates = updates.property_groups(group);
    }
    let updates = updates.build().map_err(failed)?;
    Ok(ApplicationConfigurationUpdate::builder().environment_property_updates(updates).build())
}
