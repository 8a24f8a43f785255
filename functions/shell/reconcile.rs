//! The only loop: look, plan, do. It decides nothing; whether a goal is reached is the planner's business.

mod trail;

use shared::contract::property_values;
use shared::custom_resource::{Handover, Request};
use shared::flink::{Application, Mask};
use shared::lifecycle::{
    Action, Attempts, Call, Done, Goal, Observed, Refusal, Rejected, Stack, Step, StepReason, next_step,
};
use shared::stack::StackStatus;
use tracing::info;

use crate::aws::error::Fault;
use crate::aws::{Aws, cloudformation, flink};
use crate::backoff::Pace;
use crate::clock::now;
use crate::custom_resource::request_stack;
use crate::observe::{self, Begun};

use trail::note;
pub(crate) use trail::{CallHistory, CallRecord};

/// What a goal is about.
#[derive(Debug, Clone)]
pub(crate) struct ReconcileTarget {
    /// The ARN of the stack whose operation the request belongs to.
    pub(crate) stack: String,
    /// The application's name; none for a goal about the stack alone.
    pub(crate) application: Option<String>,
    /// In whose name it happens.
    pub(crate) in_name_of: InNameOf,
    /// The stack, when it was looked at a moment ago: enough to plan with, never to change anything on.
    pub(crate) stack_seen: Option<Stack>,
}

/// In whose name something is changed: what makes it superseded.
#[derive(Debug, Clone)]
pub(crate) enum InNameOf {
    /// A custom-resource request, with the stack as it was first seen.
    Request {
        /// The request as CloudFormation sent it.
        request: Box<Request>,
        /// The stack as it was first seen.
        first: Handover,
    },
    /// A sweep; the stack's name is empty for an application of none.
    Sweep,
    /// An incident: a stack that does not come to rest without help.
    Incident {
        /// How often this project already continued the stack's rollback.
        continued: u32,
        /// What the stack was when it was assessed. In another status another caller was faster, another delivery
        /// perhaps.
        status: StackStatus,
    },
}

/// Why a goal was not reached.
#[derive(Debug)]
pub(crate) enum ReconcileError {
    /// It cannot be reached, for the reason that the refusal names.
    Refused(Refusal),
    /// The invocation's time is up; what was waited for last, if anything was.
    OutOfTime(Option<StepReason>),
}

/// How the service's refusal begins when there are as many snapshots as its quota allows (`semantics.md` A.7).
const QUOTA: &str = "LimitExceededException";

/// Looks, plans and does until the goal is reached, cannot be reached, or time is up.
pub(crate) async fn drive(
    aws: &Aws,
    goal: &Goal,
    subject: &ReconcileTarget,
    pace: &mut Pace,
    trail: &mut CallHistory,
) -> Result<Done, ReconcileError> {
    let mut attempts = match &subject.in_name_of {
        InNameOf::Request { first, .. } => Attempts::after(&first.kept),
        InNameOf::Sweep | InNameOf::Incident { .. } => Attempts::default(),
    };
    let (mut waiting, mut known) = (None, subject.stack_seen.clone());
    let mut begun = Begun::masking(mask(subject));
    loop {
        let observed = look(aws, goal, subject, &mut attempts, &mut known, &mut begun).await;
        let mut observed = match observed.map_err(|fault| fault.masked(&begun.mask)) {
            Ok(observed) => observed,
            Err(Fault::Passing(error)) => {
                info!(%goal, error, "looked and learned nothing");
                trail.unanswered = Some(error);
                pace.back_off().await.map_err(|_| ReconcileError::OutOfTime(waiting))?;
                continue;
            }
            Err(fault) => return Err(ReconcileError::Refused(fault.refusal(Action::DescribeApplication))),
        };
        pace.succeeded();
        trail.kept = attempts.kept();
        let mut step = next_step(goal, &observed);
        if let Step::Call(..) = step {
            // The stack is looked at before every mutation.
            match look_at_stack(aws, subject).await {
                Ok(stack) => {
                    known = Some(stack.clone());
                    observed.stack = stack;
                }
                Err(Fault::Passing(error)) => {
                    info!(%goal, error, "looked at the stack and learned nothing");
                    trail.unanswered = Some(error);
                    pace.back_off().await.map_err(|_| ReconcileError::OutOfTime(waiting))?;
                    continue;
                }
                Err(fault) => return Err(ReconcileError::Refused(fault.refusal(Action::DescribeStacks))),
            }
            step = next_step(goal, &observed);
        }
        trail.unanswered = None;
        note(goal, &observed, &step, trail);
        let seen = observed.application.clone();
        trail.last = Some(observed);
        match step {
            Step::Done(done) => return Ok(done),
            Step::Refuse(refusal) => return Err(ReconcileError::Refused(named(refusal, subject))),
            Step::Wait(reason) => {
                waiting = Some(reason);
                pace.rest(reason).await.map_err(|_| ReconcileError::OutOfTime(waiting))?;
            }
            Step::Call(call, reason) => {
                let result = perform(aws, subject, seen.as_ref(), &call).await;
                let refused = match result.map_err(|fault| fault.masked(&begun.mask)) {
                    Ok(()) => {
                        attempts.accepted(&call);
                        None
                    }
                    // Housekeeping fails no deployment; the sweep says what it could not delete.
                    Err(fault) if matches!(call, Call::DeleteSnapshot { .. }) && !matches!(goal, Goal::Swept(_)) => {
                        let text = fault.refusal(call.action()).to_string();
                        attempts.rejected(&call, Rejected::Conflict, text.clone());
                        Some(text)
                    }
                    Err(Fault::Rejected(Action::CreateApplicationSnapshot, text)) if text.starts_with(QUOTA) => {
                        attempts.rejected(&call, Rejected::Quota, text.clone());
                        Some(text)
                    }
                    Err(Fault::Snapshot(text)) => {
                        attempts.rejected(&call, Rejected::Snapshot, text.clone());
                        Some(text)
                    }
                    Err(Fault::Conflict(text) | Fault::Missing(text)) => {
                        attempts.rejected(&call, Rejected::Conflict, text.clone());
                        Some(text)
                    }
                    Err(Fault::Passing(error)) => {
                        // Whether it was taken is not known: the next observation shows it.
                        info!(%goal, %call, error, "called and learned nothing");
                        attempts.unanswered(&call, error.clone());
                        trail.unanswered = Some(error.clone());
                        trail.made(CallRecord { call, reason, refused: Some(error) });
                        pace.back_off().await.map_err(|_| ReconcileError::OutOfTime(Some(reason)))?;
                        continue;
                    }
                    Err(fault @ (Fault::Denied(..) | Fault::Rejected(..) | Fault::UnknownStatus(_))) => {
                        return Err(ReconcileError::Refused(fault.refusal(call.action())));
                    }
                };
                let rest = goal.rests_after(&call).filter(|_| refused.is_none());
                trail.made(CallRecord { call, reason, refused });
                if let Some(reason) = rest {
                    waiting = Some(reason);
                    pace.rest(reason).await.map_err(|_| ReconcileError::OutOfTime(waiting))?;
                }
            }
        }
    }
}

