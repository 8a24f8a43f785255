//! The only loop: look, plan, do. It decides nothing; whether a goal is reached is the planner's business.

mod answer;
mod look;
mod target;
mod trail;

use shared::flink::Application;
use shared::lifecycle::{Action, Attempts, Call, Done, Goal, Refusal, Step, StepReason, next_step};
use tracing::info;

use crate::aws::error::Fault;
use crate::aws::{Aws, cloudformation, flink};
use crate::backoff::Pace;
use crate::observe::PartialObservation;

use answer::{CallOutcome, remember};
use look::{look, look_at_stack};
pub(crate) use target::{InNameOf, ReconcileTarget};
use trail::note;
pub(crate) use trail::{CallHistory, CallRecord};

/// Why a goal was not reached.
#[derive(Debug)]
pub(crate) enum ReconcileError {
    /// It cannot be reached, for the reason that the refusal names.
    Refused(Refusal),
    /// The invocation's time is up; what was waited for last, if anything was.
    OutOfTime(Option<StepReason>),
}

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
    let mut known = subject.stack_seen.clone();
    let mut partial = PartialObservation::masking(subject.mask());
    let poll_interval = aws.environment.poll_interval;
    if let InNameOf::Incident { seen: Some(seen), .. } = &subject.in_name_of {
        partial.begin_from(seen.0.clone(), seen.1, poll_interval);
    }
    loop {
        let observed = look(aws, goal, subject, &mut attempts, &mut known, &mut partial).await;
        pace.answered(partial.take_answered());
        let (mut observed, is_stack_looked_at) = match observed.map_err(|fault| fault.masked(&partial.mask)) {
            Ok(observed) => observed,
            Err(Fault::Transient(error) | Fault::Throttled(error)) => {
                info!(%goal, error, "looked and learned nothing");
                trail.unanswered = Some(error);
                pace.back_off().await.map_err(|_| ReconcileError::OutOfTime(trail.waiting))?;
                continue;
            }
            Err(fault) => return Err(ReconcileError::Refused(fault.refusal(Action::DescribeApplication))),
        };
        trail.kept = attempts.kept();
        let mut step = next_step(goal, &observed);
        if let (Step::Call(..), false) = (&step, is_stack_looked_at) {
            // The stack is looked at before every mutation. Three calls at once, two of them the same, are more than a
            // service takes that lets one through a second.
            match look_at_stack(aws, subject).await {
                Ok(stack) => {
                    pace.answered(1);
                    known = Some(stack.clone());
                    observed.stack = stack;
                }
                Err(Fault::Transient(error) | Fault::Throttled(error)) => {
                    info!(%goal, error, "looked at the stack and learned nothing");
                    trail.unanswered = Some(error);
                    partial.go_on_from(observed.application, poll_interval, |status| goal.needs(status, observed.now));
                    pace.back_off().await.map_err(|_| ReconcileError::OutOfTime(trail.waiting))?;
                    continue;
                }
                Err(fault) => return Err(ReconcileError::Refused(fault.refusal(Action::DescribeStacks))),
            }
            step = next_step(goal, &observed);
        }
        trail.unanswered = None;
        note(goal, &observed, &step, trail);
        let (seen, seen_at) = (observed.application.clone(), observed.now);
        trail.last = Some(observed);
        match step {
            Step::Done(done) => return Ok(done),
            Step::Refuse(refusal) => return Err(ReconcileError::Refused(named(refusal, subject))),
            Step::Wait(reason) => {
                trail.waiting = Some(reason);
                pace.rest(reason).await.map_err(|_| ReconcileError::OutOfTime(trail.waiting))?;
            }
            Step::Call(call, reason) => {
                let result = perform(aws, subject, seen.as_ref(), &call).await;
                let result = result.map_err(|fault| fault.masked(&partial.mask));
                let refused = match remember(&mut attempts, goal, &call, result).map_err(ReconcileError::Refused)? {
                    CallOutcome::Accepted => None,
                    CallOutcome::Refused(text) => Some(text),
                    answer @ (CallOutcome::Throttled(_) | CallOutcome::Lost(_)) => {
                        if let CallOutcome::Throttled(_) = answer {
                            partial.go_on_from(seen, poll_interval, |status| goal.needs(status, seen_at));
                        }
                        trail.learned_nothing(goal, CallRecord { call, reason, refused: answer.into_text() });
                        pace.back_off().await.map_err(|_| ReconcileError::OutOfTime(Some(reason)))?;
                        continue;
                    }
                };
                pace.answered(1);
                let rest = goal.rests_after(&call).filter(|_| refused.is_none());
                trail.made(CallRecord { call, reason, refused });
                if let Some(reason) = rest {
                    trail.waiting = Some(reason);
                    pace.rest(reason).await.map_err(|_| ReconcileError::OutOfTime(trail.waiting))?;
                }
            }
        }
    }
}

/// One call, sent to its service.
async fn perform(aws: &Aws, subject: &ReconcileTarget, seen: Option<&Application>, call: &Call) -> Result<(), Fault> {
    match (call, seen) {
        (Call::ContinueRollback { token }, _) => cloudformation::continue_rollback(aws, &subject.stack, token).await,
        (call, Some(application)) => flink::perform(aws, application, call).await,
        (call, None) => Err(Fault::Missing(format!("{call}: there is no application"))),
    }
}

/// A refusal about an application that does not exist is about the one that was named.
fn named(refusal: Refusal, subject: &ReconcileTarget) -> Refusal {
    match (refusal, &subject.application) {
        (Refusal::ApplicationMissing { .. }, Some(name)) => Refusal::ApplicationMissing { application: name.clone() },
        (refusal, _) => refusal,
    }
}
