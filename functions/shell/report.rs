//! The incident report, composed from what was done.

use std::time::Duration;

use shared::contract::{ActionTaken, ApplicationReport, Notify, Outcome, Report};
use shared::lifecycle::{Application, Call, Refusal, Replay, replay};

use crate::drive::{Made, Trail};
use crate::now::now;

/// A report of which nothing is known yet.
pub(crate) fn blank(outcome: Outcome, stack: &str) -> Report {
    Report {
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

/// The same, with the commands that a person would run.
pub(crate) fn refused_with(report: Report, refusal: &Refusal, commands: &str) -> Report {
    let mut report = refused(report, refusal);
    report.next = format!("{} By hand: {commands}", report.next);
    report
}

/// One application's end beside the others': the worst is the report's outcome, and every next command stays.
pub(crate) fn also(report: &mut Report, outcome: Outcome, next: &str) {
    if weight(outcome) > weight(report.outcome) {
        report.outcome = outcome;
    }
    if !report.next.is_empty() && !next.is_empty() {
        report.next.push(' ');
    }
    report.next.push_str(next);
}

/// One application is left to a person, beside the others.
pub(crate) fn also_refused(report: &mut Report, refusal: &Refusal) {
    report.state.push_str(&refusal.to_string());
    report.state.push(' ');
    also(report, Outcome::Refused, refusal.remedy());
}

/// An application that was deleted since it was stopped.
pub(crate) fn gone(report: &mut Report, name: &str) {
    report.state.push_str(name);
    report.state.push_str(": it does not exist any more, and its snapshots went with it. ");
    let next =
        "Take the application and what names it out of the template, deploy, and put them back: it starts empty.";
    also(report, Outcome::Refused, next);
}

/// How much a person has to do about it.
const fn weight(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::NotOurs => 0,
        Outcome::Recovered | Outcome::RollbackContinued | Outcome::Swept => 1,
        Outcome::DryRun | Outcome::Reported => 2,
        Outcome::StoppedAwaitingFix => 3,
        Outcome::Refused => 4,
    }
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

/// One application: how it was found, how it was left, what was done.
pub(crate) fn application(name: &str, trail: &Trail) -> ApplicationReport {
    let last = trail.last.as_ref();
    let application = last.and_then(|last| last.application.as_ref());
    let snapshot = application.and_then(Application::newest_snapshot);
    ApplicationReport {
        application_name: name.to_owned(),
        found: trail.found.clone().unwrap_or_default(),
        left: application.map_or_else(|| "absent".to_owned(), |application| application.status.to_string()),
        snapshot: snapshot.map(|snapshot| snapshot.name.clone()).unwrap_or_default(),
        snapshot_age_minutes: snapshot.map(|snapshot| minutes(now().since(snapshot.created))),
        log_group: application.and_then(|application| application.log_group.clone()).unwrap_or_default(),
        actions: actions(trail),
    }
}

/// What a stop threw away: a graceful one nothing.
pub(crate) fn stopped(name: &str, before: Option<&Application>, trail: &Trail, bound: Duration) -> String {
    let forced = trail.calls.iter().any(|made| made.refused.is_none() && made.call == Call::Stop { force: true });
    let Some(application) = before.filter(|_| forced) else {
        return format!("{name}: no state was thrown away. ");
    };
    match replay(application, now(), bound) {
        Replay::Since { snapshot, age } => {
            format!("{name}: what came after snapshot {snapshot} ({} minutes) is replayed. ", minutes(age))
        }
        Replay::Empty { age } => {
            format!("{name}: there was no snapshot; state restarts empty and {} minutes are replayed. ", minutes(age))
        }
        Replay::Forbidden { why } => format!("{name}: {why}. "),
    }
}

/// What a restart resumed from, which is what it read again.
pub(crate) fn restarted(application: &Application) -> String {
    let name = &application.name;
    match application.newest_snapshot() {
        Some(snapshot) => format!(
            "{name}: restarted from snapshot {}; what came after it ({} minutes) was read and written again. ",
            snapshot.name,
            minutes(now().since(snapshot.created))
        ),
        None => format!("{name}: restarted empty; everything in the stream was read and written again. "),
    }
}

/// What a person does about a job that waits for a fix.
pub(crate) fn next_for_a_fix(application: &Application) -> String {
    let read = application.log_group.as_ref().map_or_else(
        || "Read the job's log for what it fails on".to_owned(),
        |group| format!("aws logs tail {group} --since 1h --filter-pattern Exception"),
    );
    format!("{read}; then deploy a fix: the stopped application takes the update, and auto-start runs it")
}

fn minutes(age: Duration) -> u64 {
    age.as_secs() / 60
}
