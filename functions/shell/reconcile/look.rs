//! The looks of the loop: at everything that a goal depends on, and at the stack before every mutation.

use shared::flink::Application;
use shared::lifecycle::{Attempts, Goal, Observed, Stack};

use super::target::{InNameOf, ReconcileTarget};
use crate::aws::error::Fault;
use crate::aws::{Aws, cloudformation};
use crate::clock::now;
use crate::custom_resource::request_stack;
use crate::observe::{self, PartialObservation};

/// One look at everything the goal depends on; at the stack only when nothing is known of it, and whether it was.
pub(super) async fn look(
    aws: &Aws,
    goal: &Goal,
    subject: &ReconcileTarget,
    attempts: &mut Attempts,
    known: &mut Option<Stack>,
    partial: &mut PartialObservation,
) -> Result<(Observed, bool), Fault> {
    // One time for the look and for the decision made of it.
    let now = now();
    let mut application: Option<Application> = match &subject.application {
        Some(name) => observe::application(aws, name, partial, |status| goal.needs(status, now)).await?,
        None => None,
    };
    let (stack, is_looked_at) = match known.take() {
        // A goal about the stack alone has nothing else to look at.
        Some(stack) if application.is_some() => (stack, false),
        Some(_) | None => match look_at_stack(aws, subject).await {
            Ok(stack) => (stack, true),
            Err(fault) => {
                partial.go_on_from(application, aws.environment.poll_interval, |status| goal.needs(status, now));
                return Err(fault);
            }
        },
    };
    *known = Some(stack.clone());
    if let Some(application) = &mut application {
        attempts.note_new(&mut application.operations);
    }
    attempts.looked(application.as_ref(), now);
    let poll_interval = aws.environment.poll_interval;
    Ok((Observed { now, application, stack, attempts: attempts.clone(), poll_interval }, is_looked_at))
}

/// A look at the stack alone: whether it is still the operation in whose name this happens.
pub(super) async fn look_at_stack(aws: &Aws, subject: &ReconcileTarget) -> Result<Stack, Fault> {
    match &subject.in_name_of {
        InNameOf::Request { request, first } => request_stack::look_again(aws, request, first).await,
        InNameOf::Sweep if subject.stack.is_empty() => Ok(Stack::default()),
        InNameOf::Sweep => {
            let status = cloudformation::describe(aws, &subject.stack).await?.status;
            Ok(Stack { status: Some(status), ..Stack::default() })
        }
        InNameOf::Incident { continued, status: first, .. } => {
            let status = cloudformation::describe(aws, &subject.stack).await?.status;
            Ok(Stack { status: Some(status), superseded: status != *first, continued: *continued })
        }
    }
}
