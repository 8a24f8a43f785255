//! A refused snapshot. "Failed to take snapshot .. at this moment" is no verdict: a healthy job in a failover is refused, and so is one
//! whose snapshot another caller is taking. It is tried three times within 90 s at the default poll interval.

use crate::lifecycle::action::Action;
use crate::lifecycle::observed::Observed;

/// How often a snapshot must be refused before it counts as impossible.
const TRIES: u8 = 3;
/// What part of the whole patience lies between two tries: the third one comes before it ends, late looks included.
const PARTS: u32 = 5;

/// What a refused snapshot asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::lifecycle) enum Refused<'a> {
    /// None was refused, or it is time for the next try.
    Try,
    /// The next try comes later.
    Rest,
    /// Refused often enough, last in these words of the service.
    Often(&'a str),
}

/// What the refusals of `action` in this invocation ask for.
pub(in crate::lifecycle) fn refused(observed: &Observed, action: Action) -> Refused<'_> {
    let attempts = &observed.attempts;
    let Some(text) = attempts.refused_snapshot(action) else { return Refused::Try };
    if attempts.refusals >= TRIES {
        return Refused::Often(text);
    }
    let rest = observed.refusal_patience() * 2 / PARTS;
    if observed.now.since(attempts.refused_at) < rest { Refused::Rest } else { Refused::Try }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flink::ApplicationStatus;
    use crate::lifecycle::attempts::Rejected;
    use crate::lifecycle::call::Call;
    use crate::lifecycle::fixtures::*;
    use std::time::Duration;

    #[test]
    fn a_snapshot_is_refused_three_times_within_ninety_seconds_before_it_counts() {
        let mut observed = seen(ApplicationStatus::Running);
        let began = observed.now;
        let call = Call::Stop { force: false };
        for _ in 1..TRIES {
            observed.attempts.rejected(&call, Rejected::Snapshot, "no".into());
            assert_eq!(refused(&observed, Action::StopApplication), Refused::Rest);
            later(&mut observed, Duration::from_secs(36));
            assert_eq!(refused(&observed, Action::StopApplication), Refused::Try);
        }
        observed.attempts.rejected(&call, Rejected::Snapshot, "no".into());
        assert_eq!(refused(&observed, Action::StopApplication), Refused::Often("no"));
        assert!(observed.now.since(began) <= Duration::from_secs(90));
    }

    #[test]
    fn a_call_that_was_accepted_forgives_the_refusals_before_it() {
        let mut observed = seen(ApplicationStatus::Running);
        let call = Call::CreateSnapshot { name: "s".into() };
        for _ in 0..TRIES {
            observed.attempts.rejected(&call, Rejected::Snapshot, "no".into());
        }
        observed.attempts.accepted(&call);
        assert_eq!(refused(&observed, Action::CreateApplicationSnapshot), Refused::Try);
    }
}
