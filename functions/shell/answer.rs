//! One custom-resource request to one reply: look at the stack, read, drive, tell.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;
use shared::contract::{ApplicationRef, CustomResource, Facts, NoGoal, read, told};
use shared::custom_resource::{Handover, Reply, Request, RequestType};
use shared::lifecycle::{Action, Because, Done, Reach, Refusal, last_start};
use tracing::info;

use crate::asked::{self, Asked};
use crate::aws::Aws;
use crate::drive::{InNameOf, Stopped, Subject, Trail, drive};
use crate::fault::Fault;
use crate::handover::hand_over;
use crate::metric;
use crate::now::now;
use crate::pace::{OutOfTime, Pace};
use crate::telling::Telling;

/// What an invocation ends in.
pub(crate) enum Ended {
    /// This is the answer.
    Reply(Reply),
    /// The request was answered before.
    AnsweredBefore,
    /// The next invocation goes on.
    HandedOver,
}

/// One delivery of one request.
pub(crate) struct Delivered<'a> {
    pub(crate) event: &'a Value,
    pub(crate) request: &'a Request,
    pub(crate) telling: &'a Telling<'a>,
    /// This function's own name.
    pub(crate) function: &'a str,
}

/// How long before CloudFormation's own patience ends the last invocation answers.
const BEFORE_TIMEOUT: Duration = Duration::from_mins(2);

/// CloudFormation's patience with this request, less what the last answer takes; a short one is not used up by that.
fn patience(request: &Request) -> Duration {
    let whole = request.service_timeout();
    whole.saturating_sub(BEFORE_TIMEOUT.min(whole / 4))
}

