//! The incident from the event to the report: gather, assess, stop, continue; later start again and prove it.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::Value;
use shared::contract::{MAX_REPLAY_HOURS, Outcome, Report, UNSTICK, Wake};
use shared::lifecycle::{
    Action, Application, Assessment, Consent, Continued, Done, Force, Goal, Incident, Looks, MARKER, Recovered,
    Refusal, Replay, StackStatus, Stopped as StoppedGoal, UNSTICK_TOKEN, assess, replay, to_recover,
};
use tracing::info;

use crate::aws::Aws;
use crate::drive::{InNameOf, Stopped, Subject, Trail, drive};
use crate::fault::Fault;
use crate::now::now;
use crate::pace::Pace;
use crate::stack::{self, StackSeen};
use crate::{flink, gather, report as told};

/// Why there is no report. Lambda then delivers the event again, and what is unfinished is finished.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unfinished {
    /// The event is none of the three.
    #[error("{0}")]
    Unknown(String),
    /// Something that may pass.
    #[error("nothing could be learned: {0}")]
    Passing(String),
    /// The deadline.
    #[error("no time is left; the next delivery or the sweep goes on from here")]
    OutOfTime,
}

/// Why an incident is not gone on with.
enum Halt {
    Unfinished(Unfinished),
    /// It cannot even be looked at.
    Refused(Refusal),
}

impl From<Unfinished> for Halt {
    fn from(unfinished: Unfinished) -> Self {
        Self::Unfinished(unfinished)
    }
}

/// What may pass is delivered again; what may not is told to a person.
fn learned<T>(action: Action, told: Result<T, Fault>) -> Result<T, Halt> {
    told.map_err(|fault| match fault {
        Fault::Passing(text) => Halt::Unfinished(Unfinished::Passing(text)),
        fault => Halt::Refused(fault.refusal(action)),
    })
}

/// Handles one event.
pub(crate) async fn handle(aws: &Aws, event: &Value, until: Instant) -> Result<Report, Unfinished> {
    let (name, status) = match Wake::read(event).map_err(Unfinished::Unknown)? {
        Wake::StackStatusChange { stack_id, status } => (stack_id, status),
        Wake::Operator { stack_name } => (stack_name, String::new()),
        Wake::Sweep => return Ok(told::blank(Outcome::Swept, "")),
    };
    match incident(aws, &name, &status, until).await {
        Ok(report) => Ok(report),
        Err(Halt::Refused(refusal)) => Ok(told::refused(told::blank(Outcome::Refused, &name), &refusal)),
        Err(Halt::Unfinished(unfinished)) => Err(unfinished),
    }
}

/// The stack's own status decides; the event's may be late, and only says who was woken for what.
async fn incident(aws: &Aws, name: &str, woken_for: &str, until: Instant) -> Result<Report, Halt> {
    let root = learned(Action::DescribeStacks, gather::root(aws, name).await)?;
    let incident = learned(Action::DescribeStackEvents, gather::incident(aws, &root).await)?;
    let mut report = told::blank(Outcome::NotOurs, &root.id);
    report.cause = incident.cause().map_or_else(String::new, |event| event.reason.clone());
    report.attempt = incident.continued();
    info!(stack = root.id, status = %root.status, woken_for, "woken");
    if woken_for == StackStatus::UpdateFailed.as_str() || root.status == StackStatus::UpdateFailed {
        report.outcome = Outcome::Reported;
        report.next = format!("aws cloudformation rollback-stack --stack-name {}", root.id);
        return Ok(report);
    }
    match root.status {
        StackStatus::UpdateRollbackFailed => unstick(aws, &root, &incident, report, until).await,
        StackStatus::UpdateRollbackComplete => recover(aws, &root, &incident, report, until).await,
        other => {
            report.state = format!("the stack is {other}: there is nothing to get unstuck");
            Ok(report)
        }
    }
}

