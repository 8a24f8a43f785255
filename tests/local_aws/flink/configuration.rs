//! What an application is configured to be, as one value: an update makes a new one, a rollback takes the old one.

use serde_json::{Map, Value, json};

use super::catalogue::{self, INVALID_ARGUMENT};
use super::model::{self, PropertyGroup, S3ContentLocation};
use super::other_kinds::members;
use crate::api::{ApiError, ApiResult};
use crate::{State, iam};

/// Everything that UpdateApplication and the logging operations change.
#[derive(Debug, Clone, PartialEq)]
pub struct Configuration {
    /// `FLINK-1_20`.
    pub runtime: String,
    /// ARN of the role the job runs as.
    pub role: String,
    /// The groups; none is the same as an empty list (`SEMANTICS.md` A.2).
    pub properties: Vec<PropertyGroup>,
    /// True by default (`SEMANTICS.md` G.30).
    pub snapshots_enabled: bool,
    /// Whether SnapshotMode is ENHANCED_SNAPSHOTS (`SEMANTICS.md` G.54).
    pub is_enhanced: bool,
    /// System rollback, off by default (`SEMANTICS.md` A.6).
    pub rollback_enabled: bool,
    /// At most one.
    pub logging: Vec<LoggingOption>,
    pub(super) code_type: String,
    pub(super) code: Option<S3ContentLocation>,
    pub(super) checkpoint: Map<String, Value>,
    pub(super) monitoring: Map<String, Value>,
    pub(super) parallelism: Map<String, Value>,
    pub(super) vpc: Vec<Value>,
    /// A SQL application's statements.
    pub(super) text: Option<String>,
    /// A notebook's own configuration.
    pub(super) zeppelin: Map<String, Value>,
    /// A SQL application's own configuration.
    pub(super) sql: Map<String, Value>,
}

/// A CloudWatch logging option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggingOption {
    /// `<version>.1` (`SEMANTICS.md` B.3).
    pub id: String,
    /// The log stream.
    pub stream_arn: String,
}

impl Configuration {
    /// The jar's bucket and key.
    #[must_use]
    pub fn jar(&self) -> Option<(&str, &str)> {
        let code = self.code.as_ref()?;
        Some((bucket_name(&code.bucket_arn), &code.file_key))
    }

    /// The value of a property.
    #[must_use]
    pub fn property(&self, group: &str, key: &str) -> Option<&str> {
        let group = self.properties.iter().find(|candidate| candidate.property_group_id == group)?;
        group.property_map.get(key).map(String::as_str)
    }

    /// The service reads the jar with the application's role, so both must be in order (`SEMANTICS.md` A.12).
    pub(super) fn check_code(&self, state: &State) -> ApiResult<()> {
        let Some((bucket, key)) = self.jar() else { return Ok(()) };
        let caller = crate::api::Caller::Role(iam::role_name(&self.role).to_owned());
        let arn = format!("arn:aws:s3:::{bucket}/{key}");
        let readable = iam::assumable_by(state, &self.role, "kinesisanalytics.amazonaws.com")
            && iam::authorize(state, &caller, "s3:GetObject", &arn, &crate::api::Context::new()).is_ok();
        let exists = state.s3.buckets.get(bucket).is_some_and(|bucket| bucket.objects.contains_key(key));
        if readable && exists { Ok(()) } else { Err(catalogue::code_unreachable(key, bucket)) }
    }

    pub(super) fn apply(&mut self, update: model::ApplicationConfigurationUpdate) -> ApiResult<()> {
        if let Some(code) = update.application_code_configuration_update {
            self.apply_code(code);
        }
        if let Some(flink) = update.flink_application_configuration_update {
            merge(&mut self.checkpoint, flink.checkpoint_configuration_update, CHECKPOINT)?;
            merge(&mut self.monitoring, flink.monitoring_configuration_update, MONITORING)?;
            merge(&mut self.parallelism, flink.parallelism_configuration_update, PARALLELISM)?;
        }
        if let Some(properties) = update.environment_property_updates {
            check_properties(&properties.property_groups)?;
            // G.16: a full replacement, `[]` clears.
            self.properties = properties.property_groups;
        }
        if let Some(snapshots) = update.application_snapshot_configuration_update {
            self.snapshots_enabled = snapshots.snapshots_enabled_update;
            match snapshots.snapshot_mode_update.as_deref() {
                Some("APPLICATION_SNAPSHOTS_LEGACY") if self.is_enhanced => {
                    let message = "UpdateApplication cannot change SnapshotMode back to APPLICATION_SNAPSHOTS_LEGACY";
                    return Err(ApiError::new(INVALID_ARGUMENT, message));
                }
                Some(mode) => self.is_enhanced = mode == "ENHANCED_SNAPSHOTS",
                None => {}
            }
        }
        if let Some(zeppelin) = update.zeppelin_application_configuration_update {
            members::updated_zeppelin(&mut self.zeppelin, zeppelin)?;
        }
        if let Some(rollback) = update.application_system_rollback_configuration_update {
            self.rollback_enabled = rollback.rollback_enabled_update;
        }
        Ok(())
    }

