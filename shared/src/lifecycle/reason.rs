//! Why a step is what it is: one sentence each, in logs, answers and reports.

use std::fmt;
use std::time::Duration;

use crate::flink::ApplicationStatus;

/// The reason of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepReason {
    /// A status that passes on its own.
    Busy(ApplicationStatus),
    /// READY, and it is to run.
    NotRunning,
    /// The service accepted a call that is not seen yet.
    NotSeenYet,
    /// The call met another caller's change.
    AnotherCaller,
    /// No caller answered the call.
    Unanswered,
    /// READY, and the newest snapshot is of a runtime that this one cannot restore.
    NewestIncompatible,
    /// READY, and the start that restored the newest snapshot failed.
    NewestFailed,
    /// An update's operation has not ended.
    UpdateUnsettled,
    /// RUNNING, but an operation goes on.
    Stabilizing,
    /// RUNNING, but not yet for long enough: that is so much later.
    SteadyIn(Duration),
    /// RUNNING for long enough; a snapshot is the proof.
    ProveHealth,
    /// The snapshot that proves it is being taken.
    Proving,
    /// The marker comes before the stop, so that no one forgets to start it again.
    RememberToRestart,
    /// A graceful stop keeps its state.
    StopKeepsState,
    /// A snapshot that another caller asked for is being taken.
    OthersSnapshot,
    /// The service refused a snapshot "at this moment".
    RefusedForNow,
    /// A graceful stop could not take its snapshot, or took too long; the replay rule allows force.
    ForceAllowed,
    /// The old code fails again; a fix has to be deployed.
    FailsAgain,
    /// It was not stopped after all, so nothing needs to remember a restart.
    NotStopped,
    /// It runs, so nothing needs to remember a restart.
    RunsAgain,
    /// The described groups are not the wanted ones.
    GroupsDiffer,
    /// Every blocker is out of the way.
    Unblocked,
    /// The stack itself goes, and OnDelete asks for it.
    StackGoes,
    /// The newest READY snapshot is older than the application's tag allows, or there is none.
    SnapshotTooOld,
    /// There are more of this project's own snapshots than are kept.
    MoreThanKept,
    /// The application has as many snapshots as the quota allows, and an old proof makes room.
    AtTheQuota,
    /// A start on the way back does not come to an end.
    StartHangs,
    /// A failed update on the way back left it RUNNING, and its job cannot be snapshotted.
    UpdateLeftIdle,
    /// A graceful stop is not possible, and the deployment gives the state up.
    StateGivenUp,
}

impl fmt::Display for StepReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::Busy(status) => return write!(formatter, "the application is {status}, which passes"),
            Self::NotRunning => "the application is READY and is to run",
            Self::NotSeenYet => "the service accepted the call and does not show it yet",
            Self::AnotherCaller => "another caller was changing it when it was called",
            Self::Unanswered => "the call was not answered; whether it was taken is about to be seen",
            Self::NewestIncompatible => {
                "the newest snapshot is of a runtime that this one cannot restore, so the newest that it can is named"
            }
            Self::NewestFailed => {
                "the start from the newest snapshot failed, so the newest of the version that is started is tried, once"
            }
            Self::UpdateUnsettled => "an update's operation has not ended, and it may still be taken back",
            Self::Stabilizing | Self::SteadyIn(_) => "the application is RUNNING, but not for long enough to trust it",
            Self::ProveHealth => "the application stayed RUNNING; a snapshot proves that its job is healthy",
            Self::Proving => "the snapshot that proves the job's health is being taken",
            Self::OthersSnapshot => "another snapshot of the application is being taken",
            Self::RefusedForNow => "the service could not take a snapshot at this moment; it is tried again",
            Self::RememberToRestart => "the marker comes before the stop, so that the restart cannot be forgotten",
            Self::StopKeepsState => "a graceful stop keeps the job's state",
            Self::ForceAllowed => "a graceful stop is not possible, and the replay rule allows force",
            Self::FailsAgain => "the job fails again on the old code and waits for a fix",
            Self::NotStopped => "the application was not stopped, so there is no restart to remember",
            Self::RunsAgain => "the application runs again, so there is no restart to remember",
            Self::GroupsDiffer => "the application's property groups are not the wanted ones",
            Self::Unblocked => "nothing blocks the rollback any more",
            Self::StackGoes => "the stack goes and OnDelete asks for it",
            Self::SnapshotTooOld => "there is no READY snapshot as young as the tag flink-snapshot-hours asks for",
            Self::MoreThanKept => "there are more snapshots of these handlers than are kept",
            Self::AtTheQuota => {
                "the application has as many snapshots as the quota allows, and an old proof makes room"
            }
            Self::StartHangs => "the start does not come to an end, and an older snapshot may do",
            Self::UpdateLeftIdle => {
                "the update back failed and left the job without processing; a start restores its state"
            }
            Self::StateGivenUp => {
                "a graceful stop is not possible, and SKIP_RESTORE_FROM_SNAPSHOT in this deployment gives the state up"
            }
        };
        formatter.write_str(text)
    }
}
