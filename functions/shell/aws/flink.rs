//! Managed Service for Apache Flink, the only module that knows its SDK: what a look finds. A call is `perform`.

mod perform;
mod snapshot_mode;

use aws_sdk_kinesisanalyticsv2 as sdk;
use aws_smithy_types::DateTime;
use sdk::types::{ApplicationDetail, ApplicationRestoreType};
use shared::flink::{
    Application, ApplicationStatus, Operation, OperationStatus, Operations, PropertyGroup, Restore, Snapshot,
    SnapshotMode, SnapshotStatus,
};
use shared::lifecycle::Action;
use shared::time::Timestamp;

use super::error::{Fault, fault};
use crate::aws::Aws;

pub(crate) use perform::perform;
use snapshot_mode::ReadSnapshotMode;

/// One application of the account's list.
#[derive(Debug, Clone)]
pub(crate) struct ApplicationSummary {
    pub(crate) name: String,
    pub(crate) arn: String,
    /// None for a status that is not known yet.
    pub(crate) status: Option<ApplicationStatus>,
}

/// A page of the account's applications in this region, and the token of the next one.
pub(crate) async fn list(aws: &Aws, next: Option<String>) -> Result<(Vec<ApplicationSummary>, Option<String>), Fault> {
    let page = aws.flink.list_applications().limit(50).set_next_token(next).send().await;
    let page = page.map_err(|error| fault(Action::ListApplications, &error))?;
    let listed = page.application_summaries.into_iter();
    let listed = listed.map(|one| ApplicationSummary {
        status: one.application_status.as_str().parse().ok(),
        name: one.application_name,
        arn: one.application_arn,
    });
    Ok((listed.collect(), page.next_token))
}

/// An application as it is described, without the rest; `None` when it does not exist.
pub(crate) async fn described(aws: &Aws, name: &str) -> Result<Option<Application>, Fault> {
    let reader = ReadSnapshotMode::default();
    let described = aws.flink.describe_application().application_name(name).customize().interceptor(reader.clone());
    let described = described.send().await;
    let detail = match described.map_err(|error| fault(Action::DescribeApplication, &error)) {
        Ok(output) => output.application_detail,
        Err(Fault::Missing(_)) => return Ok(None),
        Err(other) => return Err(other),
    };
    let Some(detail) = detail else {
        return Err(Fault::Rejected(Action::DescribeApplication, "the answer has no ApplicationDetail".to_owned()));
    };
    described_application(&detail, reader.mode()).map(Some)
}

fn described_application(detail: &ApplicationDetail, snapshot_mode: SnapshotMode) -> Result<Application, Fault> {
    let status = detail.application_status.as_str();
    let status = status.parse().map_err(|_| Fault::UnknownStatus(status.to_owned()))?;
    let configuration = detail.application_configuration_description.as_ref();
    let groups = configuration
        .and_then(|all| all.environment_property_descriptions.as_ref())
        .map(aws_sdk_kinesisanalyticsv2::types::EnvironmentPropertyDescriptions::property_group_descriptions)
        .unwrap_or_default();
    Ok(Application {
        name: detail.application_name.clone(),
        arn: detail.application_arn.clone(),
        status,
        version: detail.application_version_id,
        version_created: timestamp(detail.application_version_create_timestamp.as_ref()),
        rolled_back_to: detail.application_version_rolled_back_to,
        runtime: detail.runtime_environment.as_str().to_owned(),
        created: timestamp(detail.create_timestamp.as_ref()),
        // Enabled unless it says otherwise (`semantics.md` A.7).
        snapshots_enabled: configuration
            .and_then(|all| all.application_snapshot_configuration_description.as_ref())
            .is_none_or(|snapshots| snapshots.snapshots_enabled),
        token: detail.conditional_token.clone(),
        tags: std::collections::BTreeMap::new(),
        groups: groups
            .iter()
            .map(|group| PropertyGroup {
                id: group.property_group_id.clone(),
                map: group.property_map.clone().into_iter().collect(),
            })
            .collect(),
        log_group: detail
            .cloud_watch_logging_option_descriptions()
            .first()
            .and_then(|option| log_group(&option.log_stream_arn)),
        running_with: configuration.and_then(|all| all.run_configuration_description.as_ref()).map(running_with),
        operations: Operations::Unreadable,
        has_older_operations: false,
        snapshot_mode,
        snapshots: Vec::new(),
    })
}

/// The log group in `arn:aws:logs:<region>:<account>:log-group:<group>:log-stream:<stream>`; none in another form.
fn log_group(stream_arn: &str) -> Option<String> {
    let (_, rest) = stream_arn.split_once(":log-group:")?;
    rest.split_once(":log-stream:").map(|(group, _)| group.to_owned())
}

