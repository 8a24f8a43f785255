//! Where AWS itself is not known for certain: each open question as a closed choice.
//!
//! The default is the answer that is worse for what is tested. Tests run under both: once with the defaults, and once
//! more with every mode turned (`LOCAL_AWS_MODES=turned.json`).

mod flink;

use std::env;
use std::path::Path;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::cloudformation::{
    FailureOnTheWayBack, GroupsOnUpdate, LongServiceTimeout, RowsOnTheWayBack, TagsOnUpdate, TokenAgain,
};

pub use flink::{
    DeleteOfRunning, FailedUpdate, ForceElsewhere, IncompatibleRestore, OperationIds, RunConfigurationWhenReady,
    SecondSnapshot, SnapshotOfUnhealthy, SnapshotsOfEnhanced, SnapshotsOfUnknown, StopOfReady,
};

/// Behaviours on which public sources disagree or are silent.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default = "Modes::worse", deny_unknown_fields)]
pub struct Modes {
    /// `SEMANTICS.md` A.5, G.11.
    pub stop_of_ready: StopOfReady,
    /// `SEMANTICS.md` A.7.
    pub snapshot_of_unhealthy: SnapshotOfUnhealthy,
    /// `SEMANTICS.md` A.7: nothing says what a second snapshot meets while one is being taken.
    pub second_snapshot: SecondSnapshot,
    /// `SEMANTICS.md` A.9, G.27.
    pub delete_of_running: DeleteOfRunning,
    /// `SEMANTICS.md` A.1, G.4.
    pub operation_ids: OperationIds,
    /// `SEMANTICS.md` A.6, G.21.
    pub failed_update: FailedUpdate,
    /// `SEMANTICS.md` G.19, open question 6.
    pub run_configuration_when_ready: RunConfigurationWhenReady,
    /// `SEMANTICS.md` A.3, open question 1: Force in FORCE_STOPPING, MAINTENANCE and ROLLING_BACK.
    pub force_elsewhere: ForceElsewhere,
    /// `SEMANTICS.md` A.7, open question 7.
    pub snapshots_of_unknown: SnapshotsOfUnknown,
    /// `SEMANTICS.md` H.1, G.54.
    pub snapshots_of_enhanced: SnapshotsOfEnhanced,
    /// `SEMANTICS.md` A.6, G.20.
    pub incompatible_restore: IncompatibleRestore,
    /// What CloudFormation's update does to an application's tags.
    pub tags: TagsOnUpdate,
    /// When CloudFormation's update sends EnvironmentProperties.
    pub groups: GroupsOnUpdate,
    /// Whether Flink's control plane gives IAM an application's tags.
    pub resource_tags: ResourceTags,
    /// What a failure in a rollback does to what is in flight.
    pub failure_on_the_way_back: FailureOnTheWayBack,
    /// Which properties a row shows in a rollback.
    pub rows_on_the_way_back: RowsOnTheWayBack,
    /// `SEMANTICS.md` G.39, open question 9.
    pub token_again: TokenAgain,
    /// `SEMANTICS.md` E.4, open question 8.
    pub long_service_timeout: LongServiceTimeout,
}

/// `aws:ResourceTag` in the context of a Flink call. Here the default is the documented answer: the service
/// authorization reference has the key for the resource type application, and the developer guide says "ABAC (tags in
/// policies): Yes".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub enum ResourceTags {
    /// As documented.
    #[default]
    Given,
    /// The key is never there, whatever tags the application has.
    Missing,
}

static DEFAULT: LazyLock<Modes> = LazyLock::new(|| match env::var_os("LOCAL_AWS_MODES") {
    Some(file) => Modes::read(Path::new(&file)).unwrap_or_else(|error| panic!("LOCAL_AWS_MODES={error}")),
    None => Modes::worse(),
});

impl Default for Modes {
    /// Those of the file that `LOCAL_AWS_MODES` names, in the whole process; without the variable [`Modes::worse`]. A
    /// scenario that speaks of one mode sets that one, and takes the others from here.
    fn default() -> Self {
        DEFAULT.clone()
    }
}

impl Modes {
    /// Of each question the answer that is worse for what is tested.
    #[must_use]
    pub fn worse() -> Self {
        Self {
            stop_of_ready: StopOfReady::default(),
            snapshot_of_unhealthy: SnapshotOfUnhealthy::default(),
            second_snapshot: SecondSnapshot::default(),
            delete_of_running: DeleteOfRunning::default(),
            operation_ids: OperationIds::default(),
            failed_update: FailedUpdate::default(),
            run_configuration_when_ready: RunConfigurationWhenReady::default(),
            force_elsewhere: ForceElsewhere::default(),
            snapshots_of_unknown: SnapshotsOfUnknown::default(),
            snapshots_of_enhanced: SnapshotsOfEnhanced::default(),
            incompatible_restore: IncompatibleRestore::default(),
            tags: TagsOnUpdate::default(),
            groups: GroupsOnUpdate::default(),
            resource_tags: ResourceTags::default(),
            failure_on_the_way_back: FailureOnTheWayBack::default(),
            rows_on_the_way_back: RowsOnTheWayBack::default(),
            token_again: TokenAgain::default(),
            long_service_timeout: LongServiceTimeout::default(),
        }
    }

    /// The modes in a file: `{"Modes": {"StopOfReady": "ResourceInUse", ...}, ...}`. What
    /// is not in it is as in [`Modes::worse`].
    ///
    /// # Errors
    /// The file, and what of it cannot be read.
    pub fn read(path: &Path) -> Result<Self, String> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Answers {
            modes: Modes,
        }
        let invalid = |error: String| format!("{}: {error}", path.display());
        let text = std::fs::read_to_string(path).map_err(|error| invalid(error.to_string()))?;
        let answers: Answers = serde_json::from_str(&text).map_err(|error| invalid(error.to_string()))?;
        Ok(answers.modes)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::Modes;

    #[test]
    fn each_mode_is_turned_in_the_file_that_make_modes_gives() {
        let turned = Modes::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("turned.json")).unwrap();
        let [turned, worse] = [turned, Modes::worse()].map(|modes| format!("{modes:?}"));
        for (turned, worse) in turned.split(',').zip(worse.split(',')) {
            assert_ne!(turned, worse);
        }
    }
}