async fn unstick(
    aws: &Aws,
    root: &StackSeen,
    incident: &Incident,
    mut report: Report,
    until: Instant,
) -> Result<Report, Halt> {
    let blockers = incident.blockers();
    report.blockers = blockers.iter().map(|blocker| format!("{}: {}", blocker.logical_id, blocker.reason)).collect();
    let mut found: BTreeMap<String, Application> = BTreeMap::new();
    for name in blockers.iter().filter_map(|blocker| blocker.application.as_ref()) {
        if let Some(application) = seen(aws, name).await? {
            found.insert(name.clone(), application);
        }
    }
    let consent = |name: &str| {
        let own = found.get(name).and_then(|application| application.tag(UNSTICK));
        Consent::of(own, root.tags.get(UNSTICK).map(String::as_str))
    };
    let mut applications = match assess(incident, consent) {
        Assessment::Act { applications } => applications,
        Assessment::Refuse(refusal) => return Ok(told::refused_with(report, &refusal, &by_hand(root, found.keys()))),
        Assessment::NotOurs => return Ok(report),
        Assessment::NoLongerStuck => {
            "the stack is not stuck any more".clone_into(&mut report.state);
            return Ok(report);
        }
        Assessment::DryRun { applications } => {
            report.outcome = Outcome::DryRun;
            report.next = format!(
                "would stop {} and continue the rollback; tag the stack {UNSTICK}=enabled to let it",
                applications.join(", ")
            );
            return Ok(report);
        }
    };
    // Whose force-stop is forbidden comes first: if it is refused, no other was stopped.
    let may_force = |name: &String| {
        let application = found.get(name);
        application.is_none_or(|one| !matches!(replay(one, now(), bound(aws, one)), Replay::Forbidden { .. }))
    };
    applications.sort_by_key(may_force);
    let marker = incident.began().map(|event| event.id.clone()).unwrap_or_default();
    for name in applications {
        let bound = found.get(&name).map_or(aws.environment.max_replay, |application| bound(aws, application));
        let goal = Goal::Stopped(StoppedGoal {
            marker: Some(marker.clone()),
            graceful: true,
            force: Force::UnderReplayRule(bound),
            patience: aws.environment.stop_patience,
        });
        let (done, trail) = reach(aws, &goal, &root.id, Some(name.clone()), 0, until).await?;
        report.state.push_str(&told::stopped(&name, found.get(&name), &trail, bound));
        report.applications.push(told::application(&name, &trail));
        if let Err(refusal) = done {
            return Ok(told::refused_with(report, &refusal, &by_hand(root, found.keys())));
        }
    }
    let failed = incident.newest(StackStatus::UpdateRollbackFailed).map(|event| event.id.clone()).unwrap_or_default();
    let goal = Goal::Continued(Continued { token: token(&failed) });
    let (done, trail) = reach(aws, &goal, &root.id, None, incident.continued(), until).await?;
    report.actions = told::actions(&trail);
    match done {
        Ok(Done::RollbackContinued) => {
            report.outcome = Outcome::RollbackContinued;
            report.attempt = incident.continued() + 1;
            Ok(report)
        }
        Ok(_) => {
            report.state.push_str("Somebody else continued the rollback.");
            report.outcome = Outcome::RollbackContinued;
            Ok(report)
        }
        Err(refusal) => Ok(told::refused_with(report, &refusal, &by_hand(root, []))),
    }
}

/// What CloudFormation takes as a token: the same for every delivery of one failure.
fn token(event_id: &str) -> String {
    format!("{UNSTICK_TOKEN}{}", plain(event_id)).chars().take(128).collect()
}

/// The letters of an event's ID that tokens and snapshot names take.
fn plain(event_id: &str) -> String {
    event_id.chars().filter(|letter| letter.is_ascii_alphanumeric() || *letter == '-').collect()
}

