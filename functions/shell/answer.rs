//! One custom-resource request to one reply: read, look at the stack, drive, tell.

use std::collections::BTreeMap;
use std::time::Instant;

use shared::contract::{ApplicationRef, CustomResource, Facts, NoGoal, Unreadable, read, told};
use shared::custom_resource::{Reply, Request, RequestType, Verdict};
use shared::lifecycle::{Refusal, StackEvent, StackStatus, Timestamp};
use tracing::{info, warn};

use crate::aws::Aws;
use crate::drive::{Stopped, Subject, Trail, drive, now};
use crate::fault::Fault;
use crate::pace::Pace;
use crate::stack;

/// Where this invocation's log is, for the answer.
#[derive(Debug, Clone)]
pub(crate) struct Log(pub(crate) String);

/// Answers a request; `None` when it was answered before.
pub(crate) async fn answer<R: CustomResource>(
    aws: &Aws,
    request: &Request,
    until: Instant,
    log: &Log,
) -> Option<Reply> {
    let telling = Telling { request, physical_id: request.physical_id(R::KIND), log };
    let properties = match read::<R>(&request.properties) {
        Ok(properties) => properties,
        Err(unreadable) => return Some(telling.unreadable(&unreadable)),
    };
    let application = match properties.application() {
        Ok(application) => application,
        Err(unreadable) => return Some(telling.unreadable(&unreadable)),
    };
    let seen = match look_at_stack(aws, request).await {
        Ok(seen) => seen,
        Err(fault) => {
            let refusal = fault.refusal(shared::lifecycle::Action::DescribeStacks);
            return Some(telling.refused(&refusal, &properties, &Trail::default(), None));
        }
    };
    if seen.settled_as(&telling.physical_id) && request.request_type != RequestType::Delete {
        info!("this request was answered before");
        return None;
    }
    let Some(name) = seen.owned(&application) else {
        let application = match application {
            ApplicationRef::Name(name) | ApplicationRef::LogicalId(name) => name,
        };
        let refusal = Refusal::NotOwned { application };
        return Some(telling.refused(&refusal, &properties, &Trail::default(), Some(seen.status)));
    };
    let facts = Facts {
        since: seen.since,
        deployed_since: seen.deployed_since,
        stack: seen.status,
        stop_patience: aws.environment.stop_patience,
    };
    let goal = match properties.goal(request, &facts) {
        Ok(Some(goal)) => goal,
        Ok(None) => return Some(telling.success("Nothing to do.", &properties, &Trail::default())),
        Err(NoGoal::Unreadable(unreadable)) => return Some(telling.unreadable(&unreadable)),
        Err(NoGoal::Refused(refusal)) => {
            return Some(telling.refused(&refusal, &properties, &Trail::default(), Some(seen.status)));
        }
    };
    let subject = Subject { stack: request.stack_id.clone(), application: Some(name), continued: 0 };
    let mut trail = Trail::default();
    let mut pace = Pace::new(&aws.environment, until);
    Some(match drive(aws, &goal, &subject, &mut pace, &mut trail).await {
        Ok(done) => telling.success(&told(&done, trail.last.as_ref()), &properties, &trail),
        Err(Stopped::Refused(refusal)) => telling.refused(&refusal, &properties, &trail, Some(seen.status)),
        Err(Stopped::OutOfTime(because)) => {
            telling.late(because.map(|because| because.to_string()), &properties, &trail)
        }
    })
}

/// The request's stack, at the time of the request.
struct Seen {
    status: StackStatus,
    since: Timestamp,
    deployed_since: Timestamp,
    row: Option<StackEvent>,
    applications: Vec<(String, String)>,
}

impl Seen {
    /// Whether the newest row of this resource is settled with this physical ID: the request was answered before.
    fn settled_as(&self, physical_id: &str) -> bool {
        self.row.as_ref().is_some_and(|row| !row.status.ends_with("_IN_PROGRESS") && row.physical_id == physical_id)
    }

    /// The name of the application, if it is one of this stack's, and the stack is being worked on: a forged event cannot make
    /// that true.
    fn owned(&self, application: &ApplicationRef) -> Option<String> {
        let found = self.applications.iter().find(|(logical_id, name)| match application {
            ApplicationRef::Name(asked) => name == asked,
            ApplicationRef::LogicalId(asked) => logical_id == asked,
        });
        found.filter(|_| self.status.is_in_progress()).map(|(_, name)| name.clone())
    }
}

