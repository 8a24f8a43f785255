//! Toward [`Goal::Continued`](crate::lifecycle::Goal::Continued): the stack's rollback goes on, at most three times an
//! incident.

use crate::lifecycle::call::Call;
use crate::lifecycle::goal::{Continued, Done};
use crate::lifecycle::observed::Observed;
use crate::lifecycle::reason::StepReason;
use crate::lifecycle::refusal::Refusal;
use crate::lifecycle::{Step, UNSEEN_LOOKS};
use crate::stack::StackStatus;

/// How often one incident's rollback is continued; counted from the stack's own events, so that no memory is needed.
pub const MAX_ATTEMPTS: u32 = 3;

/// The next step toward a rollback that goes on.
pub(in crate::lifecycle) fn next(goal: &Continued, observed: &Observed) -> Step {
    if observed.attempts.continued > 0 {
        // Accepted. Directly afterwards a look can still say UPDATE_ROLLBACK_FAILED.
        return Step::Done(Done::RollbackContinued);
    }
    if observed.stack.status != Some(StackStatus::UpdateRollbackFailed) {
        return Step::Done(Done::NoLongerStuck);
    }
    if let Some(rejection) = &observed.attempts.rejection {
        // The token is used, or the stack is on its way: then another caller was first, and the status says so soon.
        return if observed.attempts.looks <= UNSEEN_LOOKS {
            Step::Wait(StepReason::NotSeenYet)
        } else {
            let (action, error) = (rejection.action, rejection.text.clone());
            Step::Refuse(Refusal::Rejected { action, error })
        };
    }
    if observed.stack.continued >= MAX_ATTEMPTS {
        return Step::Refuse(Refusal::TooManyAttempts { attempts: observed.stack.continued });
    }
    Step::Call(Call::ContinueRollback { token: goal.token.clone() }, StepReason::Unblocked)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flink::ApplicationStatus;
    use crate::lifecycle::fixtures::*;
    use crate::lifecycle::{Goal, Rejected, next_step};

    fn stuck(continued: u32) -> Observed {
        let mut observed = seen(ApplicationStatus::Ready);
        observed.stack.status = Some(StackStatus::UpdateRollbackFailed);
        observed.stack.continued = continued;
        observed
    }

    fn step(observed: &Observed) -> Step {
        next_step(&Goal::Continued(Continued { token: "unstick-e".into() }), observed)
    }

    #[test]
    fn a_stuck_stack_is_continued_and_that_is_all() {
        let mut observed = stuck(0);
        assert!(matches!(step(&observed), Step::Call(Call::ContinueRollback { .. }, StepReason::Unblocked)));
        observed.attempts.continued = 1;
        assert_eq!(step(&observed), Step::Done(Done::RollbackContinued));
    }

    #[test]
    fn a_fourth_attempt_is_refused() {
        assert_eq!(step(&stuck(3)), Step::Refuse(Refusal::TooManyAttempts { attempts: 3 }));
    }

    #[test]
    fn a_stack_that_stays_stuck_after_a_rejection_is_not_called_continued() {
        let mut observed = stuck(0);
        let call = Call::ContinueRollback { token: "unstick-e".into() };
        observed.attempts.rejected(&call, Rejected::Conflict, "ValidationError: no".into());
        assert_eq!(step(&observed), Step::Wait(StepReason::NotSeenYet));
        observed.attempts.looks = UNSEEN_LOOKS + 1;
        assert!(matches!(step(&observed), Step::Refuse(Refusal::Rejected { .. })));
    }

    #[test]
    fn another_caller_was_first() {
        let mut observed = stuck(0);
        observed.stack.status = Some(StackStatus::UpdateRollbackInProgress);
        assert_eq!(step(&observed), Step::Done(Done::NoLongerStuck));
    }
}
