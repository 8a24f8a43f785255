//! What is open about Flink's control plane, the worse answer first.

use serde::Deserialize;

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
