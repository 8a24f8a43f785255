//! One incident: read the stack and its applications, drive one goal after the other, report. [`next`] decides which.

use std::time::Instant;

use shared::contract::Report;
use shared::lifecycle::Done;
use shared::lifecycle::{
    Action, Application, Attempted, Goal, Incident, Looks, Next, Refusal, Settings, Timestamp, Trigger, next,
};
use tracing::info;

use super::{Halt, Unfinished, learned};
use crate::aws::Aws;
use crate::drive::{InNameOf, Stopped, Subject, Trail, drive};
use crate::look::Begun;
use crate::now::now;
use crate::pace::Pace;
use crate::report::{Taken, compose};
use crate::{gather, look};

/// Drives the incident of the stack `name` until nothing more can be done now. Besides the report, since when the stack is as it is.
pub(super) async fn handle(
    aws: &Aws,
    name: &str,
    trigger: Trigger,
    until: Instant,
) -> Result<(Report, Option<Timestamp>), Halt> {
    let root = learned(aws, until, Action::DescribeStacks, async || gather::root(aws, name).await).await?;
    let mut incident =
        learned(aws, until, Action::DescribeStackEvents, async || gather::incident(aws, &root).await).await?;
    incident.trigger = trigger;
    info!(stack = root.id, status = %root.status, ?trigger, "invoked");
    if incident.needs_applications() {
        let tree = async || gather::applications(aws, &root).await;
        incident.applications = learned(aws, until, Action::ListStackResources, tree).await?;
    }
    let mut applications = Vec::new();
    for name in incident.concerned() {
        applications.extend(observe(aws, &name, until).await?);
    }
    let settings = Settings::from(&aws.environment);
    let mut taken: Vec<Taken> = Vec::new();
    loop {
        match next(&incident, &applications, &settings, now()) {
            Next::Reach { goal, application } => {
                let (result, trail) = reach(aws, &goal, &incident, application.clone(), until).await?;
                incident.attempted.push(Attempted { application: application.clone(), result });
                taken.push(Taken { goal, application, trail });
            }
            Next::Report(standings) => {
                let since = incident.newest(incident.status).map(|row| row.time);
                return Ok((compose(&incident, &applications, &taken, standings), since));
            }
        }
    }
}

/// An application with all that is known of it; `None` when it does not exist.
async fn observe(aws: &Aws, name: &str, until: Instant) -> Result<Option<Application>, Halt> {
    let mut begun = Begun::default();
    learned(aws, until, Action::DescribeApplication, async || {
        look::application(aws, name, &mut begun, |_| Looks::ALL).await
    })
    .await
}

/// Drives one goal in the name of an incident.
async fn reach(
    aws: &Aws,
    goal: &Goal,
    incident: &Incident,
    application: Option<String>,
    until: Instant,
) -> Result<(Result<Done, Refusal>, Trail), Unfinished> {
    let in_name_of = InNameOf::Incident { continued: incident.continued(), status: incident.status };
    let subject = Subject { stack: incident.stack.clone(), application, in_name_of, stack_seen: None };
    let mut trail = Trail::default();
    let mut pace = Pace::new(&aws.environment, until);
    match drive(aws, goal, &subject, &mut pace, &mut trail).await {
        Ok(done) => Ok((Ok(done), trail)),
        Err(Stopped::Refused(refusal)) => Ok((Err(refusal), trail)),
        Err(Stopped::OutOfTime(_)) => Err(Unfinished::OutOfTime),
    }
}
