//! Small closed choices that goals are made of.

/// What happens to a key that exists with another value and is not ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ConflictPolicy {
    /// Nothing is written; the answer names the group and the key.
    #[default]
    Fail,
    /// Ours is written; the answer names what was replaced.
    Overwrite,
    /// Theirs stays, and is never ours.
    Keep,
}

/// What happens to the application when the stack that starts it is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnDelete {
    /// The application is left as it is.
    #[default]
    Leave,
    /// A graceful stop with its snapshot, then force.
    Stop,
    /// A force-stop at once: no snapshot is taken first.
    ForceStop,
}

/// How the guard makes sure that an application takes an update.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum GuardMode {
    /// Stopped gracefully, so that whatever comes next meets a READY application.
    Stop,
    /// Left running, once a snapshot proved that it can be updated.
    #[default]
    Probe,
}

/// What the guard does when the application cannot be snapshotted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnSnapshotFailure {
    /// A force-stop, under the replay rule.
    ForceStop,
    /// The deployment fails before anything was changed.
    #[default]
    Fail,
    /// The deployment goes on as if there were no guard.
    Continue,
}

/// What the guard found, or did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GuardOutcome {
    /// There is none that is this stack's.
    NoApplication,
    /// It was not running, so nothing can fail.
    NotRunning,
    /// It takes updates without a snapshot.
    SnapshotsDisabled,
    /// Stopped, with its state kept.
    Stopped,
    /// Stopped without a snapshot: what came after the newest one is replayed.
    ForceStopped,
    /// A snapshot proved it; it runs on.
    Probed,
    /// It could not be snapshotted, and the deployment still goes on.
    Continued,
}

impl GuardOutcome {
    /// The word that the contract has for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoApplication => "NoApplication",
            Self::NotRunning => "NotRunning",
            Self::SnapshotsDisabled => "SnapshotsDisabled",
            Self::Stopped => "Stopped",
            Self::ForceStopped => "ForceStopped",
            Self::Probed => "Probed",
            Self::Continued => "Continued",
        }
    }
}
