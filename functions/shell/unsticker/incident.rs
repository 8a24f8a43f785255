//! One incident: read the stack and its applications, drive one goal after the other, report. [`next`] decides which.

use std::time::Instant;

use shared::contract::{Outcome, Report};
use shared::flink::{Application, Mask};
use shared::lifecycle::{
    Action, Consent, Done, Goal, GoalResult, Incident, IncidentSettings, Next, Reading, Reads, Refusal, Trigger, next,
    reading,
};
use shared::time::Timestamp;
use tracing::info;

use super::read_incident::{self, IncidentError, NoReport, retry_transient};
use super::report::{self, GoalRecord, compose};
use crate::aws::cloudformation::StackSeen;
use crate::aws::{Aws, flink};
use crate::backoff::Pace;
use crate::clock::now;
use crate::observe::{self, PartialObservation};
use crate::reconcile::{CallHistory, InNameOf, ReconcileError, ReconcileTarget, drive};

/// Drives the incident of the stack `name` until nothing more can be done now. Besides the report, since when the stack
/// is as it is.
pub(super) async fn handle(
    aws: &Aws,
    name: &str,
    trigger: Trigger,
    until: Instant,
) -> Result<(Report, Option<Timestamp>), IncidentError> {
    let settings = IncidentSettings::from(&aws.environment);
    let Some(root) = root(aws, name, until).await? else { return Ok((report::not_ours(name), None)) };
    let mut incident = read_incident::described_incident(aws, &root);
    incident.trigger = trigger;
    info!(stack = root.id, status = %root.status, ?trigger, "invoked");
    let read_since = now();
    let applications = match read(aws, &mut incident, until).await {
        // What cannot be read of a stack that has not opted in is not reported.
        Err(IncidentError::Refused(refusal)) if incident.consent == Consent::None => {
            info!(%refusal, "a stack that has not opted in could not be read");
            return Ok((report::blank(Outcome::NotOurs, &root.id), None));
        }
        applications => applications?,
    };
    let mut taken: Vec<GoalRecord> = Vec::new();
    loop {
        match next(&incident, &applications, &settings, now()) {
            Next::Reach { goal, application } => {
                // What it was is not what it is once something was done.
                let first = incident.attempted.is_empty().then_some(application.as_deref()).flatten();
                let seen = applications.iter().find(|one| first == Some(one.name.as_str()));
                let seen = seen.map(|one| Box::new((one.clone(), read_since)));
                let in_name_of = InNameOf::Incident { continued: incident.continued(), status: incident.status, seen };
                let subject = ReconcileTarget {
                    stack: incident.stack.clone(),
                    application: application.clone(),
                    in_name_of,
                    stack_seen: None,
                };
                let (result, trail) = reach(aws, &goal, &subject, until).await?;
                incident.attempted.push(GoalResult { application: application.clone(), result: result.clone() });
                taken.push(GoalRecord { goal, application, trail, result });
            }
            Next::Report(standings) => {
                let since = incident.newest(incident.status).map(|row| row.time);
                return Ok((compose(&incident, &applications, &taken, standings, &settings), since));
            }
        }
    }
}

/// The root of the stack, if the stack that is named has opted in or a guard of ours may concern it. An untagged stack
/// costs one call.
async fn root(aws: &Aws, name: &str, until: Instant) -> Result<Option<StackSeen>, IncidentError> {
    let described = async || read_incident::described(aws, name).await;
    let Some(named) = retry_transient(aws, until, Action::DescribeStacks, described).await? else { return Ok(None) };
    let consent = read_incident::consent(&named);
    if named.root == named.id || (consent == Consent::None && reading(named.status, consent) == Reading::Nothing) {
        return Ok(Some(named));
    }
    retry_transient(aws, until, Action::DescribeStacks, async || read_incident::described(aws, &named.root).await).await
}

/// Reads what the decision takes, and no more.
async fn read(aws: &Aws, incident: &mut Incident, until: Instant) -> Result<Vec<Application>, IncidentError> {
    let reading = reading(incident.status, incident.consent);
    if reading == Reading::Nothing {
        return Ok(Vec::new());
    }
    retry_transient(aws, until, Action::ListStackResources, async || read_incident::tree(aws, incident).await).await?;
    // A sweep has seen the marker.
    if reading == Reading::Guarded && !incident.is_guarded && incident.trigger != Trigger::Sweep {
        return Ok(Vec::new());
    }
    let stack = incident.stack.clone();
    let events = async || read_incident::events(aws, &stack).await;
    incident.events = retry_transient(aws, until, Action::DescribeStackEvents, events).await?;
    let mut applications = Vec::new();
    for name in incident.concerned() {
        match observe(aws, &name, until).await {
            // An application that is out of reach does not keep the others from being reported.
            Err(IncidentError::Refused(_)) if incident.consent == Consent::None => {}
            found => applications.extend(found?),
        }
    }
    let history = async || read_incident::history(aws, incident, &applications).await;
    retry_transient(aws, until, Action::DescribeStackEvents, history).await?;
    let others = others(aws, incident, &applications, until).await?;
    incident.mask = Mask::of_stack(&incident.stack, &[&applications[..], &others].concat());
    Ok(applications)
}

/// The other applications of the tree, as they are described: a row may repeat a value of theirs. One that cannot be
/// described has no value that is known here.
async fn others(
    aws: &Aws,
    incident: &Incident,
    known: &[Application],
    until: Instant,
) -> Result<Vec<Application>, IncidentError> {
    let mut others = Vec::new();
    for name in incident.applications.iter().filter(|name| known.iter().all(|one| one.name != **name)) {
        match retry_transient(aws, until, Action::DescribeApplication, async || flink::described(aws, name).await).await
        {
            Ok(found) => others.extend(found),
            Err(IncidentError::Refused(_)) => {}
            Err(halt @ IncidentError::NoReport(_)) => return Err(halt),
        }
    }
    Ok(others)
}

/// An application with all that is known of it; `None` when it does not exist.
async fn observe(aws: &Aws, name: &str, until: Instant) -> Result<Option<Application>, IncidentError> {
    let mut partial = PartialObservation::default();
    retry_transient(aws, until, Action::DescribeApplication, async || {
        observe::application(aws, name, &mut partial, |_| Reads::ALL).await
    })
    .await
}

/// Drives one goal in the name of an incident.
async fn reach(
    aws: &Aws,
    goal: &Goal,
    subject: &ReconcileTarget,
    until: Instant,
) -> Result<(Result<Done, Refusal>, CallHistory), NoReport> {
    let mut trail = CallHistory::default();
    let mut pace = Pace::new(&aws.environment, until);
    match drive(aws, goal, subject, &mut pace, &mut trail).await {
        Ok(done) => Ok((Ok(done), trail)),
        Err(ReconcileError::Refused(refusal)) => Ok((Err(refusal), trail)),
        Err(ReconcileError::OutOfTime(_)) => Err(NoReport::OutOfTime),
    }
}