/// What a request's property groups may not show in any text, and what it names anyway.
fn mask(subject: &ReconcileTarget) -> Mask {
    let mut mask = Mask::default();
    mask.name([subject.stack.as_str()]);
    mask.name(subject.stack.split('/').nth(1));
    mask.name(subject.application.as_deref());
    if let InNameOf::Request { request, .. } = &subject.in_name_of {
        for properties in [&request.properties, &request.old_properties] {
            mask.hide(property_values(properties));
        }
    }
    mask
}

/// One call, sent to its service.
async fn perform(aws: &Aws, subject: &ReconcileTarget, seen: Option<&Application>, call: &Call) -> Result<(), Fault> {
    match (call, seen) {
        (Call::ContinueRollback { token }, _) => cloudformation::continue_rollback(aws, &subject.stack, token).await,
        (call, Some(application)) => flink::perform(aws, application, call).await,
        (call, None) => Err(Fault::Missing(format!("{call}: there is no application"))),
    }
}

/// One look at everything the goal depends on; at the stack only when nothing is known of it.
async fn look(
    aws: &Aws,
    goal: &Goal,
    subject: &ReconcileTarget,
    attempts: &mut Attempts,
    known: &mut Option<Stack>,
    begun: &mut Begun,
) -> Result<Observed, Fault> {
    // One time for the look and for the decision made of it.
    let now = now();
    let mut application: Option<Application> = match &subject.application {
        Some(name) => observe::application(aws, name, begun, |status| goal.needs(status, now)).await?,
        None => None,
    };
    let stack = match known.take() {
        // A goal about the stack alone has nothing else to look at.
        Some(stack) if application.is_some() => stack,
        Some(_) | None => look_at_stack(aws, subject).await?,
    };
    *known = Some(stack.clone());
    if let Some(application) = &mut application {
        attempts.note_new(&mut application.operations);
    }
    attempts.looked(application.as_ref(), now);
    let poll_interval = aws.environment.poll_interval;
    Ok(Observed { now, application, stack, attempts: attempts.clone(), poll_interval })
}

async fn look_at_stack(aws: &Aws, subject: &ReconcileTarget) -> Result<Stack, Fault> {
    match &subject.in_name_of {
        InNameOf::Request { request, first } => request_stack::look_again(aws, request, first).await,
        InNameOf::Sweep if subject.stack.is_empty() => Ok(Stack::default()),
        InNameOf::Sweep => {
            let status = cloudformation::describe(aws, &subject.stack).await?.status;
            Ok(Stack { status: Some(status), ..Stack::default() })
        }
        InNameOf::Incident { continued, status: first } => {
            let status = cloudformation::describe(aws, &subject.stack).await?.status;
            Ok(Stack { status: Some(status), superseded: status != *first, continued: *continued })
        }
    }
}

/// A refusal about an application that does not exist is about the one that was named.
fn named(refusal: Refusal, subject: &ReconcileTarget) -> Refusal {
    match (refusal, &subject.application) {
        (Refusal::ApplicationMissing { .. }, Some(name)) => Refusal::ApplicationMissing { application: name.clone() },
        (refusal, _) => refusal,
    }
}
