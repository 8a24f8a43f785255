//! Toward [`Goal::Settled`](crate::lifecycle::Goal::Settled): an application that was busy comes to rest; only one that
//! does not is stopped.

use super::stop;
use crate::flink::ApplicationStatus;
use crate::lifecycle::goal::{Done, Stopped};
use crate::lifecycle::observed::Observed;
use crate::lifecycle::{MARKER, Step};

/// The next step toward an application that takes an update or does not run.
pub(in crate::lifecycle) fn next(goal: &Stopped, observed: &Observed) -> Step {
    let Some(application) = &observed.application else { return Step::Done(Done::Gone) };
    let is_marked = goal.marker.is_some() && application.tag(MARKER) == goal.marker.as_deref();
    let is_begun = is_marked || observed.attempts.tagged > 0 || observed.attempts.forced > 0;
    if application.status == ApplicationStatus::Running && !is_begun {
        return Step::Done(Done::Settled);
    }
    stop::next(goal, observed)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::lifecycle::fixtures::*;
    use crate::lifecycle::{Call, Force, Goal, StepReason, next_step};

    fn step(observed: &Observed) -> Step {
        next_step(
            &Goal::Settled(Stopped {
                marker: Some("e1".into()),
                graceful: true,
                force: Force::UnderReplayRule(Duration::from_hours(20)),
                patience: Duration::from_mins(10),
                since: crate::time::Timestamp(1_000_000),
                proof: None,
            }),
            observed,
        )
    }

    #[test]
    fn what_comes_to_rest_is_not_stopped() {
        assert_eq!(step(&seen(ApplicationStatus::Running)), Step::Done(Done::Settled));
        assert_eq!(step(&seen(ApplicationStatus::Ready)), Step::Done(Done::NotRunning));
    }

    #[test]
    fn what_stays_busy_is_waited_for_then_marked_and_forced() {
        let mut observed = seen(ApplicationStatus::Updating);
        assert_eq!(step(&observed), Step::Wait(StepReason::Busy(ApplicationStatus::Updating)));
        later(&mut observed, Duration::from_mins(10));
        assert!(matches!(step(&observed), Step::Call(Call::Tag { .. }, StepReason::RememberToRestart)));
        observed.attempts.tagged = 1;
        assert_eq!(step(&observed), Step::Call(Call::Stop { force: true }, StepReason::ForceAllowed));
    }
}
