//! The planner: from a goal and what was just observed, the one next step.
//!
//! A step is one request. Between two calls reality is looked at again; nothing is remembered but what one invocation
//! tried ([`Attempts`]), so a killed function that is called again plans the rest from what it sees.

mod action;
mod attempts;
mod call;
mod goal;
mod goals;
mod incident;
mod observed;
mod polling;
mod reads;
mod reason;
mod refusal;
mod rules;

#[cfg(test)]
pub(crate) mod fixtures;
#[cfg(test)]
mod walk;

use std::time::Duration;

pub use action::{Action, ActionScope};
pub use attempts::{Attempts, Rejected, Rejection, Unanswered, UnchangedSince};
pub use call::Call;
pub use goal::choices::{ConflictPolicy, GuardMode, GuardOutcome, OnDelete, OnSnapshotFailure};
pub use goal::key_change::{KeyAction, KeyChange};
pub use goal::{
    Continued, Done, Force, Goal, Guarded, Properties, Reach, Recovered, Running, Stopped, Swept, Unmarked,
};
pub use goals::continue_rollback::MAX_ATTEMPTS;
pub use goals::properties::{MOST_GROUPS, MOST_KEYS};
pub use goals::snapshots::{SWEEP_INTERVAL, in_turn, is_new, is_news, is_reminder_due};
pub use goals::start::restored_snapshot;
pub use incident::{
    Blocker, BlockerKind, Consent, Duty, ENABLED, Glimpse, GoalResult, Incident, IncidentSettings, Next, Reading,
    Reminder, SNAPSHOT_FAILURE, Standing, Trigger, UnreadMarker, WouldStop, duty, invokes_for, left_behind, next,
    reading, reminder,
};
pub(crate) use incident::{application_without_snapshot, is_failure};
pub use observed::{Observed, Stack};
pub use polling::Polling;
pub use reads::Reads;
pub use reason::StepReason;
pub use refusal::Refusal;
pub use rules::last_start::{LastStart, last_start};
pub use rules::replay::{Replay, bound, replay, replayed_since};
pub use rules::restore::can_restore;

/// The marker's prefix while a stopped application waits for a fix.
pub const AWAITING_FIX: &str = "awaiting-fix/";
/// The prefix of the tokens with which this project continues a rollback; attempts are counted by it.
pub const UNSTICK_TOKEN: &str = "unstick-";
/// The tag that carries the marker.
pub const MARKER: &str = "flink-unstick-restart";
/// The tag by which CloudFormation names the stack that owns an application (`tagging` in the resource's registry
/// schema).
pub const STACK_ID: &str = "aws:cloudformation:stack-id";
/// The tag by which people consent, on the stack and handed on to its applications.
pub const UNSTICK: &str = "flink-unstick";
/// The tag that lowers the replay rule's bound for one application, in hours.
pub const MAX_REPLAY_HOURS: &str = "flink-max-replay-hours";
/// The tag that says how old an application's newest snapshot may be.
pub const SNAPSHOT_HOURS: &str = "flink-snapshot-hours";
/// The tag that names the stack which may inject property groups into an application of another stack.
pub const HANDLERS_ALLOW: &str = "flink-handlers-allow";

/// What is to be done next toward a goal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The goal is reached, and how.
    Done(Done),
    /// One request is to be sent, for this reason.
    Call(Call, StepReason),
    /// Nothing can be done yet: look again after a rest.
    Wait(StepReason),
    /// The goal cannot be reached.
    Refuse(Refusal),
}

/// How many calls may stay unanswered: between two of them is a wait that grows, so this is minutes of throttling.
const MAX_UNANSWERED: u8 = 20;
/// How many looks an accepted call may stay unseen before it counts as having come to nothing.
const UNSEEN_LOOKS: u32 = 3;

/// The next step toward `goal`.
#[must_use]
pub fn next_step(goal: &Goal, observed: &Observed) -> Step {
    if let Some(error) = conflict_after_patience(goal, observed) {
        return Step::Refuse(Refusal::TooManyConflicts { error });
    }
    let refused = || rules::snapshot_mode::next(goal, observed);
    let step = goals::other_kinds::next(goal, observed).or_else(refused).unwrap_or_else(|| match goal {
        Goal::Running(goal) => goals::start::next(goal, observed),
        Goal::Stopped(goal) => goals::stop::next(goal, observed),
        Goal::Settled(goal) => goals::settle::next(goal, observed),
        Goal::Unmarked(goal) => goals::unmark::next(goal, observed),
        Goal::Properties(goal) => goals::properties::next(goal, observed),
        Goal::Continued(goal) => goals::continue_rollback::next(goal, observed),
        Goal::Recovered(goal) => goals::recover::next(goal, observed),
        Goal::Guarded(goal) => goals::guard::next(goal, observed),
        Goal::Swept(goal) => goals::snapshots::next(goal, observed),
    });
    match step {
        // CloudFormation went on without this request: what it wanted is wanted no more.
        Step::Call(..) if observed.stack.superseded => Step::Refuse(Refusal::Superseded),
        Step::Call(call, reason) => repeated(call, reason, observed),
        Step::Done(_) | Step::Wait(_) | Step::Refuse(_) => step,
    }
}

