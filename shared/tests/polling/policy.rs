//! How a caller waits: the product's own code, and what others do.

use std::fmt;
use std::time::Duration;

use fastrand::Rng;
use shared::flink::ApplicationStatus;
use shared::lifecycle::{Polling, StepReason};

/// A way to poll; times are seconds.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Policy {
    /// [`Polling`], as it is shipped.
    Product,
    Fixed(f64),
    Exponential {
        from: f64,
        times: f64,
        to: f64,
    },
    /// Exponential with full jitter: anything from none to the whole wait.
    FullJitter {
        from: f64,
        times: f64,
        to: f64,
    },
    Decorrelated {
        from: f64,
        to: f64,
    },
}

impl Policy {
    pub(crate) const USUAL: [Self; 8] = [
        Self::Fixed(5.0),
        Self::Fixed(10.0),
        Self::Fixed(30.0),
        Self::Exponential { from: 1.0, times: 2.0, to: 30.0 },
        Self::Exponential { from: 2.0, times: 1.5, to: 15.0 },
        Self::FullJitter { from: 2.0, times: 2.0, to: 30.0 },
        Self::Decorrelated { from: 1.0, to: 15.0 },
        Self::Decorrelated { from: 5.0, to: 30.0 },
    ];
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Product => write!(f, "**ours**"),
            Self::Fixed(wait) => write!(f, "fixed {wait} s"),
            Self::Exponential { from, times, to } => write!(f, "exponential {from} s x{times} to {to} s"),
            Self::FullJitter { from, times, to } => write!(f, "full jitter {from} s x{times} to {to} s"),
            Self::Decorrelated { from, to } => write!(f, "decorrelated {from} to {to} s"),
        }
    }
}

/// The waits of one application, by the policy that is tried.
pub(crate) struct Waits {
    policy: Policy,
    product: Polling,
    wait: f64,
}

impl Waits {
    pub(crate) fn of(policy: Policy) -> Self {
        let wait = match policy {
            Policy::Product | Policy::Fixed(_) => 0.0,
            Policy::Exponential { from, .. } | Policy::FullJitter { from, .. } | Policy::Decorrelated { from, .. } => {
                from
            }
        };
        Self { policy, product: Polling::of_many(Duration::from_secs(5)), wait }
    }

    /// Seconds to the next look, after one that said STARTING.
    pub(crate) fn succeeded(&mut self, random: &mut Rng) -> f64 {
        if let Policy::Product = self.policy {
            self.product.succeeded();
            let starting = StepReason::Busy(ApplicationStatus::Starting);
            return self.product.rest(starting, random.f64()).as_secs_f64();
        }
        self.usual(random)
    }

    /// Seconds to the next look, after one that was throttled. The usual policies make no difference.
    pub(crate) fn throttled(&mut self, random: &mut Rng) -> f64 {
        if let Policy::Product = self.policy {
            return self.product.back_off([random.f64(), random.f64()]).as_secs_f64();
        }
        self.usual(random)
    }

    fn usual(&mut self, random: &mut Rng) -> f64 {
        match self.policy {
            Policy::Product => 0.0,
            Policy::Fixed(wait) => wait,
            Policy::Exponential { times, to, .. } => {
                let wait = self.wait;
                self.wait = (wait * times).min(to);
                wait
            }
            Policy::FullJitter { times, to, .. } => {
                let wait = self.wait;
                self.wait = (wait * times).min(to);
                wait * random.f64()
            }
            Policy::Decorrelated { from, to } => {
                self.wait = (from + random.f64() * (3.0 * self.wait - from)).min(to);
                self.wait
            }
        }
    }
}
