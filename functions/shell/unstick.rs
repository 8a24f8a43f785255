//! The incident from the event to the report: gather, assess, stop, continue; later start again and prove it.

use std::time::{Duration, Instant};

use serde_json::Value;
use shared::contract::{ActionTaken, ApplicationReport, MAX_REPLAY_HOURS, Outcome, Report, UNSTICK, Wake};
use shared::lifecycle::{
    Application, Assessment, Consent, Continued, Done, Force, Goal, Incident, Looks, MARKER, Recovered, Refusal,
    Replay, StackEvent, StackStatus, Stopped as StoppedGoal, Timestamp, UNSTICK_TOKEN, assess, replay, to_recover,
};
use std::collections::BTreeMap;
use tracing::info;

use crate::aws::Aws;
use crate::drive::{InNameOf, Stopped, Subject, Trail, drive};
use crate::fault::Fault;
use crate::flink;
use crate::now::now;
use crate::pace::Pace;
use crate::stack::{self, StackSeen};

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

const STACK: &str = "AWS::CloudFormation::Stack";

/// Handles one event.
pub(crate) async fn handle(aws: &Aws, event: &Value, until: Instant) -> Result<Report, Unfinished> {
    let (name, told) = match Wake::read(event).map_err(Unfinished::Unknown)? {
        Wake::StackStatusChange { stack_id, status } => (stack_id, status),
        Wake::Operator { stack_name } => (stack_name, String::new()),
        Wake::Sweep => return Ok(blank(Outcome::Swept, "")),
    };
    let root = match root(aws, &name).await {
        Ok(root) => root,
        Err(Fault::Passing(text)) => return Err(Unfinished::Passing(text)),
        Err(fault) => {
            let refusal = fault.refusal(shared::lifecycle::Action::DescribeStacks);
            return Ok(refused(blank(Outcome::Refused, &name), &refusal));
        }
    };
    let incident = gather(aws, &root).await.map_err(|fault| Unfinished::Passing(format!("{fault:?}")))?;
    let mut report = blank(Outcome::NotOurs, &root.id);
    report.cause = incident.cause().map_or_else(String::new, |event| event.reason.clone());
    info!(stack = root.id, status = %root.status, told, "woken");
    if told == StackStatus::UpdateFailed.as_str() || root.status == StackStatus::UpdateFailed {
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

async fn root(aws: &Aws, name: &str) -> Result<StackSeen, Fault> {
    let seen = stack::describe(aws, name).await?;
    if seen.root == seen.id { Ok(seen) } else { stack::describe(aws, &seen.root.clone()).await }
}

/// The rows of the newest operation, the root's and its failed nested stacks'.
async fn gather(aws: &Aws, root: &StackSeen) -> Result<Incident, Fault> {
    let mut events: Vec<StackEvent> = Vec::new();
    let mut stacks = vec![root.id.clone()];
    let mut began = Timestamp(i64::MIN);
    while let Some(stack) = stacks.pop() {
        let is_root = stack == root.id;
        let first = |event: &StackEvent| {
            let own = event.resource_type == STACK && event.physical_id == stack;
            (is_root && own && event.status == "UPDATE_IN_PROGRESS") || (!is_root && event.time < began)
        };
        let rows = stack::events(aws, &stack, first).await?;
        if is_root {
            began = rows.last().map_or(began, |row| row.time);
        }
        for row in &rows {
            let nested = row.resource_type == STACK && row.physical_id != stack && row.status.ends_with("_FAILED");
            if nested && !stacks.contains(&row.physical_id) {
                stacks.push(row.physical_id.clone());
            }
        }
        events.extend(rows);
    }
    // Stable: rows of one stack stay in the order that CloudFormation gave them.
    events.sort_by_key(|event| std::cmp::Reverse(event.time));
    let may_continue = root.role.is_some() || aws.environment.continue_with_own_role;
    let consent = Consent::of(None, root.tags.get(UNSTICK).map(String::as_str));
    Ok(Incident { stack: root.id.clone(), status: root.status, may_continue, consent, events })
}

async fn unstick(
    aws: &Aws,
    root: &StackSeen,
    incident: &Incident,
    mut report: Report,
    until: Instant,
) -> Result<Report, Unfinished> {
    let blockers = incident.blockers();
    report.blockers = blockers.iter().map(|blocker| format!("{}: {}", blocker.logical_id, blocker.reason)).collect();
    report.attempt = incident.continued();
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
        Assessment::Refuse(refusal) => return Ok(refused_with(report, &refusal, &by_hand(root, found.keys()))),
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
        report.state.push_str(&cost(&name, found.get(&name), &trail, bound));
        report.applications.push(told(&name, &trail));
        if let Err(refusal) = done {
            return Ok(refused_with(report, &refusal, &by_hand(root, found.keys())));
        }
    }
    let failed = incident.newest(StackStatus::UpdateRollbackFailed).map(|event| event.id.clone()).unwrap_or_default();
    let goal = Goal::Continued(Continued { token: token(&failed) });
    let (done, _) = reach(aws, &goal, &root.id, None, incident.continued(), until).await?;
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
        Err(refusal) => Ok(refused_with(report, &refusal, &by_hand(root, []))),
    }
}

/// What CloudFormation takes as a token: the same for every delivery of one failure.
fn token(event_id: &str) -> String {
    let id: String = event_id.chars().filter(|letter| letter.is_ascii_alphanumeric() || *letter == '-').collect();
    format!("{UNSTICK_TOKEN}{id}").chars().take(128).collect()
}

