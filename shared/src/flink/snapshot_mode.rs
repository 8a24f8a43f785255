//! SnapshotMode: which of its two kinds of snapshots an application has (`SEMANTICS.md` H.1).

use serde::Deserialize;

/// How an application's snapshots are taken, named, listed and restored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SnapshotMode {
    /// `APPLICATION_SNAPSHOTS_LEGACY`, also where nothing is said: snapshots belong to the application.
    #[default]
    Legacy,
    /// `ENHANCED_SNAPSHOTS`, or a word of a later time: snapshots belong to the account, and ListApplicationSnapshots
    /// need not show them.
    Enhanced,
}

impl SnapshotMode {
    /// Reads the word of the service.
    #[must_use]
    pub fn of(word: &str) -> Self {
        if word == "APPLICATION_SNAPSHOTS_LEGACY" { Self::Legacy } else { Self::Enhanced }
    }

    /// The mode that an answer of DescribeApplication shows, read from its body, since an SDK drops the members that it
    /// does not know. A body that cannot be read shows none; what else it lacks, the SDK says.
    #[must_use]
    pub fn of_description(body: &[u8]) -> Self {
        let described: DescribeAnswer = serde_json::from_slice(body).unwrap_or_default();
        let configuration = described.application_detail.application_configuration_description;
        let mode = configuration.application_snapshot_configuration_description.snapshot_mode;
        mode.map_or_else(Self::default, |word| Self::of(&word))
    }
}

/// What is read of the answer.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct DescribeAnswer {
    application_detail: Detail,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Detail {
    application_configuration_description: Configuration,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Configuration {
    application_snapshot_configuration_description: SnapshotConfiguration,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct SnapshotConfiguration {
    snapshot_mode: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(snapshots: &str) -> String {
        format!(
            r#"{{"ApplicationDetail": {{"ApplicationName": "a", "ApplicationConfigurationDescription":
            {{"ApplicationSnapshotConfigurationDescription": {snapshots}, "Other": 1}}}}}}"#
        )
    }

    #[test]
    fn the_mode_is_read_from_the_body_of_a_description() {
        for (snapshots, mode) in [
            (r#"{"SnapshotsEnabled": true}"#, SnapshotMode::Legacy),
            (r#"{"SnapshotsEnabled": true, "SnapshotMode": null}"#, SnapshotMode::Legacy),
            (r#"{"SnapshotMode": "APPLICATION_SNAPSHOTS_LEGACY"}"#, SnapshotMode::Legacy),
            (r#"{"SnapshotsEnabled": true, "SnapshotMode": "ENHANCED_SNAPSHOTS"}"#, SnapshotMode::Enhanced),
            (r#"{"SnapshotMode": "A_MODE_OF_A_LATER_TIME"}"#, SnapshotMode::Enhanced),
        ] {
            assert_eq!(SnapshotMode::of_description(body(snapshots).as_bytes()), mode, "{snapshots}");
        }
    }

    #[test]
    fn an_answer_without_a_configuration_shows_no_mode() {
        for answer in ["", "{}", "not JSON", r#"{"ApplicationDetail": {}}"#, r#"{"ApplicationDetail": null}"#] {
            assert_eq!(SnapshotMode::of_description(answer.as_bytes()), SnapshotMode::Legacy, "{answer}");
        }
    }
}
