//! Requests as the service model has them (`SEMANTICS.md` A.2). A member that the model does not have is refused: our
//! functions must send only what AWS knows. Code comes from S3 only: TextContent and ZipFileContent are not known here.

#![expect(clippy::struct_field_names, reason = "the members have the names that AWS gave them")]

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::api::{ApiError, ApiResult};

/// Reads a request.
pub(super) fn parse<T: DeserializeOwned>(body: &Value) -> ApiResult<T> {
    T::deserialize(body).map_err(|error| ApiError::new("SerializationException", error.to_string()))
}

/// Declares request shapes: members in AWS's case, unknown ones refused.
macro_rules! shapes {
    ($($(#[$doc:meta])* $name:ident { $($(#[$member_doc:meta])* $member:ident: $kind:ty),* $(,)? })*) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, Deserialize)]
        #[serde(deny_unknown_fields, rename_all = "PascalCase")]
        pub(super) struct $name { $($(#[$member_doc])* pub(super) $member: $kind),* }
    )* };
}

shapes! {
    CreateApplication {
        application_name: String,
        application_description: Option<String>,
        runtime_environment: String,
        service_execution_role: String,
        application_configuration: Option<ApplicationConfiguration>,
        cloud_watch_logging_options: Option<Vec<CloudWatchLoggingOption>>,
        tags: Option<Vec<Tag>>,
        application_mode: Option<String>,
    }
    ApplicationConfiguration {
        flink_application_configuration: Option<FlinkConfiguration>,
        environment_properties: Option<EnvironmentProperties>,
        application_code_configuration: Option<CodeConfiguration>,
        application_snapshot_configuration: Option<SnapshotConfiguration>,
        application_system_rollback_configuration: Option<RollbackConfiguration>,
        vpc_configurations: Option<Vec<Value>>,
        sql_application_configuration: Option<Map<String, Value>>,
        zeppelin_application_configuration: Option<Map<String, Value>>,
    }
    FlinkConfiguration {
        checkpoint_configuration: Option<Map<String, Value>>,
        monitoring_configuration: Option<Map<String, Value>>,
        parallelism_configuration: Option<Map<String, Value>>,
    }
    EnvironmentProperties { property_groups: Vec<PropertyGroup> }
    CodeConfiguration { code_content_type: String, code_content: Option<CodeContent> }
    CodeContent {
        s3_content_location: Option<S3ContentLocation>,
        text_content: Option<String>,
    }
    SnapshotConfiguration { snapshots_enabled: bool, snapshot_mode: Option<String> }
    RollbackConfiguration { rollback_enabled: bool }
    CloudWatchLoggingOption {
        #[serde(rename = "LogStreamARN")]
        log_stream_arn: String,
    }
    Tag { key: String, value: Option<String> }
    DescribeApplication { application_name: String, include_additional_details: Option<bool> }
    ListApplications { limit: Option<usize>, next_token: Option<String> }
    DeleteApplication { application_name: String, create_timestamp: f64 }
    StartApplication { application_name: String, run_configuration: Option<RunConfiguration> }
    StopApplication { application_name: String, force: Option<bool> }
    RollbackApplication { application_name: String, current_application_version_id: u64 }
    RunConfiguration {
        flink_run_configuration: Option<FlinkRunConfiguration>,
        application_restore_configuration: Option<RestoreConfiguration>,
        sql_run_configurations: Option<Vec<Value>>,
    }
    FlinkRunConfiguration { allow_non_restored_state: Option<bool> }
    RestoreConfiguration {
        application_restore_type: RestoreType,
        snapshot_name: Option<String>,
        #[serde(rename = "SnapshotArn")]
        snapshot_arn: Option<String>,
    }
    UpdateApplication {
        application_name: String,
        current_application_version_id: Option<u64>,
        conditional_token: Option<String>,
        application_configuration_update: Option<ApplicationConfigurationUpdate>,
        service_execution_role_update: Option<String>,
        run_configuration_update: Option<RunConfiguration>,
        cloud_watch_logging_option_updates: Option<Vec<LoggingOptionUpdate>>,
        runtime_environment_update: Option<String>,
    }
    ApplicationConfigurationUpdate {
        application_code_configuration_update: Option<CodeConfigurationUpdate>,
        flink_application_configuration_update: Option<FlinkConfigurationUpdate>,
        environment_property_updates: Option<EnvironmentProperties>,
        application_snapshot_configuration_update: Option<SnapshotConfigurationUpdate>,
        application_system_rollback_configuration_update: Option<RollbackConfigurationUpdate>,
        zeppelin_application_configuration_update: Option<Map<String, Value>>,
    }
    CodeConfigurationUpdate {
        code_content_type_update: Option<String>,
        code_content_update: Option<CodeContentUpdate>,
    }
    CodeContentUpdate {
        s3_content_location_update: Option<S3ContentLocationUpdate>,
        text_content_update: Option<String>,
    }
    S3ContentLocationUpdate {
        #[serde(rename = "BucketARNUpdate")]
        bucket_arn_update: Option<String>,
        file_key_update: Option<String>,
        object_version_update: Option<String>,
    }
    FlinkConfigurationUpdate {
        checkpoint_configuration_update: Option<Map<String, Value>>,
        monitoring_configuration_update: Option<Map<String, Value>>,
        parallelism_configuration_update: Option<Map<String, Value>>,
    }
    SnapshotConfigurationUpdate { snapshots_enabled_update: bool, snapshot_mode_update: Option<String> }
    RollbackConfigurationUpdate { rollback_enabled_update: bool }
    LoggingOptionUpdate {
        cloud_watch_logging_option_id: String,
        #[serde(rename = "LogStreamARNUpdate")]
        log_stream_arn_update: Option<String>,
    }
    UpdateMaintenance {
        application_name: String,
        application_maintenance_configuration_update: MaintenanceUpdate,
    }
    MaintenanceUpdate { application_maintenance_window_start_time_update: String }
    AddLoggingOption {
        application_name: String,
        current_application_version_id: Option<u64>,
        conditional_token: Option<String>,
        cloud_watch_logging_option: CloudWatchLoggingOption,
    }
    DeleteLoggingOption {
        application_name: String,
        current_application_version_id: Option<u64>,
        conditional_token: Option<String>,
        cloud_watch_logging_option_id: String,
    }
    Snapshot { application_name: String, snapshot_name: String }
    DeleteSnapshot { application_name: String, snapshot_name: String, snapshot_creation_timestamp: f64 }
    ListSnapshots { application_name: String, limit: Option<usize>, next_token: Option<String> }
    ListOperations {
        application_name: String,
        limit: Option<usize>,
        next_token: Option<String>,
        operation: Option<String>,
        operation_status: Option<String>,
    }
    DescribeOperation { application_name: String, operation_id: String }
    TagResource {
        #[serde(rename = "ResourceARN")]
        resource_arn: String,
        tags: Vec<Tag>,
    }
    UntagResource {
        #[serde(rename = "ResourceARN")]
        resource_arn: String,
        tag_keys: Vec<String>,
    }
    ListTags {
        #[serde(rename = "ResourceARN")]
        resource_arn: String,
    }
}

/// A property group.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub struct PropertyGroup {
    /// 1..50 characters.
    pub property_group_id: String,
    /// 1..50 pairs.
    pub property_map: BTreeMap<String, String>,
}

/// Where a jar is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct S3ContentLocation {
    #[serde(rename = "BucketARN")]
    pub(super) bucket_arn: String,
    pub(super) file_key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) object_version: Option<String>,
}

/// ApplicationRestoreType.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
pub(super) enum RestoreType {
    #[serde(rename = "SKIP_RESTORE_FROM_SNAPSHOT")]
    Skip,
    #[serde(rename = "RESTORE_FROM_LATEST_SNAPSHOT")]
    Latest,
    #[serde(rename = "RESTORE_FROM_CUSTOM_SNAPSHOT")]
    Custom,
}
