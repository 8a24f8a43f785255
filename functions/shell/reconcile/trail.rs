//! What was done on the way to a goal, for people and for the log.

use std::collections::BTreeMap;

use shared::contract::success_reason;
use shared::lifecycle::{Call, Goal, Observed, Step, StepReason};
use tracing::info;

/// What was done on the way.
#[derive(Debug, Default)]
pub(crate) struct CallHistory {
    /// The application's status at the first look; none where it was never seen.
    pub(crate) found: Option<String>,
    /// What the last look saw; none before the first.
    pub(crate) last: Option<Observed>,
    /// Each call, with its reason.
    pub(crate) calls: Vec<CallRecord>,
    /// Each change of status and each call, for people.
    pub(crate) timeline: Vec<String>,
    /// What came instead of an answer to the last look; none when it had one.
    pub(crate) unanswered: Option<String>,
    /// What was waited for last; none when nothing was.
    pub(crate) waiting: Option<StepReason>,
    /// What the next invocation has to know.
    pub(crate) kept: BTreeMap<String, String>,
}

impl CallHistory {
    pub(super) fn made(&mut self, made: CallRecord) {
        let CallRecord { call, reason, refused } = &made;
        let refused = refused.as_ref().map_or_else(String::new, |text| format!(", refused: {text}"));
        self.timeline.push(format!("{call}, because {reason}{refused}"));
        self.calls.push(made);
    }

    /// After a call that was not answered.
    pub(super) fn learned_nothing(&mut self, goal: &Goal, made: CallRecord) {
        info!(%goal, call = %made.call, error = made.refused, "called and learned nothing");
        self.unanswered.clone_from(&made.refused);
        self.made(made);
    }
}

/// One call that was made.
#[derive(Debug)]
pub(crate) struct CallRecord {
    pub(crate) call: Call,
    pub(crate) reason: StepReason,
    /// The service's own words, when it refused.
    pub(crate) refused: Option<String>,
}

/// One line for each step: constant words, structured fields.
pub(super) fn note(goal: &Goal, observed: &Observed, step: &Step, trail: &mut CallHistory) {
    let status = observed.application.as_ref().map_or("absent", |application| application.status.as_str());
    if trail.found.is_none() {
        trail.found = Some(status.to_owned());
    }
    let seen =
        trail.last.as_ref().and_then(|last| last.application.as_ref()).map(|application| application.status.as_str());
    if seen != Some(status) && observed.application.is_some() {
        trail.timeline.push(status.to_owned());
    }
    let stack = observed.stack.status.map_or("", |status| status.as_str());
    match step {
        Step::Done(done) => {
            info!(%goal, status, stack, step = "done", because = success_reason(done, Some(observed)), "step");
        }
        Step::Wait(reason) => info!(%goal, status, stack, step = "wait", because = %reason, "step"),
        Step::Call(call, reason) => info!(%goal, status, stack, step = %call, because = %reason, "step"),
        Step::Refuse(refusal) => info!(%goal, status, stack, step = "refuse", because = refusal.title(), "step"),
    }
}