    fn apply_code(&mut self, update: model::CodeConfigurationUpdate) {
        self.code_type = update.code_content_type_update.unwrap_or_else(|| self.code_type.clone());
        let Some(content) = update.code_content_update else { return };
        self.text = content.text_content_update.or_else(|| self.text.take());
        let location = content.s3_content_location_update;
        let Some(location) = location else { return };
        let now = self.code.take().unwrap_or(S3ContentLocation {
            bucket_arn: String::new(),
            file_key: String::new(),
            object_version: None,
        });
        self.code = Some(S3ContentLocation {
            bucket_arn: location.bucket_arn_update.unwrap_or(now.bucket_arn),
            file_key: location.file_key_update.unwrap_or(now.file_key),
            object_version: location.object_version_update.or(now.object_version),
        });
    }

    /// ApplicationConfigurationDescription, without the run configuration.
    pub(super) fn describe(&self) -> Value {
        let mut described = json!({
            "FlinkApplicationConfigurationDescription": {
                "CheckpointConfigurationDescription": self.checkpoint,
                "MonitoringConfigurationDescription": self.monitoring,
                "ParallelismConfigurationDescription": self.parallelism,
            },
            "ApplicationCodeConfigurationDescription": { "CodeContentType": self.code_type },
        });
        self.describe_kind(&mut described);
        if let Some(text) = &self.text {
            described["ApplicationCodeConfigurationDescription"]["CodeContentDescription"] =
                json!({ "TextContent": text });
        }
        if self.is_enhanced {
            described["ApplicationSnapshotConfigurationDescription"]["SnapshotMode"] = json!("ENHANCED_SNAPSHOTS");
        }
        if let Some(code) = &self.code {
            described["ApplicationCodeConfigurationDescription"]["CodeContentDescription"] =
                json!({ "S3ApplicationCodeLocationDescription": code });
        }
        if !self.properties.is_empty() {
            described["EnvironmentPropertyDescriptions"] = json!({ "PropertyGroupDescriptions": self.properties });
        }
        if !self.vpc.is_empty() {
            described["VpcConfigurationDescriptions"] = json!(self.vpc);
        }
        described
    }
}

pub(super) const CHECKPOINT: &[&str] =
    &["ConfigurationType", "CheckpointingEnabled", "CheckpointInterval", "MinPauseBetweenCheckpoints"];
pub(super) const MONITORING: &[&str] = &["ConfigurationType", "MetricsLevel", "LogLevel"];
pub(super) const PARALLELISM: &[&str] =
    &["ConfigurationType", "Parallelism", "ParallelismPerKPU", "AutoScalingEnabled"];

/// Only what the model has, and CUSTOM before custom values (`SEMANTICS.md` A.12).
pub(super) fn checked(given: Option<Map<String, Value>>, known: &[&str]) -> ApiResult<Map<String, Value>> {
    let given = given.unwrap_or_default();
    if let Some(unknown) = given.keys().find(|key| !known.contains(&key.as_str())) {
        return Err(ApiError::new("SerializationException", format!("unknown field `{unknown}`")));
    }
    if known == MONITORING && given.len() > 1 && given.get("ConfigurationType") != Some(&json!("CUSTOM")) {
        let message = "You are trying to provide custom values for the monitoring configuration. Please use \
                       ConfigurationType as CUSTOM";
        return Err(ApiError::new(INVALID_ARGUMENT, message));
    }
    Ok(given)
}

/// Update shapes carry a suffix: `ParallelismUpdate` changes `Parallelism`.
fn merge(current: &mut Map<String, Value>, update: Option<Map<String, Value>>, known: &[&str]) -> ApiResult<()> {
    for (name, value) in update.unwrap_or_default() {
        let member = name.strip_suffix("Update").filter(|member| known.contains(member));
        let unknown = || ApiError::new("SerializationException", format!("unknown field `{name}`"));
        current.insert(member.ok_or_else(unknown)?.to_owned(), value);
    }
    Ok(())
}

/// G.17, `SEMANTICS.md` A.10.
pub(super) fn check_properties(groups: &[PropertyGroup]) -> ApiResult<()> {
    let refuse = |message: String| Err(ApiError::new(INVALID_ARGUMENT, message));
    if groups.len() > 50 {
        return refuse("PropertyGroups must have length less than or equal to 50".to_owned());
    }
    for (at, group) in groups.iter().enumerate() {
        let id = &group.property_group_id;
        if groups[..at].iter().any(|earlier| earlier.property_group_id == *id) {
            let message =
                format!("Found a duplicate PropertyGroupId : '{id}'. Please provide unique PropertyGroupIds.");
            return refuse(message);
        }
        let allowed = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
        if id.is_empty() || id.len() > 50 || !id.chars().all(allowed) {
            return refuse(format!("PropertyGroupId '{id}' must match [a-zA-Z0-9_.-]+ and have length 1 to 50"));
        }
        if group.property_map.is_empty() || group.property_map.len() > 50 {
            return refuse(format!("PropertyMap of '{id}' must have 1 to 50 entries"));
        }
        let in_range = |text: &String| (1..=2048).contains(&text.chars().count());
        if !group.property_map.iter().all(|(key, value)| in_range(key) && in_range(value)) {
            return refuse(format!("Keys and values of PropertyMap '{id}' must have length 1 to 2048"));
        }
    }
    Ok(())
}

pub(super) fn bucket_name(arn: &str) -> &str {
    arn.rsplit(':').next().unwrap_or_default()
}
