//! The clock and the dice, which the core does not have: the machine's. With the feature `virtual-time`, which nothing
//! that is deployed is built with, those of a local AWS whose stories are measured (`make journey`).

#[cfg(not(feature = "virtual-time"))]
mod machine;
#[cfg(feature = "virtual-time")]
mod virtual_time;

use std::time::{Duration, Instant};

use shared::time::Timestamp;

#[cfg(not(feature = "virtual-time"))]
use machine as source;
#[cfg(feature = "virtual-time")]
use virtual_time as source;

/// Now, as the core counts it.
pub(crate) fn now() -> Timestamp {
    Timestamp(i64::try_from(source::now()).unwrap_or(i64::MAX))
}

/// Now, for deadlines within this process.
pub(crate) fn instant() -> Instant {
    source::instant()
}

/// Rests for so long, and lets nothing else of this invocation go on.
pub(crate) async fn sleep(duration: Duration) {
    source::sleep(duration).await;
}

/// A number of 0 to 1, for jitter.
pub(crate) fn dice() -> f64 {
    source::dice()
}

/// Call when an invocation begins: a process may have been frozen since the one before.
pub(crate) fn resume() {
    source::resume();
}
