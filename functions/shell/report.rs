//! The incident report, composed from what was done.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use shared::contract::{ActionTaken, ApplicationReport, Notify, Outcome, Report, UNSTICK};
use shared::lifecycle::{
    Application, ApplicationStatus, Call, Done, Force, Goal, GuardOutcome, Incident, Operations, Refusal, Replay,
    Restore, Settings, Snapshot, Standing, Timestamp, WouldStop, last_start, replay, replayed_since,
};

use crate::drive::{Made, Trail};
use crate::now::now;

/// A goal that was driven, with what was done for it.
pub(crate) struct Taken {
    pub(crate) goal: Goal,
    pub(crate) application: Option<String>,
    pub(crate) trail: Trail,
    pub(crate) result: Result<Done, Refusal>,
}

/// Of a stack that is gone, or was never there.
pub(crate) fn not_ours(name: &str) -> Report {
    let mut report = blank(Outcome::NotOurs, name);
    report.state = format!("there is no stack {name}");
    report
}

/// What an incident came to. `applications` are as they were before anything was done.
pub(crate) fn compose(
    incident: &Incident,
    applications: &[Application],
    taken: &[Taken],
    standings: Vec<Standing>,
    settings: &Settings,
) -> Report {
    let mut report = blank(Outcome::NotOurs, &incident.stack);
    report.cause = incident.cause().map_or_else(String::new, |event| event.reason.clone());
    report.attempt = incident.continued();
    report.blockers = incident.described_blockers();
    for one in taken.iter().filter(|one| one.application.is_none()) {
        report.actions.extend(actions(&one.trail));
    }
    let mut names: Vec<&String> = taken.iter().filter_map(|one| one.application.as_ref()).collect();
    names.dedup();
    let mut seen = BTreeSet::new();
    for name in names.into_iter().filter(|name| seen.insert(*name)) {
        let all: Vec<&Taken> = taken.iter().filter(|one| one.application.as_ref() == Some(name)).collect();
        let found = applications.iter().find(|one| one.name == *name);
        say(&mut report, &describe(name, found, &all, settings));
        report.applications.push(of_application(name, found, &all));
    }
    for standing in standings {
        stands(&mut report, incident, applications, standing, settings);
    }
    report.state.truncate(report.state.trim_end().len());
    report
}

/// Adds how the stack, or one application, stands.
fn stands(
    report: &mut Report,
    incident: &Incident,
    applications: &[Application],
    standing: Standing,
    settings: &Settings,
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
            say(report, "Somebody else continued the rollback.");
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
    settings: &Settings,
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

/// What was not read yet when a job was stopped is not known here.
const LAG: &str = "Consumer lag is not known here: what the job had not read yet comes on top.";

/// Until when nothing is lost of a job that is down.
fn deadline(application: &Application, settings: &Settings) -> String {
    let bound = settings.bound(Some(application)).unwrap_or(settings.max_replay);
    let since = replayed_since(application);
    format!("{}: if it runs again by {}, nothing is lost.", application.name, time(since.plus(bound)))
}

/// What the goals of one application did to it and its state.
fn describe(name: &str, found: Option<&Application>, all: &[&Taken], settings: &Settings) -> String {
    let mut text = String::new();
    let mut add = |sentence: String| {
        if !sentence.is_empty() {
            text.push_str(&sentence);
            text.push(' ');
        }
    };
    for one in all {
        match &one.goal {
            Goal::Stopped(goal) | Goal::Settled(goal) => add(stopped(name, found, one, goal.force, settings)),
            Goal::Recovered(goal) if goal.prove => add(restarted(name, found, all, goal.since)),
            Goal::Recovered(_)
            | Goal::Unmarked(_)
            | Goal::Running(_)
            | Goal::Properties(_)
            | Goal::Continued(_)
            | Goal::Guarded(_)
            | Goal::Swept(_) => {}
        }
    }
    text
}

/// The commands with which a person gets the stack out.
fn by_hand(stack: &str, applications: &[String]) -> String {
    let stop = |name| format!("aws kinesisanalyticsv2 stop-application --application-name {name} --force; ");
    let stops: String = applications.iter().map(stop).collect();
    format!("{stops}aws cloudformation continue-update-rollback --stack-name {stack}")
}

fn start(application: &str) -> String {
    format!("aws kinesisanalyticsv2 start-application --application-name {application}")
}

/// A report of which nothing is known yet.
pub(crate) fn blank(outcome: Outcome, stack: &str) -> Report {
    Report {
        summary: String::new(),
        outcome,
        stack: stack.to_owned(),
        cause: String::new(),
        blockers: Vec::new(),
        actions: Vec::new(),
        applications: Vec::new(),
        attempt: 0,
        state: String::new(),
        next: String::new(),
        notify: Notify::Nobody,
    }
}

/// Another sentence.
pub(crate) fn say(report: &mut Report, sentence: &str) {
    if sentence.is_empty() {
        return;
    }
    report.state.push_str(sentence);
    report.state.push(' ');
}

/// It is left to a person.
pub(crate) fn refused(mut report: Report, refusal: &Refusal) -> Report {
    report.outcome = Outcome::Refused;
    report.state.push_str(&refusal.to_string());
    refusal.remedy().clone_into(&mut report.next);
    report
}

/// What was called, with what came of it.
pub(crate) fn actions(trail: &Trail) -> Vec<ActionTaken> {
    let action = |made: &Made| ActionTaken {
        call: made.call.to_string(),
        because: made.because.to_string(),
        refused: made.refused.clone(),
    };
    trail.calls.iter().map(action).collect()
}

/// One application after one goal: how it was found, how it was left, what was done.
pub(crate) fn application(name: &str, trail: &Trail) -> ApplicationReport {
    let left = trail.last.as_ref().and_then(|last| last.application.as_ref());
    let snapshot = left.and_then(Application::newest_snapshot);
    ApplicationReport {
        application_name: name.to_owned(),
        found: trail.found.clone().unwrap_or_default(),
        left: left.map_or_else(|| "absent".to_owned(), |application| application.status.to_string()),
        snapshot: snapshot.map(|snapshot| snapshot.name.clone()).unwrap_or_default(),
        snapshot_age_minutes: snapshot.map(|snapshot| minutes(now().since(snapshot.created))),
        log_group: left.and_then(|application| application.log_group.clone()).unwrap_or_default(),
        actions: actions(trail),
    }
}

/// One application after all goals of an incident. The snapshot is the one that its start restored, or else the newest READY one, from
/// which it will resume.
fn of_application(name: &str, found: Option<&Application>, all: &[&Taken]) -> ApplicationReport {
    let mut reports = all.iter().map(|one| application(name, &one.trail));
    let Some(mut report) = reports.next() else { return application(name, &Trail::default()) };
    for later in reports {
        let mut actions = std::mem::take(&mut report.actions);
        actions.extend(later.actions);
        report = ApplicationReport { found: report.found, actions, ..later };
    }
    if let (Some(found), Some(restore)) = (found, last_restore(all)) {
        let restored = restored(found, restore);
        report.snapshot = restored.map(|snapshot| snapshot.name.clone()).unwrap_or_default();
        report.snapshot_age_minutes = restored.map(|snapshot| minutes(now().since(snapshot.created)));
    }
    report
}

/// What the last accepted start restored; none when nothing was started.
fn last_restore<'a>(all: &[&'a Taken]) -> Option<&'a Restore> {
    let calls = all.iter().rev().flat_map(|one| one.trail.calls.iter().rev()).filter(|made| made.refused.is_none());
    let mut starts =
        calls.filter_map(|made| if let Call::Start { restore, .. } = &made.call { Some(restore) } else { None });
    starts.next()
}

