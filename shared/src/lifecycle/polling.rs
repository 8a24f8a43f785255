//! How long to rest between two looks: values in, values out; the clock and the randomness are the caller's.
//!
//! A start takes minutes. Nothing can be ready in the first half minute, little until a minute and a half, and
//! afterwards an even pace is best: it costs 12 looks and 3.8 s of delay a start, 1.13 times the least that any policy
//! can cost, where doubling from 1 s to 30 s costs 3.1 times that, because it looks often when nothing can be ready and
//! rarely when the application becomes ready. A throttled look tells nothing: the pace slows down for the sake of
//! all callers and comes back on its own. `make polling` plays it against the others.

use std::time::Duration;

use super::StepReason;
use crate::flink::ApplicationStatus;

/// The polling policy of one invocation; all its waits scale with its base.
#[derive(Debug, Clone)]
pub struct Polling {
    base: Duration,
    wait: Duration,
    /// The longest wait without information, in bases.
    longest: u32,
    /// Whether a call was answered since the last wait.
    is_answered: bool,
    /// The status that is waited out, and for how long it was.
    busy: Option<(ApplicationStatus, Duration)>,
}

/// The first wait for a start, an update or a graceful stop, in bases: with a base of 5 s, 30 s, in which one start in
/// fifty ends.
const FIRST_WAIT: u32 = 6;
/// Until when it is looked at half as often, in bases: a minute and a half, in which no start or update ended that was
/// published with its times (`SEMANTICS.md` I.1); a stop may.
const EARLY_UNTIL: u32 = 18;
/// The longest wait without information, in bases, of one of a few: ten that wait for 15 s each leave nothing unused of
/// a call a second.
const MAX_BACK_OFF: u32 = 3;
/// And of one of many. With 40 s, a thousand applications under a limit of five calls a second make 7 attempts each;
/// uncapped, the last of them are found minutes late.
const MAX_BACK_OFF_OF_MANY: u32 = 8;
/// How much longer a job that is only waited for rests: a look at a RUNNING application is four calls, not one, and
/// many of them at once would use up the rate for nothing.
const STABILIZING_WAIT: u32 = 3;
/// The longest rest of one whose health is known to be asked for later, in bases: a minute at 5 s. That it fails
/// meanwhile is seen so much later at most.
const MAX_STABILIZING_WAIT: u32 = 12;
/// What is left of a slow pace after a successful observation.
const RECOVERY_FACTOR: f64 = 0.7;

impl Polling {
    /// Begins with `base` between two looks, for one of a few callers.
    #[must_use]
    pub fn every(base: Duration) -> Self {
        Self { base, wait: base, longest: MAX_BACK_OFF, is_answered: false, busy: None }
    }

    /// The same for one of as many callers as there are deployments at once.
    #[must_use]
    pub fn of_many(base: Duration) -> Self {
        Self { longest: MAX_BACK_OFF_OF_MANY, ..Self::every(base) }
    }

    /// Call after each call that was answered.
    pub fn succeeded(&mut self) {
        self.is_answered = true;
        self.wait = self.base.max(self.wait.mul_f64(RECOVERY_FACTOR));
    }

    /// The rest after a call that failed for the moment. Both `random` numbers are of 0 to 1: how much slower, and when
    /// in that pace. The spread is wide, or those who were throttled together would be throttled together again.
    #[must_use]
    pub fn back_off(&mut self, random: [f64; 2]) -> Duration {
        let [slower, when] = random;
        // A look of four calls is more at once than a service may take that lets one through a second: only when not
        // even the first is answered are there too many callers.
        if !std::mem::take(&mut self.is_answered) {
            self.wait = (self.base * self.longest).min(self.wait.mul_f64(1.0 + 2.0 * slower));
        }
        self.wait.mul_f64(0.5 + when)
    }

    /// The rest before the next look; `random` is of 0 to 1 and moves it by a fifth, so that a fleet that was deployed
    /// at once does not look at once.
    #[must_use]
    pub fn rest(&mut self, reason: StepReason, random: f64) -> Duration {
        self.is_answered = false;
        if let StepReason::SteadyIn(left) = reason {
            // Never too soon: one more look would be for nothing.
            return left.min(self.base * MAX_STABILIZING_WAIT) + self.base.mul_f64(0.2 * random);
        }
        let busy = if let StepReason::Busy(status) = reason { Some(status) } else { None };
        let before = self.busy.filter(|(before, _)| busy == Some(*before));
        let waited = busy.map(|status| (status, before.map_or(Duration::ZERO, |(_, waited)| waited)));
        let wait = match waited {
            Some((status, waited)) if is_long(status) && waited.is_zero() => self.base * FIRST_WAIT,
            Some((status, waited)) if is_long(status) && waited < self.base * EARLY_UNTIL => self.wait * 2,
            Some(_) => self.wait,
            None if matches!(reason, StepReason::Stabilizing | StepReason::Proving) => self.wait * STABILIZING_WAIT,
            None => self.wait,
        };
        self.busy = waited.map(|(status, waited)| (status, waited + wait));
        wait.mul_f64(0.8 + 0.4 * random)
    }
}

