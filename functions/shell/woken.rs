//! What the unsticker is woken for, from the event to the report.

use std::time::Instant;

use serde_json::Value;
use shared::contract::{Outcome, Report, Wake};
use shared::lifecycle::{Action, Application, Done, Goal, Looks, Refusal, StackStatus, Timestamp};
use tracing::info;

use crate::aws::Aws;
use crate::drive::{InNameOf, Stopped, Subject, Trail, drive};
use crate::fault::Fault;
use crate::look::Begun;
use crate::now::now;
use crate::pace::Pace;
use crate::recover::recover;
use crate::stack::StackSeen;
use crate::sweep::sweep;
use crate::unstick::unstick;
use crate::{gather, look, report as told};

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
pub(crate) enum Halt {
    Unfinished(Unfinished),
    /// It cannot even be looked at.
    Refused(Refusal),
}

impl From<Unfinished> for Halt {
    fn from(unfinished: Unfinished) -> Self {
        Self::Unfinished(unfinished)
    }
}

/// Looks until something is learned. What may pass is looked at again: a delivery that gave up at the first throttled call would be one
/// of three, and a region's stacks get stuck together. What may not pass is told to a person.
pub(crate) async fn learned<T>(
    aws: &Aws,
    until: Instant,
    action: Action,
    mut look: impl AsyncFnMut() -> Result<T, Fault>,
) -> Result<T, Halt> {
    let mut pace = Pace::new(&aws.environment, until);
    loop {
        match look().await {
            Ok(told) => return Ok(told),
            Err(Fault::Passing(error)) => {
                info!(?action, error, "looked and learned nothing");
                pace.untold().await.map_err(|_| Unfinished::Passing(error))?;
            }
            Err(fault) => return Err(Halt::Refused(fault.refusal(action))),
        }
    }
}

/// Handles one event; `function` is this function's own name.
pub(crate) async fn handle(aws: &Aws, event: &Value, function: &str, until: Instant) -> Result<Report, Unfinished> {
    let wake = Wake::read(event).map_err(Unfinished::Unknown)?;
    let (name, ended) = match &wake {
        Wake::Sweep => ("", sweep(aws, function, until).await.map(|report| (report, None))),
        Wake::StackStatusChange { stack_id, status } => {
            (stack_id.as_str(), incident(aws, stack_id, status, until).await)
        }
        Wake::Operator { stack_name: name } | Wake::Found { stack_id: name } => {
            (name.as_str(), incident(aws, name, "", until).await)
        }
    };
    let (mut report, rests_since) = match ended {
        Ok(ended) => ended,
        Err(Halt::Refused(refusal)) => (told::refused(told::blank(Outcome::Refused, name), &refusal), None),
        Err(Halt::Unfinished(unfinished)) => return Err(unfinished),
    };
    report.notify = report.heard_by(&wake, rests_since, now());
    Ok(report)
}

/// The stack's own status decides; the event's may be late, and only says who was woken for what. Besides the report, since when the stack
/// is as it is.
async fn incident(aws: &Aws, name: &str, woken_for: &str, until: Instant) -> Result<(Report, Option<Timestamp>), Halt> {
    let root = learned(aws, until, Action::DescribeStacks, async || gather::root(aws, name).await).await?;
    let incident =
        learned(aws, until, Action::DescribeStackEvents, async || gather::incident(aws, &root).await).await?;
    let mut report = told::blank(Outcome::NotOurs, &root.id);
    report.cause = incident.cause().map_or_else(String::new, |event| event.reason.clone());
    report.attempt = incident.continued();
    info!(stack = root.id, status = %root.status, woken_for, "woken");
    let since = incident.newest(root.status).map(|row| row.time);
    if woken_for == StackStatus::UpdateFailed.as_str() || root.status == StackStatus::UpdateFailed {
        report.outcome = Outcome::Reported;
        report.next = format!("aws cloudformation rollback-stack --stack-name {}", root.id);
        return Ok((report, since));
    }
    let report = match root.status {
        StackStatus::UpdateRollbackFailed => unstick(aws, &root, &incident, report, until).await?,
        StackStatus::UpdateRollbackComplete | StackStatus::UpdateComplete => {
            recover(aws, &root, &incident, report, until).await?
        }
        other => {
            report.state = format!("the stack is {other}: there is nothing to get unstuck");
            report
        }
    };
    Ok((report, since))
}

/// An application with all that is known of it.
pub(crate) async fn seen(aws: &Aws, name: &str, until: Instant) -> Result<Option<Application>, Halt> {
    let mut begun = Begun::default();
    learned(aws, until, Action::DescribeApplication, async || {
        look::application(aws, name, &mut begun, |_| Looks::ALL).await
    })
    .await
}

/// Drives one goal in the name of an incident.
pub(crate) async fn reach(
    aws: &Aws,
    goal: &Goal,
    root: &StackSeen,
    application: Option<String>,
    continued: u32,
    until: Instant,
) -> Result<(Result<Done, Refusal>, Trail), Unfinished> {
    let in_name_of = InNameOf::Incident { continued, status: root.status };
    let subject = Subject { stack: root.id.clone(), application, in_name_of, stack_seen: None };
    let mut trail = Trail::default();
    let mut pace = Pace::new(&aws.environment, until);
    match drive(aws, goal, &subject, &mut pace, &mut trail).await {
        Ok(done) => Ok((Ok(done), trail)),
        Err(Stopped::Refused(refusal)) => Ok((Err(refusal), trail)),
        Err(Stopped::OutOfTime(_)) => Err(Unfinished::OutOfTime),
    }
}