fn running_with(run: &sdk::types::RunConfigurationDescription) -> (Restore, bool) {
    let allow = run.flink_run_configuration_description.as_ref().and_then(|flink| flink.allow_non_restored_state);
    let restore =
        run.application_restore_configuration_description.as_ref().map_or(Restore::Latest, |restore| {
            match (&restore.application_restore_type, &restore.snapshot_name) {
                (ApplicationRestoreType::SkipRestoreFromSnapshot, _) => Restore::Skip,
                (ApplicationRestoreType::RestoreFromCustomSnapshot, Some(name)) => Restore::Custom(name.clone()),
                _ => Restore::Latest,
            }
        });
    (restore, allow.unwrap_or(false))
}

pub(crate) async fn tags(aws: &Aws, arn: &str) -> Result<std::collections::BTreeMap<String, String>, Fault> {
    let listed = aws.flink.list_tags_for_resource().resource_arn(arn).send().await;
    let listed = listed.map_err(|error| fault(Action::ListTagsForResource, &error))?;
    Ok(listed.tags().iter().map(|tag| (tag.key.clone(), tag.value.clone().unwrap_or_default())).collect())
}

/// The newest ones, newest first, each failed one with its own error text, and whether there are older ones. Not
/// readable is an answer too.
pub(crate) async fn operations(aws: &Aws, name: &str) -> Result<(Operations, bool), Fault> {
    let listed = aws.flink.list_application_operations().application_name(name).limit(50).send().await;
    let listed = match listed.map_err(|error| fault(Action::ListApplicationOperations, &error)) {
        Ok(listed) => listed,
        Err(unknown @ (Fault::Transient(_) | Fault::Throttled(_))) => return Err(unknown),
        // An engine without operations, a role without the permission: decide by status and version.
        Err(_) => return Ok((Operations::Unreadable, false)),
    };
    let mut operations = Vec::new();
    for info in listed.application_operation_info_list() {
        let word = info.operation_status.as_ref().map_or("", |status| status.as_str());
        // A status word that is not known yet is not a verdict of today.
        let status = word.parse().unwrap_or(OperationStatus::InProgress);
        let error = match (&info.operation_id, status) {
            // Only the newest failures can still be asked about.
            (Some(id), OperationStatus::Failed | OperationStatus::Cancelled) if operations.len() < 5 => {
                error_text(aws, name, id).await?
            }
            _ => None,
        };
        let kind = info.operation.clone().unwrap_or_default();
        let started = timestamp(info.start_time.as_ref());
        let ended = info.end_time.as_ref().map(|ended| timestamp(Some(ended)));
        let id = info.operation_id.clone().unwrap_or_else(|| format!("{kind} {}", started.0));
        operations.push(Operation { id, is_new: false, kind, status, started, ended, error });
    }
    Ok((Operations::Listed(operations), listed.next_token().is_some()))
}

async fn error_text(aws: &Aws, name: &str, id: &str) -> Result<Option<String>, Fault> {
    let described = aws.flink.describe_application_operation().application_name(name).operation_id(id).send().await;
    match described.map_err(|error| fault(Action::DescribeApplicationOperation, &error)) {
        Ok(output) => Ok(output
            .application_operation_info_details
            .and_then(|details| details.operation_failure_details)
            .and_then(|details| details.error_info)
            .and_then(|info| info.error_string)),
        Err(unknown @ (Fault::Transient(_) | Fault::Throttled(_))) => Err(unknown),
        Err(_) => Ok(None),
    }
}

pub(crate) async fn snapshots(aws: &Aws, name: &str) -> Result<Vec<Snapshot>, Fault> {
    let mut snapshots = Vec::new();
    let mut next = None;
    loop {
        let page = aws.flink.list_application_snapshots().application_name(name).limit(50).set_next_token(next);
        let page = page.send().await.map_err(|error| fault(Action::ListApplicationSnapshots, &error))?;
        for summary in page.snapshot_summaries() {
            // A snapshot in a status that is not known yet cannot be counted on.
            let status = summary.snapshot_status.as_str().parse().unwrap_or(SnapshotStatus::Failed);
            snapshots.push(Snapshot {
                name: summary.snapshot_name.clone(),
                status,
                version: summary.application_version_id,
                created: timestamp(summary.snapshot_creation_timestamp.as_ref()),
                runtime: summary.runtime_environment.as_ref().map(|runtime| runtime.as_str().to_owned()),
            });
        }
        next = page.next_token;
        if next.is_none() {
            return Ok(snapshots);
        }
    }
}

fn timestamp(time: Option<&DateTime>) -> Timestamp {
    Timestamp(time.and_then(|time| time.to_millis().ok()).unwrap_or(0))
}