/// Answers a request, or hands it over.
pub(crate) async fn answer<R: CustomResource>(aws: &Aws, delivered: &Delivered<'_>, mut pace: Pace) -> Ended {
    let Delivered { event, request, telling, function } = *delivered;
    let handed = Handover::read(event);
    let nothing = Trail::default();
    let Ok(asked) = look(aws, delivered, &mut pace).await else {
        return Ended::Reply(telling.late("nothing could be learned of the stack", BTreeMap::new(), &nothing));
    };
    if let Ok(asked) = &asked {
        telling.stack_is(asked.status);
        if is_answered(asked, delivered) {
            info!("this request was answered before");
            return Ended::AnsweredBefore;
        }
    }
    let (properties, application) = match read::<R>(&request.properties).and_then(|properties| {
        let application = properties.application()?;
        Ok((properties, application))
    }) {
        Ok(read) => read,
        Err(unreadable) => return Ended::Reply(telling.unreadable(&unreadable)),
    };
    let asked = match asked {
        Ok(asked) => asked,
        Err(fault) => {
            let refusal = fault.refusal(Action::DescribeStacks);
            return Ended::Reply(telling.refused(&refusal, properties.attributes(None), &nothing));
        }
    };
    let found = asked.reach::<R>(&application);
    let facts = Facts {
        since: asked.since(),
        deployed_since: asked.deployed_since(),
        stack: asked.status,
        stop_patience: aws.environment.stop_patience,
        operation: asked.operation.clone(),
        application_changed: asked.application_changed,
        reach: found.as_ref().map_or(Reach::Own, |(_, reach)| reach.clone()),
    };
    let goal = properties.goal(request, &facts);
    // A Delete with nothing to do is no trouble, whoever owns the application by now: the cleanup after a new name is one.
    if request.request_type == RequestType::Delete && goal == Ok(None) {
        return Ended::Reply(telling.reached("Nothing to do.", properties.attributes(None), &nothing));
    }
    let Some((name, _)) = found else {
        match properties.without_application(request, asked.status) {
            Ok(Some(attributes)) => {
                return Ended::Reply(telling.reached("It is none of this stack's applications.", attributes, &nothing));
            }
            Ok(None) => {}
            Err(refusal) => return Ended::Reply(telling.refused(&refusal, properties.attributes(None), &nothing)),
        }
        let (ApplicationRef::Name(application) | ApplicationRef::LogicalId(application)) = application;
        let refusal = Refusal::NotOwned { application };
        return Ended::Reply(telling.refused(&refusal, properties.attributes(None), &nothing));
    };
    let goal = match goal {
        Ok(Some(goal)) => goal,
        Ok(None) => {
            return Ended::Reply(telling.reached("Nothing to do.", properties.attributes(None), &nothing));
        }
        Err(NoGoal::Unreadable(unreadable)) => return Ended::Reply(telling.unreadable(&unreadable)),
        Err(NoGoal::Refused(refusal)) => {
            return Ended::Reply(telling.refused(&refusal, properties.attributes(None), &nothing));
        }
    };
    let first = asked.handover(handed);
    // CloudFormation's clock began with the resource's row, not with this invocation.
    let age = now().since(asked.since());
    pace.no_longer_than(patience(request).saturating_sub(age));
    let subject = Subject {
        stack: request.stack_id.clone(),
        application: Some(name),
        in_name_of: InNameOf::Request { request: Box::new(request.clone()), first: first.clone() },
        stack_seen: Some(asked.stack(&first)),
    };
    let mut trail = Trail::default();
    let reached = drive(aws, &goal, &subject, &mut pace, &mut trail).await;
    measure(&properties, &asked, &trail, reached.as_ref().ok());
    match reached {
        Ok(done) => {
            let attributes = properties.reached(&done, trail.last.as_ref());
            Ended::Reply(telling.reached(&told(&done, trail.last.as_ref()), attributes, &trail))
        }
        // CloudFormation has its answer from another delivery, or wants none any more: a second verdict could contradict it.
        Err(Stopped::Refused(_)) if asked::is_over(aws, request, &first).await => Ended::AnsweredBefore,
        Err(Stopped::Refused(refusal)) => {
            Ended::Reply(telling.refused(&refusal, properties.attributes(trail.last.as_ref()), &trail))
        }
        Err(Stopped::OutOfTime(because)) => {
            let first = Handover { kept: std::mem::take(&mut trail.kept), ..first };
            let next = first.next(event).filter(|_| !pace.is_last());
            if let Some(next) = next
                && hand_over(aws, function, &next).await
            {
                return Ended::HandedOver;
            }
            let because =
                because.map_or_else(|| "nothing could be learned of it".to_owned(), |because| because.to_string());
            Ended::Reply(telling.late(&because, properties.attributes(trail.last.as_ref()), &trail))
        }
    }
}

/// What this request leaves as metrics.
fn measure<R: CustomResource>(properties: &R, asked: &Asked, trail: &Trail, done: Option<&Done>) {
    let told_of = properties.attributes(trail.last.as_ref()).into_iter().map(|(name, value)| (name, value.into()));
    metric::ended(now().since(asked.since()), trail.calls.len(), done.is_none(), told_of.collect());
    let application = trail.last.as_ref().and_then(|last| last.application.as_ref());
    if let (Some(Done::Running | Done::Healthy), Some(application)) = (done, application)
        && let Some(start) = last_start(application, asked.deployed_since())
    {
        metric::started(&application.name, &start);
    }
}

/// Looks at the stack; twice when the request seems to be answered, because a row that is late would mean an hour of silence.
async fn look(aws: &Aws, delivered: &Delivered<'_>, pace: &mut Pace) -> Result<Result<Asked, Fault>, OutOfTime> {
    let first = asked::look(aws, delivered.request, pace).await?;
    match &first {
        Ok(asked) if is_answered(asked, delivered) => {
            pace.rest(Because::NotSeenYet).await?;
            asked::look(aws, delivered.request, pace).await
        }
        Ok(_) | Err(_) => Ok(first),
    }
}

/// A Delete is always answered: in the cleanup phase the logical ID shows its replacement.
fn is_answered(asked: &Asked, delivered: &Delivered<'_>) -> bool {
    delivered.request.request_type != RequestType::Delete && asked.is_answered(delivered.telling.physical_id())
}
