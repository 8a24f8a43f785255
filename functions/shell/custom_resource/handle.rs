//! One custom-resource request to one reply: look at the stack, read, drive, answer.

use std::collections::BTreeMap;
use std::time::Instant;

use serde_json::Value;
use shared::contract::{CustomResource, Intent, NoGoal, Unreadable, intent, is_trouble, read, success_reason};
use shared::custom_resource::verdict::{Context, RowStanding};
use shared::custom_resource::{Handover, Reply, Request, is_patient, next_hop, patience};
use shared::lifecycle::{Action, Done, Refusal, StepReason, last_start};
use shared::time::Timestamp;
use tracing::info;

use super::progress::RequestProgress;
use super::request_stack::{self, RequestStack};
use super::respond::Responder;
use crate::aws::Aws;
use crate::aws::error::Fault;
use crate::aws::lambda::hand_over_until;
use crate::backoff::{OutOfTime, Pace};
use crate::clock::now;
use crate::metrics;
use crate::reconcile::{CallHistory, InNameOf, ReconcileError, ReconcileTarget, drive};

/// What an invocation ends in.
pub(crate) enum Completion {
    /// The request is answered with this reply.
    Reply(Reply),
    /// The request was answered before.
    AnsweredBefore,
    /// The next invocation goes on.
    HandedOver,
}

/// One delivery of one request.
#[derive(Clone, Copy)]
pub(crate) struct RequestDelivery<'a> {
    pub(crate) event: &'a Value,
    pub(crate) request: &'a Request,
    pub(crate) responder: &'a Responder<'a>,
    /// This function's own name, from `AWS_LAMBDA_FUNCTION_NAME`.
    pub(crate) function: &'a str,
    /// Until when a hand-over is tried.
    pub(crate) hand_over_until: Instant,
}

/// Answers a request, or hands it over.
pub(crate) async fn answer<R: CustomResource>(
    aws: &Aws,
    delivered: &RequestDelivery<'_>,
    progress: &mut RequestProgress,
) -> Completion {
    let RequestDelivery { event, request, responder, .. } = *delivered;
    let RequestProgress { pace, first, trail } = progress;
    let nothing = CallHistory::default();
    let handed = Handover::read(event).unwrap_or_default();
    if !handed.status.is_empty() {
        responder.goes_back(handed.status.contains("ROLLBACK"));
    }
    let first_seen = handed.first_seen.map_or_else(now, Timestamp);
    *first = Handover { first_seen: Some(first_seen.0), ..handed.clone() };
    // The hop clock, until the rows show when the request began.
    pace.no_longer_than(patience(request, now().since(first_seen)));
    let (asked, standing) = match look::<R>(aws, delivered, first_seen, pace).await {
        Ok(Ok(learned)) => learned,
        Ok(Err(fault)) => return undescribed::<R>(aws, delivered, fault).await,
        Err(error) => {
            if let Some(ended) = handed_over(aws, delivered, first, pace).await {
                return ended;
            }
            let reason = format!("nothing could be learned of the stack: {error}");
            return Completion::Reply(responder.late(&reason, &nothing));
        }
    };
    match standing {
        RowStanding::Awaited | RowStanding::Doubtful => {}
        RowStanding::AnsweredBefore => {
            info!("this request was answered before");
            return Completion::AnsweredBefore;
        }
        RowStanding::NotAwaited(found) => {
            let resource = request.logical_resource_id.clone();
            return Completion::Reply(responder.not_awaited(&Refusal::NotAwaited { resource, found }));
        }
    }
    let properties = match properties::<R>(request) {
        Ok(properties) => properties,
        Err(unreadable) => return Completion::Reply(responder.unreadable(&unreadable)),
    };
    responder.attributes_are(properties.attributes(None));
    let facts = asked.facts(request, first_seen, &aws.environment);
    let (since, deployed_since) = (facts.since, facts.deployed_since);
    let (goal, application) = match intent(&properties, request, &asked.asker(), facts) {
        Intent::Nothing => return Completion::Reply(responder.reached(asked.nothing(), BTreeMap::new(), &nothing)),
        Intent::Succeed(attributes) => {
            return Completion::Reply(responder.reached(
                "It is none of this stack's applications.",
                attributes,
                &nothing,
            ));
        }
        Intent::Refuse(NoGoal::Unreadable(unreadable)) => return Completion::Reply(responder.unreadable(&unreadable)),
        Intent::Refuse(NoGoal::Refused(refusal)) => {
            return Completion::Reply(responder.refused(&refusal, BTreeMap::new(), &nothing));
        }
        Intent::Reach(goal, application) => (goal, application),
    };
    *first = asked.rows.handover(request, asked.status.as_str(), first_seen.0, Some(handed));
    // CloudFormation's clock began with the resource's row, not with this invocation.
    pace.no_longer_than(patience(request, now().since(since)));
    let subject = ReconcileTarget {
        stack: request.stack_id.clone(),
        application: Some(application),
        in_name_of: InNameOf::Request { request: Box::new(request.clone()), first: first.clone() },
        stack_seen: Some(asked.stack(request, first)),
    };
    let reached = drive(aws, &goal, &subject, pace, trail).await;
    if let Err(ReconcileError::OutOfTime(_)) = &reached {
        let first = Handover { kept: trail.kept.clone(), ..first.clone() };
        if let Some(ended) = handed_over(aws, delivered, &first, pace).await {
            return ended;
        }
    }
    let trail = &*trail;
    let seen = trail.last.as_ref();
    let reply = match &reached {
        Ok(done) if is_trouble(done) => {
            responder.reached_with_trouble(&success_reason(done, seen), properties.reached(done, seen), trail)
        }
        Ok(done) => responder.reached(&success_reason(done, seen), properties.reached(done, seen), trail),
        // CloudFormation has its answer from another delivery, or wants none any more: a second verdict could
        // contradict it.
        Err(ReconcileError::Refused(_)) if request_stack::is_over(aws, request, first).await => {
            return Completion::AnsweredBefore;
        }
        Err(ReconcileError::Refused(refusal)) => responder.refused(refusal, properties.attributes(seen), trail),
        Err(ReconcileError::OutOfTime(reason)) => {
            responder.attributes_are(properties.attributes(seen));
            responder.late(&waited_for(reason.as_ref(), trail), trail)
        }
    };
    measure(&properties, (since, deployed_since), trail, reached.as_ref().ok());
    Completion::Reply(reply)
}

