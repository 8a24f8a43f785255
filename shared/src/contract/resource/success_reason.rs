//! The `Reason` text of a SUCCESS: how a goal ended, in a sentence.

use crate::contract::property_groups::describe_groups;
use std::time::Duration;

use crate::flink::{Application, ApplicationKind, Operations, Restore};
use crate::lifecycle::{Done, GuardOutcome, KeyAction, Observed, last_start};
use crate::time::Timestamp;

/// Describes how a goal ended, for the `Reason` of a SUCCESS.
#[must_use]
pub fn success_reason(done: &Done, observed: Option<&Observed>) -> String {
    let application = observed.and_then(|observed| observed.application.as_ref());
    let unread = application.is_some_and(|application| application.operations == Operations::Unreadable);
    let is_notebook = application.is_some_and(|application| application.kind() == ApplicationKind::Studio);
    let is_running = matches!(done, Done::Running | Done::Healthy);
    if is_notebook && *done == Done::Running {
        format!("{} It is a Studio notebook: RunConfiguration and StabilizeSeconds do not apply to it.", text(done))
    } else if is_running && unread {
        format!("{} Its operations could not be read: this is judged by status and version.", text(done))
    } else if is_running {
        let old = application.zip(observed).and_then(|(application, observed)| old_state(application, observed.now));
        format!("{}{}", text(done), old.unwrap_or_default())
    } else {
        text(done)
    }
}

/// Whether a goal that ended well says of something that went wrong on the way: that stands in Data, since
/// CloudFormation shows the Reason of a SUCCESS nowhere.
#[must_use]
pub fn is_trouble(done: &Done) -> bool {
    matches!(done, Done::Groups { settled, .. } if settled.iter().any(|one| one.how == KeyAction::Wiped))
}

/// A snapshot that was older than this when it was restored may have met a stream that had forgotten what came after
/// it.
const OLD: Duration = Duration::from_hours(20);
/// A start that ended longer ago than a request can last is another request's.
const RECENT: Duration = Duration::from_hours(1);

/// What a start of this request may have lost, when it restored old state.
fn old_state(application: &Application, now: Timestamp) -> Option<String> {
    let since = Timestamp(now.0.saturating_sub(i64::try_from(RECENT.as_millis()).unwrap_or(i64::MAX)));
    let age = last_start(application, since)?.snapshot_age.filter(|age| *age > OLD)?;
    Some(format!(
        " The restored snapshot was {} hours old when the start began: what its source keeps for less than that is lost.",
        age.as_secs() / 3600
    ))
}

fn text(done: &Done) -> String {
    match done {
        Done::Running => "The application is RUNNING.".to_owned(),
        Done::Healthy => "The application is RUNNING, and a snapshot proved its job healthy.".to_owned(),
        Done::RunsOn { asked } => format!(
            "The application is RUNNING with its state: {} applies to a start, and none was needed.",
            match asked {
                Restore::Latest => Restore::LATEST.to_owned(),
                Restore::Skip => Restore::SKIP.to_owned(),
                Restore::Custom(name) => format!("RESTORE_FROM_CUSTOM_SNAPSHOT ({name})"),
            }
        ),
        Done::NotRunning => "The application was not running.".to_owned(),
        Done::Stopped => "The application is stopped.".to_owned(),
        Done::Gone => "The application is gone.".to_owned(),
        Done::Groups { settled, unread } => describe_groups(settled, *unread),
        Done::GroupsLeft { reason, keys } if keys.is_empty() => {
            format!("Nothing of the property groups was taken: {reason}.")
        }
        Done::GroupsLeft { reason, keys } => {
            format!("Left in the property groups: {}, because {reason}.", keys.join(", "))
        }
        Done::RollbackContinued => "The rollback goes on.".to_owned(),
        Done::NoLongerStuck => "The stack is not stuck any more.".to_owned(),
        Done::AwaitingFix { error } if error.is_empty() => {
            "The application is stopped until a fix is deployed.".to_owned()
        }
        Done::AwaitingFix { error } => format!("The application is stopped until a fix is deployed: {error}"),
        Done::Started => "The application was started.".to_owned(),
        Done::Settled => "The application runs, and nothing had to be stopped.".to_owned(),
        Done::Unmarked => "The application carries no marker of a stop that was never made.".to_owned(),
        Done::Guarded(outcome) => match outcome {
            GuardOutcome::NoApplication => "There is no application to guard.".to_owned(),
            GuardOutcome::NotRunning => "The application was not running, so nothing has to be stopped.".to_owned(),
            GuardOutcome::SnapshotsDisabled => "The application takes updates without a snapshot.".to_owned(),
            GuardOutcome::Stopped => "The application is stopped, and its snapshot holds its state.".to_owned(),
            GuardOutcome::ForceStopped => {
                "The application was force-stopped: what came after its newest snapshot is replayed.".to_owned()
            }
            GuardOutcome::Probed => "A snapshot proved that the application can be updated.".to_owned(),
            GuardOutcome::Continued => "It cannot be snapshotted; the update still goes on.".to_owned(),
        },
        Done::LeftToDeployment => "A deployment is under way and starts the application.".to_owned(),
        Done::Swept => "Nothing more to do for it until the next sweep.".to_owned(),
        Done::Would { call, reason } => format!("Dry run: would call {call}, because {reason}."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flink::{ApplicationStatus, OperationStatus, Restore, SnapshotStatus};
    use crate::lifecycle::fixtures::{app, later, operation, seen, snapshot};

    #[test]
    fn a_start_from_old_state_says_how_old_it_was_and_one_from_young_state_does_not() {
        for (hours, is_said) in [(19, false), (30, true)] {
            let mut observed = seen(ApplicationStatus::Running);
            snapshot(&mut observed, "s", SnapshotStatus::Ready);
            later(&mut observed, Duration::from_hours(hours));
            operation(&mut observed, "StartApplication", OperationStatus::Successful, None);
            app(&mut observed).running_with = Some((Restore::Custom("s".into()), false));
            let said = success_reason(&Done::Running, Some(&observed));
            assert_eq!(said.contains(&format!("was {hours} hours old")), is_said, "{said}");
            later(&mut observed, Duration::from_hours(2));
            assert!(!success_reason(&Done::Running, Some(&observed)).contains("hours old"), "another request's start");
        }
    }
}
