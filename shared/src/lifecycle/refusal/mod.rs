//! Why a goal is not reached. Every refusal has a remedy, and its row in the failure table of functions/README.md.

mod words;

use super::action::Action;

/// Why a goal is not reached: what happened and what was seen. [`Refusal::remedy`] says what to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// There is no application of that name in the account and region.
    ApplicationMissing {
        /// The name of the application that the goal is about.
        application: String,
    },
    /// The request's stack does not own it.
    NotOwned {
        /// The application, as the properties name it.
        application: String,
    },
    /// It is a Studio notebook or a SQL application, and the resource serves Flink applications.
    NotServed {
        /// The name of the application that the goal is about.
        application: String,
        /// The type of the custom resource.
        resource: &'static str,
        /// The RuntimeEnvironment that shows its kind, `SQL-1_0` for example.
        runtime: String,
    },
    /// Its snapshots are of a kind that this version cannot see.
    EnhancedSnapshots {
        /// The name of the application that the goal is about.
        application: String,
    },
    /// It is DELETING, and takes nothing any more.
    BeingDeleted {
        /// The name of the application that the goal is about.
        application: String,
    },
    /// It is ROLLED_BACK: the service took an update back, and a person decides what comes next.
    RolledBack {
        /// The name of the application that the goal is about.
        application: String,
    },
    /// A status word that this version does not know.
    UnknownStatus {
        /// The word that the service answered with.
        word: String,
    },
    /// The start's own operation failed.
    StartFailed {
        /// The name of the application that the goal is about.
        application: String,
        /// The operation's own error text.
        error: String,
        /// What the start was to restore.
        tried: String,
    },
    /// There are READY snapshots, and none that this runtime can restore.
    NothingToRestore {
        /// The name of the application that the goal is about.
        application: String,
        /// What the newest one is.
        tried: String,
    },
    /// The service took an update of this deployment back.
    UpdateRolledBack {
        /// The name of the application that the goal is about.
        application: String,
        /// The operation's own error text.
        error: String,
    },
    /// The update names another application than before.
    Renamed {
        /// The name that the resource had before the update.
        from: String,
        /// The name that the update gives.
        to: String,
    },
    /// A start was accepted and the application is READY again.
    StoppedAfterStart {
        /// The name of the application that the goal is about.
        application: String,
        /// What is known of that start.
        seen: String,
    },
    /// Another caller started it after it was stopped for this operation, and not from what its stop kept.
    StartedByAnother {
        /// The name of the application that the goal is about.
        application: String,
        /// What it was started from.
        restored: String,
        /// The snapshot that holds its state.
        snapshot: String,
    },
    /// RUNNING, and its job cannot be snapshotted.
    Unhealthy {
        /// The name of the application that the goal is about.
        application: String,
        /// The service's own error text.
        error: String,
    },
    /// The service refused an update, because the job cannot be snapshotted.
    SnapshotFailed {
        /// The name of the application that the goal is about.
        application: String,
        /// The service's own error text.
        error: String,
    },
    /// The property update's own operation failed, or left the application stopped.
    UpdateFailed {
        /// The name of the application that the goal is about.
        application: String,
        /// The operation's own error text.
        error: String,
    },
    /// A key exists with another value and is not ours.
    PropertyConflict {
        /// The group and the key, `Group/key`; never a value.
        keys: Vec<String>,
    },
    /// Another caller kept changing the application.
    TooManyConflicts {
        /// The service's own words at the last rejection.
        error: String,
    },
    /// Calls stayed without an answer.
    Unanswered {
        /// The operation that was called.
        action: Action,
        /// What came instead of an answer.
        error: String,
    },
    /// A force-stop would throw away more than may be replayed.
    ReplayForbidden {
        /// The name of the application that the goal is about.
        application: String,
        /// The rule that forbids it, with its figures.
        why: String,
    },
    /// Stops were accepted or rejected, and it is still not READY.
    WouldNotStop {
        /// The name of the application that the goal is about.
        application: String,
        /// The service's own words at the last rejection.
        error: String,
    },
    /// It stays in a status that should pass.
    NotSettled {
        /// The name of the application that the goal is about.
        application: String,
        /// Which status does not pass, in words.
        error: String,
    },
    /// The stack's rollback was continued often enough.
    TooManyAttempts {
        /// How many times it was continued in this operation.
        attempts: u32,
    },
    /// The stack has no service role to roll back with.
    NoServiceRole,
    /// Something else than a Flink snapshot stops the rollback.
    OtherBlocker {
        /// The logical ID of the resource that failed.
        resource: String,
        /// The reason that its row gives, without property values.
        reason: String,
    },
    /// A blocked application does not carry the tag.
    NotTagged {
        /// The name of the application that the goal is about.
        application: String,
    },
    /// A tag's value that no one may guess at.
    TagUnreadable {
        /// The name of the application that the goal is about.
        application: String,
        /// The key of the tag.
        key: &'static str,
        /// The value that could not be read.
        value: String,
    },
    /// The guard of a stack that has not opted in stopped a job, and no caller started it.
    StackNotTagged {
        /// The name of the application that the goal is about.
        application: String,
    },
    /// The stack operation that asked for it is over, or rolls back.
    Superseded,
    /// CloudFormation does not wait for the request: it is forged or stale.
    NotAwaited {
        /// The resource's logical ID, as the request says.
        resource: String,
        /// What the stack's events show instead.
        found: String,
    },
    /// The role lacks a permission.
    Denied {
        /// The operation that was called.
        action: Action,
        /// The service's own words, without property values.
        error: String,
    },
    /// The service does not take the request.
    Rejected {
        /// The operation that was called.
        action: Action,
        /// The service's own words, without property values.
        error: String,
    },
}

#[cfg(test)]
mod readme;
#[cfg(test)]
mod tests;
