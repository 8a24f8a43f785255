//! What is known of an incident: the root stack, and the events of its newest operation; read until AWS answers or the
//! time is up.

use std::collections::BTreeSet;
use std::time::Instant;

use shared::contract::{UNSTICK, UpdateGuard};
use shared::flink::{Application, Mask};
use shared::lifecycle::{Action, Consent, Incident, Refusal, Trigger, UnreadMarker};
use shared::stack::types::{APPLICATION, STACK};
use shared::stack::{StackEvent, StackStatus};
use shared::time::Timestamp;
use tracing::info;

use crate::aws::Aws;
use crate::aws::cloudformation::{self, StackSeen};
use crate::aws::error::Fault;
use crate::backoff::Pace;

/// Why there is no report. Lambda then delivers the event again, and what is unfinished is finished.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoReport {
    /// The event is none of the three.
    #[error("{0}")]
    Unknown(String),
    /// A transient error that did not pass in time.
    #[error("nothing could be learned: {0}")]
    Transient(String),
    /// The invocation's deadline came first.
    #[error("no time is left; the next delivery or the sweep goes on from here")]
    OutOfTime,
}

/// Why an incident is not gone on with.
pub(crate) enum IncidentError {
    NoReport(NoReport),
    /// It cannot even be looked at.
    Refused(Refusal),
}

impl From<NoReport> for IncidentError {
    fn from(unfinished: NoReport) -> Self {
        Self::NoReport(unfinished)
    }
}

/// A stack as it is described; `None` when there is none of this name, or no longer.
pub(crate) async fn described(aws: &Aws, name: &str) -> Result<Option<StackSeen>, Fault> {
    match cloudformation::describe(aws, name).await {
        Ok(seen) => Ok(Some(seen).filter(|seen| seen.status != StackStatus::DeleteComplete)),
        // Its one word for it: a ValidationError whose text says so (`semantics.md` C.2).
        Err(Fault::Rejected(_, text)) if text.contains("does not exist") || text.contains("there is no stack") => {
            Ok(None)
        }
        Err(fault) => Err(fault),
    }
}

/// The root of a stack, `None` when it is gone: only a root's rollback can be continued.
pub(crate) async fn root(aws: &Aws, name: &str) -> Result<Option<StackSeen>, Fault> {
    match described(aws, name).await? {
        Some(seen) if seen.root != seen.id => described(aws, &seen.root).await,
        seen => Ok(seen),
    }
}

/// What the stack's own tag says.
pub(crate) fn consent(stack: &StackSeen) -> Consent {
    Consent::of(None, stack.tags.get(UNSTICK).map(String::as_str))
}

/// An incident of which nothing but the stack's description is known.
pub(crate) fn described_incident(aws: &Aws, root: &StackSeen) -> Incident {
    Incident {
        stack: root.id.clone(),
        status: root.status,
        may_continue: root.role.is_some() || aws.environment.continue_with_own_role,
        consent: consent(root),
        events: Vec::new(),
        trigger: Trigger::Operator,
        applications: Vec::new(),
        is_guarded: false,
        attempted: Vec::new(),
        mask: Mask::default(),
    }
}

/// The rows of the newest operation, the root's and its failed nested stacks'.
pub(crate) async fn events(aws: &Aws, root: &str) -> Result<Vec<StackEvent>, Fault> {
    let mut events: Vec<StackEvent> = Vec::new();
    let mut stacks = vec![root.to_owned()];
    let mut began = Timestamp(i64::MIN);
    while let Some(stack) = stacks.pop() {
        let is_root = stack == root;
        let first = |event: &StackEvent| {
            let own = event.resource_type == STACK && event.physical_id == stack;
            (is_root && own && event.status == "UPDATE_IN_PROGRESS") || (!is_root && event.time < began)
        };
        let rows = cloudformation::events(aws, &stack, first).await?;
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
    Ok(events)
}

/// Adds the rows that the applications' markers name, and the stack-level ones since, where an older operation has
/// them. What cannot be read stays unknown.
pub(crate) async fn history(aws: &Aws, incident: &mut Incident, applications: &[Application]) -> Result<(), Fault> {
    for UnreadMarker { stack, event } in incident.unread_markers(applications) {
        let rows = match cloudformation::events(aws, &stack, |row| row.id == event).await {
            Ok(rows) => rows,
            Err(unknown @ (Fault::Transient(_) | Fault::Throttled(_))) => return Err(unknown),
            Err(_) => continue,
        };
        let known: BTreeSet<String> = incident.events.iter().map(|row| row.id.clone()).collect();
        let new = rows.into_iter().filter(|row| row.is_of_stack(&stack) && !known.contains(&row.id));
        incident.events.extend(new);
        incident.events.sort_by_key(|event| std::cmp::Reverse(event.time));
    }
    Ok(())
}

/// Fills in what is read of a root's tree: its applications, and whether a guard of ours is, or was, among its
/// resources.
pub(crate) async fn tree(aws: &Aws, incident: &mut Incident) -> Result<(), Fault> {
    let resources = cloudformation::tree(aws, &incident.stack).await?;
    incident.is_guarded = resources.iter().any(|one| one.kind == UpdateGuard::<String>::TYPE);
    let applications = cloudformation::of_type(resources.iter().filter(|one| one.is_owned), APPLICATION);
    incident.applications = applications.into_iter().map(|(_, name)| name).collect();
    Ok(())
}

/// Reads until there is an answer. A transient error is tried again: a delivery that gave up at the first throttled
/// call would be one of three, and a region's stacks get stuck together. Any other error is reported to a person.
pub(crate) async fn retry_transient<T>(
    aws: &Aws,
    until: Instant,
    action: Action,
    mut look: impl AsyncFnMut() -> Result<T, Fault>,
) -> Result<T, IncidentError> {
    let mut pace = Pace::new(&aws.environment, until);
    loop {
        match look().await {
            Ok(answer) => return Ok(answer),
            Err(Fault::Transient(error) | Fault::Throttled(error)) => {
                info!(?action, error, "looked and learned nothing");
                pace.back_off().await.map_err(|_| NoReport::Transient(error))?;
            }
            Err(fault) => return Err(IncidentError::Refused(fault.refusal(action))),
        }
    }
}
