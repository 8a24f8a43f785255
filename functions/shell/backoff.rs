//! The clock and the dice of [`Polling`], and when to stop looking.

use std::time::{Duration, Instant};

use shared::contract::Environment;
use shared::lifecycle::{Polling, StepReason};

use crate::clock::{dice, instant, sleep};

/// The looks of one invocation.
#[derive(Debug)]
pub(crate) struct Pace {
    polling: Polling,
    until: Instant,
    last: bool,
    out: bool,
}

/// There is no time left for another look.
#[derive(Debug)]
pub(crate) struct OutOfTime;

impl Pace {
    /// The pace of an invocation of the unsticker, of which few run at once: it begins with `POLL_INTERVAL_MS` between
    /// two looks and ends at `until`.
    pub(crate) fn new(environment: &Environment, until: Instant) -> Self {
        Self { polling: Polling::every(environment.poll_interval), until, last: false, out: false }
    }

    /// The same for a request: as many run as resources are deployed at once.
    pub(crate) fn of_many(environment: &Environment, until: Instant) -> Self {
        Self { polling: Polling::of_many(environment.poll_interval), ..Self::new(environment, until) }
    }

    /// Ends sooner when another caller's patience does.
    pub(crate) fn no_longer_than(&mut self, patience: Duration) {
        let end = instant() + patience;
        self.last |= end <= self.until;
        self.until = self.until.min(end);
    }

    /// Whether it is another caller's patience that ends: then no invocation after this one has more time.
    pub(crate) fn is_last(&self) -> bool {
        self.last
    }

    /// Whether a wait did not fit any more: what would be looked at from now on would be looked at once, and given up.
    pub(crate) fn is_out(&self) -> bool {
        self.out
    }

    /// Call after so many calls were answered: each is as much information about the rate as one that was throttled.
    pub(crate) fn answered(&mut self, calls: u32) {
        (0..calls).for_each(|_| self.polling.succeeded());
    }

    /// Waits after a call that failed for the moment.
    pub(crate) async fn back_off(&mut self) -> Result<(), OutOfTime> {
        let wait = self.polling.back_off([dice(), dice()]);
        self.sleep(wait).await
    }

    /// Rests before the next look, as long as the cause of the wait suggests; `OutOfTime` when less is left than that.
    pub(crate) async fn rest(&mut self, reason: StepReason) -> Result<(), OutOfTime> {
        let wait = self.polling.rest(reason, dice());
        self.sleep(wait).await
    }

    async fn sleep(&mut self, wait: Duration) -> Result<(), OutOfTime> {
        if instant() + wait >= self.until {
            self.out = true;
            return Err(OutOfTime);
        }
        // A timer counts in milliseconds and rounds up: a rest of nothing would last for two of them.
        if !wait.is_zero() {
            sleep(wait).await;
        }
        Ok(())
    }
}
