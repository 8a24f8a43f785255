//! What people read of a refusal: the failure table of functions/README.md lists the same.

use std::fmt;

use super::Refusal;

impl Refusal {
    /// The phrase under which the failure table lists it.
    #[must_use]
    pub const fn title(&self) -> &'static str {
        match self {
            Self::ApplicationMissing { .. } => "The application does not exist",
            Self::NotOwned { .. } => "The application is not this stack's",
            Self::NotServed { .. } => "The application is of another kind",
            Self::EnhancedSnapshots { .. } => "The application uses enhanced snapshots",
            Self::BeingDeleted { .. } => "The application is being deleted",
            Self::RolledBack { .. } => "The application is ROLLED_BACK",
            Self::UnknownStatus { .. } => "AWS reports a status that this version does not know",
            Self::StartFailed { .. } => "The application did not start",
            Self::NothingToRestore { .. } => "No READY snapshot is compatible with this runtime",
            Self::UpdateRolledBack { .. } => "Managed Flink rolled the update back",
            Self::Renamed { .. } => "The update names another application",
            Self::StoppedAfterStart { .. } => "The application started and is READY again",
            Self::StartedByAnother { .. } => "Another start left the state behind",
            Self::Unhealthy { .. } => "The application is RUNNING and its job is not healthy",
            Self::SnapshotFailed { .. } => "Flink cannot snapshot the job, so it takes no update",
            Self::UpdateFailed { .. } => "The property update failed",
            Self::PropertyConflict { .. } => {
                "Property conflict: the key exists with a different value that this resource did not set"
            }
            Self::TooManyConflicts { .. } => "Another caller keeps changing the application",
            Self::Unanswered { .. } => "AWS did not respond",
            Self::ReplayForbidden { .. } => "A force-stop would lose more than may be replayed",
            Self::WouldNotStop { .. } => "The application does not stop",
            Self::NotSettled { .. } => "The application does not come to rest",
            Self::TooManyAttempts { .. } => "ContinueUpdateRollback was tried three times without success",
            Self::NoServiceRole => "The stack has no service role",
            Self::OtherBlocker { .. } => "The rollback is blocked by something else",
            Self::NotTagged { .. } => "A blocked application has not opted in",
            Self::TagUnreadable { .. } => "A tag cannot be read",
            Self::StackNotTagged { .. } => "The stack has not opted in",
            Self::Superseded => "A newer stack operation replaced this request",
            Self::NotAwaited { .. } => "CloudFormation does not wait for this request",
            Self::Denied { .. } => "A permission is missing",
            Self::Rejected { .. } => "AWS rejected the request",
        }
    }

    /// What a person does next, in a sentence.
    #[must_use]
    pub const fn remedy(&self) -> &'static str {
        match self {
            Self::ApplicationMissing { .. } => {
                "Set ApplicationName to a Ref of the application, or ApplicationLogicalId to its logical ID."
            }
            Self::NotOwned { .. } => {
                "Name an application of this stack by Ref or ApplicationLogicalId; for property groups, its owner can \
                 allow this stack with the tag flink-handlers-allow."
            }
            Self::NotServed { .. } => {
                "Take that resource out of the template for this application: Studio notebooks have auto-start and a \
                 guard that lets them pass, SQL applications have none of the three."
            }
            Self::EnhancedSnapshots { .. } => {
                "This version of the handlers cannot see them. Go back with `aws kinesisanalyticsv2 \
                 rollback-application`, which works until the next update of the application, and deploy again; after \
                 one, take the handlers' resources out of the stack."
            }
            Self::BeingDeleted { .. } => "Wait until it is gone, then deploy again.",
            Self::RolledBack { .. } => {
                "Look at the application in the console, start or update it there, then deploy again."
            }
            Self::UnknownStatus { .. } => "Update the handlers; until then do by hand what was asked for.",
            Self::StartFailed { .. } => {
                "Fix what the error names (jar, entry point, property groups, permissions, snapshot), then deploy again."
            }
            Self::NothingToRestore { .. } => {
                "Go back to the runtime that the snapshot was made under, or name a snapshot with \
                 RESTORE_FROM_CUSTOM_SNAPSHOT, or say SKIP_RESTORE_FROM_SNAPSHOT to start empty."
            }
            Self::UpdateRolledBack { .. } => {
                "Fix what the error names (the new code, its configuration, the snapshot it restores), then deploy again."
            }
            Self::Renamed { .. } => {
                "Keep the name; or, since a new application starts empty and the old one's snapshots go with it, say \
                 SKIP_RESTORE_FROM_SNAPSHOT in the RunConfiguration of the same update."
            }
            Self::StoppedAfterStart { .. } => {
                "Read the application's log for why the job ended, fix it, then deploy again."
            }
            Self::StartedByAnother { .. } => {
                "Take that start function out of the stack, in the deployment that adds the guard; to get the state \
                 back, deploy with RESTORE_FROM_CUSTOM_SNAPSHOT and that snapshot's name."
            }
            Self::Unhealthy { .. } => {
                "Read the application's log for what the job fails on and deploy a fix; if it only needs longer to \
                 settle, raise StabilizeSeconds."
            }
            Self::SnapshotFailed { .. } => {
                "Read the application's log for what the job fails on; stop it with `aws kinesisanalyticsv2 \
                 stop-application --force` (what came after the newest snapshot is replayed), then deploy again."
            }
            Self::UpdateFailed { .. } => "Fix the cause shown above, then deploy again.",
            Self::PropertyConflict { .. } => "Remove the key on one side, or set ConflictPolicy to Overwrite or Keep.",
            Self::TooManyConflicts { .. } => "Let the other change end, then deploy again.",
            Self::Unanswered { .. } => {
                "Deploy again when the service answers; if it throttles, deploy fewer stacks at a time."
            }
            Self::ReplayForbidden { .. } => {
                "Choose: fix the job so that it can be snapshotted, or stop it yourself with `aws kinesisanalyticsv2 \
                 stop-application --force` and accept the loss."
            }
            Self::NotSettled { .. } => {
                "Wait until it is RUNNING or READY, or end the status with `aws kinesisanalyticsv2 stop-application --force`, then deploy again."
            }
            Self::WouldNotStop { .. } => "Look at the application in the console; stop it there, then run this again.",
            Self::TooManyAttempts { .. } => {
                "Read the stack's events, remove what blocks the rollback, then `aws cloudformation continue-update-rollback`."
            }
            Self::NoServiceRole => {
                "Run `aws kinesisanalyticsv2 stop-application --force` and `aws cloudformation \
                 continue-update-rollback` yourself; deploy with --role-arn from now on, or set ContinueWithOwnRole in \
                 the access stack."
            }
            Self::OtherBlocker { .. } => {
                "Fix that resource, then `aws cloudformation continue-update-rollback`, with `--resources-to-skip` for \
                 one that cannot be fixed; nothing was stopped."
            }
            Self::NotTagged { .. } => {
                "Tag it flink-unstick=enabled with `aws kinesisanalyticsv2 tag-resource`, then invoke \
                 flink-rollback-unsticker with {\"StackName\": \"...\"}."
            }
            Self::StackNotTagged { .. } => {
                "Start it yourself with `aws kinesisanalyticsv2 start-application`; tag the stack \
                 flink-unstick=enabled with its next update, and such a job is started without you."
            }
            Self::TagUnreadable { .. } => "Set the tag to a whole number of hours from 1 to 8760, or remove it.",
            Self::Superseded => "Nothing was changed any more; look at the stack's events for what came first.",
            Self::NotAwaited { .. } => {
                "Nothing was done; a late delivery needs nothing more, otherwise look up who has lambda:InvokeFunction on this function."
            }
            Self::Denied { .. } => {
                "Deploy the access stack of this version, or add the permission to the function's role."
            }
            Self::Rejected { .. } => "Fix the cause shown above, then deploy again.",
        }
    }
}

