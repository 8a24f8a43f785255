//! Where AWS itself is not known for certain: each open question as a closed choice.
//!
//! The default is the answer that is worse for what is tested. Tests run under both: once with the defaults, and once
//! more with every mode turned (`LOCAL_AWS_MODES=turned.json`).

use std::env;
use std::path::Path;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::cloudformation::{FailureOnTheWayBack, GroupsOnUpdate, RowsOnTheWayBack, TagsOnUpdate};

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

/// The error code of StopApplication, forced or not, on a READY application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub enum StopOfReady {
    /// InvalidArgumentException: the code that says least about the state.
    #[default]
    InvalidArgument,
    /// InvalidRequestException.
    InvalidRequest,
    /// ResourceInUseException.
    ResourceInUse,
}

/// What becomes of CreateApplicationSnapshot while the job loops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub enum SnapshotOfUnhealthy {
    /// Accepted; the snapshot turns FAILED later, and an operation with it.
    #[default]
    AcceptedThenFailed,
    /// Refused at once with the text of a failed update.
    Refused,
}

/// What a snapshot, a graceful stop and an update of a running job meet while another snapshot is CREATING. Enhanced
/// snapshots are documented as one at a time; of the others nothing is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub enum SecondSnapshot {
    /// "Failed to take snapshot .. at this moment": a healthy job looks like one that loops.
    #[default]
    Refused,
    /// ResourceInUseException.
    InUse,
    /// Both are taken.
    Accepted,
}

/// DeleteApplication on RUNNING.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub enum DeleteOfRunning {
    /// As Terraform's runs on real AWS show.
    #[default]
    Accepted,
    /// ResourceInUseException.
    Refused,
}

/// Whether mutations answer with an OperationId.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub enum OperationIds {
    /// As botocore 1.44 models it.
    #[default]
    Present,
    /// As older SDKs show it: an empty reply.
    Omitted,
}

/// Where an update of a RUNNING application ends that fails with system rollback off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub enum FailedUpdate {
    /// As the system-rollback page says: CloudFormation reports success over a stopped job.
    #[default]
    Ready,
    /// As the agent toolkit's migration page says: it remains running without processing.
    RunningWithoutProcessing,
}

/// RunConfigurationUpdate on a READY application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub enum RunConfigurationWhenReady {
    /// HTTP 400.
    #[default]
    Refused,
    /// Accepted without effect.
    Ignored,
}

/// StopApplication with Force in a status that the API reference does not list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub enum ForceElsewhere {
    /// ResourceInUseException.
    #[default]
    Refused,
    /// "From any state", as the agent toolkit says.
    Accepted,
}

/// ListApplicationSnapshots of an application that does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub enum SnapshotsOfUnknown {
    /// Not modelled for this operation, so that an SDK has no type for it.
    #[default]
    ResourceNotFound,
    /// One of the two modelled errors.
    InvalidArgument,
}

/// ListApplicationSnapshots of an application with enhanced snapshots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub enum SnapshotsOfEnhanced {
    /// InvalidRequestException: nothing is to be seen.
    #[default]
    Refused,
    /// The snapshots from before the switch, and none of the enhanced ones.
    OldOnes,
    /// An empty list.
    Empty,
}

/// A restore that the new code cannot read, without AllowNonRestoredState.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub enum IncompatibleRestore {
    /// The application hangs in its transient status until it is force-stopped.
    #[default]
    Stuck,
    /// The operation fails.
    Fails,
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