async fn recover(
    aws: &Aws,
    root: &StackSeen,
    incident: &Incident,
    mut report: Report,
    until: Instant,
) -> Result<Report, Unfinished> {
    let names =
        stack::applications(aws, &root.id, true).await.map_err(|fault| Unfinished::Passing(format!("{fault:?}")))?;
    let complete = incident.newest(StackStatus::UpdateRollbackComplete);
    let (event, since) = complete.map_or_else(|| (String::new(), now()), |row| (row.id.clone(), row.time));
    for (_, name) in names {
        let Some(application) = seen(aws, &name).await? else { continue };
        let consent = Consent::of(application.tag(UNSTICK), root.tags.get(UNSTICK).map(String::as_str));
        if !to_recover(incident, &application) {
            continue;
        }
        let start = format!("aws kinesisanalyticsv2 start-application --application-name {name}");
        match consent {
            Consent::Enabled => {}
            Consent::DryRun => {
                report.outcome = Outcome::DryRun;
                report.next = format!("would start {name}; by hand: {start}");
                continue;
            }
            Consent::None if application.tag(MARKER).is_some() => {
                return Ok(refused_with(report, &Refusal::NotTagged { application: name }, &start));
            }
            Consent::None => continue,
        }
        let goal = Goal::Recovered(Recovered {
            event: event.clone(),
            stabilize: aws.environment.stabilize,
            proof: format!("flink-handlers-gate-{}", token(&event)),
            since,
            patience: aws.environment.stop_patience,
        });
        let (done, trail) = reach(aws, &goal, &root.id, Some(name.clone()), 0, until).await?;
        report.applications.push(told(&name, &trail));
        match done {
            Ok(Done::AwaitingFix) => {
                report.outcome = Outcome::StoppedAwaitingFix;
                "deploy a fix: the stopped application takes the update, and auto-start runs it"
                    .clone_into(&mut report.next);
            }
            Ok(Done::Healthy) if report.outcome == Outcome::NotOurs => report.outcome = Outcome::Recovered,
            Ok(_) => {}
            Err(refusal) => return Ok(refused(report, &refusal)),
        }
    }
    Ok(report)
}

async fn seen(aws: &Aws, name: &str) -> Result<Option<Application>, Unfinished> {
    flink::look(aws, name, |_| Looks::ALL).await.map_err(|fault| Unfinished::Passing(format!("{fault:?}")))
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

/// What a force-stop threw away; a graceful one nothing.
fn cost(name: &str, before: Option<&Application>, trail: &Trail, bound: Duration) -> String {
    use shared::lifecycle::Call;
    let forced = trail.calls.iter().any(|(call, _)| matches!(call, Call::Stop { force: true }));
    let Some(application) = before.filter(|_| forced) else {
        return format!("{name}: no state was thrown away. ");
    };
    match replay(application, now(), bound) {
        Replay::Since { snapshot, age } => {
            format!("{name}: what came after snapshot {snapshot} ({} minutes) is replayed. ", age.as_secs() / 60)
        }
        Replay::Empty { age } => {
            format!(
                "{name}: there was no snapshot; state restarts empty and {} minutes are replayed. ",
                age.as_secs() / 60
            )
        }
        Replay::Forbidden { why } => format!("{name}: {why}. "),
    }
}

fn told(name: &str, trail: &Trail) -> ApplicationReport {
    let last = trail.last.as_ref();
    let application = last.and_then(|last| last.application.as_ref());
    let snapshot = application.and_then(Application::newest_snapshot);
    ApplicationReport {
        application_name: name.to_owned(),
        found: trail.found.clone().unwrap_or_default(),
        left: application.map_or_else(|| "absent".to_owned(), |application| application.status.to_string()),
        snapshot: snapshot.map(|snapshot| snapshot.name.clone()).unwrap_or_default(),
        snapshot_age_minutes: snapshot.map(|snapshot| now().since(snapshot.created).as_secs() / 60),
        actions: trail
            .calls
            .iter()
            .map(|(call, because)| ActionTaken { call: call.to_string(), because: because.to_string() })
            .collect(),
    }
}

/// The commands with which a person gets the stack out.
fn by_hand<'a>(root: &StackSeen, applications: impl IntoIterator<Item = &'a String>) -> String {
    let stop = |name| format!("aws kinesisanalyticsv2 stop-application --application-name {name} --force; ");
    let stops: String = applications.into_iter().map(stop).collect();
    format!("{stops}aws cloudformation continue-update-rollback --stack-name {}", root.id)
}

fn refused_with(report: Report, refusal: &Refusal, commands: &str) -> Report {
    let mut report = refused(report, refusal);
    report.next = format!("{} By hand: {commands}", report.next);
    report
}

fn refused(mut report: Report, refusal: &Refusal) -> Report {
    report.outcome = Outcome::Refused;
    report.state.push_str(&refusal.to_string());
    refusal.remedy().clone_into(&mut report.next);
    report
}

fn blank(outcome: Outcome, stack: &str) -> Report {
    Report {
        outcome,
        stack: stack.to_owned(),
        cause: String::new(),
        blockers: Vec::new(),
        applications: Vec::new(),
        attempt: 0,
        state: String::new(),
        next: String::new(),
    }
}