async fn look_at_stack(aws: &Aws, request: &Request) -> Result<Seen, Fault> {
    let described = stack::describe(aws, &request.stack_id).await?;
    let of_resource = |event: &StackEvent| event.logical_id == request.logical_resource_id;
    // Back to the row that began the stack's operation: older rows are other requests'.
    let began = |event: &StackEvent| event.physical_id == event.stack && event.status.ends_with("_IN_PROGRESS");
    let events = stack::events(aws, &request.stack_id, began).await?;
    let deployed_since = events.last().map_or_else(now, |row| row.time);
    let row = events.into_iter().find(of_resource);
    let since = row.as_ref().map_or_else(now, |row| row.time);
    let applications = stack::applications(aws, &request.stack_id, false).await?;
    Ok(Seen { status: described.status, since, deployed_since, row, applications })
}

/// Composes replies: the first cause in the service's own words, what was seen last, what to do next, where the log is.
pub(crate) struct Telling<'a> {
    pub(crate) request: &'a Request,
    pub(crate) physical_id: String,
    pub(crate) log: &'a Log,
}

impl Telling<'_> {
    fn reply(&self, verdict: Verdict, reason: String, attributes: BTreeMap<String, String>, trail: &Trail) -> Reply {
        Reply {
            verdict,
            reason,
            physical_resource_id: self.physical_id.clone(),
            attributes,
            timeline: trail.timeline.clone(),
            no_echo: false,
        }
    }

    fn success<R: CustomResource>(&self, text: &str, properties: &R, trail: &Trail) -> Reply {
        self.reply(Verdict::Success, text.to_owned(), properties.attributes(trail.last.as_ref()), trail)
    }

    /// A Delete of what cannot be read is a SUCCESS: nothing of it was ever made.
    fn unreadable(&self, unreadable: &Unreadable) -> Reply {
        let delete = self.request.request_type == RequestType::Delete;
        let verdict = if delete { Verdict::Success } else { Verdict::Failed };
        let reason =
            format!("A property cannot be read: {unreadable}. Mend the template, then deploy again. {}", self.log.0);
        self.reply(verdict, reason, BTreeMap::new(), &Trail::default())
    }

    /// A Delete, and an Update while the stack rolls back, succeed all the same: a handler never makes the stuck state itself.
    fn refused<R: CustomResource>(
        &self,
        refusal: &Refusal,
        properties: &R,
        trail: &Trail,
        stack: Option<StackStatus>,
    ) -> Reply {
        let going_back =
            stack.is_some_and(StackStatus::is_rolling_back) && self.request.request_type == RequestType::Update;
        let gone = matches!(
            refusal,
            Refusal::ApplicationMissing { .. }
                | Refusal::NotOwned { .. }
                | Refusal::Denied { .. }
                | Refusal::BeingDeleted { .. }
        ) && self.request.request_type == RequestType::Delete;
        let verdict = if going_back || gone { Verdict::Success } else { Verdict::Failed };
        let last = trail.last.as_ref().and_then(|last| last.application.as_ref());
        let last =
            last.map_or_else(String::new, |seen| format!(" Last seen: {}, version {}.", seen.status, seen.version));
        let reason = format!("{refusal} {}{last} {}", refusal.remedy(), self.log.0);
        if verdict == Verdict::Success {
            warn!(trouble = refusal.title(), "answered SUCCESS all the same");
        }
        self.reply(verdict, reason, properties.attributes(trail.last.as_ref()), trail)
    }

    fn late<R: CustomResource>(&self, because: Option<String>, properties: &R, trail: &Trail) -> Reply {
        let because = because.unwrap_or_else(|| "nothing could be learned of it".to_owned());
        let reason = format!(
            "No time is left: {because}. The application may get there by itself; look at it, then deploy again. {}",
            self.log.0
        );
        self.reply(Verdict::Failed, reason, properties.attributes(trail.last.as_ref()), trail)
    }

    /// For what must not happen: a panic, an initialisation that failed, a watchdog that had to bite.
    pub(crate) fn broken(&self, what: &str) -> Reply {
        self.reply(Verdict::Failed, format!("{what} {}", self.log.0), BTreeMap::new(), &Trail::default())
    }
}
