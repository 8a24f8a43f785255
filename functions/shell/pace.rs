//! How long to rest between two looks, and when to stop looking.
//!
//! A start takes minutes: nothing can be ready in the first half minute, afterwards an even pace is best, and exponential
//! back-off would look rarely just when the application becomes ready. A throttled look is no information: the pace slows down for
//! everybody's sake and comes back by itself.

use std::time::{Duration, Instant};

use shared::contract::Environment;
use shared::lifecycle::{ApplicationStatus, Because};

/// The polling policy of one invocation.
#[derive(Debug)]
pub(crate) struct Pace {
    base: Duration,
    wait: Duration,
    until: Instant,
    waited: bool,
    last: bool,
}

/// There is no time left for another look.
#[derive(Debug)]
pub(crate) struct OutOfTime;

impl Pace {
    /// Looks until `until`.
    pub(crate) fn new(environment: &Environment, until: Instant) -> Self {
        let base = environment.poll_interval;
        Self { base, wait: base, until, waited: false, last: false }
    }

    /// Ends sooner when somebody's patience does.
    pub(crate) fn no_longer_than(&mut self, patience: Duration) {
        let end = Instant::now() + patience;
        self.last = end <= self.until;
        self.until = self.until.min(end);
    }

    /// Whether it is somebody's patience that ends: then no invocation after this one has more time.
    pub(crate) fn is_last(&self) -> bool {
        self.last
    }

    /// After a look that told something.
    pub(crate) fn told(&mut self) {
        self.wait = self.base.max(self.wait.mul_f64(0.7));
    }

    /// After a look that told nothing.
    pub(crate) async fn untold(&mut self) -> Result<(), OutOfTime> {
        self.wait = (self.base * 8).min(self.wait.mul_f64(1.0 + 2.0 * fastrand::f64()));
        self.sleep(self.wait.mul_f64(0.5 + fastrand::f64())).await
    }

    /// Before the next look.
    pub(crate) async fn rest(&mut self, because: Because) -> Result<(), OutOfTime> {
        let first = !std::mem::replace(&mut self.waited, true);
        let starting = matches!(because, Because::Busy(ApplicationStatus::Starting | ApplicationStatus::Updating));
        // A look at a RUNNING application is four calls, not one; a steady one is rather waited for than watched.
        let watching = matches!(because, Because::Stabilizing | Because::Proving);
        let wait = match (first && starting, watching) {
            (true, _) => self.base * 6,
            (false, true) => self.wait * 3,
            (false, false) => self.wait,
        };
        self.sleep(wait.mul_f64(0.8 + 0.4 * fastrand::f64())).await
    }

    async fn sleep(&self, wait: Duration) -> Result<(), OutOfTime> {
        if Instant::now() + wait >= self.until {
            return Err(OutOfTime);
        }
        tokio::time::sleep(wait).await;
        Ok(())
    }
}
