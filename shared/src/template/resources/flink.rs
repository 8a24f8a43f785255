//! The Flink application and its logging option.

use serde_json::json;

use super::s3::S3Object;
use crate::stack::{APPLICATION, LOGGING_OPTION};
use crate::template::cloudformation::resource::{Handle, Resource};
use crate::template::cloudformation::value::Value;

/// An application of Managed Service for Apache Flink, before it is a resource.
#[derive(Debug)]
pub struct FlinkApplication {
    /// Its name. A changed name is a new application.
    pub name: Value,
    /// The RuntimeEnvironment, `FLINK-2_3` for example; it is changed in place (`SEMANTICS.md` H.1).
    pub runtime: Value,
    /// The ARN of the role that the job has.
    pub role: Value,
    /// The object in S3 that holds the job's jar.
    pub jar: S3Object,
    /// Whether the service takes back an update that its job does not start with: `"true"` or `"false"`.
    pub rollback_enabled: Value,
    /// What the job reads, a list of property groups.
    pub property_groups: Value,
}

impl FlinkApplication {
    /// A streaming job with the settings of the tutorial: parallelism 1 that scales automatically, exactly-once
    /// checkpoints every minute with 5 s of rest in between, INFO logs, APPLICATION metrics, snapshots on.
    #[must_use]
    pub fn resource(&self) -> Resource<Self> {
        let code = json!({"BucketARN": self.jar.bucket_arn(), "FileKey": self.jar.key});
        let flink = json!({
            "CheckpointConfiguration": {
                "ConfigurationType": "CUSTOM",
                "CheckpointingEnabled": true,
                "CheckpointInterval": 60_000,
                "MinPauseBetweenCheckpoints": 5_000,
            },
            "MonitoringConfiguration": {
                "ConfigurationType": "CUSTOM",
                "LogLevel": "INFO",
                "MetricsLevel": "APPLICATION",
            },
            "ParallelismConfiguration": {
                "ConfigurationType": "CUSTOM",
                "AutoScalingEnabled": true,
                "Parallelism": 1,
                "ParallelismPerKPU": 1,
            },
        });
        let properties = json!({
            "ApplicationName": self.name,
            "RuntimeEnvironment": self.runtime,
            "ServiceExecutionRole": self.role,
            "ApplicationConfiguration": {
                "ApplicationCodeConfiguration": {
                    "CodeContentType": "ZIPFILE",
                    "CodeContent": {"S3ContentLocation": code},
                },
                "ApplicationSnapshotConfiguration": {"SnapshotsEnabled": true},
                "ApplicationSystemRollbackConfiguration": {"RollbackEnabled": self.rollback_enabled},
                "EnvironmentProperties": {"PropertyGroups": self.property_groups},
                "FlinkApplicationConfiguration": flink,
            },
        });
        Resource::of(APPLICATION, properties)
    }
}

impl Resource<FlinkApplication> {
    /// Adds a tag to the application.
    #[must_use]
    pub fn tagged(mut self, key: &str, value: &str) -> Self {
        self.add_to_list("Tags", json!({"Key": key, "Value": value}));
        self
    }
}

/// Where an application's log lines go. Adding it is an update of the application (`semantics.md` B.3): what starts the
/// application comes after it.
#[derive(Debug)]
pub enum LoggingOption {}

impl Handle<FlinkApplication> {
    /// Logs to the stream of this ARN.
    #[must_use]
    pub fn log_to(&self, stream_arn: &Value) -> Resource<LoggingOption> {
        let properties = json!({
            "ApplicationName": self.reference(),
            "CloudWatchLoggingOption": {"LogStreamARN": stream_arn},
        });
        Resource::of(LOGGING_OPTION, properties)
    }
}