/// The snapshot that a start restored; none for empty state.
fn restored<'a>(found: &'a Application, restore: &Restore) -> Option<&'a Snapshot> {
    match restore {
        Restore::Latest => found.newest_snapshot(),
        Restore::Custom(name) => found.snapshots.iter().find(|one| one.name == *name),
        Restore::Skip => None,
    }
}

/// What a stop threw away: a graceful one nothing.
fn stopped(name: &str, found: Option<&Application>, taken: &Taken, force: Force, settings: &Settings) -> String {
    let accepted = |force: bool| {
        let stop = Call::Stop { force };
        taken.trail.calls.iter().any(|made| made.refused.is_none() && made.call == stop)
    };
    match (&taken.result, found) {
        (Ok(Done::NotRunning), _) => {
            format!("{name}: it was READY and these handlers did not stop it: it is left stopped.")
        }
        (Ok(Done::Settled), _) => format!("{name}: it came to rest, so it was not stopped."),
        (Ok(_), Some(found)) if accepted(true) => {
            let bound = if let Force::UnderReplayRule(bound) = force { bound } else { settings.max_replay };
            let cost = match replay(found, now(), bound) {
                Replay::Since { snapshot, age } => {
                    format!("what came after snapshot {snapshot} ({} minutes) is replayed.", minutes(age))
                }
                Replay::Empty { age } => {
                    format!("there was no snapshot; state restarts empty and {} minutes are replayed.", minutes(age))
                }
                Replay::Forbidden { why } => format!("{why}."),
            };
            format!("{name}: {cost} {LAG} {}", deadline(found, settings))
        }
        (Ok(_), _) if accepted(false) => format!("{name}: no state was thrown away."),
        (Ok(Done::Stopped), Some(found)) => format!("{name}: it was stopped before. {}", deadline(found, settings)),
        (Ok(_) | Err(_), _) => String::new(),
    }
}

/// What a restart resumed from, which is what it read again.
fn restarted(name: &str, found: Option<&Application>, all: &[&Taken], since: Timestamp) -> String {
    let left = all.iter().rev().find_map(|one| one.trail.last.as_ref()?.application.as_ref());
    let (Some(found), Some(left)) = (found, left) else { return String::new() };
    let Some(restore) = last_restore(all) else {
        let ran = found.status != ApplicationStatus::Ready;
        return if ran { format!("{name}: it had been started already.") } else { String::new() };
    };
    let restored = restored(found, restore);
    let from = restored.map_or_else(|| "empty".to_owned(), |snapshot| format!("from snapshot {}", snapshot.name));
    let is_started = left.operations == Operations::Unreadable || last_start(left, since).is_some();
    if !is_started {
        return format!("{name}: a start {from} failed.");
    }
    match restored {
        Some(snapshot) => format!(
            "{name}: restarted {from}; what came after it ({} minutes) was read and written again. {LAG}",
            minutes(now().since(snapshot.created))
        ),
        None => format!("{name}: restarted {from}; everything in the stream was read and written again."),
    }
}

/// `2026-11-28T04:15Z`
pub(crate) fn time(at: Timestamp) -> String {
    let text = DateTime::from_secs(at.0.div_euclid(1000)).fmt(Format::DateTime).unwrap_or_default();
    format!("{}Z", text.get(..16).unwrap_or(&text))
}

/// What a person does about a job that waits for a fix.
fn next_for_a_fix(application: &Application) -> String {
    let read = application.log_group.as_ref().map_or_else(
        || "Read the job's log for what it fails on".to_owned(),
        |group| format!("aws logs tail {group} --since 1h --filter-pattern Exception"),
    );
    format!("{read}; then deploy a fix: the stopped application takes the update, and auto-start runs it")
}

fn minutes(age: Duration) -> u64 {
    age.as_secs() / 60
}