impl fmt::Display for Refusal {
    /// What happened and what was seen; the remedy is said separately.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let title = self.title();
        match self {
            Self::ApplicationMissing { application }
            | Self::NotOwned { application }
            | Self::EnhancedSnapshots { application }
            | Self::BeingDeleted { application }
            | Self::RolledBack { application }
            | Self::NotTagged { application } => write!(formatter, "{title}: {application}."),
            Self::UnknownStatus { word } => write!(formatter, "{title}: {word}."),
            Self::NotServed { application, resource, runtime } => {
                write!(
                    formatter,
                    "{title}: {application}: {resource} is for Flink applications; this one is {runtime}."
                )
            }
            Self::StartFailed { application, error, tried } => {
                write!(formatter, "{title}: {application}: {error} Tried: {tried}.")
            }
            Self::StoppedAfterStart { application, seen } => write!(formatter, "{title}: {application}: {seen}."),
            Self::StartedByAnother { application, restored, snapshot } => write!(
                formatter,
                "{title}: {application}: after it was stopped for this deployment another caller started it with \
                 {restored}; snapshot {snapshot} holds its state, and rolling back does not bring it back."
            ),
            Self::NothingToRestore { application, tried } => write!(formatter, "{title}: {application}: {tried}."),
            Self::Renamed { from, to } => write!(formatter, "{title}: {to} instead of {from}."),
            Self::UpdateRolledBack { application, error }
            | Self::Unhealthy { application, error }
            | Self::SnapshotFailed { application, error }
            | Self::UpdateFailed { application, error }
            | Self::NotSettled { application, error }
            | Self::WouldNotStop { application, error } => write!(formatter, "{title}: {application}: {error}"),
            Self::PropertyConflict { keys } => write!(formatter, "{title}: {}.", keys.join(", ")),
            Self::TooManyConflicts { error } => write!(formatter, "{title}: {error}"),
            Self::ReplayForbidden { application, why } => write!(formatter, "{title}: {application}: {why}."),
            Self::TooManyAttempts { attempts } => write!(formatter, "{title}: {attempts} times in this incident."),
            Self::TagUnreadable { application, key, value } => {
                write!(formatter, "{title}: {application}: {key} is \"{value}\".")
            }
            Self::Superseded => write!(formatter, "{title}."),
            Self::NotAwaited { resource, found } => write!(formatter, "{title}: {resource}: {found}."),
            Self::StackNotTagged { application } => {
                write!(
                    formatter,
                    "{title}: its guard stopped {application} for an update that was rolled back, and no caller started it."
                )
            }
            Self::NoServiceRole => write!(formatter, "{title}, and this function may not use its own."),
            Self::OtherBlocker { resource, reason } => write!(formatter, "{title}: {resource}: {reason}"),
            Self::Denied { action, error } | Self::Rejected { action, error } | Self::Unanswered { action, error } => {
                write!(formatter, "{title}: {}: {error}", action.iam())
            }
        }
    }
}
