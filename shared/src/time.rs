//! Points in time, as arguments: the core has no clock.

use std::time::Duration;

/// How far two services' clocks may be apart, and how coarse one may be: Flink's operations may show whole seconds.
const SKEW: Duration = Duration::from_secs(5);

/// A moment, in milliseconds since 1970 in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The earliest time that another service's clock may give what happened now.
    #[must_use]
    pub(crate) fn less_skew(self) -> Self {
        Self(self.0.saturating_sub(i64::try_from(SKEW.as_millis()).unwrap_or(0)))
    }

    /// The moment that is so much later.
    #[must_use]
    pub fn plus(self, by: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX)))
    }

    /// How long before `self` the `earlier` one was; zero when it was not.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}