/// Whether a status lasts for minutes.
const fn is_long(status: ApplicationStatus) -> bool {
    match status {
        ApplicationStatus::Starting
        | ApplicationStatus::Updating
        | ApplicationStatus::Autoscaling
        | ApplicationStatus::RollingBack
        | ApplicationStatus::Stopping => true,
        ApplicationStatus::ForceStopping
        | ApplicationStatus::Maintenance
        | ApplicationStatus::Deleting
        | ApplicationStatus::Ready
        | ApplicationStatus::Running
        | ApplicationStatus::RolledBack => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STARTING: StepReason = StepReason::Busy(ApplicationStatus::Starting);

    #[test]
    fn a_start_is_left_alone_for_half_a_minute_then_looked_at_now_and_then_then_evenly() {
        let mut polling = Polling::every(Duration::from_secs(5));
        let waits: Vec<u64> = (0..9).map(|_| polling.rest(STARTING, 0.5).as_secs()).collect();
        assert_eq!(waits, [30, 10, 10, 10, 10, 10, 10, 5, 5]);
    }

    #[test]
    fn each_status_that_lasts_is_left_alone_anew_and_one_that_passes_soon_is_not() {
        let mut polling = Polling::every(Duration::from_secs(5));
        let all = [ApplicationStatus::ForceStopping, ApplicationStatus::Stopping, ApplicationStatus::Starting];
        let waits = all.map(|status| polling.rest(StepReason::Busy(status), 0.5).as_secs());
        assert_eq!(waits, [5, 30, 30]);
    }

    #[test]
    fn a_job_that_is_to_be_asked_later_is_left_alone_until_then_or_for_a_minute() {
        let mut polling = Polling::every(Duration::from_secs(5));
        let waits = [20, 300].map(|left| polling.rest(StepReason::SteadyIn(Duration::from_secs(left)), 0.0));
        assert_eq!(waits.map(|wait| wait.as_secs()), [20, 60]);
    }

    #[test]
    fn a_job_that_is_only_waited_for_is_looked_at_a_third_as_often() {
        let mut polling = Polling::every(Duration::from_secs(5));
        let waits = [StepReason::Stabilizing, StepReason::Proving, StepReason::NotSeenYet];
        assert_eq!(waits.map(|reason| polling.rest(reason, 0.5).as_secs()), [15, 15, 5]);
    }

    #[test]
    fn without_information_the_pace_slows_down_to_its_bound_and_comes_back() {
        let slower =
            |polling: &mut Polling| -> Vec<u64> { (0..4).map(|_| polling.back_off([0.5, 0.5]).as_secs()).collect() };
        assert_eq!(slower(&mut Polling::every(Duration::from_secs(5))), [10, 15, 15, 15], "one of a few");
        let mut polling = Polling::of_many(Duration::from_secs(5));
        assert_eq!(slower(&mut polling), [10, 20, 40, 40]);
        let rests: Vec<u64> = (0..8)
            .map(|_| {
                polling.succeeded();
                polling.rest(StepReason::NotSeenYet, 0.5).as_secs()
            })
            .collect();
        assert_eq!(rests, [28, 19, 13, 9, 6, 5, 5, 5]);
    }

    #[test]
    fn a_look_that_is_cut_short_after_an_answer_does_not_slow_the_pace_down() {
        let mut polling = Polling::of_many(Duration::from_secs(5));
        assert_eq!(polling.back_off([0.5, 0.5]).as_secs(), 10);
        polling.succeeded();
        assert_eq!(polling.back_off([0.5, 0.5]).as_secs(), 7);
        assert_eq!(polling.back_off([0.5, 0.5]).as_secs(), 14, "not even the first was answered");
        polling.succeeded();
        let _rested = polling.rest(StepReason::NotSeenYet, 0.5);
        assert_eq!(polling.back_off([0.5, 0.5]).as_secs(), 19, "nor after a rest");
    }
}
