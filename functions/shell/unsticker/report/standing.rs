//! How the stack, or one application, stands, for people.

use shared::contract::{Outcome, Report, UNSTICK};
use shared::flink::Application;
use shared::lifecycle::{GuardOutcome, Incident, IncidentSettings, Replay, Standing, WouldStop};

use super::application::{LAG, deadline, minutes};
use super::commands::{by_hand, next_for_a_fix, start};
use super::text::{say, time};

/// Adds how the stack, or one application, stands.
pub(super) fn stands(
    report: &mut Report,
    incident: &Incident,
    applications: &[Application],
    standing: Standing,
    settings: &IncidentSettings,
) {
    let stack = &incident.stack;
    let found = |name: &str| applications.iter().find(|one| one.name == name);
    match standing {
        Standing::LeftToDeployment { application } => {
            say(report, &format!("{application}: another deployment began, and its auto-start starts it."));
        }
        Standing::NotOurs => say(report, &format!("The stack has no tag {UNSTICK}: nothing was done.")),
        Standing::NothingStuck => {
            say(report, &format!("the stack is {}: there is nothing to get unstuck", incident.status));
        }
        Standing::NothingToStart => {
            say(report, &format!("the stack is {}: there is nothing to start", incident.status));
        }
        Standing::UpdateFailed { would_prove } => update_failed(report, stack, &would_prove),
        Standing::ProvenAgain { application, outcome } => {
            proven_again(report, &application, outcome, found(&application), settings);
        }
        Standing::Waits { until } => {
            say(
                report,
                &format!("A transient error blocks the rollback: the sweep continues it after {}.", time(until)),
            );
            report.also(Outcome::Reported, "");
        }
        Standing::WouldUnstick { stops } => {
            would_unstick(report, &stops);
        }
        Standing::WouldStart { application } => {
            report.also(Outcome::DryRun, &format!("would start {application}; by hand: {}", start(&application)));
        }
        Standing::StackRefused { refusal, to_stop } => {
            say(report, &refusal.to_string());
            let next = format!("{} By hand: {}", refusal.remedy(), by_hand(stack, &to_stop));
            report.also(Outcome::Refused, &next);
        }
        Standing::StartRefused { application, refusal, by_hand } => {
            say(report, &refusal.to_string());
            report.also(Outcome::Refused, refusal.remedy());
            if by_hand {
                report.also(Outcome::Refused, &format!("By hand: {}", start(&application)));
                say(report, &found(&application).map_or_else(String::new, |one| deadline(one, settings)));
            }
        }
        Standing::Continued { attempt } => {
            report.attempt = attempt;
            report.also(Outcome::RollbackContinued, "");
        }
        // What is to be started again then is whose event comes next.
        Standing::ContinuedByAnother => {
            say(report, "A person, or another delivery, continued the rollback.");
            report.also(Outcome::RollbackContinued, "");
        }
        Standing::Recovered { .. } => report.also(Outcome::Recovered, ""),
        Standing::AwaitingFix { application, error } => {
            let error = if error.is_empty() { "the service gives no reason".to_owned() } else { error };
            say(report, &format!("{application} failed again and is stopped until a fix is deployed: {error}"));
            let found = found(&application);
            say(report, &found.map_or_else(String::new, |one| deadline(one, settings)));
            report.also(Outcome::StoppedAwaitingFix, &found.map_or_else(String::new, next_for_a_fix));
        }
        Standing::LeftStopped { application } => {
            say(
                report,
                &format!(
                    "{application} is READY and these handlers did not stop it: it is left stopped, and its marker was removed."
                ),
            );
            report.also(Outcome::Reported, &format!("To start it: {}", start(&application)));
        }
        Standing::Gone { application } => {
            say(report, &format!("{application}: it does not exist any more, and its snapshots went with it."));
            let next = "Take the application and what names it out of the template, deploy, and put them back: it starts empty.";
            report.also(Outcome::Refused, next);
        }
    }
}

/// UPDATE_FAILED takes an update with the option given again, or a rollback (`semantics.md` H.2).
fn update_failed(report: &mut Report, stack: &str, would_prove: &[String]) {
    let next = format!(
        "To go on, deploy a fix with rollback disabled again: aws cloudformation update-stack --stack-name {stack} \
         --disable-rollback ...; to go back: aws cloudformation rollback-stack --stack-name {stack}"
    );
    report.also(Outcome::Reported, &next);
    say(report, "The update failed and rollback is disabled: the stack stays as it is.");
    if would_prove.is_empty() {
        return;
    }
    say(
        report,
        &format!(
            "When it has rested for 30 minutes, or at once if flink-rollback-unsticker is invoked with \
             {{\"StackName\": \"{stack}\"}}, a snapshot is tried again of {}; only if that fails it is stopped, under the replay \
             rule, so that the update or the rollback that comes next goes through.",
            would_prove.join(", ")
        ),
    );
}

fn proven_again(
    report: &mut Report,
    application: &str,
    outcome: GuardOutcome,
    found: Option<&Application>,
    settings: &IncidentSettings,
) {
    let text = match outcome {
        GuardOutcome::Probed => "a snapshot proved its job healthy: it was left running.".to_owned(),
        GuardOutcome::Stopped | GuardOutcome::ForceStopped => format!(
            "its job still cannot be snapshotted: it is stopped, and the next update or the rollback starts it again. {}",
            found.map_or_else(String::new, |one| deadline(one, settings))
        ),
        GuardOutcome::NoApplication => "it does not exist.".to_owned(),
        GuardOutcome::NotRunning => "it was not running.".to_owned(),
        GuardOutcome::SnapshotsDisabled => "it takes updates without a snapshot.".to_owned(),
        GuardOutcome::Continued => "it was left as it is.".to_owned(),
    };
    say(report, &format!("{application}: {text}"));
}

fn would_unstick(report: &mut Report, stops: &[WouldStop]) {
    let mut names: Vec<&str> = Vec::new();
    for WouldStop { application, replay } in stops {
        match replay {
            None => say(report, &format!("{application}: it is not running, so nothing would be stopped.")),
            Some(Replay::Since { snapshot, age }) => say(
                report,
                &format!(
                    "{application}: a force-stop would replay from snapshot {snapshot} ({} minutes). {LAG}",
                    minutes(*age)
                ),
            ),
            Some(Replay::Empty { age }) => say(
                report,
                &format!(
                    "{application}: it has no READY snapshot; a force-stop would replay {} minutes, from empty state. {LAG}",
                    minutes(*age)
                ),
            ),
            Some(Replay::Forbidden { why }) => {
                say(report, &format!("{application}: a force-stop would be refused: {why}."));
            }
        }
        names.extend(replay.is_some().then_some(application.as_str()));
    }
    let stop = if names.is_empty() { String::new() } else { format!("stop {} and ", names.join(", ")) };
    report.also(
        Outcome::DryRun,
        &format!("would {stop}continue the rollback; tag the stack {UNSTICK}=enabled to let it"),
    );
}
