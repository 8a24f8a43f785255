//! Why a goal is not reached. Every refusal has a remedy, and its row in the failure table of functions/README.md.

mod words;

use super::action::Action;

/// Why a goal is not reached: what happened and what was seen. [`Refusal::remedy`] says what to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The name leads nowhere.
    ApplicationMissing {
        /// The application.
        application: String,
    },
    /// The request's stack does not own it.
    NotOwned {
        /// The application, as the properties name it.
        application: String,
    },
    /// It is a Studio notebook or a SQL application, and the resource serves Flink applications.
    NotServed {
        /// The application.
        application: String,
        /// The type of the custom resource.
        resource: &'static str,
        /// The application's RuntimeEnvironment.
        runtime: String,
    },
    /// Its snapshots are of a kind that this version cannot see.
    EnhancedSnapshots {
        /// The application.
        application: String,
    },
    /// It is DELETING.
    BeingDeleted {
        /// The application.
        application: String,
    },
    /// It is ROLLED_BACK.
    RolledBack {
        /// The application.
        application: String,
    },
    /// A status word that this version does not know.
    UnknownStatus {
        /// The word.
        word: String,
    },
    /// The start's own operation failed.
    StartFailed {
        /// The application.
        application: String,
        /// The operation's own error text.
        error: String,
        /// What was restored.
        tried: String,
    },
    /// There are READY snapshots, and none that this runtime can restore.
    NothingToRestore {
        /// The application.
        application: String,
        /// What the newest one is.
        tried: String,
    },
    /// The service took an update of this deployment back.
    UpdateRolledBack {
        /// The application.
        application: String,
        /// The operation's own error text.
        error: String,
    },
    /// The update names another application than before.
    Renamed {
        /// The old one.
        from: String,
        /// The new one.
        to: String,
    },
    /// A start was accepted and the application is READY again.
    StoppedAfterStart {
        /// The application.
        application: String,
        /// What is known of that start.
        seen: String,
    },
    /// Another caller started it after it was stopped for this operation, and not from what its stop kept.
    StartedByAnother {
        /// The application.
        application: String,
        /// What it was started from.
        restored: String,
        /// The snapshot that holds its state.
        snapshot: String,
    },
    /// RUNNING, and its job cannot be snapshotted.
    Unhealthy {
        /// The application.
        application: String,
        /// The service's own error text.
        error: String,
    },
    /// The service refused an update, because the job cannot be snapshotted.
    SnapshotFailed {
        /// The application.
        application: String,
        /// The service's own error text.
        error: String,
    },
    /// The property update's own operation failed, or left the application stopped.
    UpdateFailed {
        /// The application.
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
        /// The last rejection's text.
        error: String,
    },
    /// Calls stayed without an answer.
    Unanswered {
        /// The operation.
        action: Action,
        /// What came instead of an answer.
        error: String,
    },
    /// A force-stop would throw away more than may be replayed.
    ReplayForbidden {
        /// The application.
        application: String,
        /// The rule that forbids it, with its figures.
        why: String,
    },
    /// Stops were accepted or rejected, and it is still not READY.
    WouldNotStop {
        /// The application.
        application: String,
        /// The last rejection's text.
        error: String,
    },
    /// It stays in a status that should pass.
    NotSettled {
        /// The application.
        application: String,
        /// Which one.
        error: String,
    },
    /// The stack's rollback was continued often enough.
    TooManyAttempts {
        /// How often.
        attempts: u32,
    },
    /// The stack has no service role to roll back with.
    NoServiceRole,
    /// Something else than a Flink snapshot stops the rollback.
    OtherBlocker {
        /// The resource's logical ID.
        resource: String,
        /// Its own reason.
        reason: String,
    },
    /// A blocked application does not carry the tag.
    NotTagged {
        /// The application.
        application: String,
    },
    /// A tag's value that no one may guess at.
    TagUnreadable {
        /// The application.
        application: String,
        /// The tag.
        key: &'static str,
        /// What it says.
        value: String,
    },
    /// The guard of a stack that has not opted in stopped a job, and no caller started it.
    StackNotTagged {
        /// The application.
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
        /// The operation.
        action: Action,
        /// The service's own words.
        error: String,
    },
    /// The service does not take the request.
    Rejected {
        /// The operation.
        action: Action,
        /// The service's own words.
        error: String,
    },
}

#[cfg(test)]
mod readme;
#[cfg(test)]
mod tests;
