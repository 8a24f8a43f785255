//! The incident report, composed from what was done.

use std::time::Duration;

use shared::contract::{ActionTaken, ApplicationReport, Notify, Outcome, Report, UNSTICK};
use shared::lifecycle::{Application, Call, Force, Goal, Incident, Refusal, Replay, Standing, replay};

use crate::drive::{Made, Trail};
use crate::now::now;

/// A goal that was driven, with what was done for it.
pub(crate) struct Taken {
    pub(crate) goal: Goal,
    pub(crate) application: Option<String>,
    pub(crate) trail: Trail,
}

/// What an incident came to. `applications` are as they were before anything was done.
pub(crate) fn compose(
    incident: &Incident,
    applications: &[Application],
    taken: &[Taken],
    standings: Vec<Standing>,
) -> Report {
    let mut report = blank(Outcome::NotOurs, &incident.stack);
    report.cause = incident.cause().map_or_else(String::new, |event| event.reason.clone());
    report.attempt = incident.continued();
    report.blockers = incident.described_blockers();
    let before = |name: &str| applications.iter().find(|one| one.name == name);
    for Taken { goal, application: name, trail } in taken {
        let Some(name) = name else {
            report.actions = actions(trail);
            continue;
        };
        report.applications.push(application(name, trail));
        match (goal, before(name)) {
            (Goal::Stopped(goal), found) => {
                if let Force::UnderReplayRule(bound) = goal.force {
                    report.state.push_str(&stopped(name, found, trail, bound));
                }
            }
            // What it was started from is what was the newest before.
            (Goal::Recovered(_), Some(found)) => report.state.push_str(&restarted(found)),
            (Goal::Running(_) | Goal::Properties(_) | Goal::Continued(_) | Goal::Guarded(_) | Goal::Swept(_), _)
            | (Goal::Recovered(_), None) => {}
        }
    }
    for standing in standings {
        stands(&mut report, incident, standing, before);
    }
    report
}

/// Adds how the stack, or one application, stands.
fn stands<'a>(
    report: &mut Report,
    incident: &Incident,
    standing: Standing,
    before: impl Fn(&str) -> Option<&'a Application>,
) {
    let stack = &incident.stack;
    match standing {
        Standing::NotOurs | Standing::LeftToDeployment { .. } => {}
        Standing::NothingStuck => {
            report.state = format!("the stack is {}: there is nothing to get unstuck", incident.status);
        }
        Standing::NothingToStart => {
            report.state = format!("the stack is {}: there is nothing to start", incident.status);
        }
        Standing::NoLongerStuck => "the stack is not stuck any more".clone_into(&mut report.state),
        Standing::UpdateFailed => {
            report.also(Outcome::Reported, &format!("aws cloudformation rollback-stack --stack-name {stack}"));
        }
        Standing::WouldUnstick { applications } => report.also(
            Outcome::DryRun,
            &format!(
                "would stop {} and continue the rollback; tag the stack {UNSTICK}=enabled to let it",
                applications.join(", ")
            ),
        ),
        Standing::WouldStart { application } => {
            report.also(Outcome::DryRun, &format!("would start {application}; by hand: {}", start(&application)));
        }
        Standing::StackRefused { refusal, to_stop } => {
            report.state.push_str(&refusal.to_string());
            let next = format!("{} By hand: {}", refusal.remedy(), by_hand(stack, &to_stop));
            report.also(Outcome::Refused, &next);
        }
        Standing::StartRefused { application, refusal, by_hand } => {
            say(report, &refusal.to_string());
            report.also(Outcome::Refused, refusal.remedy());
            if by_hand {
                report.also(Outcome::Refused, &format!("By hand: {}", start(&application)));
            }
        }
        Standing::Continued { attempt } => {
            report.attempt = attempt;
            report.also(Outcome::RollbackContinued, "");
        }
        // What is to be started again then is whose event comes next.
        Standing::ContinuedByAnother => {
            report.state.push_str("Somebody else continued the rollback.");
            report.also(Outcome::RollbackContinued, "");
        }
        Standing::Recovered { .. } => report.also(Outcome::Recovered, ""),
        Standing::AwaitingFix { application } => {
            report.also(Outcome::StoppedAwaitingFix, &before(&application).map_or_else(String::new, next_for_a_fix));
        }
        Standing::Gone { application } => {
            say(report, &format!("{application}: it does not exist any more, and its snapshots went with it."));
            let next = "Take the application and what names it out of the template, deploy, and put them back: it starts empty.";
            report.also(Outcome::Refused, next);
        }
    }
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
fn stopped(name: &str, before: Option<&Application>, trail: &Trail, bound: Duration) -> String {
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
fn restarted(application: &Application) -> String {
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