/// Ends what the watchdog ended: another invocation goes on, or it is answered with what was waited for.
pub(crate) async fn cut_short(aws: &Aws, delivered: &RequestDelivery<'_>, progress: &RequestProgress) -> Completion {
    let RequestProgress { pace, first, trail } = progress;
    let first = Handover { kept: trail.kept.clone(), ..first.clone() };
    if let Some(ended) = handed_over(aws, delivered, &first, pace).await {
        return ended;
    }
    let reason = format!("{}; then a call did not come back", waited_for(trail.waiting.as_ref(), trail));
    Completion::Reply(delivered.responder.late(&reason, trail))
}

/// The properties, once the application that they name can be read too.
fn properties<R: CustomResource>(request: &Request) -> Result<R, Unreadable> {
    let properties = read::<R>(&request.properties)?;
    properties.application()?;
    Ok(properties)
}

/// The answer when the stack cannot be described. Its events may still show in which direction it goes.
async fn undescribed<R: CustomResource>(aws: &Aws, delivered: &RequestDelivery<'_>, fault: Fault) -> Completion {
    let RequestDelivery { request, responder, .. } = *delivered;
    if let Some(goes_back) = request_stack::rolls_back(aws, request).await {
        responder.goes_back(goes_back);
    }
    let refusal = fault.refusal(Action::DescribeStacks);
    Completion::Reply(match properties::<R>(request) {
        Ok(properties) => responder.refused(&refusal, properties.attributes(None), &CallHistory::default()),
        Err(unreadable) => responder.unreadable(&unreadable),
    })
}

/// Hands over, if another invocation has more time than this one.
async fn handed_over(aws: &Aws, delivered: &RequestDelivery<'_>, first: &Handover, pace: &Pace) -> Option<Completion> {
    let next = next_hop(first, delivered.event, pace.is_last())?;
    let is_taken = hand_over_until(aws, delivered.function, &next, delivered.hand_over_until).await;
    is_taken.then_some(Completion::HandedOver)
}

/// What was waited for when time was up, and what came instead of an answer if the last look had none.
fn waited_for(reason: Option<&StepReason>, trail: &CallHistory) -> String {
    match (reason, &trail.unanswered) {
        (Some(reason), None) => reason.to_string(),
        (Some(reason), Some(error)) => format!("{reason}; then AWS did not respond: {error}"),
        (None, Some(error)) => format!("nothing could be learned of it: AWS did not respond: {error}"),
        (None, None) => "nothing could be learned of it".to_owned(),
    }
}

/// What an answered request leaves as metrics: since when it was worked on, and since when its deployment goes on.
fn measure<R: CustomResource>(
    properties: &R,
    (since, deployed_since): (Timestamp, Timestamp),
    trail: &CallHistory,
    done: Option<&Done>,
) {
    let reported_of = properties.attributes(trail.last.as_ref()).into_iter().map(|(name, value)| (name, value.into()));
    metrics::ended(now().since(since), trail.calls.len(), done.is_none(), reported_of.collect());
    let application = trail.last.as_ref().and_then(|last| last.application.as_ref());
    if let (Some(Done::Running | Done::Healthy), Some(application)) = (done, application)
        && let Some(start) = last_start(application, deployed_since)
    {
        metrics::started(&application.name, &start);
    }
}

/// Looks at the stack until it is known whether CloudFormation waits for the answer.
async fn look<R: CustomResource>(
    aws: &Aws,
    delivered: &RequestDelivery<'_>,
    first_seen: Timestamp,
    pace: &mut Pace,
) -> Result<Result<(RequestStack, RowStanding), Fault>, String> {
    let RequestDelivery { request, responder, .. } = *delivered;
    let mut looks = 0;
    loop {
        looks += 1;
        let asked = match request_stack::look(aws, request, pace, |status| responder.stack_is(status)).await? {
            Ok(asked) => asked,
            Err(fault) => return Ok(Err(fault)),
        };
        responder.applications_are(asked.applications());
        let physical_id = responder.physical_id();
        let standing = |is_patient| {
            let (stack, status, physical_id) = (asked.id.as_str(), asked.status.as_str(), physical_id.as_str());
            asked.rows.standing(request, Context { stack, resource_type: R::TYPE, physical_id, status, is_patient })
        };
        match standing(is_patient(now().since(first_seen), looks, aws.environment.poll_interval)) {
            RowStanding::Doubtful => {
                info!("the rows do not show yet that CloudFormation waits");
                match pace.rest(StepReason::NotSeenYet).await {
                    Ok(()) => {}
                    // No one has more time than this invocation.
                    Err(OutOfTime) if pace.is_last() => {
                        let standing = standing(true);
                        return Ok(Ok((asked, standing)));
                    }
                    Err(OutOfTime) => return Err("its events do not show the request's row yet".to_owned()),
                }
            }
            standing @ (RowStanding::Awaited | RowStanding::AnsweredBefore | RowStanding::NotAwaited(_)) => {
                return Ok(Ok((asked, standing)));
            }
        }
    }
}