async fn recover(
    aws: &Aws,
    root: &StackSeen,
    incident: &Incident,
    mut report: Report,
    until: Instant,
) -> Result<Report, Halt> {
    let names = learned(Action::ListStackResources, stack::applications(aws, &root.id, true).await)?;
    let complete = incident.newest(StackStatus::UpdateRollbackComplete);
    let (event, since) = complete.map_or_else(|| (String::new(), now()), |row| (row.id.clone(), row.time));
    for (_, name) in names {
        let Some(application) = seen(aws, &name).await? else {
            // Only an incident of ours is asked what became of it.
            if incident.continued() > 0 {
                told::gone(&mut report, &name);
            }
            continue;
        };
        let consent = Consent::of(application.tag(UNSTICK), root.tags.get(UNSTICK).map(String::as_str));
        if !to_recover(incident, &application) {
            continue;
        }
        let start = format!("aws kinesisanalyticsv2 start-application --application-name {name}");
        match consent {
            Consent::Enabled => {}
            Consent::DryRun => {
                told::also(&mut report, Outcome::DryRun, &format!("would start {name}; by hand: {start}"));
                continue;
            }
            Consent::None if application.tag(MARKER).is_some() => {
                told::also_refused(&mut report, &Refusal::NotTagged { application: name });
                told::also(&mut report, Outcome::Refused, &format!("By hand: {start}"));
                continue;
            }
            Consent::None => continue,
        }
        let goal = Goal::Recovered(Recovered {
            event: event.clone(),
            stabilize: aws.environment.stabilize,
            proof: format!("flink-handlers-gate-{}", plain(&event)),
            since,
            patience: aws.environment.stop_patience,
        });
        let (done, trail) = reach(aws, &goal, &root.id, Some(name.clone()), 0, until).await?;
        // What it was started from is what was the newest before.
        report.state.push_str(&told::restarted(&application));
        report.applications.push(told::application(&name, &trail));
        match done {
            Ok(Done::AwaitingFix) => {
                told::also(&mut report, Outcome::StoppedAwaitingFix, &told::next_for_a_fix(&application));
            }
            Ok(Done::Healthy) => told::also(&mut report, Outcome::Recovered, ""),
            Ok(Done::Gone) => told::gone(&mut report, &name),
            Ok(_) => {}
            // One that cannot be started keeps no other down.
            Err(refusal) => told::also_refused(&mut report, &refusal),
        }
    }
    Ok(report)
}

async fn seen(aws: &Aws, name: &str) -> Result<Option<Application>, Halt> {
    learned(Action::DescribeApplication, flink::look(aws, name, |_| Looks::ALL).await)
}

async fn reach(
    aws: &Aws,
    goal: &Goal,
    stack: &str,
    application: Option<String>,
    continued: u32,
    until: Instant,
) -> Result<(Result<Done, Refusal>, Trail), Unfinished> {
    let in_name_of = InNameOf::Incident { continued };
    let subject = Subject { stack: stack.to_owned(), application, in_name_of };
    let mut trail = Trail::default();
    let mut pace = Pace::new(&aws.environment, until);
    match drive(aws, goal, &subject, &mut pace, &mut trail).await {
        Ok(done) => Ok((Ok(done), trail)),
        Err(Stopped::Refused(refusal)) => Ok((Err(refusal), trail)),
        Err(Stopped::OutOfTime(_)) => Err(Unfinished::OutOfTime),
    }
}

/// The function's bound, which the application's tag may only lower.
fn bound(aws: &Aws, application: &Application) -> Duration {
    let own = application.tag(MAX_REPLAY_HOURS).and_then(|hours| hours.parse::<u64>().ok()).map(Duration::from_hours);
    own.map_or(aws.environment.max_replay, |own| own.min(aws.environment.max_replay))
}

/// The commands with which a person gets the stack out.
fn by_hand<'a>(root: &StackSeen, applications: impl IntoIterator<Item = &'a String>) -> String {
    let stop = |name| format!("aws kinesisanalyticsv2 stop-application --application-name {name} --force; ");
    let stops: String = applications.into_iter().map(stop).collect();
    format!("{stops}aws cloudformation continue-update-rollback --stack-name {}", root.id)
}