/// The words of a call that met another's change when others had been in the way for too long. Looks that take long, or
/// learn nothing, are no conflict. What the guard does after StopMinutes is its policy's business, which has the same
/// time again.
fn conflict_after_patience(goal: &Goal, observed: &Observed) -> Option<String> {
    let more = if let Goal::Guarded(goal) = goal { goal.patience } else { Duration::ZERO };
    let patience = observed.conflict_patience().saturating_add(more);
    let (since, last) = (observed.attempts.conflicts_since?, observed.attempts.rejection.as_ref()?);
    (last.at.since(since) >= patience).then(|| last.text.clone())
}

/// A call is not repeated blindly. After a conflict the other's change is given a moment; after a call that no one
/// answered, what became of it is looked for first, unless it was throttled: then nothing did.
fn repeated(call: Call, reason: StepReason, observed: &Observed) -> Step {
    let attempts = &observed.attempts;
    let conflict =
        attempts.rejection.as_ref().filter(|one| one.kind == Rejected::Conflict && one.action == call.action());
    if conflict.is_some() && attempts.looks <= 1 {
        return Step::Wait(StepReason::AnotherCaller);
    }
    match &attempts.unanswered {
        Some(lost) if attempts.lost > MAX_UNANSWERED => {
            Step::Refuse(Refusal::Unanswered { action: lost.action, error: lost.error.clone() })
        }
        Some(lost) if lost.may_be_taken && lost.action == call.action() && attempts.looks <= UNSEEN_LOOKS => {
            Step::Wait(StepReason::Unanswered)
        }
        Some(_) | None => Step::Call(call, reason),
    }
}

#[cfg(test)]
mod tests {
    use super::fixtures::*;
    use super::*;
    use crate::flink::{ApplicationStatus, PropertyGroup};

    fn properties(observed: &Observed) -> Step {
        let wanted = vec![PropertyGroup { id: "g".into(), map: [("k".into(), "v".into())].into() }];
        let goal = super::fixtures::properties(wanted, Vec::new(), ConflictPolicy::Fail);
        next_step(&Goal::Properties(goal), observed)
    }

    fn call(observed: &Observed) -> Call {
        let Step::Call(call, _) = properties(observed) else { panic!("{:?}", properties(observed)) };
        call
    }

    #[test]
    fn after_a_conflict_there_is_a_rest_and_after_ten_minutes_of_them_an_end() {
        let mut observed = seen(ApplicationStatus::Ready);
        for _ in 0..10 {
            observed.attempts.rejected(&call(&observed), Rejected::Conflict, "in use".into());
            observed.attempts.looks = 1;
            assert_eq!(properties(&observed), Step::Wait(StepReason::AnotherCaller));
            later(&mut observed, Duration::from_mins(1));
            observed.attempts.looks = 2;
        }
        observed.attempts.rejected(&call(&observed), Rejected::Conflict, "in use".into());
        assert_eq!(properties(&observed), Step::Refuse(Refusal::TooManyConflicts { error: "in use".into() }));
    }

    #[test]
    fn a_conflict_is_not_held_against_what_is_seen_long_after_it() {
        let mut observed = seen(ApplicationStatus::Ready);
        observed.attempts.rejected(&call(&observed), Rejected::Conflict, "in use".into());
        later(&mut observed, Duration::from_mins(20));
        observed.attempts.looks = 2;
        assert!(matches!(properties(&observed), Step::Call(..)), "looks that learn nothing are no conflict");
    }

    #[test]
    fn a_request_that_cloudformation_went_on_without_changes_nothing() {
        let mut observed = seen(ApplicationStatus::Ready);
        observed.stack.superseded = true;
        assert_eq!(properties(&observed), Step::Refuse(Refusal::Superseded));
    }

    #[test]
    fn a_call_that_no_one_answered_is_looked_for_before_it_is_repeated() {
        let mut observed = seen(ApplicationStatus::Ready);
        for _ in 0..MAX_UNANSWERED {
            observed.attempts.unanswered(&call(&observed), "connection reset".into());
            assert_eq!(properties(&observed), Step::Wait(StepReason::Unanswered));
            observed.attempts.looks = UNSEEN_LOOKS + 1;
        }
        observed.attempts.unanswered(&call(&observed), "connection reset".into());
        assert!(matches!(properties(&observed), Step::Refuse(Refusal::Unanswered { .. })));
    }

    #[test]
    fn a_call_that_was_throttled_is_made_again_at_the_next_look() {
        let mut observed = seen(ApplicationStatus::Ready);
        for _ in 0..MAX_UNANSWERED {
            observed.attempts.throttled(&call(&observed), "Rate exceeded".into());
        }
        observed.attempts.throttled(&call(&observed), "Rate exceeded".into());
        assert!(matches!(properties(&observed), Step::Refuse(Refusal::Unanswered { .. })));
    }
}
