//! The parts of `AWS::KinesisAnalyticsV2::Application` that our contracts repeat, spelled as CloudFormation spells
//! them.

use serde::{Deserialize, Serialize};

use super::resource::decode::boolean;
use super::resource::unreadable::Unreadable;
use crate::flink::Restore;

/// How an application is started: `RunConfiguration` of the application resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RunConfiguration<V = String> {
    /// Which snapshot a start restores; the service takes the newest where it is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application_restore_configuration: Option<ApplicationRestoreConfiguration<V>>,
    /// Whether state may be dropped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flink_run_configuration: Option<FlinkRunConfiguration<V>>,
}

/// Which snapshot a start restores; the service takes the newest where it is absent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ApplicationRestoreConfiguration<V = String> {
    /// How the snapshot is chosen: a word of [`Restore`], [`Restore::LATEST`] for example.
    pub application_restore_type: V,
    /// The snapshot's name, with `RESTORE_FROM_CUSTOM_SNAPSHOT` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snapshot_name: Option<V>,
}

/// Whether state may be dropped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct FlinkRunConfiguration<V = String> {
    /// `"true"`: state of operators that the new code no longer has is dropped instead of failing the restore.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_non_restored_state: Option<V>,
}

impl RunConfiguration {
    /// The restore that these words ask for, and whether state may be dropped. Absent parts mean the service's
    /// defaults.
    ///
    /// # Errors
    /// The path of a word that is not one of the API's, or of a snapshot name that is missing or too much.
    pub fn restore(&self) -> Result<(Restore, bool), Unreadable> {
        const TYPE: &str = "RunConfiguration.ApplicationRestoreConfiguration.ApplicationRestoreType";
        const NAME: &str = "RunConfiguration.ApplicationRestoreConfiguration.SnapshotName";
        let allow = match self.flink_run_configuration.as_ref().and_then(|f| f.allow_non_restored_state.as_ref()) {
            Some(word) => boolean("RunConfiguration.FlinkRunConfiguration.AllowNonRestoredState", word)?,
            None => false,
        };
        let Some(configuration) = &self.application_restore_configuration else { return Ok((Restore::Latest, allow)) };
        let restore = match (configuration.application_restore_type.as_str(), &configuration.snapshot_name) {
            (Restore::LATEST, None) => Restore::Latest,
            (Restore::SKIP, None) => Restore::Skip,
            (Restore::CUSTOM, Some(name)) if !name.is_empty() => Restore::Custom(name.clone()),
            (Restore::CUSTOM, _) => {
                return Err(Unreadable::at(NAME, "nothing", "the name of a snapshot of this application"));
            }
            (Restore::LATEST | Restore::SKIP, Some(name)) => {
                let takes = "a name with RESTORE_FROM_CUSTOM_SNAPSHOT only";
                return Err(Unreadable::at(NAME, format!("\"{name}\""), takes));
            }
            (other, _) => {
                let takes = "RESTORE_FROM_LATEST_SNAPSHOT, RESTORE_FROM_CUSTOM_SNAPSHOT or SKIP_RESTORE_FROM_SNAPSHOT";
                return Err(Unreadable::at(TYPE, format!("\"{other}\""), takes));
            }
        };
        Ok((restore, allow))
    }
}
